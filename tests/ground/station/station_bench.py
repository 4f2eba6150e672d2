import math
import random
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

from ground.contact import Contact
from ground.inquiry import InquiryState
from ground.journal import Journal, JournalledInquiry
from ground.model_uplink import ModelUplink
from ground.model_uplink_build import build_model_uplink, open_outbox
from ground.station import Station
from ground.station_settings import StationSettings
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import MAX_SEGMENT_INDEX, Accepted, AnswerEnd, AnswerSegment, FinishReason, Message, Prompt
from protocol.model_messages import ModelStatus
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.profile import Profile

END = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)
AIR_S = 0.1
DELIVERED_S = 4 * AIR_S
"""From a message's only frame to the spacecraft's report of it."""
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)
GAPS_ONLY = MAX_SEGMENT_INDEX + 1
"""As the index from which on everything is asked for: nothing but the gaps is."""

opened = ExitStack()
"""The journals of the test that runs."""


class FullStore(MemoryStore):
    """Counters on a disk that is full at times."""

    full = False

    def raise_to(self, counter: str, number: int) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().raise_to(counter, number)


class Bench:
    """A station whose uplink frames are read back, and a spacecraft's end to speak to it with.

    The spacecraft reports what it hears unless it is `silent`.
    """

    folder = Path()
    numbers = count()

    def __init__(
        self, contacts: list[Contact] | None = None, settings: StationSettings | None = None, outbox: Path | None = None
    ) -> None:
        """Take a folder of packages, without which the station has nothing to do with models."""
        self._contacts, self._settings = contacts or [Contact(0.0, math.inf)], settings or StationSettings()
        self._outbox = outbox
        self._rng = random.Random(1)
        self._path = self.folder / f"{next(self.numbers)}.journal"
        self._journal: Journal | None = None
        self.store = FullStore()
        self.observed: list[Milestone] = []
        self.times_s: list[float] = []
        self.details: list[dict[str, object]] = []
        self.statuses: list[ModelStatus] = []
        self.sending: list[tuple[int, int]] = []
        """Frames of prompts on their way, and how many of them are confirmed."""
        self.texts: list[tuple[bytes, int, str]] = []
        self.silent = False
        self.now_s = 0.0
        self.spacecraft = SpacecraftLink(ENDS.flatsat, MemoryStore(), 223)
        self.start()

    def start(self) -> None:
        """Start the station, perhaps again: with its journal, and nothing else of the one before."""
        if self._journal is not None:
            self._journal.close()
        self._journal = opened.enter_context(closing(Journal(self._path)))
        self.models = self._model_uplink(self._outbox, self._journal) if self._outbox else None
        self.station = Station(
            GroundLink(ENDS.ground, self.store, 256, 223, FOP),
            self._contacts,
            lambda: self._rng.randbytes(8),
            self._observe,
            lambda *shown: self.texts.append(shown),
            self._journal,
            self._settings,
            now_s=self.now_s,
            models=self.models,
        )
        self.station.uplink.on_sending = lambda _, frames, acknowledged, s: self.sending.append((frames, acknowledged))

    def _model_uplink(self, outbox: Path, journal: Journal) -> ModelUplink:
        filestore = opened.enter_context(closing(open_outbox(outbox)))
        air = Profile.load("leo-bpsk")
        return build_model_uplink(outbox, filestore, journal, air, lambda *_: None, self.statuses.append, self.now_s)

    def establish(self) -> None:
        """Let time pass until the telecommand service stands."""
        while not self.station.link.sender.ready:
            assert self.pass_time(AIR_S) == []

    def pass_time(self, span_s: float) -> list[Message]:
        """Let time pass with frames of `AIR_S`; return what the station says in it."""
        heard: list[Message] = []
        end_s = self.now_s + span_s - 1e-9
        while self.now_s < end_s:
            self.station.tick(self.now_s)
            frame = self.station.frame_to_send(self.now_s)
            heard += self.spacecraft.receive(frame, self.now_s) if frame else []
            self.now_s += AIR_S
            if not self.silent:
                self.say()
        return heard

    def say(self, *messages: Message) -> None:
        for message in messages:
            self.spacecraft.send(message)
        while frame := self.spacecraft.next_frame(self.now_s):
            self.station.frame_received(frame, None, self.now_s)

    def sent(self, text: str = "Why?") -> bytes:
        prompt_id = self.station.prompts.ask(text, self.now_s)
        assert kinds(self.pass_time(DELIVERED_S)) == [Prompt]
        return prompt_id

    def accepted(self, text: str = "Why?") -> bytes:
        prompt_id = self.sent(text)
        self.say(Accepted(prompt_id, 0))
        return prompt_id

    def answered(self, text: str = "Why?") -> bytes:
        prompt_id = self.accepted(text)
        self.say(AnswerSegment(prompt_id, 0, "Because.", END))
        return prompt_id

    def state(self, prompt_id: bytes) -> InquiryState:
        return self.station.prompts.inquiry(prompt_id).state

    @property
    def text(self) -> str:
        return "".join(text for _, _, text in self.texts)

    def kept(self) -> list[JournalledInquiry]:
        assert self._journal is not None
        return self._journal.restore()

    def write_protect(self, protected: bool) -> None:
        assert self._journal is not None
        self._journal._database.execute(f"PRAGMA query_only = {protected:d}")

    def _observe(self, milestone: Milestone, prompt_id: bytes, s: float, detail: dict[str, object]) -> None:
        self.observed.append(milestone)
        self.times_s.append(s)
        self.details.append(detail)


def kinds(messages: list[Message]) -> list[type[Message]]:
    return [type(message) for message in messages]


def several(bench: Bench, number: int) -> list[bytes]:
    """Have so many prompts accepted."""
    ids = [bench.station.prompts.ask(f"Prompt {k}", bench.now_s) for k in range(number)]
    bench.pass_time(number * AIR_S)
    bench.say(*(Accepted(prompt_id, 0) for prompt_id in ids))
    return ids
