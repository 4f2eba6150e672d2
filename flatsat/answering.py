"""The model at work: which prompt is next, and why it may have to wait."""

from collections.abc import Callable

from flatsat.contact_rest import Downlink, tokens_in
from flatsat.energy.energy_watch import EnergyWatch
from flatsat.inference import Inference
from flatsat.job import Job
from flatsat.job_queue import JobQueue
from flatsat.models.uplink import ModelUplink
from flatsat.payload_power import PayloadPower
from flatsat.prompts import Prompts
from flatsat.safekeeping import Safekeeping
from protocol.journey import Milestone, Observer
from protocol.messages import FinishReason, RefusalReason


class Answering:
    """Has the model answer the prompts in their order, while power, heat and the model in service let it."""

    def __init__(
        self,
        jobs: JobQueue,
        prompts: Prompts,
        inference: Inference,
        power: PayloadPower,
        energy: EnergyWatch,
        models: ModelUplink | None,
        keeping: Safekeeping,
        observe: Observer,
        downlink: Downlink,
        on_deferral: Callable[[float], None],
    ) -> None:
        """Call `on_deferral` with the time at which a prompt begins to wait for battery or heat, or none does."""
        self._jobs, self._prompts, self._inference = jobs, prompts, inference
        self._power, self._energy, self._models = power, energy, models
        self._keeping, self._observe, self._downlink = keeping, observe, downlink
        self._on_deferral = on_deferral
        self._deferred: Job | None = None
        self.waits_for = ""
        """Why the next prompt has to wait, '' if it has not or there is none."""

    def start_next(self, now_s: float) -> None:
        """Begin the next answer, if the model is free and one may begin."""
        if self._inference.job is not None:
            return
        waiting = self._jobs.waiting()
        self.waits_for = self._energy.obstacle(now_s) if waiting else ""
        self._note_deferral(waiting, now_s)
        if self._models is not None and self._models.busy:
            self._inference.hold()
        elif self.waits_for or not waiting:
            self._inference.rest()
        else:
            self._begin(waiting[0], self._models.name if self._models else "", now_s)

    def poll(self, now_s: float) -> None:
        """Take in what the model says. Without power the answer begins anew when it is back, if it is still wanted."""
        job = self._inference.job
        if self._power.on(now_s):
            too_long = self._inference.poll(now_s)
            if job is not None and too_long:
                self._prompts.refuse(job, RefusalReason.PROMPT_TOO_LONG, too_long, now_s)
            return
        if self._inference.interrupt(now_s) is FinishReason.CANCELLED and job is not None:
            self._prompts.refuse(job, RefusalReason.CANCELLED, "", now_s)

    def _note_deferral(self, waiting: list[Job], now_s: float) -> None:
        """Tell which prompt waits for battery or heat, once."""
        held = waiting[0] if waiting and self._power.on(now_s) and self.waits_for else None
        if held is self._deferred:
            return
        if held is not None:
            self._observe(Milestone.DEFERRED, held.prompt.prompt_id, now_s, {"reason": self.waits_for})
        self._deferred = held
        self._on_deferral(now_s)

    def _begin(self, job: Job, model: str, now_s: float) -> None:
        left_s = job.contact_left_s(now_s)
        if left_s is not None:
            backlog_octets = sum(len(other.buffer.rest.encode()) for other in self._jobs.unsettled())
            job.shorten(tokens_in(left_s, self._inference.pace.slowest, self._downlink, backlog_octets))
        if not job.goes_on_with(model):
            self._inference.give_up(job, f"{job.model} began the answer, and {model} is in service now", now_s)
        elif self._inference.start(job, now_s):
            job.model = model
            self._keeping.started(job, model)
