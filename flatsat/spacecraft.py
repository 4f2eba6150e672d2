"""The spacecraft program: takes prompts off the link, has the model answer them and puts the answers on the link."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flatsat.answering import Answering
from flatsat.board import BoardClient
from flatsat.contact_rest import Downlink
from flatsat.energy.board_meter import BoardMeter
from flatsat.energy.energy_meter import EnergyMeter
from flatsat.energy.energy_policy import EnergyLimits
from flatsat.energy.energy_watch import EnergyWatch
from flatsat.engine import Engine, Notice
from flatsat.health_monitor import HealthMonitor
from flatsat.health_report import HealthReport
from flatsat.inference import Inference
from flatsat.job import Job
from flatsat.job_queue import JobQueue
from flatsat.journal import Journal
from flatsat.models.uplink import ModelUplink
from flatsat.payload_power import PayloadPower
from flatsat.prompts import Prompts
from flatsat.replies import Replies
from flatsat.safekeeping import Safekeeping
from flatsat.sending import Sending
from protocol.journey import Observer
from protocol.link import SpacecraftLink
from protocol.messages import Cancel, Confirm, Health, Message, Missing, Prompt
from protocol.model_messages import ListModels, ModelStatus, RemoveModel, SwitchModel
from radio.modem.reception import FrameQuality


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
        self._link, self._models = link, models
        self._power = PayloadPower(board, settings.status_valid_s)
        self._keeping = keeping = Safekeeping(journal)
        self._jobs = jobs = JobQueue(settings.remembered, (Job.restored(kept, now_s) for kept in journal.restore()))
        self._replies = replies = Replies()
        self._meter = meter or (BoardMeter(self._power) if settings.metered_by_board else None)
        self._inference = inference = Inference(engine, observe, hold, keeping.finished, self._meter)
        self._energy = energy = EnergyWatch(settings.limits, self._power, lambda: inference.reading)
        self._health = HealthReport(self._power, energy, settings.health_period_s, now_s)
        self._prompts = Prompts(jobs, keeping, replies, inference, energy, observe, settings.queue_limit)
        self._answering = Answering(
            jobs,
            self._prompts,
            inference,
            self._power,
            energy,
            models,
            keeping,
            observe,
            settings.downlink,
            self._health.hasten,
        )
        self._sending = Sending(link, replies, jobs, models, keeping, observe)
        self._monitor = HealthMonitor({"inference": lambda: inference.alive})
        self.on_notice: Callable[[Notice], None] | None = None
        """Called with what happens to the engine."""

    def trouble(self, now_s: float) -> str:
        """Return why prompts are not taken or not answered though the link works, '' if nothing is wrong."""
        unmetered = self._meter.trouble if self._meter else ""
        own = self._sending.trouble or self._keeping.trouble or self._monitor.trouble
        return own or self._power.trouble(now_s) or unmetered

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
            self._health.heard = quality if isinstance(quality, FrameQuality) else None
            self._keeping.telecommand(self._link.receiver.state)
        self._answering.start_next(now_s)
        return good

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Return a frame for the downlink, None if there is nothing to say."""
        return self._sending.next_frame(now_s)

    def tick(self, now_s: float) -> None:
        """Move everything on that does not wait for a frame."""
        self._monitor.tick(now_s)
        self._power.tick(now_s, self._monitor.healthy)
        self._look_after_engine(now_s)
        self._energy.tick(now_s)
        self._answering.poll(now_s)
        self._prompts.drop_late(now_s)
        self._answering.start_next(now_s)
        self._power.set_load(1.0 if self.inferring else 0.0)
        if self._models is not None:
            self._tell(self._models.tick(now_s, idle=not self.inferring))
        if self._health.due(now_s):
            self._replies.put(self.health(now_s))

    def health(self, now_s: float) -> Health:
        """Return the state to report."""
        receiver = self._link.receiver
        program = Health(
            max(0.0, now_s),
            self._jobs.open_count(),
            self.inferring,
            receiver.frames_accepted,
            receiver.frames_rejected,
            waits_for=self._answering.waits_for or None,
        )
        return self._health.complete(program, now_s)

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
            "retransmissions": self._sending.segments_resent,
        }

    def _obey(self, message: Message, now_s: float) -> None:
        match message:
            case Prompt():
                self._prompts.take(message, now_s)
            case Missing():
                self._prompts.resend(message)
            case Cancel(prompt_id=prompt_id):
                self._prompts.cancel(prompt_id, now_s)
            case Confirm(prompt_ids=prompt_ids):
                for prompt_id in prompt_ids:
                    self._prompts.confirm(prompt_id)
            case SwitchModel() | RemoveModel() | ListModels() if self._models is not None:
                self._tell(self._models.take(message))
            case _:  # a message of the downlink, heard on the uplink: not for us
                return

    def _look_after_engine(self, now_s: float) -> None:
        for notice in self._inference.tick(now_s):
            if self.on_notice is not None:
                self.on_notice(notice)

    def _tell(self, news: list[ModelStatus]) -> None:
        for status in news:
            self._replies.put(status)
