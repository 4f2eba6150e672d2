"""Deadlines and cancelling across passes: the station against the real spacecraft program, with gaps between them."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flatsat.contact_rest import Downlink
from flatsat.journal import Journal as FlatsatJournal
from flatsat.scripted_engine import ScriptedEngine
from flatsat.spacecraft import Spacecraft, SpacecraftSettings
from ground.contact import Contact
from ground.inquiry import Inquiry, InquiryState
from ground.journal import Journal, read_queue
from ground.plan import WaitingPrompt, plan
from ground.station import Station
from ground.station_settings import StationSettings
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import Cancel, FinishReason, Message, Prompt, Refusal, RefusalReason
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore

AIR_S = 0.125
"""Of every frame, in both directions. Sums of it are exact."""
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)
PASSES = [Contact(0.0, 10.0), Contact(100.0, 110.0), Contact(200.0, 230.0)]
LONG = "word " * 1000
"""23 frames' worth of prompt."""


class Listening(SpacecraftLink):
    """The spacecraft's end, which notes what comes up."""

    def __init__(self) -> None:
        super().__init__(ENDS.flatsat, MemoryStore(), 223)
        self.heard: list[tuple[float, Message]] = []

    def receive(self, frame: bytes, now_s: float) -> list[Message]:
        messages = super().receive(frame, now_s)
        self.heard += [(now_s, message) for message in messages]
        return messages


class Passes:
    """Both programs and a link that loses nothing while the spacecraft is in view."""

    opened = ExitStack()
    folder = Path()
    numbers = count()

    def __init__(self, contacts: list[Contact], tokens_per_s: float = 10.0) -> None:
        self.contacts, self.now_s = list(contacts), 0.0
        self.path = self.folder / f"{next(self.numbers)}.ground"
        self._store, self._rng = MemoryStore(), random.Random(1)
        self._journal: Journal | None = None
        self.observed: list[tuple[Milestone, bytes, float]] = []
        self.engine = ScriptedEngine(answers={"Count!": "word " * 50}, tokens_per_s=tokens_per_s)
        self.link = Listening()
        on_board = self.opened.enter_context(closing(FlatsatJournal(self.path.with_suffix(".flatsat"))))
        self._spacecraft = Spacecraft(
            self.link,
            self.engine,
            None,
            on_board,
            lambda *_: None,
            lambda _: None,
            SpacecraftSettings(downlink=Downlink(AIR_S, 150)),
        )
        self.start()

    def start(self) -> None:
        """Start the station, perhaps again: with its journal and nothing else."""
        if self._journal is not None:
            self._journal.close()
        self._journal = self.opened.enter_context(closing(Journal(self.path)))
        self.station = Station(
            GroundLink(ENDS.ground, self._store, 256, 223, FOP),
            self.contacts,
            lambda: self._rng.randbytes(8),
            lambda milestone, prompt_id, s, _: self.observed.append((milestone, prompt_id, s)),
            lambda *_: None,
            self._journal,
            StationSettings(uplink_frame_s=AIR_S),
            now_s=self.now_s,
        )

    def run_until(self, end_s: float) -> None:
        while self.now_s < end_s - 1e-9:
            self.now_s = round(self.now_s + AIR_S, 6)
            in_view = self.station.contact(self.now_s) is not None
            self.station.tick(self.now_s)
            if up := self.station.frame_to_send(self.now_s):
                self._spacecraft.frame_received(up, None, self.now_s)
            self._spacecraft.tick(self.now_s)
            down = self._spacecraft.frame_to_send(self.now_s)
            if down and in_view:
                self.station.frame_received(down, None, self.now_s)

    def ask(
        self, text: str = "Why?", deadline_s: float | None = None, max_tokens: int = 100, within_contact: bool = False
    ) -> bytes:
        return self.station.prompts.ask(
            text, self.now_s, max_tokens=max_tokens, deadline_s=deadline_s, within_contact=within_contact
        )

    def cancel(self, prompt_id: bytes) -> None:
        self.station.prompts.cancel(prompt_id, self.now_s)

    def inquiry(self, prompt_id: bytes) -> Inquiry:
        return self.station.prompts.inquiry(prompt_id)

    def heard(self, kind: type[Message]) -> list[tuple[float, Message]]:
        return [(s, message) for s, message in self.link.heard if isinstance(message, kind)]

    def refusal(self, prompt_id: bytes) -> tuple[RefusalReason, float]:
        """Return why it was refused, and when that was known, to a tenth of a second."""
        refusal = self.inquiry(prompt_id).refusal
        assert isinstance(refusal, Refusal)
        (when_s,) = (s for milestone, one, s in self.observed if (milestone, one) == (Milestone.REFUSED, prompt_id))
        return refusal.reason, round(when_s, 1)


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Passes.folder = quick_path
    with Passes.opened:
        yield


@pytest.fixture
def passes() -> Passes:
    """In the first gap, with a telecommand service that stands."""
    passes = Passes(PASSES)
    passes.run_until(20.0)
    return passes


# -- deadlines ---------------------------------------------------------------------------------------------------------


def test_a_deadline_that_passes_out_of_contact_is_told_at_once(passes: Passes) -> None:
    prompt_id = passes.ask(deadline_s=30.0)
    passes.run_until(60.0)
    assert passes.refusal(prompt_id) == (RefusalReason.DEADLINE_PAST, 50.0)
    (kept,) = read_queue(passes.path)
    assert (kept.state, kept.deadline_s) == (InquiryState.REFUSED, 50.0)
    passes.run_until(108.0)
    assert passes.heard(Prompt) == []


def test_on_board_there_is_what_is_left(passes: Passes) -> None:
    passes.ask("Count!", deadline_s=83.0)
    passes.ask()
    passes.run_until(108.0)
    (first_s, first), (_, second) = passes.heard(Prompt)
    assert isinstance(first, Prompt)
    assert isinstance(second, Prompt)
    assert first.deadline_s is not None
    assert first_s + first.deadline_s == pytest.approx(103.0, abs=AIR_S + 0.01)
    assert second.deadline_s is None


def test_what_runs_on_board_ends_by_the_deadline_as_it_was_asked(passes: Passes) -> None:
    prompt_id = passes.ask("Count!", deadline_s=83.0)
    passes.run_until(109.0)
    inquiry = passes.inquiry(prompt_id)
    assert inquiry.assembler.end is not None
    assert inquiry.assembler.end.finish_reason is FinishReason.DEADLINE
    assert 25 <= len(inquiry.assembler.text.split()) <= 30


def test_a_part_of_an_answer_that_ended_by_its_deadline_in_a_gap_comes_in_the_next_pass() -> None:
    passes = Passes(PASSES)
    passes.run_until(8.0)
    prompt_id = passes.ask("Count!", deadline_s=4.0)
    passes.run_until(90.0)
    assert passes.inquiry(prompt_id).state is InquiryState.ACCEPTED, "the spacecraft rules over what it has"
    passes.run_until(105.0)
    assert passes.inquiry(prompt_id).state is InquiryState.ANSWERED
    assert 35 <= len(passes.inquiry(prompt_id).assembler.text.split()) <= 40


def test_a_prompt_that_could_not_be_on_board_in_time_is_not_begun() -> None:
    """Half of it would go up before LOS, the rest long after its deadline."""
    passes = Passes(PASSES)
    passes.run_until(9.0)
    late, other = passes.ask(LONG, deadline_s=50.0), passes.ask("And you?")
    passes.run_until(20.0)
    assert passes.refusal(late) == (RefusalReason.DEADLINE_PAST, 9.1)
    assert [getattr(prompt, "prompt_id", b"") for _, prompt in passes.heard(Prompt)] == [other]


def test_the_gap_counts_for_a_prompt_that_is_up_only_after_it() -> None:
    passes = Passes(PASSES)
    passes.run_until(9.0)
    prompt_id = passes.ask(LONG, deadline_s=95.0)
    passes.run_until(90.0)
    assert passes.inquiry(prompt_id).state is InquiryState.SENT
    passes.run_until(105.0)
    ((on_board_s, prompt),) = passes.heard(Prompt)
    assert 101.0 < on_board_s < 103.0
    assert isinstance(prompt, Prompt)
    assert prompt.deadline_s is not None
    assert on_board_s + prompt.deadline_s == pytest.approx(104.0, abs=1.2)


@pytest.mark.parametrize("clock_begins_again", [False, True])
def test_a_deadline_outlasts_a_restart(passes: Passes, clock_begins_again: bool) -> None:
    prompt_id = passes.ask(deadline_s=30.0)
    passes.run_until(40.0)
    passes.now_s = 0.0 if clock_begins_again else passes.now_s
    passes.start()
    asked_s = min(20.0, passes.now_s)
    passes.contacts[:] = [Contact(100.0, 110.0)]
    passes.run_until(asked_s + 29.5)
    assert passes.inquiry(prompt_id).open
    passes.run_until(asked_s + 31.0)
    assert passes.refusal(prompt_id)[0] is RefusalReason.DEADLINE_PAST


def test_a_prompt_that_is_sent_again_has_what_is_left_then() -> None:
    passes = Passes(PASSES, tokens_per_s=0.1)
    passes.run_until(20.0)
    prompt_id = passes.ask("Count!", deadline_s=1000.0)
    passes.run_until(103.0)
    passes.link.send(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    passes.run_until(105.0)
    (first_s, first), (second_s, second) = passes.heard(Prompt)
    assert isinstance(first, Prompt)
    assert isinstance(second, Prompt)
    assert first.deadline_s is not None
    assert second.deadline_s is not None
    assert second_s > first_s + 2.0
    assert second_s + second.deadline_s == pytest.approx(first_s + first.deadline_s, abs=AIR_S + 0.01)


# -- cancelling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("restart", [False, True])
def test_a_cancel_out_of_contact_goes_up_first_at_the_next_acquisition(restart: bool) -> None:
    passes = Passes(PASSES, tokens_per_s=0.4)
    passes.run_until(5.0)
    running = passes.ask("Count!")
    passes.run_until(20.0)
    passes.ask("And you?")
    passes.run_until(50.0)
    passes.cancel(running)
    passes.run_until(60.0)
    if restart:
        passes.start()
    before = len(passes.link.heard)
    passes.run_until(109.0)
    after = [message for _, message in passes.link.heard[before:]]
    assert after[0] == Cancel(running)
    assert sum(isinstance(message, Prompt) for message in after) == 1
    inquiry = passes.inquiry(running)
    assert inquiry.state is InquiryState.ANSWERED
    assert inquiry.assembler.end is not None
    assert inquiry.assembler.end.finish_reason is FinishReason.CANCELLED
    assert len(inquiry.assembler.text.split()) == pytest.approx(95 * 0.4, abs=2), "what was generated until then stays"


def test_after_a_restart_a_cancel_goes_before_questions_about_earlier_prompts() -> None:
    passes = Passes(PASSES, tokens_per_s=0.1)
    passes.run_until(5.0)
    _, unwanted = passes.ask("Count!"), passes.ask("And you?")
    passes.run_until(20.0)
    passes.cancel(unwanted)
    passes.start()
    before = len(passes.link.heard)
    passes.run_until(105.0)
    assert passes.link.heard[before][1] == Cancel(unwanted)


@pytest.mark.parametrize("restart", [False, True])
def test_an_answer_that_was_complete_before_the_cancel_came_up_stays(restart: bool) -> None:
    passes = Passes(PASSES)
    passes.run_until(8.0)
    prompt_id = passes.ask("Count!")
    passes.run_until(50.0)  # complete on board, and the half of it here
    had = len(passes.inquiry(prompt_id).assembler.text)
    passes.cancel(prompt_id)
    assert 0 < had < len("word " * 50)
    if restart:
        passes.start()
    passes.run_until(105.0)
    inquiry = passes.inquiry(prompt_id)
    assert (inquiry.state, inquiry.assembler.text) == (InquiryState.ANSWERED, "word " * 50)
    assert inquiry.assembler.end is not None
    assert inquiry.assembler.end.finish_reason is not FinishReason.CANCELLED
    assert passes.engine.inferences == 1


def test_a_prompt_cancelled_in_a_gap_before_it_was_sent_never_leaves(passes: Passes) -> None:
    prompt_id = passes.ask()
    passes.run_until(50.0)
    passes.cancel(prompt_id)
    assert passes.refusal(prompt_id) == (RefusalReason.CANCELLED, 50.0)
    passes.start()
    passes.run_until(109.0)
    assert passes.heard(Prompt) + passes.heard(Cancel) == []


def test_a_prompt_cancelled_while_half_of_it_is_up_is_not_answered() -> None:
    """What COP-1 has begun it ends; the Cancel is next."""
    passes = Passes(PASSES)
    passes.run_until(9.0)
    prompt_id = passes.ask(LONG)
    passes.run_until(50.0)
    assert passes.heard(Prompt) == []
    passes.cancel(prompt_id)
    passes.run_until(109.0)
    assert [type(message) for _, message in passes.link.heard[:2]] == [Prompt, Cancel]
    end = passes.inquiry(prompt_id).assembler.end
    assert end is not None
    assert end.finish_reason is FinishReason.CANCELLED
    assert end.completion_tokens <= 3


def test_a_cancel_goes_before_what_was_asked_earlier() -> None:
    passes = Passes(PASSES, tokens_per_s=0.4)
    passes.run_until(5.0)
    running = passes.ask("Count!")
    passes.run_until(7.0)
    others = [passes.ask(LONG) for _ in range(3)]
    passes.cancel(running)
    passes.run_until(8.0)
    assert passes.heard(Cancel)
    assert all(passes.inquiry(other).transmissions == 0 for other in others[1:])


# -- the plan and what comes of it -------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(
    frames=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    deadlines=st.lists(st.none() | st.floats(1.0, 100.0), min_size=4, max_size=4),
    los_s=st.integers(3, 6),
    gap_s=st.integers(2, 10),
)
def test_nothing_goes_up_sooner_than_planned_and_all_that_is_planned_does(
    frames: list[int], deadlines: list[float | None], los_s: int, gap_s: int
) -> None:
    """Later, if a report is lost at LOS: what it was of goes again at the AOS."""
    starts_s = [10.0 + k * (los_s + gap_s) for k in range(4)]
    contacts = [Contact(aos_s, aos_s + los_s) for aos_s in starts_s] + [Contact(100.0, 120.0)]
    passes = Passes([Contact(0.0, 3.0), *contacts], tokens_per_s=1e4)
    passes.run_until(5.0)
    for number, deadline_s in zip(frames, deadlines, strict=False):
        passes.ask("x" * (number * 218 - 60), deadline_s=deadline_s)
    waiting = [WaitingPrompt(one.prompt, one.deadline_s) for one in passes.station.prompts.inquiries]
    planned = plan(waiting, contacts, StationSettings(uplink_frame_s=AIR_S).uplink, passes.now_s)
    passes.run_until(120.0)
    came_s = {getattr(prompt, "prompt_id", b""): s for s, prompt in passes.heard(Prompt)}
    assert list(came_s) == [one.prompt_id for one in planned if one.prompt_id in came_s], "in their order"
    for one, asked in zip(planned, waiting, strict=True):
        if asked.deadline_s == inf:
            assert one.uplink is not None
            assert one.uplink.end_s <= came_s[one.prompt_id] + 2 * AIR_S


def test_in_one_pass_prompts_come_up_when_it_is_planned(passes: Passes) -> None:
    for text in ("One?", LONG, "Three?"):
        passes.ask(text)
    waiting = [WaitingPrompt(one.prompt) for one in passes.station.prompts.inquiries]
    planned = plan(waiting, PASSES, StationSettings(uplink_frame_s=AIR_S).uplink, passes.now_s)
    passes.run_until(109.0)
    came_s = [s for s, _ in passes.heard(Prompt)]
    assert came_s == pytest.approx([one.uplink.end_s for one in planned if one.uplink], abs=2 * AIR_S)


# -- answers within the contact ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("los_s", [15.75, 16.5, 18.0])
def test_an_answer_within_the_contact_is_short_enough_for_it(los_s: float) -> None:
    passes = Passes([Contact(0.0, los_s), Contact(60.0, 90.0)])
    passes.ask("How long do you take?")
    passes.run_until(14.0)
    prompt_id = passes.ask("Count!", within_contact=True)
    passes.run_until(los_s)
    end = passes.inquiry(prompt_id).assembler.end
    assert passes.inquiry(prompt_id).state is InquiryState.ANSWERED
    assert end is not None
    assert end.finish_reason is FinishReason.LENGTH
    assert end.shortened_to == end.completion_tokens < 50


def test_without_being_asked_to_an_answer_is_as_long_as_it_is() -> None:
    passes = Passes([Contact(0.0, 20.0), Contact(60.0, 90.0)])
    passes.run_until(14.0)
    prompt_id = passes.ask("Count!")
    passes.run_until(80.0)
    end = passes.inquiry(prompt_id).assembler.end
    assert end is not None
    assert end.shortened_to is None
    assert passes.inquiry(prompt_id).assembler.text == "word " * 50


def test_what_is_left_is_told_of_the_contact_in_which_the_prompt_comes_up_after_a_restart_too() -> None:
    passes = Passes([Contact(0.0, 10.0), Contact(60.0, 90.0), Contact(200.0, inf)])
    passes.run_until(11.0)
    passes.ask("Why?", within_contact=True)
    passes.start()
    passes.run_until(70.0)
    ((received_s, prompt),) = passes.heard(Prompt)
    assert isinstance(prompt, Prompt)
    assert prompt.contact_left_s is not None
    assert prompt.contact_left_s == pytest.approx(90.0 - received_s - 2 * 0.02, abs=2 * AIR_S)
    assert prompt.contact_left_s <= 90.0 - received_s
    passes.run_until(210.0)
    passes.ask("And where?", within_contact=True)
    passes.run_until(215.0)
    last = passes.heard(Prompt)[-1][1]
    assert isinstance(last, Prompt)
    assert last.contact_left_s is None, "of a contact that never ends nothing is left"
