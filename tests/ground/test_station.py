import math
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.contact import Contact
from ground.errors import RequestError
from ground.inquiry import InquiryState
from ground.journal import Journal, JournalledInquiry
from ground.link_use import LinkUse
from ground.station import MAX_PROMPT_OCTETS, Station, StationSettings
from ground.told_inquiry import told_inquiry
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import (
    MAX_SEGMENT_INDEX,
    Accepted,
    AnswerEnd,
    AnswerSegment,
    Cancel,
    Confirm,
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

END = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)
AIR_S = 0.1
DELIVERED_S = 4 * AIR_S
"""From a message's only frame to the spacecraft's report of it."""
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)

opened = ExitStack()
"""The journals of the test that runs."""


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Bench.folder = quick_path
    with opened:
        yield


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

    def __init__(self, contacts: list[Contact] | None = None, settings: StationSettings | None = None) -> None:
        self._contacts, self._settings = contacts or [Contact(0.0, math.inf)], settings or StationSettings()
        self._rng = random.Random(1)
        self._path = self.folder / f"{next(self.numbers)}.journal"
        self._journal: Journal | None = None
        self.store = FullStore()
        self.observed: list[Milestone] = []
        self.details: list[dict[str, object]] = []
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
        self.station = Station(
            GroundLink(ENDS.ground, self.store, 256, 223, FOP),
            self._contacts,
            lambda: self._rng.randbytes(8),
            self._observe,
            lambda *shown: self.texts.append(shown),
            self._journal,
            self._settings,
            now_s=self.now_s,
        )

    def establish(self) -> None:
        """Let time pass until the telecommand service stands."""
        while not self.station.uplink_ready:
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
        prompt_id = self.station.ask(text, self.now_s)
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
        return self.station.inquiry(prompt_id).state

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
        self.details.append(detail)


@pytest.fixture
def bench() -> Bench:
    """A station whose telecommand service stands."""
    bench = Bench()
    bench.establish()
    return bench


def kinds(messages: list[Message]) -> list[type[Message]]:
    return [type(message) for message in messages]


# -- the operator's requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"text": ""}, "prompt"),
        ({"text": " \n"}, "prompt"),
        ({"text": "x" * (MAX_PROMPT_OCTETS + 1)}, "prompt"),
        ({"text": "é" * (MAX_PROMPT_OCTETS // 2 + 1)}, "prompt"),
        ({"text": None}, "prompt"),
        ({"text": "\ud800"}, "text"),
        ({"text": "a", "max_tokens": 0}, "max_tokens"),
        ({"text": "a", "max_tokens": "9"}, "max_tokens"),
        ({"text": "a", "temperature": -0.1}, "temperature"),
        ({"text": "a", "temperature": math.nan}, "temperature"),
        ({"text": "a", "seed": -1}, "seed"),
        ({"text": "a", "stop": ("",)}, "stop"),
        ({"text": "a", "stop": ("b",) * 17}, "stop"),
        ({"text": "a", "deadline_s": -1.0}, "deadline_s"),
        ({"text": "a", "within_contact": 1}, "within_contact"),
    ],
)
def test_what_cannot_be_sent_is_named(bench: Bench, how: dict[str, object], field: str) -> None:
    with pytest.raises(RequestError) as caught:
        bench.station.ask(now_s=0.0, **how)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert caught.value.accepted in str(caught.value)
    assert bench.pass_time(1.0) == []


def test_the_longest_prompt_is_taken(bench: Bench) -> None:
    bench.station.ask("x" * MAX_PROMPT_OCTETS, 0.0)
    (prompt,) = bench.pass_time(8.0)
    assert isinstance(prompt, Prompt)
    assert prompt.text == "x" * MAX_PROMPT_OCTETS


@pytest.mark.parametrize(
    ("before", "field"),
    [
        ({"system": "x" * MAX_PROMPT_OCTETS}, "system"),
        ({"turns": ("", "é" * (MAX_PROMPT_OCTETS // 2))}, "turns"),
        ({"turns": ("one",)}, "turns"),
        ({"turns": ["a", "b"]}, "turns"),
        ({"system": 5}, "system"),
        ({"prompt_id": b"short"}, "prompt_id"),
        ({"prompt_id": b""}, "prompt_id"),
    ],
)
def test_what_comes_before_a_prompt_is_checked_with_it(bench: Bench, before: dict[str, object], field: str) -> None:
    with pytest.raises(RequestError) as caught:
        bench.station.ask("Why?", 0.0, **before)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert list(bench.station.inquiries) == []


def test_a_conversation_goes_up_as_a_whole(bench: Bench) -> None:
    bench.station.ask("Why?", bench.now_s, system="Be brief.", turns=("Hi.", "Hello."))
    (prompt,) = bench.pass_time(DELIVERED_S)
    assert isinstance(prompt, Prompt)
    assert (prompt.system, prompt.turns, prompt.text) == ("Be brief.", ("Hi.", "Hello."), "Why?")
    assert bench.details[0] == {"text": "Why?"}


def test_an_id_that_is_given_is_the_prompts(bench: Bench) -> None:
    assert bench.station.ask("Why?", bench.now_s, prompt_id=b"my own 8") == b"my own 8"
    (prompt,) = bench.pass_time(DELIVERED_S)
    assert isinstance(prompt, Prompt)
    assert prompt.prompt_id == b"my own 8"


@pytest.mark.parametrize("ended", [False, True])
def test_a_prompt_that_is_known_is_not_asked_again(bench: Bench, ended: bool) -> None:
    how = {
        "temperature": 0.7,
        "deadline_s": 60.0,
        "within_contact": True,
        "turns": ("a", "b"),
        "prompt_id": b"my own 8",
    }
    bench.station.ask("Why?", bench.now_s, **how)  # type: ignore[arg-type]
    bench.pass_time(DELIVERED_S)
    if ended:
        bench.say(AnswerSegment(b"my own 8", 0, "Because.", END))
        bench.station.forget(b"my own 8")
    before = (list(bench.observed), bench.kept())
    assert bench.station.ask("Why?", bench.now_s, **how) == b"my own 8"  # type: ignore[arg-type]
    assert (bench.observed, bench.kept()) == before
    assert Prompt not in kinds(bench.pass_time(3.0))


@pytest.mark.parametrize(
    "other", [{"text": "How?"}, {"max_tokens": 9}, {"seed": 1}, {"system": ""}, {"turns": ("a", "b")}, {"stop": ("x",)}]
)
def test_an_id_stands_for_one_prompt(bench: Bench, other: dict[str, object]) -> None:
    bench.station.ask("Why?", bench.now_s, prompt_id=b"my own 8")
    with pytest.raises(RequestError, match="the same prompt again, or another id") as caught:
        bench.station.ask(**{"text": "Why?", "now_s": bench.now_s, "prompt_id": b"my own 8"} | other)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.value) == ("prompt_id", b"my own 8".hex())
    assert len(bench.kept()) == 1


@pytest.mark.parametrize("span", [(5.0, 5.0), (5.0, 3.0), (-1.0, 3.0), (math.nan, 1.0), (0.0, math.nan)])
def test_a_contact_has_a_length(span: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match="contact"):
        Contact(*span)


# -- the telecommand service -------------------------------------------------------------------------------------------


def test_the_service_is_begun_in_view_and_before_there_is_a_prompt() -> None:
    bench = Bench([Contact(1.0, 2.0), Contact(5.0, 6.0)])
    bench.pass_time(0.9)
    assert (bench.station.uplink_state, bench.station.uplink_ready) == ("initial", False)
    bench.pass_time(0.5)
    assert (bench.station.uplink_state, bench.station.uplink_ready) == ("active", True)


def test_no_frame_begins_that_would_not_end_in_view() -> None:
    bench = Bench([Contact(1.0, 2.0), Contact(5.0, 6.0)], StationSettings(uplink_frame_s=0.35))
    bench.station.tick(1.6)
    assert [bench.station.frame_to_send(s) for s in (0.9, 1.7, 2.0, 4.9, 5.7)] == [None] * 5
    assert bench.station.frame_to_send(1.6)


def test_out_of_view_the_timer_of_the_service_stands_still() -> None:
    bench = Bench([Contact(0.0, 2.0), Contact(500.0, math.inf)], StationSettings(uplink_frame_s=0.1))
    bench.establish()
    bench.silent = True
    bench.station.ask("Why?", bench.now_s)
    assert kinds(bench.pass_time(1.0)) == [Prompt]
    bench.pass_time(490.0)
    bench.silent = False
    assert bench.station.uplink_ready
    said = bench.pass_time(20.0)
    assert kinds(said[:1]) == [Missing], "the next report says that the prompt came"
    assert Prompt not in kinds(said)


def test_a_frame_without_a_number_is_not_sent_until_there_is_one(bench: Bench) -> None:
    bench.store.full = True
    prompts = {bench.station.ask(f"Number {number}?", bench.now_s) for number in range(300)}  # more than are reserved
    sent = {message.prompt_id for message in bench.pass_time(40.0) if isinstance(message, Prompt)}
    assert 0 < len(sent) < 256
    assert bench.station.trouble == "no sequence number can be reserved: No space left on device"
    assert bench.pass_time(3.0) == []
    bench.store.full = False
    assert sent | {message.prompt_id for message in bench.pass_time(60.0) if isinstance(message, Prompt)} == prompts


# -- sending -----------------------------------------------------------------------------------------------------------


def test_a_prompt_is_sent_once(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", bench.now_s, max_tokens=7, stop=("!",), deadline_s=3.0)
    (prompt,) = bench.pass_time(DELIVERED_S + 0.5)
    assert isinstance(prompt, Prompt)
    assert prompt == Prompt(prompt_id, "Why?", 7, 0.0, 0, ("!",), prompt.deadline_s)
    assert prompt.deadline_s == pytest.approx(3.0 - 0.35), "less the time until it is on board"
    assert bench.observed == [Milestone.QUEUED, Milestone.AOS, Milestone.UPLINK_FIRST_SAMPLE]


def test_a_prompt_that_waited_has_the_contact_as_its_aos() -> None:
    bench = Bench([Contact(5.0, 9.0)])
    bench.station.ask("Why?", 0.0)
    assert kinds(bench.pass_time(6.0)) == [Prompt]
    assert bench.observed == [Milestone.QUEUED, Milestone.AOS, Milestone.UPLINK_FIRST_SAMPLE]


def test_a_delivered_prompt_without_a_sign_is_asked_about_and_not_sent_again(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", bench.now_s)
    first, *others = bench.pass_time(6.0)
    assert isinstance(first, Prompt)
    assert 3 <= len(others) <= 6
    assert set(others) == {Missing(prompt_id, (), 0)}
    assert bench.station.prompts_resent == 0
    assert bench.state(prompt_id) is InquiryState.SENT


def test_what_is_not_reported_is_sent_again_by_the_service_alone(bench: Bench) -> None:
    bench.silent = True
    bench.station.ask("Why?", bench.now_s)
    before = bench.station._link.sender.frames_sent
    assert kinds(bench.pass_time(4.0)) == [Prompt], "the spacecraft takes the first and discards the others"
    assert bench.station._link.sender.frames_sent - before == 5
    assert bench.station.prompts_resent == 0


def test_the_timer_for_a_reply_runs_from_the_delivery_of_the_last_frame(bench: Bench) -> None:
    bench.station.ask("long " * 1000, bench.now_s)
    assert kinds(bench.pass_time(24 * AIR_S + 0.5)) == [Prompt]
    assert kinds(bench.pass_time(DELIVERED_S + 0.1)) == [Missing]


def test_prompts_follow_each_other_in_their_order(bench: Bench) -> None:
    for text in ("One?", "Two?", "Three?"):
        bench.station.ask(text, bench.now_s)
    assert [getattr(m, "text", "") for m in bench.pass_time(3 * AIR_S)] == ["One?", "Two?", "Three?"]


def test_a_message_is_made_when_the_one_before_has_been_handed_over(bench: Bench) -> None:
    """What is asked for is what is missing then."""
    prompt_id = bench.accepted()
    bench.station.ask("long " * 1000, bench.now_s)
    bench.pass_time(AIR_S)
    bench.say(AnswerSegment(prompt_id, 3, "d"))
    bench.pass_time(AIR_S)
    bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.pass_time(28 * AIR_S)[1:] == [Missing(prompt_id, (0, 2), GAPS_ONLY)]


def test_a_silent_answer_is_asked_for_less_and_less(bench: Bench) -> None:
    prompt_id = bench.accepted()
    times = [bench.now_s]
    for _ in range(6):
        while not bench.pass_time(AIR_S):
            pass
        times.append(bench.now_s)
        bench.say(Accepted(prompt_id, 3))
    spans = [round(b - a) for a, b in pairwise(times)]
    assert spans == [2, 4, 8, 8, 8, 8]


def test_a_segment_restores_the_first_timeout(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.pass_time(3.0)
    bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "a"))
    assert bench.pass_time(1.9) == []
    assert bench.pass_time(0.3) == [Missing(prompt_id, (), 1)]


GAPS_ONLY = MAX_SEGMENT_INDEX + 1


def test_a_new_gap_is_asked_for_at_once_and_a_known_one_after_a_timeout(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 2, "c"))
    assert bench.pass_time(AIR_S) == [Missing(prompt_id, (0, 1), GAPS_ONLY)]
    bench.say(AnswerSegment(prompt_id, 3, "d"), AnswerSegment(prompt_id, 0, "a"))
    assert bench.pass_time(0.5) == []
    assert bench.pass_time(0.4) == [Missing(prompt_id, (1,), GAPS_ONLY)]
    assert bench.pass_time(0.9) == [Missing(prompt_id, (1,), 4)], "after silence, the rest too"


def several(bench: Bench, number: int) -> list[bytes]:
    """Have so many prompts accepted."""
    ids = [bench.station.ask(f"Prompt {k}", bench.now_s) for k in range(number)]
    bench.pass_time(number * AIR_S)
    bench.say(*(Accepted(prompt_id, 0) for prompt_id in ids))
    return ids


def test_requests_for_many_answers_share_the_uplink(bench: Bench) -> None:
    ids = several(bench, 8)
    asked = [getattr(m, "prompt_id", b"") for m in bench.pass_time(30.0)]
    assert len(asked) <= 30.0 / StationSettings().response_timeout_s + 8
    counts = [asked.count(prompt_id) for prompt_id in ids]
    assert min(counts) >= 3, "every answer has its turn"
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(("chatter", "requests"), [(False, range(2, 5)), (True, range(9, 13))])
def test_a_spacecraft_that_is_heard_is_asked_for_several_answers_at_once(
    bench: Bench, chatter: bool, requests: range
) -> None:
    several(bench, 3)
    bench.pass_time(4.0)
    said: list[Message] = []
    for _ in range(30):
        said += bench.pass_time(AIR_S)
        if chatter:
            bench.say(Health(bench.now_s, 0, False, 1, 0))
    assert len(said) in requests


@pytest.mark.parametrize("cancelling", [True, False])
def test_an_accepted_does_not_delay_what_is_asked_for(bench: Bench, cancelling: bool) -> None:
    prompt_id = bench.accepted()
    if cancelling:
        bench.station.cancel(prompt_id, bench.now_s)
    else:
        bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.pass_time(AIR_S)
    bench.pass_time(AIR_S)
    bench.say(Accepted(prompt_id, 0))
    assert bench.pass_time(0.8)


# -- receiving ---------------------------------------------------------------------------------------------------------


def test_an_answer_from_the_first_segment_to_the_last(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "Be"), AnswerSegment(prompt_id, 1, "cause.", END))
    assert bench.text == "Because."
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert bench.observed[3:] == [
        Milestone.UPLINK_ACKED,
        Milestone.SEGMENT_RECEIVED,
        Milestone.FIRST_WORD_SHOWN,
        Milestone.SEGMENT_RECEIVED,
        Milestone.DONE,
    ]
    assert bench.details[-1]["finish_reason"] == "stop"
    assert bench.texts == [(prompt_id, 0, "Be"), (prompt_id, 2, "cause.")]
    assert bench.pass_time(10.0) == [Confirm((prompt_id,))]


def test_what_is_told_of_a_prompt_on_its_way_and_of_its_end(bench: Bench) -> None:
    sending: list[tuple[int, int]] = []
    bench.station.on_sending = lambda prompt_id, frames, acknowledged, now_s: sending.append((frames, acknowledged))
    prompt_id = bench.station.ask("x" * 2000, bench.now_s)
    bench.pass_time(3.0)
    assert (sending[0], sending[-1]) == ((10, 0), (10, 10))
    assert sending == sorted(set(sending))
    assert len(sending) > 3
    bench.say(Accepted(prompt_id, 2))
    assert (bench.observed[-1], bench.details[-1]) == (Milestone.UPLINK_ACKED, {"queue_position": 2})
    bench.say(AnswerSegment(prompt_id, 0, "Be"))
    bench.say(AnswerSegment(prompt_id, 1, "cause.", END))
    use = {"uplink_frames": 10, "uplink_resent": 0, "downlink_frames": 2}
    assert bench.details[-1].items() >= use.items()
    (kept,) = bench.kept()
    assert kept.link_use == LinkUse(**use)
    assert told_inquiry(kept)["ending"] == bench.details[-1]


def test_that_the_whole_prompt_is_up_is_told_before_what_became_of_it(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", bench.now_s)
    bench.silent = True
    bench.pass_time(0.2)
    bench.station.on_sending = lambda *told: bench.details.append({"acknowledged": told[2]})
    bench.say(Accepted(prompt_id, 2))
    assert bench.details[-2:] == [{"acknowledged": 1}, {"queue_position": 2}]


def test_frames_that_go_again_are_told(bench: Bench) -> None:
    sending: list[tuple[int, int]] = []
    bench.station.on_sending = lambda prompt_id, frames, acknowledged, now_s: sending.append((frames, acknowledged))
    prompt_id = bench.station.ask("x" * 500, bench.now_s)
    bench.silent = True
    bench.pass_time(2.0)
    bench.silent = False
    bench.pass_time(2.0)
    bench.say(AnswerSegment(prompt_id, 0, "Because.", END))
    assert sending == [(3, 0), (3, 3)]
    assert bench.details[-1]["uplink_frames"] == 3 + int(str(bench.details[-1]["uplink_resent"])) > 3


def test_two_segments_in_a_frame_are_one_frame(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "Be"), AnswerSegment(prompt_id, 1, "cause.", END))
    assert bench.details[-1]["downlink_frames"] == 1


def test_what_was_sent_before_a_restart_is_not_counted(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.start()
    bench.establish()
    bench.say(AnswerSegment(prompt_id, 0, "Because.", END))
    assert bench.observed[-1] is Milestone.DONE
    assert "uplink_frames" not in bench.details[-1]
    (kept,) = bench.kept()
    assert kept.link_use is None
    assert told_inquiry(kept)["ending"] == bench.details[-1]


def test_an_answer_without_a_character(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "", END))
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert Milestone.FIRST_WORD_SHOWN not in bench.observed


def test_a_segment_acknowledges_too(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.observed[-2:] == [Milestone.UPLINK_ACKED, Milestone.SEGMENT_RECEIVED]
    assert bench.details[-2] == {}, "it was read from the queue before: where it stood there is not known"
    assert bench.state(prompt_id) is InquiryState.ACCEPTED


@pytest.mark.parametrize(
    "late",
    [
        lambda i: Accepted(i, 0),
        lambda i: AnswerSegment(i, 0, "other"),
        lambda i: Refusal(i, RefusalReason.UNKNOWN_PROMPT, ""),
        lambda i: Refusal(i, RefusalReason.QUEUE_FULL, ""),
    ],
)
def test_what_comes_after_the_end_changes_nothing(bench: Bench, late: Callable[[bytes], Message]) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "yes", END))
    observed = list(bench.observed)
    bench.say(late(prompt_id))
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert bench.observed == observed
    assert bench.pass_time(5.0) == [Confirm((prompt_id,))]


def test_what_comes_before_a_prompt_was_sent_is_about_another(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", 0.0)
    bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "x", END))
    bench.say(Refusal(prompt_id, RefusalReason.QUEUE_FULL, ""))
    assert bench.state(prompt_id) is InquiryState.WAITING_TO_SEND
    assert bench.text == ""


@pytest.mark.parametrize("reason", [r for r in RefusalReason if r is not RefusalReason.UNKNOWN_PROMPT])
def test_a_refusal_ends_with_its_reason(bench: Bench, reason: RefusalReason) -> None:
    prompt_id = bench.sent()
    bench.say(Refusal(prompt_id, reason, "since so"))
    assert bench.station.inquiry(prompt_id).refusal == Refusal(prompt_id, reason, "since so")
    assert bench.observed[-1] is Milestone.REFUSED
    assert bench.details[-1] == {"reason": reason.value, "detail": "since so"}
    assert bench.pass_time(5.0) == []


def test_a_prompt_unknown_on_board_is_sent_again_and_not_shown_twice(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "one two"), Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    assert bench.station.prompts_resent == 1
    assert bench.observed.count(Milestone.AOS) == 1
    bench.say(AnswerSegment(prompt_id, 0, "one"), AnswerSegment(prompt_id, 1, " two three", END))
    assert bench.texts == [(prompt_id, 0, "one two"), (prompt_id, 7, " three")]
    assert bench.observed.count(Milestone.FIRST_WORD_SHOWN) == 1


def test_a_prompt_that_never_arrived_is_found_out_and_sent_again(bench: Bench) -> None:
    prompt_id = bench.sent()
    while bench.pass_time(AIR_S) != [Missing(prompt_id, (), 0)]:
        pass
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))  # a late one: it costs a prompt that is known
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    bench.say(Accepted(prompt_id, 0))
    assert bench.state(prompt_id) is InquiryState.ACCEPTED


def test_messages_of_the_uplink_and_strangers_are_ignored(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(Prompt(prompt_id, "x", 1), Missing(prompt_id, (), 0), Cancel(prompt_id), Accepted(bytes(8), 0))
    assert bench.state(prompt_id) is InquiryState.ACCEPTED


def test_health_is_handed_on(bench: Bench) -> None:
    heard: list[tuple[Health, float]] = []
    health = Health(1.0, 0, False, 1, 0)
    bench.say(health)
    bench.station.on_health = lambda *health: heard.append(health)
    bench.now_s = 2.0
    bench.say(health)
    assert bench.station.health == health
    assert heard == [(health, 2.0)]


# -- cancelling --------------------------------------------------------------------------------------------------------


def test_an_unknown_id_cannot_be_cancelled(bench: Bench) -> None:
    with pytest.raises(RequestError, match="prompt_id"):
        bench.station.cancel(bytes(8), 0.0)


def test_a_cancel_is_sent_again_until_it_is_settled(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.station.cancel(prompt_id, bench.now_s)
    assert bench.pass_time(3.0) == [Cancel(prompt_id), Missing(prompt_id, (), 0)] * 4
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    refusal = bench.station.inquiry(prompt_id).refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.CANCELLED
    assert bench.pass_time(3.0) == []


def test_a_cancel_while_its_prompt_is_on_the_air_follows_at_once(bench: Bench) -> None:
    prompt_id = bench.station.ask("long " * 100, 0.0)
    bench.pass_time(AIR_S)
    bench.station.cancel(prompt_id, bench.now_s)
    assert kinds(bench.pass_time(5 * AIR_S)) == [Prompt, Cancel, Missing]


def test_a_cancel_is_repeated_while_the_answer_streams_on(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.cancel(prompt_id, bench.now_s)
    said: list[Message] = []
    for index in range(10):
        said += bench.pass_time(2 * AIR_S)
        bench.say(AnswerSegment(prompt_id, index, "x"))
    assert kinds(said).count(Cancel) >= 3
    bench.say(AnswerSegment(prompt_id, 10, "", AnswerEnd(FinishReason.CANCELLED, 1, 10, 1.0)))
    assert bench.state(prompt_id) is InquiryState.ANSWERED


def test_a_prompt_that_waits_to_be_sent_again_is_withdrawn(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert bench.state(prompt_id) is InquiryState.WAITING_TO_SEND
    bench.station.cancel(prompt_id, bench.now_s)
    assert set(kinds(bench.pass_time(2.0))) == {Cancel}


def test_cancelling_twice_or_after_the_end_says_nothing(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "", END))
    bench.station.cancel(prompt_id, bench.now_s)
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]


def test_a_forgotten_inquiry_is_gone(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.forget(prompt_id)
    assert bench.pass_time(5.0) == []
    assert list(bench.station.inquiries) == []
    with pytest.raises(KeyError):
        bench.station.inquiry(prompt_id)


# -- confirming --------------------------------------------------------------------------------------------------------


def test_an_answer_is_confirmed_once_and_the_delivery_is_kept(bench: Bench) -> None:
    prompt_id = bench.answered()
    bench.silent = True
    assert bench.pass_time(2.0) == [Confirm((prompt_id,))]
    assert [kept.confirmed for kept in bench.kept()] == [False]
    bench.silent = False
    assert bench.pass_time(5.0) == []
    assert [kept.confirmed for kept in bench.kept()] == [True]


def test_a_refusal_is_not_confirmed(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.say(Refusal(prompt_id, RefusalReason.QUEUE_FULL, ""))
    assert bench.pass_time(3.0) == []


def test_answers_are_confirmed_when_nothing_else_is_due_and_at_most_16_at_once(bench: Bench) -> None:
    ids = several(bench, 20)
    bench.say(*(AnswerSegment(prompt_id, 0, "Because.", END) for prompt_id in ids))
    bench.station.ask("And then?", bench.now_s)
    prompt, *confirms = bench.pass_time(0.8)
    assert isinstance(prompt, Prompt)
    assert confirms == [Confirm(tuple(ids[:16])), Confirm(tuple(ids[16:]))]


def test_a_forgotten_answer_is_confirmed_all_the_same(bench: Bench) -> None:
    prompt_id = bench.answered()
    bench.station.forget(prompt_id)
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]


# -- a journal that fails ----------------------------------------------------------------------------------------------


def test_a_prompt_is_in_the_journal_before_it_is_queued(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", 3.0)
    (kept,) = bench.kept()
    assert (kept.prompt.prompt_id, kept.prompt.text, kept.asked_s) == (prompt_id, "Why?", 3.0)
    assert kept.state is InquiryState.WAITING_TO_SEND


def test_a_prompt_that_cannot_be_kept_is_refused(bench: Bench) -> None:
    bench.write_protect(True)
    with pytest.raises(RequestError, match="journal is 'read-only'; accepted: a journal that can be written"):
        bench.station.ask("Why?", bench.now_s)
    assert list(bench.station.inquiries) == []
    assert bench.observed == []
    assert bench.pass_time(2.0) == []
    bench.write_protect(False)
    assert bench.station.ask("Why?", bench.now_s)


def test_a_segment_that_cannot_be_kept_is_not_shown_and_asked_for_again(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.write_protect(True)
    bench.say(AnswerSegment(prompt_id, 0, "Be"))
    assert (bench.texts, "read-only" in bench.station.trouble) == ([], True)
    assert bench.observed[-1] is Milestone.UPLINK_ACKED
    assert bench.pass_time(2.2) == [Missing(prompt_id, (), 0)]
    bench.write_protect(False)
    bench.say(AnswerSegment(prompt_id, 0, "Be"), AnswerSegment(prompt_id, 1, "cause.", END))
    assert (bench.text, bench.station.trouble) == ("Because.", "")


def test_what_goes_on_without_a_journal_can_be_done_again(bench: Bench) -> None:
    sent, cancelled = bench.station.ask("One?", bench.now_s), bench.station.ask("Two?", bench.now_s)
    bench.write_protect(True)
    assert kinds(bench.pass_time(2 * AIR_S)) == [Prompt, Prompt]
    bench.station.cancel(cancelled, bench.now_s)
    bench.say(Accepted(sent, 0), Refusal(cancelled, RefusalReason.CANCELLED, ""))
    assert bench.state(cancelled) is InquiryState.REFUSED
    bench.start()
    assert [bench.state(prompt_id) for prompt_id in (sent, cancelled)] == [InquiryState.WAITING_TO_SEND] * 2
    bench.pass_time(2.0)
    bench.say(AnswerSegment(sent, 0, "Because.", END), Refusal(cancelled, RefusalReason.CANCELLED, ""))
    assert [kept.state for kept in bench.kept()] == [InquiryState.ANSWERED, InquiryState.REFUSED]


def test_a_confirmation_that_cannot_be_kept_is_sent_again_after_a_restart(bench: Bench) -> None:
    prompt_id = bench.answered()
    bench.write_protect(True)
    assert bench.pass_time(2.0) == [Confirm((prompt_id,))]
    bench.start()
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]
    bench.start()
    assert bench.pass_time(3.0) == []


# -- a restart ---------------------------------------------------------------------------------------------------------


def test_a_prompt_that_waited_is_sent(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", bench.now_s, max_tokens=7, stop=("!",))
    bench.start()
    assert bench.pass_time(0.8) == [Prompt(prompt_id, "Why?", 7, 0.0, 0, ("!",))]


def test_a_deadline_runs_on(bench: Bench) -> None:
    late, in_time = bench.station.ask("Why?", bench.now_s, deadline_s=3.0), bench.station.ask("Why?", bench.now_s)
    bench.now_s += 4.0
    bench.start()
    said = bench.pass_time(0.8)
    assert [message.prompt_id for message in said if isinstance(message, Prompt)] == [in_time]
    assert bench.state(late) is InquiryState.REFUSED


@pytest.mark.parametrize("accepted", [False, True])
def test_a_prompt_that_was_sent_is_asked_about(bench: Bench, accepted: bool) -> None:
    prompt_id = bench.accepted() if accepted else bench.sent()
    bench.start()
    assert bench.state(prompt_id) is (InquiryState.ACCEPTED if accepted else InquiryState.SENT)
    assert bench.pass_time(0.8) == [Missing(prompt_id, (), 0)]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    assert bench.station.prompts_resent == 1


def test_an_answer_that_was_half_received_is_shown_from_its_beginning_and_the_rest_asked_for(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(*(AnswerSegment(prompt_id, index, text) for index, text in ((0, "one "), (1, "two "), (3, "4"))))
    bench.texts.clear()
    bench.start()
    assert bench.texts == [(prompt_id, 0, "one two ")]
    assert bench.pass_time(0.8) == [Missing(prompt_id, (2,), GAPS_ONLY)]
    bench.say(AnswerSegment(prompt_id, 2, "three "), AnswerSegment(prompt_id, 4, "", END))
    assert bench.texts == [(prompt_id, 0, "one two "), (prompt_id, 8, "three 4")]
    assert bench.observed.count(Milestone.FIRST_WORD_SHOWN) == 1
    assert bench.observed[-1] is Milestone.DONE


def test_an_answer_that_was_complete_is_ended(bench: Bench) -> None:
    """The program was killed between the last segment and the end."""
    prompt_id = bench.accepted()
    assert bench._journal is not None
    bench._journal.segment(AnswerSegment(prompt_id, 0, "Because.", END))
    bench.start()
    assert bench.texts == [(prompt_id, 0, "Because.")]
    assert bench.observed[-1] is Milestone.DONE
    assert bench.details[-1]["finish_reason"] == "stop"
    assert [kept.state for kept in bench.kept()] == [InquiryState.ANSWERED]
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]


@pytest.mark.parametrize("confirmed", [False, True])
def test_an_answer_that_was_told_is_confirmed_and_not_told_again(bench: Bench, confirmed: bool) -> None:
    prompt_id = bench.answered()
    if confirmed:
        bench.pass_time(3.0)
    observed, texts = list(bench.observed), list(bench.texts)
    bench.start()
    assert bench.pass_time(3.0) == ([] if confirmed else [Confirm((prompt_id,))])
    assert (bench.observed, bench.texts) == (observed, texts)


def test_a_cancel_is_sent_again(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.cancel(prompt_id, bench.now_s)
    bench.start()
    assert bench.pass_time(0.8) == [Cancel(prompt_id), Missing(prompt_id, (), 0)]


def test_a_cancel_before_the_prompt_was_sent_is_settled_though_the_refusal_was_not_kept(bench: Bench) -> None:
    """The program was killed between the two."""
    prompt_id = bench.station.ask("Why?", bench.now_s)
    assert bench._journal is not None
    bench._journal.cancelling(prompt_id)
    bench.start()
    assert bench.pass_time(0.8) == [Cancel(prompt_id)]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert bench.state(prompt_id) is InquiryState.REFUSED
    assert bench.pass_time(3.0) == []


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_refused_prompt_stays_refused(bench: Bench, cancelled: bool) -> None:
    if cancelled:
        bench.station.cancel(bench.station.ask("Why?", bench.now_s), bench.now_s)
    else:
        bench.say(Refusal(bench.sent(), RefusalReason.QUEUE_FULL, "8 come first"))
    observed = list(bench.observed)
    bench.start()
    assert list(bench.station.inquiries) == []
    assert bench.pass_time(3.0) == []
    assert bench.observed == observed


def test_a_prompt_that_began_anew_is_not_mixed_with_what_came_before(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "one two"), Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    bench.start()
    assert bench.pass_time(0.8) == [Missing(prompt_id, (), 0)]
    bench.say(AnswerSegment(prompt_id, 0, "one"), AnswerSegment(prompt_id, 1, " two three", END))
    assert bench.station.inquiry(prompt_id).assembler.text == "one two three"


def test_segments_that_contradict_each_other_do_not_stop_a_restart(bench: Bench) -> None:
    prompt_id = bench.accepted()
    segments = AnswerSegment(prompt_id, 0, "a"), AnswerSegment(prompt_id, 2, "c"), AnswerSegment(prompt_id, 1, "b", END)
    bench.say(*segments)
    assert bench.state(prompt_id) is InquiryState.ACCEPTED
    bench.start()
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert bench.text == "aab"


def test_prompts_come_back_in_their_order_and_not_from_the_future(bench: Bench) -> None:
    ids = [bench.station.ask(f"Number {k}?", bench.now_s) for k in range(5)]
    bench.now_s = 0.0
    bench.start()
    assert [inquiry.prompt.prompt_id for inquiry in bench.station.inquiries] == ids
    assert {inquiry.queued_s for inquiry in bench.station.inquiries} == {0.0}
    assert [getattr(message, "prompt_id", b"") for message in bench.pass_time(1.2)] == ids


# -- anything ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=240)))
def test_any_octets_are_taken(frames: list[bytes]) -> None:
    bench = Bench()
    bench.establish()
    prompt_id = bench.accepted()
    for frame in frames:
        bench.station.frame_received(frame, None, bench.now_s)
    assert bench.pass_time(3.0)[:1] == [Missing(prompt_id, (), 0)]
