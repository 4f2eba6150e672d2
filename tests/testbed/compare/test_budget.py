"""Budgets, and what is held against them."""

import pytest

from testbed.compare.budget import SPANS, Budget, judge
from testbed.compare.run import Run
from testbed.errors import ScenarioError


@pytest.mark.parametrize("text", ["ttft=20", "itl=0.5", "e2e=1e3", "waiting_for_the_link=3", "prefill=1"])
def test_a_budget_is_a_span_and_seconds(text: str) -> None:
    span, _, seconds = text.partition("=")
    assert Budget.parse(text) == Budget(span, float(seconds))


@pytest.mark.parametrize(
    "text", ["ttft", "ttft=", "=3", "ttft=soon", "ttft=0", "ttft=-1", "ttft=nan", "ttft=inf", "x=3"]
)
def test_what_is_no_budget_is_told(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"^budget is .*; accepted: "):
        Budget.parse(text)


def test_the_names_are_stable() -> None:
    assert set(SPANS) == {
        "ttft",
        "itl",
        "e2e",
        "inference",
        "waiting_for_the_link",
        "uplink",
        "waiting_on_board",
        "prefill",
        "generation",
        "last_downlink",
        "refusals_downlink",
        "to_the_spacecraft",
        "prefill_and_generation",
        "uplink_and_last_downlink",
    }


def test_a_budget_is_kept_up_to_its_last_moment(asked: Run) -> None:
    found_s = asked.samples("e2e_s")[0]
    assert judge(asked, Budget("e2e", found_s)).passed
    exceeded = judge(asked, Budget("e2e", found_s - 1e-6))
    assert not exceeded.passed
    assert exceeded.said == "e2e took 2.200 s"


def test_phases_have_budgets_too(asked: Run) -> None:
    assert judge(asked, Budget("uplink", 0.71)).passed
    assert not judge(asked, Budget("uplink", 0.69)).passed


def test_an_answer_that_never_came_exceeds_every_budget(refused_run: Run, orbited: Run) -> None:
    assert not judge(refused_run, Budget("e2e", 1e6)).passed
    verdict = judge(orbited, Budget("e2e", 1e6))
    assert (verdict.passed, verdict.found_s, verdict.without) == (False, 25.0, 1)
    assert verdict.said == "1 of 3 prompts without e2e"


def test_the_longest_of_few_prompts_counts(orbited: Run) -> None:
    assert judge(orbited, Budget("to_the_spacecraft", 0.5)).passed
    assert judge(orbited, Budget("inference", 20.0)).found_s == 20.0


def test_an_answer_in_one_piece_keeps_to_any_itl(asked: Run) -> None:
    prompt = asked.prompts[0]
    alone = Run("x", "r", "s", 1, None, None, None, [type(prompt)(True, {**prompt.samples, "itl_s": ()}, ())])
    verdict = judge(alone, Budget("itl", 1e-3))
    assert (verdict.passed, verdict.said) == (True, "nothing to measure")
