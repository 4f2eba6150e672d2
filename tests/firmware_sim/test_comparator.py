import pytest

from firmware_sim.comparator import Comparator


@pytest.mark.parametrize(
    ("begins", "ends", "values", "beyond"),
    [
        (85.0, 80.0, [84.9, 85.0, 80.0, 79.9, 84.9, 90.0], [False, True, True, False, False, True]),
        (6.4, 7.0, [6.4, 6.39, 6.99, 7.0, 6.5, 6.0], [False, True, True, False, False, True]),
        (50.0, 50.0, [49.9, 50.0, 49.9], [False, True, False]),
    ],
    ids=["too high", "too low", "no hysteresis"],
)
def test_begins_at_one_value_and_ends_at_the_other(
    begins: float, ends: float, values: list[float], beyond: list[bool]
) -> None:
    comparator = Comparator(begins, ends)
    assert [comparator.update(value) for value in values] == beyond


def test_other_limits_judge_the_next_value() -> None:
    comparator = Comparator(85.0, 80.0)
    comparator.move(40.0, 30.0)
    assert comparator.update(40.0)
    comparator.move(50.0, 45.0)
    assert comparator.beyond
    assert not comparator.update(40.0)
