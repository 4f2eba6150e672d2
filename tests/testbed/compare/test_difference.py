"""Better, worse, or not told apart."""

import pytest

from testbed.compare.difference import of_frame_errors, of_medians
from testbed.compare.run import Leg
from testbed.compare.summary import summarise
from testbed.measure import E2E, GOODPUT_TOKENS, Measure


def said(measure: Measure, first: float, other: float) -> str:
    return str(of_medians(measure, summarise([first]), summarise([other])))


@pytest.mark.parametrize(
    ("measure", "first", "other", "words"),
    [
        (E2E, 2.0, 2.5, "+25.0 % worse"),
        (E2E, 2.0, 1.5, "−25.0 % better"),
        (GOODPUT_TOKENS, 2.0, 2.5, "+25.0 % better"),
        (GOODPUT_TOKENS, 2.0, 1.5, "−25.0 % worse"),
        (E2E, 2.0, 2.0, "same"),
        (E2E, 2.0, 2.0009, "same"),
        (E2E, 2.0, 2.002, "+0.1 % worse"),
    ],
)
def test_less_time_is_better_and_more_goodput(measure: Measure, first: float, other: float, words: str) -> None:
    assert said(measure, first, other) == words


@pytest.mark.parametrize(("first", "other"), [([], [1.0]), ([1.0], []), ([0.0], [1.0])])
def test_without_a_figure_there_is_no_percentage(first: list[float], other: list[float]) -> None:
    assert of_medians(E2E, summarise(first), summarise(other)) is None


def leg(lost: int, sent: int) -> Leg:
    return Leg(sent, lost, 0, None, None)


@pytest.mark.parametrize(
    ("first", "other", "words"),
    [
        (leg(10, 1000), leg(100, 1000), "+900.0 % worse"),
        (leg(100, 1000), leg(10, 1000), "−90.0 % better"),
        (leg(1, 10), leg(2, 10), "+100.0 % not told apart"),
        (leg(2, 10), leg(1, 10), "−50.0 % not told apart"),
        (leg(0, 1000), leg(100, 1000), "worse"),
        (leg(0, 10), leg(1, 10), "not told apart"),
        (leg(0, 10), leg(0, 20), "same"),
        (leg(0, 0), leg(1, 20), "None"),
        (leg(1, 20), leg(0, 0), "None"),
    ],
)
def test_frame_error_rates_differ_where_their_intervals_do(first: Leg, other: Leg, words: str) -> None:
    assert str(of_frame_errors(first, other)) == words


def test_json_says_the_same() -> None:
    worse = of_frame_errors(leg(0, 1000), leg(100, 1000))
    assert worse is not None
    assert worse.to_json() == {"percent": None, "verdict": "worse"}
    slower = of_medians(E2E, summarise([3.0]), summarise([4.0]))
    assert slower is not None
    assert slower.to_json() == {"percent": 33.333, "verdict": "worse"}
