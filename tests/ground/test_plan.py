from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.air_time import FrameRate, Transmission, prompt_octets
from ground.build import downlink_rate, station_settings
from ground.contact import Contact
from ground.errors import RequestError
from ground.plan import AnswerRate, PlannedPrompt, WaitingPrompt, plan
from protocol.messages import Prompt
from radio.profile import Profile

UPLINK = FrameRate(frame_s=0.5, packet_octets=100)
ANSWERS = AnswerRate(10.0, FrameRate(frame_s=0.1, packet_octets=200))
FIRST, SECOND = Contact(10.0, 20.0), Contact(110.0, 120.0)


def prompt(number: int, frames: int = 1, max_tokens: int = 10) -> Prompt:
    """Return one that takes so many frames of `UPLINK`."""
    bare = prompt_octets(Prompt(bytes(8), "x" * 300, max_tokens)) - 300
    return Prompt(number.to_bytes(8, "big"), "x" * max(1, frames * UPLINK.packet_octets - bare), max_tokens)


def planned(
    *waiting: WaitingPrompt | Prompt,
    contacts: Sequence[Contact] = (FIRST, SECOND),
    now_s: float = 0.0,
    answers: AnswerRate | None = None,
) -> list[PlannedPrompt]:
    prompts = [WaitingPrompt(one) if isinstance(one, Prompt) else one for one in waiting]
    return plan(prompts, contacts, UPLINK, now_s, answers)


def spans(plans: list[PlannedPrompt]) -> list[tuple[float, float] | None]:
    return [(one.uplink.begin_s, one.uplink.end_s) if one.uplink else None for one in plans]


# -- the air time of frames --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("from_s", "octets", "expected"),
    [
        (0.0, 1, Transmission(FIRST, 10.0, 10.5)),
        (0.0, 100, Transmission(FIRST, 10.0, 10.5)),
        (0.0, 101, Transmission(FIRST, 10.0, 11.0)),
        (12.25, 2000, Transmission(FIRST, 12.25, 112.5)),  # 15 frames until 19.75, 5 later
        (19.5, 100, Transmission(FIRST, 19.5, 20.0)),
        (19.6, 100, Transmission(SECOND, 110.0, 110.5)),
        (0.0, 4000, Transmission(FIRST, 10.0, 120.0)),
        (0.0, 4001, Transmission(FIRST, 10.0, inf)),
        (119.6, 1, None),
        (500.0, 1, None),
    ],
)
def test_frames_go_while_they_end_in_contact(from_s: float, octets: int, expected: Transmission | None) -> None:
    assert UPLINK.transmission([SECOND, FIRST], from_s, octets) == expected


def test_a_contact_too_short_for_a_frame_is_none() -> None:
    assert UPLINK.transmission([Contact(1.0, 1.4), FIRST], 0.0, 1) == Transmission(FIRST, 10.0, 10.5)


def test_where_contacts_overlap_the_time_is_used_once() -> None:
    found = UPLINK.transmission([FIRST, Contact(15.0, 30.0)], 10.0, 2500)
    assert found == Transmission(FIRST, 10.0, 22.5)


def test_contact_without_an_end() -> None:
    found = UPLINK.transmission([Contact(3.0, inf)], 5.0, 1000)
    assert found == Transmission(Contact(3.0, inf), 5.0, 10.0)
    assert not found.across_passes


def test_a_frame_needs_room() -> None:
    with pytest.raises(RequestError, match="packet_octets is 0"):
        FrameRate(1.0, 0)


# -- prompts -----------------------------------------------------------------------------------------------------------


def test_prompts_follow_each_other_in_their_order() -> None:
    plans = planned(prompt(1), prompt(2, frames=3), prompt(3))
    assert spans(plans) == [(10.0, 10.5), (10.5, 12.0), (12.0, 12.5)]
    assert [one.prompt_id[-1] for one in plans] == [1, 2, 3]
    assert not any(one.too_late for one in plans)


def test_a_prompt_begins_before_loss_of_signal_and_goes_on_at_the_next_acquisition() -> None:
    first, second = planned(prompt(1, frames=5), prompt(2), now_s=18.5)
    assert first.uplink == Transmission(FIRST, 18.5, 111.0)
    assert first.uplink.across_passes
    assert second.uplink == Transmission(SECOND, 111.0, 111.5)


def test_what_no_contact_is_left_for() -> None:
    unfinished, nothing = planned(prompt(1, frames=5), prompt(2), now_s=118.5)
    assert unfinished.uplink == Transmission(SECOND, 118.5, inf)
    assert (nothing.uplink, nothing.too_late, nothing.answer_s) == (None, False, inf)


def test_a_prompt_that_would_come_after_its_deadline_leaves_its_place_to_the_next() -> None:
    late, in_time = WaitingPrompt(prompt(1, frames=2), 11.0), WaitingPrompt(prompt(2, frames=2), 11.1)
    plans = planned(late, in_time)
    assert spans(plans) == [None, (10.0, 11.0)]
    assert [one.too_late for one in plans] == [True, False]


@pytest.mark.parametrize(("deadline_s", "too_late"), [(111.0, True), (111.5, False), (inf, False)])
def test_a_deadline_counts_over_the_gap(deadline_s: float, too_late: bool) -> None:
    (one,) = planned(WaitingPrompt(prompt(1, frames=5), deadline_s), now_s=18.5)
    assert one.too_late is too_late


def test_a_deadline_without_a_contact_left() -> None:
    (one,) = planned(WaitingPrompt(prompt(1), 900.0), now_s=130.0)
    assert (one.uplink, one.too_late) == (None, True)


# -- answers -----------------------------------------------------------------------------------------------------------


def test_nothing_is_said_of_the_answer_without_the_models_pace() -> None:
    assert planned(prompt(1))[0].answer_s == inf


@pytest.mark.parametrize("pace", [0.0, -1.0, inf, nan])
def test_a_pace_is_more_than_nothing(pace: float) -> None:
    with pytest.raises(RequestError, match="tokens-per-s"):
        AnswerRate(pace, UPLINK)


def test_an_answer_ends_a_frame_after_the_model() -> None:
    (one,) = planned(prompt(1, max_tokens=20), answers=ANSWERS)
    assert one.answer_s == pytest.approx(10.5 + 2.0 + 0.1)


def test_the_model_answers_one_after_the_other() -> None:
    plans = planned(prompt(1, max_tokens=20), prompt(2, max_tokens=10), answers=ANSWERS)
    assert [one.answer_s for one in plans] == pytest.approx([12.6, 13.6])


def test_an_answer_that_is_not_done_before_loss_of_signal_comes_in_the_next_pass() -> None:
    (one,) = planned(prompt(1, max_tokens=200), answers=ANSWERS)
    assert one.answer_s == pytest.approx(110.1)


def test_a_slow_downlink_holds_an_answer_up() -> None:
    slow = AnswerRate(1000.0, FrameRate(frame_s=1.0, packet_octets=200))
    (one,) = planned(prompt(1, max_tokens=500), answers=slow)
    octets = 500 * 4  # and a head for each segment of less than 200
    assert 10.5 + octets / 200 < one.answer_s - 90.5 < 10.5 + octets / 150


def test_an_answer_for_which_no_contact_is_left() -> None:
    assert planned(prompt(1, max_tokens=5000), answers=ANSWERS)[0].answer_s == inf


# -- any queue ---------------------------------------------------------------------------------------------------------


def eighths(least: int, most: int) -> st.SearchStrategy[float]:
    """Times of which sums are exact."""
    return st.integers(least, most).map(lambda number: number / 8)


@st.composite
def pass_lists(draw: Callable[..., list[float]]) -> list[Contact]:
    lengths = draw(st.lists(eighths(1, 240), min_size=2, max_size=12))
    times = list(accumulate(lengths))
    return [Contact(aos_s, los_s) for aos_s, los_s in list(pairwise(times))[::2]]


waiting_prompts = st.lists(st.tuples(st.integers(1, 40), st.none() | eighths(0, 1600)), max_size=8)


@given(contacts=pass_lists(), waiting=waiting_prompts, now_s=eighths(0, 800))
def test_plans_keep_the_order_never_overlap_and_stay_in_contact(
    contacts: list[Contact], waiting: list[tuple[int, float | None]], now_s: float
) -> None:
    prompts = [
        WaitingPrompt(prompt(number, frames), inf if deadline_s is None else deadline_s)
        for number, (frames, deadline_s) in enumerate(waiting)
    ]
    plans = planned(*prompts, contacts=contacts, now_s=now_s, answers=ANSWERS)
    assert [one.prompt_id for one in plans] == [one.prompt.prompt_id for one in prompts]
    free_s = now_s
    for asked, one in zip(prompts, plans, strict=True):
        assert one.too_late <= (asked.deadline_s < inf)
        if one.uplink is None:
            continue
        up = one.uplink
        assert free_s <= up.begin_s
        assert up.contact in contacts
        assert up.contact.aos_s <= up.begin_s
        assert up.begin_s + UPLINK.frame_s <= up.contact.los_s
        assert up.end_s < asked.deadline_s or asked.deadline_s == inf
        assert up.end_s == inf or any(contact.aos_s < up.end_s <= contact.los_s for contact in contacts)
        assert one.answer_s >= up.end_s
        free_s = up.end_s


@given(contacts=pass_lists(), frames=st.integers(1, 60), now_s=eighths(0, 800))
def test_a_transmission_ends_as_one_that_is_sent_frame_by_frame(
    contacts: list[Contact], frames: int, now_s: float
) -> None:
    end_s: float | None = now_s
    for _ in range(frames):
        one = UPLINK.transmission(contacts, end_s, 1) if end_s is not None else None
        end_s = one.end_s if one else None
    found = UPLINK.transmission(contacts, now_s, frames * UPLINK.packet_octets)
    assert (found.end_s if found else inf) == (inf if end_s is None else end_s)


# -- the shipped air interface -----------------------------------------------------------------------------------------


def test_the_rates_of_a_profile() -> None:
    """A CLTU is 8 octets for 7, a start sequence and a tail (231.0-B), after 16 octets of acquisition."""
    uplink, downlink = station_settings(Profile.load("leo-bpsk")).uplink, downlink_rate(Profile.load("leo-bpsk"))
    assert uplink.packet_octets == 256 - 5 - 2 - 30 - 1  # header, FECF, SDLS (355.0-B with AES-GCM), segment header
    assert uplink.frame_s == pytest.approx((37 * 8 + 2 + 8 + 16) * 8 / 9600)
    assert downlink.packet_octets == 223 - 6 - 2 - 4 - 30  # header, FECF, OCF, SDLS
    assert downlink.frame_s == pytest.approx(((255 + 4) * 8 * 2 + 64) / 38400, rel=0.01)
