from collections import Counter
from dataclasses import replace

from testbed.recovery.verdict import judged

EXPECTED = {"a": "yes", "b": "no", "c": "perhaps"}
RIGHT = judged("x", 1, EXPECTED, EXPECTED, Counter("abc"), 0)


def test_every_answer_right_after_one_inference_passes() -> None:
    assert RIGHT.has_passed
    assert RIGHT.to_json()["passed"] is True
    assert str(RIGHT).startswith(
        "x: 3 of 3 prompts answered correctly, 0 wrongly, 0 not; one finished inference each: 3"
    )


def test_each_other_outcome_fails_and_is_counted() -> None:
    wrong = judged("x", 1, EXPECTED, {**EXPECTED, "b": "n"}, Counter("abc"))
    assert (wrong.correct, wrong.wrong, wrong.unanswered, wrong.has_passed) == (2, 1, 0, False)
    missing = judged("x", 1, EXPECTED, {"a": "yes", "b": "no"}, Counter("abc"))
    assert (missing.correct, missing.wrong, missing.unanswered, missing.has_passed) == (2, 0, 1, False)
    twice = judged("x", 1, EXPECTED, EXPECTED, Counter("abcc"))
    assert (twice.inferred_once, twice.inferred_more, twice.has_passed) == (2, 1, False)
    unseen = judged("x", 1, EXPECTED, EXPECTED, Counter("ab"))
    assert (unseen.inferred_once, unseen.inferred_more, unseen.has_passed) == (2, 0, False)
    assert not replace(RIGHT, false_confirmations=1).has_passed
