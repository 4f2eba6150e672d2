"""Ground station and flatsat joined frame by frame: air time, light time, loss and repetition, but no samples."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from flatsat.board import BoardClient
from flatsat.errors import BoardError
from flatsat.job import JobState
from flatsat.journal import Journal as FlatsatJournal
from flatsat.safekeeping import telecommand_state
from flatsat.scripted_engine import ScriptedEngine
from flatsat.spacecraft import Spacecraft, SpacecraftSettings
from ground.contact import Contact
from ground.inquiry import InquiryState
from ground.journal import Journal as GroundJournal
from ground.station import Station
from ground.station_settings import StationSettings
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import (
    Accepted,
    AnswerEnd,
    AnswerSegment,
    Cancel,
    FinishReason,
    Health,
    Message,
    Missing,
    Prompt,
    Refusal,
    RefusalReason,
)
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from protocol.serial.board import Rail, SetRail, StrokeWatchdog, decode, encode
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

UPLINK_OCTETS, DOWNLINK_OCTETS = 256, 223
LIGHT_S = 0.005
DOWNLINK_FRAME_S = 0.11
END = AnswerEnd(FinishReason.STOP, 1, 1, 1.0)
ALWAYS = [Contact(0.0, float("inf"))]
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)

unhurried = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])


def uplink_air_s(frame: bytes) -> float:
    """Return the air time of a frame in a CLTU with BCH(63,56) at 9600 baud."""
    return (-(-len(frame) // 7) * 8 + 26) * 8 / 9600


@dataclass
class Leg:
    """One direction: a transmitter that is free or not, and the frames in the air."""

    fetch: Callable[[float], bytes | None]
    deliver: Callable[[bytes, object, float], object]
    air_s: Callable[[bytes], float]
    rng: random.Random
    loss: float = 0.0
    repetition: float = 0.0
    free_s: float = 0.0
    flight: list[tuple[float, bytes]] = field(default_factory=list)
    sent: list[tuple[float, bytes]] = field(default_factory=list)

    def step(self, now_s: float, step_s: float, in_view: Callable[[float], bool]) -> None:
        while self.flight and self.flight[0][0] <= now_s:
            self.deliver(self.flight.pop(0)[1], None, now_s)
        while max(self.free_s, now_s) < now_s + step_s:
            start_s = max(self.free_s, now_s)
            frame = self.fetch(start_s)
            if frame is None:
                return
            self.sent.append((start_s, frame))
            self.free_s = start_s + self.air_s(frame)
            if in_view(start_s) and in_view(self.free_s):
                self._carry(frame)

    def _carry(self, frame: bytes) -> None:
        if self.rng.random() >= self.loss:
            copies = 2 if self.rng.random() < self.repetition else 1
            self.flight += [(self.free_s + LIGHT_S, frame)] * copies


class Journals:
    """Where the journals of a test lie."""

    folder = Path()
    opened = ExitStack()
    numbers = count()

    @classmethod
    def path(cls) -> Path:
        return cls.folder / f"{next(cls.numbers)}.journal"


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Journals.folder = quick_path
    with ExitStack() as Journals.opened:
        yield


class KilledError(Exception):
    """SIGKILL to the program that is named."""


@dataclass
class Fate:
    """When a program is killed: at which of its next writes, and whether that is durable."""

    program: str
    writes: int = 0
    after: bool = False
    depth: int = 0

    @contextmanager
    def endured(self, batch: AbstractContextManager[None]) -> Iterator[None]:
        outermost, dies = self.depth == 0, False
        if outermost and self.writes:
            self.writes -= 1
            dies = self.writes == 0
        if dies and not self.after:
            raise KilledError(self.program)
        self.depth += 1
        try:
            with batch:
                yield
        finally:
            self.depth -= 1
        if dies:
            raise KilledError(self.program)


class MortalGroundJournal(GroundJournal):
    """One at whose writes the ground may be killed."""

    def __init__(self, path: Path) -> None:
        self.fate = Fate("ground")
        super().__init__(path)

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self.fate.endured(super().batch()):
            yield


class MortalFlatsatJournal(FlatsatJournal):
    """One at whose writes the flatsat may be killed. It counts the answers that were kept whole."""

    def __init__(self, path: Path, kept_whole: Counter[bytes]) -> None:
        self.fate, self._kept_whole = Fate("flatsat"), kept_whole
        super().__init__(path)

    def finished(self, prompt_id: bytes, rest: str, end: AnswerEnd) -> None:
        """One that is killed after the write has kept it as well."""
        try:
            super().finished(prompt_id, rest, end)
        except KilledError:
            self._kept_whole[prompt_id] += self.fate.after
            raise
        self._kept_whole[prompt_id] += 1

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self.fate.endured(super().batch()):
            yield


class Dialogue:
    """Both programs and the link between them; `step_s` is the span of samples that a real one would take at once."""

    def __init__(
        self,
        engine: ScriptedEngine,
        seed: int = 0,
        loss: float = 0.0,
        repetition: float = 0.0,
        contacts: list[Contact] | None = None,
        board: "BoardLine | None" = None,
        limits: SpacecraftSettings | None = None,
        step_s: float = 0.02,
    ) -> None:
        self.engine, self.step_s, self.now_s = engine, step_s, 0.0
        self.contacts = contacts or ALWAYS
        self.events: list[tuple[str, Milestone, bytes, float]] = []
        self.texts: dict[bytes, str] = {}
        self.health: list[tuple[float, Health]] = []
        self.board = board
        self._limits = limits or SpacecraftSettings()
        self._rng = rng = random.Random(seed)
        self._stores = MemoryStore(), MemoryStore()
        self._ground_path, self._flatsat_path = Journals.path(), Journals.path()
        self._ground_journal: MortalGroundJournal | None = None
        self._flatsat_journal: MortalFlatsatJournal | None = None
        self.finished: Counter[bytes] = Counter()
        self.lives = True
        self.start_station()
        self.start_spacecraft()
        self.up = Leg(lambda s: self.station.frame_to_send(s), self._to_spacecraft, uplink_air_s, rng, loss, repetition)
        self.down = Leg(
            lambda s: self.spacecraft.frame_to_send(s),
            lambda frame, quality, s: self.station.frame_received(frame, quality, s),
            lambda _: DOWNLINK_FRAME_S,
            rng,
            loss,
            repetition,
        )

    def start_station(self) -> None:
        """Start the ground's program, perhaps again: with what is in its journal, and nothing else."""
        if self._ground_journal is not None:
            self._ground_journal.close()
        self._ground_journal = Journals.opened.enter_context(closing(MortalGroundJournal(self._ground_path)))
        self.station = Station(
            GroundLink(ENDS.ground, self._stores[0], UPLINK_OCTETS, DOWNLINK_OCTETS, FOP),
            self.contacts,
            lambda: self._rng.randbytes(8),
            lambda milestone, prompt_id, s, _: self.events.append(("ground", milestone, prompt_id, s)),
            self._on_text,
            self._ground_journal,
            StationSettings(),
            now_s=self.now_s,
        )
        self.station.on_health = lambda health, s: self.health.append((s, health))

    def start_spacecraft(self, keeps_journal: bool = False) -> None:
        """Start the flatsat's program, with nothing in its memory but what is in its journal, if it keeps that."""
        self.engine.close()
        if self._flatsat_journal is not None:
            self._flatsat_journal.close()
        if not keeps_journal:
            self._flatsat_path = Journals.path()
        self._flatsat_journal = Journals.opened.enter_context(
            closing(MortalFlatsatJournal(self._flatsat_path, self.finished))
        )
        state = telecommand_state(self._flatsat_journal)
        self.spacecraft = Spacecraft(
            SpacecraftLink(ENDS.flatsat, self._stores[1], DOWNLINK_OCTETS, state=state),
            self.engine,
            BoardClient(self.board) if self.board else None,
            self._flatsat_journal,
            lambda milestone, prompt_id, s, _: self.events.append(("flatsat", milestone, prompt_id, s)),
            lambda held: None,
            self._limits,
            now_s=self.now_s,
        )

    def doom(self, program: str, writes: int, after: bool) -> None:
        """Have a program be killed at one of its next writes to its journal, before that is durable or after."""
        journal = self._ground_journal if program == "ground" else self._flatsat_journal
        assert journal is not None
        journal.fate.writes, journal.fate.after = writes, after

    def step_to_death(self) -> None:
        """Let a step's time pass; a program that is killed in it is started again at once."""
        try:
            self.step()
        except KilledError as killed:
            self.lives = False
            if killed.args == ("ground",):
                self.start_station()
            else:
                self.start_spacecraft(keeps_journal=True)

    @property
    def ground_journal(self) -> GroundJournal:
        assert self._ground_journal is not None
        return self._ground_journal

    def ask(self, text: str, **how: object) -> bytes:
        return self.station.prompts.ask(text, self.now_s, **how)  # type: ignore[arg-type]

    def run(self, until: Callable[[], bool], limit_s: float) -> None:
        """Let time pass until something is so. Fail if it takes longer than `limit_s` of link time."""
        end_s = self.now_s + limit_s
        while not until():
            assert self.now_s < end_s, f"not within {limit_s} s"
            self.step()

    def run_for(self, span_s: float) -> None:
        end_s = self.now_s + span_s
        self.run(lambda: self.now_s >= end_s, span_s + 1)

    def answer(self, prompt_id: bytes, limit_s: float = 600.0) -> str:
        inquiry = self.station.prompts.inquiry(prompt_id)
        self.run(lambda: not inquiry.open, limit_s)
        assert inquiry.state is InquiryState.ANSWERED, inquiry.refusal
        assert self.texts.get(prompt_id, "") == inquiry.assembler.text, "what was shown is the answer"
        return inquiry.assembler.text

    def step(self) -> None:
        self.now_s += self.step_s
        if self.board:
            self.board.now_s = self.now_s
        self.station.tick(self.now_s)
        self.up.step(self.now_s, self.step_s, self._in_view)
        self.spacecraft.tick(self.now_s)
        self.down.step(self.now_s, self.step_s, self._in_view)

    def count(self, program: str, milestone: Milestone) -> Counter[bytes]:
        return Counter(e[2] for e in self.events if e[:2] == (program, milestone))

    def times(self, milestone: Milestone) -> list[float]:
        return [e[3] for e in self.events if e[1] is milestone]

    def _in_view(self, s: float) -> bool:
        return any(contact.aos_s <= s <= contact.los_s for contact in self.contacts)

    def _to_spacecraft(self, frame: bytes, quality: object, s: float) -> None:
        self.spacecraft.frame_received(frame, quality, s)

    def _on_text(self, prompt_id: bytes, at: int, text: str) -> None:
        before = self.texts.get(prompt_id, "")
        assert at <= len(before), "no word is left out"
        self.texts[prompt_id] = before[:at] + text
        assert self.texts[prompt_id].startswith(before), "what was shown stands"


class BoardLine:
    """A serial line to the simulated firmware, which can swallow watchdog strokes, or be lost."""

    def __init__(self, watchdog_timeout_s: float = 3.0, reset_off_s: float = 2.0) -> None:
        self._firmware = Firmware(Board(1, watchdog_timeout_s, reset_off_s))
        self._arrived = b""
        self.now_s = 0.0
        self.strokes_withheld = False
        self.lost = False

    def read(self) -> bytes:
        self._check()
        arrived, self._arrived = self._arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        self._check()
        (command,) = Deframer().feed(data)
        if not (self.strokes_withheld and isinstance(decode(command), StrokeWatchdog)):
            self._arrived += self._firmware.receive(data, self.now_s)

    def reopen(self) -> None:
        self._check()

    def command_rail(self, on: bool) -> None:
        """Switch the rail as an operator of the bench would."""
        self._firmware.receive(encode_frame(encode(SetRail(9, Rail.PAYLOAD, on))), self.now_s)

    def close(self) -> None:
        """Nothing is open."""

    def _check(self) -> None:
        if self.lost:
            raise BoardError("line", "gone")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


# -- any loss ----------------------------------------------------------------------------------------------------------


@unhurried
@given(
    answers=st.lists(TEXTS, min_size=1, max_size=5),
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0.0, 0.2, 0.5]) | st.floats(0, 0.5),
    repetition=st.sampled_from([0.0, 0.3]),
)
def test_every_answer_comes_exactly_and_after_one_inference(
    answers: list[str], seed: int, loss: float, repetition: float
) -> None:
    prompts = {f"Question {number}?": answer for number, answer in enumerate(answers)}
    dialogue = Dialogue(ScriptedEngine(answers=prompts, tokens_per_s=100), seed, loss, repetition)
    ids = {dialogue.ask(prompt, max_tokens=1000): answer for prompt, answer in prompts.items()}
    assert {prompt_id: dialogue.answer(prompt_id, 120.0) for prompt_id in ids} == ids
    assert dialogue.engine.inferences == len(prompts)
    assert dialogue.count("flatsat", Milestone.INFERENCE_STARTED) == Counter(list(ids))
    assert dialogue.count("ground", Milestone.DONE) == Counter(list(ids))
    started = [e[2] for e in dialogue.events if e[1] is Milestone.INFERENCE_STARTED]
    assert started == list(ids), "answered in the order of asking, whatever was lost"


def test_two_hundred_prompts_in_a_row_at_a_fifth_lost() -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=200), seed=11, loss=0.2)
    for number in range(200):
        prompt = f"Prompt {number}: how far is the Moon?"
        prompt_id = dialogue.ask(prompt, max_tokens=200)
        assert dialogue.answer(prompt_id, 60.0) == dialogue.engine.answer(prompt)
        dialogue.station.prompts.forget(prompt_id)
    assert dialogue.engine.inferences == 200
    assert dialogue.now_s < 200 * 5.0


def test_what_a_lost_frame_costs() -> None:
    def run(leg: str, lost: int) -> Dialogue:
        dialogue = Dialogue(ScriptedEngine(tokens_per_s=20), step_s=0.01)
        direction: Leg = getattr(dialogue, leg)
        carry, frames = direction._carry, iter(range(1000))
        direction._carry = lambda frame: None if next(frames) == lost else carry(frame)  # type: ignore[method-assign]
        dialogue.answer(dialogue.ask("What is lost?"))
        return dialogue

    whole = run("up", -1)
    ups, downs = len(whole.up.sent), len(whole.down.sent)
    assert (ups, downs > 8) == (3, True), "the service is begun with two frames, and the prompt is one"

    def costs_s(leg: str, frames: int) -> list[float]:
        return [run(leg, lost).now_s - whole.now_s for lost in range(frames)]

    assert all(0.8 < cost_s < 1.1 for cost_s in costs_s("up", ups)), "T1, until the frame is sent again"
    reports, segments, (last,) = split(costs_s("down", downs), 2, downs - 1)
    assert all(0.5 < cost_s < 1.1 for cost_s in reports), "of the service's beginning: T1, less what was on its way"
    assert all(-0.05 < cost_s < 0.7 for cost_s in segments), "the Accepted, and segments that others follow"
    assert 2.0 < last < 2.7, "the last segment: only silence shows that it is lost"


def split(values: list[float], *at: int) -> list[list[float]]:
    return [values[a:b] for a, b in pairwise((0, *at, len(values)))]


# -- sizes and characters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [0.0, 0.2])
@pytest.mark.parametrize("answer", ["", "yes", "x" * 60_000, "👩‍🚀" * 600, "é" * 900, "cut \ufffd"])
def test_answers_of_any_length(answer: str, loss: float) -> None:
    dialogue = Dialogue(ScriptedEngine(answers={"?": answer}, tokens_per_s=2000), 5, loss)
    assert dialogue.answer(dialogue.ask("?", max_tokens=65535)) == answer
    assert dialogue.engine.inferences == 1


@pytest.mark.parametrize("text", ["a", "👩🏽‍🚀 à la Café? " * 20, "z" * 16_384])
def test_prompts_of_any_length(text: str) -> None:
    dialogue = Dialogue(ScriptedEngine(answers={text: "Yes."}))
    assert dialogue.answer(dialogue.ask(text)) == "Yes."
    assert dialogue.count("ground", Milestone.UPLINK_FIRST_SAMPLE).total() == 1, "not sent again while on the air"


def test_a_prompt_of_several_frames_under_loss() -> None:
    text = "Why? " * 200
    dialogue = Dialogue(ScriptedEngine(answers={text: "Because."}), 2, loss=0.2)
    assert dialogue.answer(dialogue.ask(text)) == "Because."
    assert dialogue.engine.inferences == 1


def test_frames_leave_while_the_model_is_still_generating() -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=25))
    dialogue.answer(dialogue.ask("Tell me more about the sky over Bordeaux"))
    done_s = dialogue.times(Milestone.INFERENCE_DONE)[0]
    assert sum(s < done_s for s in dialogue.times(Milestone.SEGMENT_RECEIVED)) >= 3


# -- contacts ----------------------------------------------------------------------------------------------------------


@unhurried
@given(los_s=st.floats(0.4, 12.0), gap_s=st.floats(1.0, 60.0), seed=st.integers(0, 99), loss=st.sampled_from([0, 0.3]))
def test_loss_of_signal_at_any_time_costs_time_and_no_inference(
    los_s: float, gap_s: float, seed: int, loss: float
) -> None:
    contacts = [Contact(0.0, los_s), Contact(los_s + gap_s, 1e9)]
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=20), seed, loss, contacts=contacts)
    prompts = ["What is a pass? " * 40, "And its end?"]
    ids = [dialogue.ask(text, max_tokens=60) for text in prompts]
    for prompt_id in ids:
        dialogue.answer(prompt_id, los_s + gap_s + 90)
    assert dialogue.engine.inferences == 2
    for start_s, frame in dialogue.up.sent:
        end_s = start_s + uplink_air_s(frame)
        assert any(contact.aos_s <= start_s and end_s <= contact.los_s for contact in contacts)


def test_nothing_leaves_before_acquisition_of_signal() -> None:
    dialogue = Dialogue(ScriptedEngine(), contacts=[Contact(5.0, 100.0)])
    prompt_id = dialogue.ask("Are you there?")
    dialogue.answer(prompt_id)
    assert dialogue.up.sent[0][0] == pytest.approx(5.0, abs=0.03)


def test_a_silent_spacecraft_is_not_flooded() -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=5))
    ids = [dialogue.ask(f"Prompt {number}") for number in range(12)]
    dialogue.run(
        lambda: all(dialogue.station.prompts.inquiry(i).state is not InquiryState.WAITING_TO_SEND for i in ids), 30
    )
    dialogue.station.prompts.cancel(ids[1], dialogue.now_s)
    dialogue.up.loss = dialogue.down.loss = 1.0
    silent_s, before = dialogue.now_s, len(dialogue.up.sent)
    dialogue.run_for(120.0)
    sent = [s - silent_s for s, _ in dialogue.up.sent[before:]]
    window, limit, t1_s = FOP.window_frames, FOP.transmission_limit, FOP.t1_initial_s
    assert len(sent) < window * limit + 120.0 / t1_s, "until FOP-1 gives up; then it tries to begin, once in a T1"
    assert sum(s >= 60.0 for s in sent) < 60.0 / t1_s + 2
    dialogue.up.loss = dialogue.down.loss = 0.0
    before = len(dialogue.up.sent)
    dialogue.run(lambda: not any(dialogue.station.prompts.inquiry(i).open for i in ids), 60)
    queued_up = [s for s, _ in dialogue.up.sent[before:] if s < silent_s + 120 + 2.0]
    assert len(queued_up) < 2 * len(ids), "nothing had piled up while there was no reply"


def test_what_is_delivered_is_not_sent_again() -> None:
    """Reports and replies are lost apart from each other: a prompt of which there is no sign is asked about."""
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=5))
    keep = dialogue.spacecraft._replies.take
    dialogue.run(lambda: dialogue.station.link.sender.ready, 5.0)

    def without_accepted() -> Message:
        reply = keep()
        return Health(1.0, 0, False, 0, 0) if isinstance(reply, Accepted) else reply

    dialogue.spacecraft._replies.take = without_accepted  # type: ignore[method-assign]
    before = len(dialogue.up.sent)
    ids = [dialogue.ask(f"Prompt {number}", max_tokens=20) for number in range(4)]
    for prompt_id in ids:
        dialogue.answer(prompt_id, 60.0)
    assert dialogue.count("ground", Milestone.UPLINK_FIRST_SAMPLE) == Counter(ids)
    assert len(dialogue.up.sent) - before > 4, "what became of them was asked"


# -- what ends early ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [0.0, 0.5])
@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.3, 0.6, 1.0, 2.0, 2.7, 3.1, 5.0, 20.0])
@pytest.mark.parametrize("which", [0, 1])
def test_a_cancel_is_settled_at_any_time(loss: float, after_s: float, which: int) -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=10), 3, loss)
    ids = [dialogue.ask(f"Prompt {number}") for number in range(3)]
    dialogue.run_for(after_s)
    inquiry = dialogue.station.prompts.inquiry(ids[which])
    dialogue.station.prompts.cancel(ids[which], dialogue.now_s)
    dialogue.run(lambda: not inquiry.open, 60.0)
    if inquiry.state is InquiryState.REFUSED:
        assert inquiry.refusal is not None
        assert inquiry.refusal.reason is RefusalReason.CANCELLED
    else:
        assert inquiry.assembler.end is not None
        assert inquiry.assembler.end.finish_reason in (FinishReason.CANCELLED, FinishReason.STOP)
    for prompt_id in ids[:which] + ids[which + 1 :]:
        dialogue.answer(prompt_id, 60.0)


def test_a_prompt_cancelled_before_it_is_sent_never_leaves() -> None:
    dialogue = Dialogue(ScriptedEngine(), contacts=[Contact(5.0, 100.0)])
    prompt_id = dialogue.ask("Forget it")
    dialogue.station.prompts.cancel(prompt_id, dialogue.now_s)
    dialogue.run_for(20.0)
    assert len(dialogue.up.sent) == 2, "what begins the service"
    assert dialogue.count("ground", Milestone.UPLINK_FIRST_SAMPLE).total() == 0
    assert dialogue.count("flatsat", Milestone.PROMPT_RECEIVED).total() == 0
    assert dialogue.station.prompts.inquiry(prompt_id).state is InquiryState.REFUSED


def test_a_cancel_ends_the_inference() -> None:
    dialogue = Dialogue(ScriptedEngine(answers={"?": "word " * 500}, tokens_per_s=10))
    prompt_id = dialogue.ask("?", max_tokens=500)
    dialogue.run_for(3.0)
    dialogue.station.prompts.cancel(prompt_id, dialogue.now_s)
    answer = dialogue.answer(prompt_id, 2.0)
    assert 10 < len(answer.split()) < 40


@pytest.mark.parametrize("loss", [0.0, 0.4])
def test_deadlines(loss: float) -> None:
    dialogue = Dialogue(ScriptedEngine(answers={"?": "word " * 500}, tokens_per_s=10), 1, loss)
    dialogue.run(lambda: dialogue.station.link.sender.ready, 20.0)
    asked_s = dialogue.now_s
    running = dialogue.ask("?", max_tokens=500, deadline_s=8.0)
    waiting = dialogue.ask("And?", deadline_s=1.0)
    past = dialogue.ask("Already?", deadline_s=0.0)
    words = dialogue.answer(running, 60.0).split()
    (started_s,), (done_s,) = dialogue.times(Milestone.INFERENCE_STARTED), dialogue.times(Milestone.INFERENCE_DONE)
    late_s = done_s - asked_s - 8.0
    assert -0.5 < late_s < (0.1 if loss == 0 else 3 * FOP.t1_initial_s), "no more than the prompt was late on board"
    assert len(words) == pytest.approx(10 * (done_s - started_s), abs=3)
    end = dialogue.station.prompts.inquiry(running).assembler.end
    assert end is not None
    assert end.finish_reason is FinishReason.DEADLINE
    for late in (dialogue.station.prompts.inquiry(waiting), dialogue.station.prompts.inquiry(past)):
        dialogue.run(lambda late=late: not late.open, 60.0)  # type: ignore[misc]
        assert late.refusal is not None
        assert late.refusal.reason is RefusalReason.DEADLINE_PAST
    assert dialogue.engine.inferences == 1


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_a_full_queue_refuses_with_its_reason_and_answers_the_rest(loss: float) -> None:
    limits = SpacecraftSettings(queue_limit=2)
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=1), 6, loss, limits=limits)
    ids = [dialogue.ask("Slow?", max_tokens=30) for _ in range(5)]
    for prompt_id in ids[:3]:
        dialogue.answer(prompt_id)
    refusals = [dialogue.station.prompts.inquiry(prompt_id).refusal for prompt_id in ids[3:]]
    assert [refusal and refusal.reason for refusal in refusals] == [RefusalReason.QUEUE_FULL] * 2


def test_a_prompt_too_long_for_the_model_is_refused() -> None:
    dialogue = Dialogue(ScriptedEngine(max_prompt_tokens=5))
    inquiry = dialogue.station.prompts.inquiry(dialogue.ask("far too long a question for this"))
    dialogue.run(lambda: not inquiry.open, 10.0)
    assert inquiry.refusal is not None
    assert inquiry.refusal.reason is RefusalReason.PROMPT_TOO_LONG
    assert "at most 5" in inquiry.refusal.detail


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_a_flatsat_that_lost_its_memory_is_asked_again(loss: float) -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=20), 8, loss)
    ids = [dialogue.ask(f"What about number {number}?") for number in range(2)]
    dialogue.run(lambda: len(dialogue.texts.get(ids[0], "")) > 10, 60)
    dialogue.engine.close()
    dialogue.start_spacecraft()
    for number, prompt_id in enumerate(ids):
        assert dialogue.answer(prompt_id, 60.0) == dialogue.engine.answer(f"What about number {number}?")


# -- programs that are killed ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Death:
    """A program is killed: so long after the last death, or at so manieth of its writes from then on."""

    program: str
    after_s: float
    writes: int
    durable: bool


DEATHS = st.builds(
    Death, st.sampled_from(["ground", "flatsat"]), st.floats(0, 4), st.integers(0, 12), durable=st.booleans()
)


def run_to_death(dialogue: Dialogue, death: Death) -> None:
    end_s = dialogue.now_s + death.after_s
    while dialogue.now_s < end_s:
        dialogue.step_to_death()
    if death.writes:
        dialogue.doom(death.program, death.writes, death.durable)
    elif death.program == "ground":
        dialogue.start_station()
    else:
        dialogue.start_spacecraft(keeps_journal=True)


def settled(dialogue: Dialogue, ids: list[bytes]) -> bool:
    """Whether each answer is at the ground, and the spacecraft knows that."""
    jobs = [dialogue.spacecraft._jobs.get(prompt_id) for prompt_id in ids]
    return all(job is not None and job.state is JobState.CONFIRMED for job in jobs) and not any(
        inquiry.open for inquiry in dialogue.station.prompts.inquiries
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    deaths=st.lists(DEATHS, max_size=12),
    los_s=st.floats(0.4, 12.0),
    gap_s=st.floats(1.0, 60.0),
    seed=st.integers(0, 99),
    loss=st.sampled_from([0.0, 0.1, 0.3]),
)
def test_programs_killed_at_any_time_lose_nothing_and_answer_nothing_twice(
    deaths: list[Death], los_s: float, gap_s: float, seed: int, loss: float
) -> None:
    prompts = {"What is a crash? " * 40: "An end. " * 30, "Really?": "Yes.", "And?": ""}
    contacts = [Contact(0.0, los_s), Contact(los_s + gap_s, 1e9)]
    dialogue = Dialogue(ScriptedEngine(20, answers=prompts), seed, loss, 0.1, contacts)
    ids = {dialogue.ask(text, max_tokens=200): answer for text, answer in prompts.items()}
    for death in deaths:
        run_to_death(dialogue, death)
    end_s = dialogue.now_s + gap_s + 120
    while not settled(dialogue, list(ids)):
        assert dialogue.now_s < end_s, "not settled"
        dialogue.step_to_death()
    assert {prompt_id: dialogue.texts.get(prompt_id, "") for prompt_id in ids} == ids
    kept = {each.prompt.prompt_id: each for each in dialogue.ground_journal.restore()}
    assert {prompt_id: "".join(s.text for s in kept[prompt_id].segments) for prompt_id in ids} == ids
    assert dialogue.finished == Counter(list(ids)), "each was answered once"
    told = dialogue.count("ground", Milestone.DONE)
    assert set(told) == set(ids)
    assert told.total() <= len(ids) + len(deaths), "rather told twice than not at all"


@pytest.mark.parametrize("program", ["ground", "flatsat"])
@pytest.mark.parametrize("durable", [False, True])
def test_a_program_killed_at_each_of_its_writes_in_turn_loses_nothing(program: str, durable: bool) -> None:
    for writes in count(1):
        dialogue = Dialogue(ScriptedEngine(20, answers={"?": "one two three " * 8}))
        prompt_id = dialogue.ask("?", max_tokens=200)
        dialogue.doom(program, writes, durable)
        while not settled(dialogue, [prompt_id]):
            assert dialogue.now_s < 60.0, f"not settled: killed at write {writes}"
            dialogue.step_to_death()
        assert dialogue.texts == {prompt_id: "one two three " * 8}
        assert dialogue.finished == Counter([prompt_id])
        if dialogue.lives:
            break
    assert writes > 8


# -- the board ---------------------------------------------------------------------------------------------------------


def off_spans(dialogue: Dialogue) -> list[tuple[float, float]]:
    """Return the spans in which the health telemetry says that the rail is off."""
    reports = [*dialogue.health, (float("inf"), dialogue.health[-1][1])]
    return [(a, b) for (a, health), (b, _) in pairwise(reports) if health.payload_rail_on is False]


@pytest.mark.parametrize("cause", ["watchdog", "command"])
@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_an_answer_survives_the_loss_of_the_payloads_power(cause: str, loss: float) -> None:
    board = BoardLine()
    limits = SpacecraftSettings(health_period_s=0.25)
    dialogue = Dialogue(ScriptedEngine(answers={"?": "one two three " * 30}, tokens_per_s=10), 4, loss, board=board)
    dialogue._limits = limits
    dialogue.start_spacecraft()
    prompt_id = dialogue.ask("?", max_tokens=1000)
    dialogue.run(lambda: len(dialogue.texts.get(prompt_id, "")) > 30, 30.0)
    switch_rail(dialogue, cause, on=False)
    dialogue.run(lambda: dialogue.spacecraft.summary()["interruptions"] == 1, 10.0)
    assert not dialogue.spacecraft.health(dialogue.now_s).inferring
    off_s, inferences = dialogue.now_s, dialogue.engine.inferences
    dialogue.run_for(1.0)
    assert dialogue.engine.inferences == inferences, "no inference while the rail is off"
    switch_rail(dialogue, cause, on=True)
    assert dialogue.answer(prompt_id) == "one two three " * 30
    assert dialogue.spacecraft.summary()["interruptions"] == 1
    assert dialogue.engine.inferences == 2
    assert any(off_s - 1 < start_s < off_s + 3 for start_s, _ in off_spans(dialogue))
    resets = dialogue.health[-1][1].watchdog_resets
    assert resets == (1 if cause == "watchdog" else 0)


def switch_rail(dialogue: Dialogue, cause: str, on: bool) -> None:
    assert dialogue.board is not None
    if cause == "watchdog":
        dialogue.board.strokes_withheld = not on
    else:
        dialogue.board.command_rail(on)


def test_the_watchdog_is_stroked_and_the_readings_come_down() -> None:
    dialogue = Dialogue(ScriptedEngine(), board=BoardLine(watchdog_timeout_s=2.0))
    dialogue.run_for(35.0)
    assert len(dialogue.health) == 4, "after 1, 11, 21 and 31 s"
    for _, health in dialogue.health:
        assert health.payload_rail_on
        assert health.watchdog_resets == 0
        assert health.bus_voltage_v is not None
        assert 3.0 < health.bus_voltage_v < 30.0


def test_a_board_that_stops_answering_has_no_readings_and_no_inference() -> None:
    dialogue = Dialogue(ScriptedEngine(), board=BoardLine())
    dialogue.run_for(2.0)
    assert dialogue.board is not None
    dialogue.board.lost = True
    prompt_id = dialogue.ask("Anyone?")
    dialogue.run_for(30.0)
    assert dialogue.spacecraft.trouble(dialogue.now_s) == "board on line: gone"
    assert dialogue.engine.inferences == 0
    assert dialogue.station.prompts.inquiry(prompt_id).state is InquiryState.ACCEPTED
    assert dialogue.health[-1][1].bus_voltage_v is None
    assert dialogue.health[-1][1].payload_rail_on is None
    assert dialogue.health[-1][1].queue_depth == 1


def test_an_inference_under_way_stops_when_the_board_is_lost() -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=2), board=BoardLine())
    dialogue.ask("A long one, please")
    dialogue.run(lambda: dialogue.engine.inferences == 1, 10.0)
    dialogue.run_for(1.0)
    assert dialogue.board is not None
    dialogue.board.lost = True
    dialogue.run_for(0.1)
    assert not dialogue.spacecraft.health(dialogue.now_s).inferring
    assert dialogue.engine.inferences == 1


# -- anything on the link ----------------------------------------------------------------------------------------------


@unhurried
@given(octets=st.lists(st.binary(max_size=300), max_size=20), whole=st.booleans())
def test_any_octets_as_frames_do_no_harm(octets: list[bytes], whole: bool) -> None:
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=100))
    prompt_id = dialogue.ask("Still there?")
    for frame in octets:
        noise = frame.ljust(DOWNLINK_OCTETS, b"\0")[:DOWNLINK_OCTETS] if whole else frame
        dialogue.spacecraft.frame_received(frame, None, dialogue.now_s)
        dialogue.station.frame_received(noise, None, dialogue.now_s)
        dialogue.step()
    assert dialogue.answer(prompt_id, 30.0) == dialogue.engine.answer("Still there?")


IDS = st.sampled_from([bytes([value] * 8) for value in range(3)])
MESSAGES = st.one_of(
    st.builds(Prompt, IDS, st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.integers(1, 99)),
    st.builds(Accepted, IDS, st.integers(0, 9)),
    st.builds(AnswerSegment, IDS, st.integers(0, 4), st.just("a"), st.none() | st.just(END)),
    st.builds(Missing, IDS, st.just(()), st.integers(0, 65536)),
    st.builds(Cancel, IDS),
    st.builds(Refusal, IDS, st.sampled_from(RefusalReason), st.just("")),
    st.just(Health(1.0, 0, False, 0, 0)),
)


@unhurried
@given(said=st.lists(st.tuples(st.booleans(), MESSAGES, st.integers(0, 40)), max_size=30))
def test_any_message_at_any_time_does_no_harm(said: list[tuple[bool, Message, int]]) -> None:
    """Both ends hear messages that the other never sent, about prompts of its own, too."""
    dialogue = Dialogue(ScriptedEngine(tokens_per_s=20))
    numbers = iter(range(3))
    dialogue.station.prompts._new_prompt_id = lambda: bytes([next(numbers)] * 8)
    for number in range(2):
        dialogue.ask(f"Number {number}?")
    for upward, message, steps in said:
        hear = dialogue.spacecraft._obey if upward else dialogue.station._take
        hear(message, dialogue.now_s)
        dialogue.run_for(steps * dialogue.step_s)
    dialogue.run_for(20.0)
    assert dialogue.engine.inferences <= 3
    strangers = dialogue.ask("And now?")
    dialogue.run(lambda: not dialogue.station.prompts.inquiry(strangers).open, 60.0)


def test_a_prompt_of_the_ground_survives_a_prompt_no_engine_takes() -> None:
    dialogue = Dialogue(ScriptedEngine())
    dialogue.spacecraft._obey(Prompt(bytes(8), "", 5), dialogue.now_s)
    dialogue.spacecraft._obey(Prompt(bytes([1] * 8), "stop at nothing", 5, stop=("",)), dialogue.now_s)
    assert dialogue.engine.inferences == 0
    assert dialogue.answer(dialogue.ask("And mine?")) == dialogue.engine.answer("And mine?")
