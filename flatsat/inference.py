"""The prompt that the model answers at the moment."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from flatsat.energy.cost import CostCounter
from flatsat.energy.energy_meter import EnergyMeter, EnergyReading
from flatsat.engine import Engine, Event, Finished, Generation, Lost, Notice, PrefillDone, PromptTooLong, Token
from flatsat.errors import ConfigError, EngineError
from flatsat.job import Job
from flatsat.pace import Pace
from protocol.journey import Milestone, Observer
from protocol.messages import FinishReason


@dataclass(slots=True)
class _Running:
    job: Job
    generation: Generation
    counter: CostCounter
    ended_by: FinishReason | None = None
    first_token_s: float = 0.0
    octets: int = 0
    """Of text that the model gave, this time."""


class Inference:
    """Runs one job after another on an engine, and writes what the model says into the job.

    An engine that goes down, as it can in its own process, loses the answer that it was at: the job waits to begin
    anew. Counts `started` generations and `interruptions`.
    """

    def __init__(
        self,
        engine: Engine,
        observe: Observer,
        hold: Callable[[bool], None],
        keep: Callable[[Job], object],
        meter: EnergyMeter | None = None,
    ) -> None:
        """Take `hold`, called with True while link time must not run ahead of the wall clock, and False after.

        `keep` is called with a job that has its whole answer, before anybody is told. Without `meter` nobody knows what
        an answer costs.
        """
        self._engine, self._observe, self._hold, self._keep = engine, observe, hold, keep
        self._meter = meter
        self._running: _Running | None = None
        self.reading = EnergyReading()
        """What the meter read last."""
        self.pace = Pace()
        """Of the last answers."""
        self._held = False
        self.started = 0
        self.interruptions = 0

    @property
    def job(self) -> Job | None:
        """The job that the model works on."""
        return self._running.job if self._running else None

    @property
    def alive(self) -> bool:
        """Whether the engine works, or is expected to again."""
        return self._engine.alive

    def tick(self, now_s: float) -> list[Notice]:
        """Look after the engine; return what has happened to it."""
        self._read_meter(now_s)
        return self._engine.tick(now_s)

    def flip(self, count: int, seed: int) -> None:
        """Flip bits of the model's weights; a notice tells which."""
        self._engine.flip(count, seed)

    def start(self, job: Job, now_s: float) -> bool:
        """Have the model answer a job, if it is loaded; return whether it was. Link time is held until it is.

        A job that no model can be asked is finished with an error.
        """
        self._hold_time(True)
        if not self._engine.ready:
            return False
        job.begin(now_s)
        self._read_meter(now_s)
        try:
            generation = self._engine.start(job.request(), now_s)
            self._running = _Running(job, generation, CostCounter(self.reading))
        except (ConfigError, EngineError) as error:
            self._finish(job, FinishReason.ERROR, 0.0, str(error), now_s)
            return True
        self.started += 1
        self._observe(Milestone.INFERENCE_STARTED, job.prompt.prompt_id, now_s, {})
        return True

    def give_up(self, job: Job, detail: str, now_s: float) -> None:
        """End a job that waits to begin anew, and cannot."""
        job.begin(now_s)
        self._finish(job, FinishReason.ERROR, 0.0, detail, now_s)

    def hold(self) -> None:
        """The engine is being made ready: link time must not run ahead."""
        self._hold_time(True)

    def rest(self) -> None:
        """No job waits: link time may run."""
        self._hold_time(False)

    def poll(self, now_s: float) -> str:
        """Take in what the model has said; return why the job has to be refused, for it is too long, or ''."""
        if self._running is not None:
            for event in self._running.generation.poll(now_s):
                if isinstance(event, PromptTooLong):
                    return self._give_back(event)
                self._take(self._running, event, now_s)
        return ""

    def end(self, reason: FinishReason) -> None:
        """Have the model stop; the first reason stands."""
        if self._running is not None and self._running.ended_by is None:
            self._running.ended_by = reason
            self._running.generation.cancel()

    def interrupt(self, now_s: float) -> FinishReason | None:
        """The payload lost its power: the job waits to begin anew. Return why it was to end anyway, if it was."""
        running = self._running
        if running is None:
            return None
        running.generation.close()
        self._lose(running.job, "the payload lost its power", now_s)
        self._hold_time(False)
        return running.ended_by

    def _take(self, running: _Running, event: Event, now_s: float) -> None:
        job, prompt_id = running.job, running.job.prompt.prompt_id
        match event:
            case PrefillDone(prompt_tokens=count, elapsed_s=elapsed_s):
                job.read(count, elapsed_s)
                self._observe(Milestone.PREFILL_DONE, prompt_id, now_s, {"prompt_tokens": count})
            case Token(text=text, elapsed_s=elapsed_s):
                running.first_token_s = running.first_token_s or elapsed_s
                running.octets += len(text.encode())
                job.write(text)
                milestone = Milestone.FIRST_TOKEN if job.tokens == 1 else Milestone.TOKEN
                self._observe(milestone, prompt_id, now_s, {"n": job.tokens, "text": text})
            case Lost():  # time stays held while the engine starts again for this job
                self._lose(job, "the engine was lost", now_s)
            case Finished(reason=reason, elapsed_s=elapsed_s, detail=detail):
                self.pace.add(running.first_token_s, elapsed_s, job.tokens, running.octets)
                ended_by = running.ended_by if reason is FinishReason.CANCELLED else None
                self._finish(job, ended_by or reason, elapsed_s, detail, now_s)

    def _finish(self, job: Job, reason: FinishReason, elapsed_s: float, detail: str, now_s: float) -> None:
        self._let_go()
        job.finish(reason, elapsed_s)
        self._keep(job)
        if job.shortened_to and reason is FinishReason.LENGTH:
            detail = f"shortened to the {job.shortened_to} tokens that the rest of the contact has room for"
        ending: dict[str, object] = {"finish_reason": reason.value, "inference_s": elapsed_s, "detail": detail}
        self._observe(Milestone.INFERENCE_DONE, job.prompt.prompt_id, now_s, ending | asdict(job.cost))
        self._hold_time(False)

    def _lose(self, job: Job, reason: str, now_s: float) -> None:
        self._let_go()
        job.interrupted()
        self.interruptions += 1
        self._observe(Milestone.INTERRUPTED, job.prompt.prompt_id, now_s, {"reason": reason})

    def _give_back(self, event: PromptTooLong) -> str:
        assert self._running is not None
        self._running.job.interrupted()
        self._let_go()
        self._hold_time(False)
        return f"{event.prompt_tokens} tokens; at most {event.limit}"

    def _let_go(self) -> None:
        """What was spent on the job is its cost, whatever came of it."""
        if self._running is not None:
            job = self._running.job
            job.cost = job.cost.plus(self._running.counter.cost)
        self._running = None

    def _read_meter(self, now_s: float) -> None:
        if self._meter is not None:
            self.reading = self._meter.read(now_s, busy=self._running is not None)
        if self._running is not None:
            self._running.counter.add(self.reading)

    def _hold_time(self, held: bool) -> None:
        if self._engine.runs_on_wall_clock and held is not self._held:
            self._held = held
            self._hold(held)
