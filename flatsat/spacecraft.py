"""The spacecraft program: takes prompts off the link, has the model answer them and puts the answers on the link."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite

from flatsat.board import BoardClient
from flatsat.contact_rest import Downlink, tokens_in
from flatsat.energy.board_meter import BoardMeter
from flatsat.energy.energy_meter import EnergyMeter
from flatsat.energy.energy_policy import Decision, EnergyLimits, EnergyPolicy, Go, Readings, Refuse
from flatsat.engine import Engine, Notice
from flatsat.health_monitor import HealthMonitor
from flatsat.inference import Inference
from flatsat.job import Job, JobState
from flatsat.job_queue import JobQueue
from flatsat.journal import Journal
from flatsat.models.uplink import ModelUplink
from flatsat.payload_power import PayloadPower
from flatsat.replies import Replies
from flatsat.safekeeping import Safekeeping
from protocol.errors import LocalError
from protocol.journey import Milestone, Observer
from protocol.link import SpacecraftLink
from protocol.messages import (
    Accepted,
    Cancel,
    Confirm,
    FinishReason,
    Health,
    Message,
    Missing,
    Prompt,
    Refusal,
    RefusalReason,
    segment_overhead_octets,
)
from protocol.model_messages import ListModels, ModelStatus, RemoveModel, SwitchModel
from radio.modem.reception import FrameQuality

_MIN_TEXT_OCTETS = 64
"""A segment begins in a frame that is used already only with this much room: tokens are shorter, so none is cut."""

_MAX_TROUBLE = 200
"""Characters of why a journal fails that are told to the ground."""

FIRST_HEALTH_S = 1.0
"""Link time from the start to the first report of health: the board has been heard by then."""


@dataclass(frozen=True, slots=True)
class SpacecraftSettings:
    """What an operator can set."""

    queue_limit: int = 8
    """Prompts waiting besides the one being answered."""
    remembered: int = 4096
    """Prompts whose answer is confirmed and that are known still, and as many that were refused."""
    health_period_s: float = 10.0
    """Between two reports of health."""
    status_valid_s: float = 5.0
    """A reading of the board that is older is not reported."""
    limits: EnergyLimits = field(default_factory=EnergyLimits)
    """At which no answer begins."""
    metered_by_board: bool = False
    """Whether the board tells what answers cost, if no other meter does."""
    downlink: Downlink = field(default_factory=Downlink)


class Spacecraft:
    """The link layer of the flatsat's transceiver. ``tick`` is called for every span of samples.

    What is told to the ground is in the journal before: that a prompt is accepted, how an answer is cut into segments,
    which frame is expected next. So a program that takes up the journal of one that was killed goes on where it was.
    """

    def __init__(
        self,
        link: SpacecraftLink,
        engine: Engine,
        board: BoardClient | None,
        journal: Journal,
        observe: Observer,
        hold: Callable[[bool], None],
        settings: SpacecraftSettings,
        now_s: float = 0.0,
        models: ModelUplink | None = None,
        meter: EnergyMeter | None = None,
    ) -> None:
        """Take ``hold``, called with True while link time must not run ahead of the wall clock, and False after.

        Without ``models`` the model cannot be changed over the link. Raises DatabaseStateError if the journal cannot be
        read.
        """
        self._link, self._observe, self._settings = link, observe, settings
        self._power = PayloadPower(board, settings.status_valid_s)
        self._keeping = Safekeeping(journal)
        self._jobs = JobQueue(settings.remembered, (Job.restored(kept, now_s) for kept in journal.restore()))
        self._replies = Replies()
        self._meter = meter or (BoardMeter(self._power) if settings.metered_by_board else None)
        self._inference = Inference(engine, observe, hold, self._keeping.finished, self._meter)
        self._policy = EnergyPolicy(settings.limits)
        self._decision: Decision = Go()
        self._waits_for = ""
        self._deferred: Job | None = None
        self._models = models
        self._monitor = HealthMonitor({"inference": lambda: self._inference.alive})
        self._segments_resent = 0
        self._heard: FrameQuality | None = None
        """Of the last good frame."""
        self._mute = ""
        self.on_notice: Callable[[Notice], None] | None = None
        """Called with what happens to the engine."""
        self._health_due_s = now_s + FIRST_HEALTH_S

    def trouble(self, now_s: float) -> str:
        """Return why prompts are not taken or not answered though the link works, '' if nothing is wrong."""
        unmetered = self._meter.trouble if self._meter else ""
        return self._mute or self._keeping.trouble or self._monitor.trouble or self._power.trouble(now_s) or unmetered

    # -- the transceiver's side ------------------------------------------------------------------------------------

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:
        """Carry out what the frame's messages say; return whether it was a good frame."""
        rejected = self._link.receiver.frames_rejected
        for message in self._link.receive(frame, now_s):
            self._obey(message, now_s)
        good = self._link.receiver.frames_rejected == rejected
        pdus = self._link.received_pdus()
        if good and self._models is not None:
            self._models.heard(pdus, now_s)
        if good:
            self._heard = quality if isinstance(quality, FrameQuality) else None
            self._keeping.telecommand(self._link.receiver.state)
        self._start_next(now_s)
        return good

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Fill a frame: replies first, then answers, oldest prompt first."""
        self._put_replies()
        self._put_pdu(now_s)
        self._put_segments(now_s)
        try:
            frame = self._link.next_frame(now_s)
        except OSError as error:
            self._mute = f"no sequence number can be reserved: {error.strerror}"
            return None
        self._mute = ""
        return frame

    def tick(self, now_s: float) -> None:
        """Move everything on that does not wait for a frame."""
        self._monitor.tick(now_s)
        self._power.tick(now_s, self._monitor.healthy)
        self._look_after_engine(now_s)
        self._decision = self._policy.judge(self._readings(now_s))
        self._poll_model(now_s)
        self._drop_late(now_s)
        self._start_next(now_s)
        self._power.set_load(1.0 if self.inferring else 0.0)
        if self._models is not None:
            self._tell(self._models.tick(now_s, idle=not self.inferring))
        if now_s >= self._health_due_s:
            self._health_due_s = now_s + self._settings.health_period_s
            self._replies.put(self.health(now_s))

    def health(self, now_s: float) -> Health:
        """Return the state to report; a reading that no sensor can have made counts as none."""
        receiver = self._link.receiver
        program = (max(0.0, now_s), self._jobs.open_count(), self.inferring)
        frames = (receiver.frames_accepted, receiver.frames_rejected)
        es_n0_db, offset_hz = self._uplink_readings()
        state = Health(
            *program,
            *frames,
            waits_for=self._waits_for or None,
            uplink_es_n0_db=es_n0_db,
            uplink_offset_hz=offset_hz,
        )
        status, readings = self._power.status(now_s), self._readings(now_s)
        try:
            state = replace(state, payload_temperature_c=readings.temperature_c, battery_charge=readings.charge)
            if status is None:
                return state
            return replace(
                state,
                bus_voltage_v=status.bus_voltage_v,
                current_a=status.payload_current_a,
                temperature_c=status.temperature_c,
                payload_rail_on=status.payload_rail_on,
                watchdog_resets=status.watchdog_resets,
            )
        except LocalError:
            return state

    def _uplink_readings(self) -> tuple[float | None, float | None]:
        """Return Es/N0 and carrier offset of the last good frame; a packet radio measures neither."""
        if self._heard is None:
            return None, None
        return _finite(self._heard.es_n0_db), _finite(self._heard.last_offset_hz)

    @property
    def power(self) -> PayloadPower:
        """What is known of the payload's power."""
        return self._power

    @property
    def inferring(self) -> bool:
        """Whether the model is at work."""
        return self._inference.job is not None

    @property
    def energy_source(self) -> str:
        """What measures what answers cost, '' if nothing does."""
        return self._meter.measures if self._meter else ""

    def flip_weights(self, count: int, seed: int) -> None:
        """Flip bits of the model's weights, as radiation would; a notice tells which."""
        self._inference.flip(count, seed)

    def summary(self) -> dict[str, int]:
        """Return the counts of what the program has done."""
        return {
            "frames_received": self._link.receiver.frames_accepted,
            "inferences": self._inference.started,
            "interruptions": self._inference.interruptions,
            "retransmissions": self._segments_resent,
        }

    # -- messages --------------------------------------------------------------------------------------------------

    def _obey(self, message: Message, now_s: float) -> None:
        match message:
            case Prompt():
                self._take_prompt(message, now_s)
            case Missing(prompt_id=prompt_id):
                self._resend(prompt_id, message)
            case Cancel(prompt_id=prompt_id):
                self._cancel(prompt_id, now_s)
            case Confirm(prompt_ids=prompt_ids):
                for prompt_id in prompt_ids:
                    self._confirm(prompt_id)
            case SwitchModel() | RemoveModel() | ListModels() if self._models is not None:
                self._tell(self._models.take(message))
            case _:  # a message of the downlink, heard on the uplink: not for us
                return

    def _take_prompt(self, prompt: Prompt, now_s: float) -> None:
        """A prompt known already is answered with where it stands: it never runs twice."""
        job = self._jobs.get(prompt.prompt_id)
        if job is None:
            job = Job(prompt, now_s)
            self._observe(Milestone.PROMPT_RECEIVED, prompt.prompt_id, now_s, {})
            self._admit(job, now_s)
            self._jobs.add(job)
        self._reply_state(job)

    def _admit(self, job: Job, now_s: float) -> None:
        """Keep the prompt, or refuse it if it cannot be answered: first for what will not change by waiting."""
        ahead = self._jobs.open_count()
        if job.late(now_s):
            self._refuse(job, RefusalReason.DEADLINE_PAST, "the deadline is past", now_s)
        elif ahead > self._settings.queue_limit:
            self._refuse(job, RefusalReason.QUEUE_FULL, f"{ahead} prompts come first", now_s)
        elif isinstance(self._decision, Refuse):
            self._refuse(job, self._decision.reason, self._decision.why, now_s)
        elif not self._keeping.admit(job):
            self._refuse(job, RefusalReason.JOURNAL_FULL, self._keeping.trouble[:_MAX_TROUBLE], now_s)

    def _refuse(self, job: Job, reason: RefusalReason, detail: str, now_s: float) -> None:
        refusal = Refusal(job.prompt.prompt_id, reason, detail)
        job.refuse(refusal)
        self._keeping.refused(refusal)
        self._observe(Milestone.REFUSED, job.prompt.prompt_id, now_s, {"reason": reason.value, "detail": detail})
        self._reply_state(job)

    def _reply_state(self, job: Job) -> None:
        prompt_id = job.prompt.prompt_id
        if job.state is JobState.CONFIRMED:
            self._replies.put(Refusal(prompt_id, RefusalReason.CONFIRMED, "its answer was confirmed and is dropped"))
        else:
            self._replies.put(job.refusal or Accepted(prompt_id, self._jobs.open_before(job)))

    def _resend(self, prompt_id: bytes, missing: Missing) -> None:
        job = self._jobs.get(prompt_id)
        if job is None:
            self._replies.put(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
            return
        job.buffer.resend(missing)
        if job.refusal or not job.buffer.pending:
            self._reply_state(job)

    def _cancel(self, prompt_id: bytes, now_s: float) -> None:
        """What runs ends with a last segment; what has ended stands as it is, and is asked for by Missing."""
        job = self._jobs.get(prompt_id)
        if job is None:
            self._replies.put(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
        elif job.state is JobState.QUEUED:
            self._refuse(job, RefusalReason.CANCELLED, "", now_s)
        elif self._inference.job is job:
            self._inference.end(FinishReason.CANCELLED)
        else:
            self._reply_state(job)

    def _confirm(self, prompt_id: bytes) -> None:
        job = self._jobs.get(prompt_id)
        if job is not None and job.confirm():
            self._keeping.confirmed(prompt_id)

    # -- the model -------------------------------------------------------------------------------------------------

    def _look_after_engine(self, now_s: float) -> None:
        for notice in self._inference.tick(now_s):
            if self.on_notice is not None:
                self.on_notice(notice)

    def _start_next(self, now_s: float) -> None:
        if self._inference.job is not None:
            return
        waiting = self._jobs.waiting()
        self._waits_for = self._obstacle(now_s) if waiting else ""
        self._note_deferral(waiting, now_s)
        if self._models is not None and self._models.busy:
            self._inference.hold()
        elif self._waits_for or not waiting:
            self._inference.rest()
        else:
            self._begin(waiting[0], self._models.name if self._models else "", now_s)

    def _obstacle(self, now_s: float) -> str:
        """Return why no answer may begin, '' if one may."""
        if not self._power.on(now_s):
            return "the payload has no power"
        return "" if isinstance(self._decision, Go) else self._decision.why

    def _note_deferral(self, waiting: list[Job], now_s: float) -> None:
        """Tell which prompt waits for battery or heat, once; and the ground that one does, or none any more."""
        held = waiting[0] if waiting and self._power.on(now_s) and self._waits_for else None
        if held is self._deferred:
            return
        if held is not None:
            self._observe(Milestone.DEFERRED, held.prompt.prompt_id, now_s, {"reason": self._waits_for})
        self._deferred, self._health_due_s = held, now_s

    def _readings(self, now_s: float) -> Readings:
        """Return what is known of battery and payload; the hottest place counts."""
        board = self._power.readings(now_s)
        temperatures_c = [board.temperature_c, self._inference.reading.temperature_c]
        hottest_c = max((each for each in temperatures_c if each is not None), default=None)
        return Readings(board.battery_charge, board.bus_voltage_v, hottest_c, bool(board.throttled))

    def _begin(self, job: Job, model: str, now_s: float) -> None:
        left_s = job.contact_left_s(now_s)
        if left_s is not None:
            backlog_octets = sum(len(other.buffer.rest.encode()) for other in self._jobs.unsettled())
            job.shorten(tokens_in(left_s, self._inference.pace.slowest, self._settings.downlink, backlog_octets))
        if not job.goes_on_with(model):
            self._inference.give_up(job, f"{job.model} began the answer, and {model} is in service now", now_s)
        elif self._inference.start(job, now_s):
            job.model = model
            self._keeping.started(job, model)

    def _poll_model(self, now_s: float) -> None:
        """Without power the answer begins anew when it is back, if it is still wanted."""
        job = self._inference.job
        if self._power.on(now_s):
            too_long = self._inference.poll(now_s)
            if job is not None and too_long:
                self._refuse(job, RefusalReason.PROMPT_TOO_LONG, too_long, now_s)
            return
        if self._inference.interrupt(now_s) is FinishReason.CANCELLED and job is not None:
            self._refuse(job, RefusalReason.CANCELLED, "", now_s)

    def _drop_late(self, now_s: float) -> None:
        for job in self._jobs.waiting():
            if job.late(now_s):
                self._refuse(job, RefusalReason.DEADLINE_PAST, "the deadline passed in the queue", now_s)
        running = self._inference.job
        if running is not None and running.late(now_s):
            self._inference.end(FinishReason.DEADLINE)

    # -- frames ----------------------------------------------------------------------------------------------------

    def _put_replies(self) -> None:
        while self._replies and self._link.free_octets:
            self._link.send(self._replies.take())

    def _put_pdu(self, now_s: float) -> None:
        pdu = self._models.next_pdu(now_s) if self._models is not None and self._link.free_octets else None
        if pdu is not None:
            self._link.send_pdu(pdu)

    def _tell(self, news: list[ModelStatus]) -> None:
        for status in news:
            self._replies.put(status)

    def _put_segments(self, now_s: float) -> None:
        for job in self._jobs.unsettled():
            while job.buffer.pending:
                room = self._link.free_octets - segment_overhead_octets(job.buffer.end)
                if room < _MIN_TEXT_OCTETS and self._link.pending:
                    return
                if not self._put_segment(job, max(room, _MIN_TEXT_OCTETS), now_s):
                    break

    def _put_segment(self, job: Job, room: int, now_s: float) -> bool:
        """Send a segment; one that cannot be kept stays: after a restart the answer could be cut otherwise."""
        segment = job.buffer.next_segment(room)
        assert segment is not None  # it was pending, and any character fits
        again = segment.index < job.kept_segments
        if not self._keeping.segment(job, segment):
            job.buffer.resend(Missing(job.prompt.prompt_id, (segment.index,), segment.index + 1))
            return False
        self._segments_resent += again
        self._link.send(segment)
        detail: dict[str, object] = {"index": segment.index, "characters": len(segment.text), "again": again}
        self._observe(Milestone.SEGMENT_SENT, job.prompt.prompt_id, now_s, detail)
        return True


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
