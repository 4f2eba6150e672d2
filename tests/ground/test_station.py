import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.errors import RequestError
from ground.inquiry import InquiryState
from ground.station import MAX_PROMPT_OCTETS, Contact, Station, StationSettings
from protocol.journey import Milestone
from protocol.link import GroundLink, SpacecraftAddress, SpacecraftLink
from protocol.messages import (
    MAX_SEGMENT_INDEX,
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

END = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)
AIR_S = 0.1


class Bench:
    """A station whose uplink frames are read back, and a spacecraft's end to speak to it with."""

    def __init__(self, contacts: list[Contact] | None = None, settings: StationSettings | None = None) -> None:
        rng = random.Random(1)
        self.observed: list[Milestone] = []
        self.details: list[dict[str, object]] = []
        self.text = ""
        self.now_s = 0.0
        self.station = Station(
            GroundLink(SpacecraftAddress(), 256, 223),
            contacts or [Contact(0.0, math.inf)],
            lambda: rng.randbytes(8),
            self._observe,
            self._on_text,
            settings or StationSettings(),
        )
        self.spacecraft = SpacecraftLink(SpacecraftAddress(), 223)

    def pass_time(self, span_s: float) -> list[Message]:
        """Let time pass with frames of `AIR_S`; return what the station says in it."""
        heard: list[Message] = []
        end_s = self.now_s + span_s - 1e-9
        while self.now_s < end_s:
            self.station.tick(self.now_s)
            frame = self.station.frame_to_send(self.now_s)
            heard += self.spacecraft.receive(frame) if frame else []
            self.now_s += AIR_S
        return heard

    def say(self, *messages: Message) -> None:
        for message in messages:
            self.spacecraft.send(message)
        while frame := self.spacecraft.next_frame():
            self.station.frame_received(frame, None, self.now_s)

    def accepted(self, text: str = "Why?") -> bytes:
        prompt_id = self.station.ask(text, self.now_s)
        self.pass_time(AIR_S)
        self.say(Accepted(prompt_id, 0))
        return prompt_id

    def state(self, prompt_id: bytes) -> InquiryState:
        return self.station.inquiry(prompt_id).state

    def _observe(self, milestone: Milestone, prompt_id: bytes, s: float, detail: dict[str, object]) -> None:
        self.observed.append(milestone)
        self.details.append(detail)

    def _on_text(self, prompt_id: bytes, text: str) -> None:
        self.text += text


@pytest.fixture
def bench() -> Bench:
    return Bench()


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


@pytest.mark.parametrize("span", [(5.0, 5.0), (5.0, 3.0), (-1.0, 3.0), (math.nan, 1.0), (0.0, math.nan)])
def test_a_contact_has_a_length(span: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match="contact"):
        Contact(*span)


# -- sending -----------------------------------------------------------------------------------------------------------


def test_a_prompt_is_sent_once_while_its_answer_can_still_come(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", 0.0, max_tokens=7, stop=("!",), deadline_s=3.0)
    assert bench.pass_time(AIR_S + 0.6) == [Prompt(prompt_id, "Why?", 7, 0.0, 0, ("!",), 3.0)]
    assert bench.observed == [Milestone.QUEUED, Milestone.AOS, Milestone.UPLINK_FIRST_SAMPLE]


def test_an_unanswered_prompt_is_sent_again(bench: Bench) -> None:
    bench.station.ask("Why?", 0.0)
    assert kinds(bench.pass_time(AIR_S + 0.6 + AIR_S)) == [Prompt, Prompt]
    assert bench.station.retransmissions == 1
    assert bench.observed.count(Milestone.AOS) == 1


def test_the_timer_runs_from_the_end_of_the_last_frame(bench: Bench) -> None:
    bench.station.ask("long " * 1000, 0.0)
    assert kinds(bench.pass_time(21 * AIR_S + 0.5)) == [Prompt]


def test_one_prompt_is_under_way_at_a_time(bench: Bench) -> None:
    first, second = bench.station.ask("One?", 0.0), bench.station.ask("Two?", 0.0)
    assert [getattr(m, "text", "") for m in bench.pass_time(3.0)] == ["One?"] * 5
    bench.say(Accepted(first, 0))
    assert [getattr(m, "text", "") for m in bench.pass_time(1.0)] == ["Two?"] * 2
    assert bench.state(second) in (InquiryState.SENT, InquiryState.WAITING_TO_SEND)


def test_a_repeat_that_a_step_overtakes_is_still_a_repeat(bench: Bench) -> None:
    """A transceiver asks for frames up to a block ahead of the last tick."""
    bench.station.ask("Why?", 0.0)
    assert bench.station.frame_to_send(0.0)
    assert bench.station.frame_to_send(0.1) is None
    assert bench.station.frame_to_send(0.9) is None
    bench.station.tick(0.9)
    assert bench.station.frame_to_send(0.9)
    assert bench.station.retransmissions == 1


def test_no_frame_begins_that_would_not_end_in_view() -> None:
    bench = Bench([Contact(1.0, 2.0), Contact(5.0, 6.0)], StationSettings(uplink_frame_s=0.35))
    bench.station.ask("Why?", 0.0)
    assert [bench.station.frame_to_send(s) for s in (0.9, 1.7, 2.0, 4.9, 5.7)] == [None] * 5
    assert bench.station.frame_to_send(1.6)


def test_a_silent_answer_is_asked_for_less_and_less(bench: Bench) -> None:
    prompt_id = bench.accepted()
    times = []
    for _ in range(6):
        while not bench.pass_time(AIR_S):
            pass
        times.append(bench.now_s)
        bench.say(Accepted(prompt_id, 3))
    spans = [round(b - a) for a, b in zip([0.0, *times], times, strict=False)]
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
    assert bench.pass_time(0.8) == [Missing(prompt_id, (1,), 4)], "after silence, the rest too"


def test_requests_for_many_answers_share_the_uplink() -> None:
    bench = Bench()
    for number in range(8):
        bench.accepted(f"Prompt {number}")
    asked = [getattr(m, "prompt_id", b"") for m in bench.pass_time(30.0)]
    assert len(asked) <= 30.0 / StationSettings().response_timeout_s + 8
    counts = [asked.count(prompt_id) for prompt_id in dict.fromkeys(asked)]
    assert len(counts) == 8, "every answer has its turn"
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(("chatter", "requests"), [(False, range(4, 7)), (True, range(9, 13))])
def test_a_spacecraft_that_is_heard_is_asked_for_several_answers_at_once(chatter: bool, requests: range) -> None:
    bench = Bench()
    for number in range(3):
        bench.accepted(f"Prompt {number}")
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
    assert bench.pass_time(10.0) == []


def test_an_answer_without_a_character(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "", END))
    assert bench.state(prompt_id) is InquiryState.ANSWERED
    assert Milestone.FIRST_WORD_SHOWN not in bench.observed


def test_a_segment_acknowledges_too(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", 0.0)
    bench.pass_time(AIR_S)
    bench.say(AnswerSegment(prompt_id, 1, "b"))
    assert bench.observed[-2:] == [Milestone.UPLINK_ACKED, Milestone.SEGMENT_RECEIVED]
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
    assert bench.pass_time(5.0) == []


def test_what_comes_before_a_prompt_was_sent_is_about_another(bench: Bench) -> None:
    prompt_id = bench.station.ask("Why?", 0.0)
    bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "x", END))
    bench.say(Refusal(prompt_id, RefusalReason.QUEUE_FULL, ""))
    assert bench.state(prompt_id) is InquiryState.WAITING_TO_SEND
    assert bench.text == ""


@pytest.mark.parametrize("reason", [r for r in RefusalReason if r is not RefusalReason.UNKNOWN_PROMPT])
def test_a_refusal_ends_with_its_reason(bench: Bench, reason: RefusalReason) -> None:
    prompt_id = bench.station.ask("Why?", 0.0)
    bench.pass_time(AIR_S)
    bench.say(Refusal(prompt_id, reason, "since so"))
    assert bench.station.inquiry(prompt_id).refusal == Refusal(prompt_id, reason, "since so")
    assert bench.observed[-1] is Milestone.REFUSED
    assert bench.details[-1] == {"reason": reason.value, "detail": "since so"}
    assert bench.pass_time(5.0) == []


def test_a_prompt_unknown_on_board_is_sent_again_and_not_shown_twice(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "one two"), Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    assert kinds(bench.pass_time(0.5)) == [Prompt]
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))  # a late one: the prompt is on its way
    assert bench.pass_time(0.1) == []
    bench.say(AnswerSegment(prompt_id, 0, "one"), AnswerSegment(prompt_id, 1, " two three", END))
    assert bench.text == "one two three"
    assert bench.observed.count(Milestone.FIRST_WORD_SHOWN) == 1


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
    prompt_id = bench.station.ask("Why?", 0.0)
    bench.pass_time(AIR_S)
    bench.station.cancel(prompt_id, bench.now_s)
    assert bench.pass_time(3.0) == [Cancel(prompt_id)] * 5
    bench.say(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
    refusal = bench.station.inquiry(prompt_id).refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.CANCELLED
    assert bench.pass_time(3.0) == []


def test_a_cancel_while_its_prompt_is_on_the_air_follows_at_once(bench: Bench) -> None:
    prompt_id = bench.station.ask("long " * 100, 0.0)
    bench.pass_time(AIR_S)
    bench.station.cancel(prompt_id, bench.now_s)
    assert kinds(bench.pass_time(3 * AIR_S)) == [Prompt, Cancel]


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
    prompt_id = bench.station.ask("Why?", 0.0)
    bench.pass_time(2 * AIR_S)
    bench.station.tick(5.0)
    assert bench.state(prompt_id) is InquiryState.WAITING_TO_SEND
    bench.station.cancel(prompt_id, bench.now_s)
    assert kinds(bench.pass_time(2.0)) == [Cancel] * 3


def test_cancelling_twice_or_after_the_end_says_nothing(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.say(AnswerSegment(prompt_id, 0, "", END))
    bench.station.cancel(prompt_id, bench.now_s)
    assert bench.pass_time(3.0) == []


def test_a_forgotten_inquiry_is_gone(bench: Bench) -> None:
    prompt_id = bench.accepted()
    bench.station.forget(prompt_id)
    assert bench.pass_time(5.0) == []
    with pytest.raises(KeyError):
        bench.station.inquiry(prompt_id)


@given(st.lists(st.binary(max_size=240)))
def test_any_octets_are_taken(frames: list[bytes]) -> None:
    bench = Bench()
    bench.accepted()
    for frame in frames:
        bench.station.frame_received(frame, None, bench.now_s)
    assert kinds(bench.pass_time(3.0))[:1] == [Missing]
