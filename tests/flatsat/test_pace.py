import pytest

from flatsat.pace import ASSUMED, AnswerTimes, Pace


def test_an_answer_tells_prefill_tokens_and_their_length() -> None:
    pace = Pace()
    pace.add(first_token_s=0.5, end_s=4.5, tokens=41, octets=205)
    assert pace.slowest == AnswerTimes(0.5, 0.1, 5.0)


def test_the_slowest_of_the_last_counts_and_those_before_do_not() -> None:
    pace = Pace()
    pace.add(9.0, 99.0, 10, 90)
    for number in range(8):
        pace.add(0.1 * number, 10.0, 11, 33)
    slowest = pace.slowest
    assert slowest.prefill_s == pytest.approx(0.7)
    assert slowest.token_s == pytest.approx(1.0)
    assert slowest.token_octets == 3.0


@pytest.mark.parametrize("tokens", [0, 1])
def test_until_something_was_measured_a_slow_model_is_assumed(tokens: int) -> None:
    pace = Pace()
    pace.add(0.5, 0.5, tokens, 5)
    assert pace.slowest == ASSUMED
