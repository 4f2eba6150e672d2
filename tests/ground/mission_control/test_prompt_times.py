import pytest

from ground.mission_control.prompt_times import PromptTimes


def test_the_first_word_counts_once() -> None:
    times = PromptTimes(queued_s=10.0)
    assert times.first_word(12.5) == 2.5
    assert times.first_word(13.0) is None


@pytest.mark.parametrize(
    ("segments", "intervals_s"),
    [
        ([(0, 1.0), (1, 1.5), (2, 3.0)], [0.5, 1.5]),
        ([(0, 1.0), (2, 1.5), (1, 3.0), (3, 3.5)], [2.0, 0.5]),
        ([(0, 1.0), (1, 1.0), (2, 2.0)], [1.0]),
        ([(0, 1.0), (0, 2.0), (1, 4.0)], [3.0]),
        ([(1, 1.0), (2, 2.0), (0, 3.0)], []),
    ],
)
def test_intervals_are_between_moments_at_which_the_answer_grew(
    segments: list[tuple[int, float]], intervals_s: list[float]
) -> None:
    times = PromptTimes(queued_s=0.0)
    found = [times.segment(index, now_s) for index, now_s in segments]
    assert [each for each in found if each is not None] == intervals_s
