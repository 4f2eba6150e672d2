"""What a span may take, and whether a run kept to it."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from testbed.compare.run import PHASES, Run
from testbed.compare.summary import summarise
from testbed.errors import ScenarioError
from testbed.measure import E2E, INFERENCE, ITL, TTFT, Measure

SPANS = {measure.name.removesuffix("_s"): measure for measure in (TTFT, ITL, E2E, *PHASES.values(), INFERENCE)}
"""What may have a budget, by the name that it has there."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A span and the longest that it may take."""

    span: str
    limit_s: float

    def __post_init__(self) -> None:
        """Raise ScenarioError for what cannot be a budget."""
        if self.span not in SPANS:
            raise ScenarioError("budget", self.span, f"one of {', '.join(SPANS)}")
        if not (isfinite(self.limit_s) and self.limit_s > 0):
            raise ScenarioError("budget", self.limit_s, "seconds, more than 0")

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """Return the budget of a text: SPAN=SECONDS. Raises ScenarioError."""
        span, equals, seconds = text.partition("=")
        try:
            limit_s = float(seconds)
        except ValueError:
            equals = ""
        if not equals:
            raise ScenarioError("budget", text, "SPAN=SECONDS, like e2e=60")
        return cls(span, limit_s)

    @property
    def measure(self) -> Measure:
        """What is measured."""
        return SPANS[self.span]

    def __str__(self) -> str:
        return f"{self.span} <= {self.limit_s:g} s"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run kept to a budget."""

    run: Run
    budget: Budget
    found_s: float | None
    """The 99th percentile over its prompts, which of fewer than 100 is the longest; None of no sample."""
    without: int
    """Prompts that have no such span: they were not answered, or it is not written down."""

    @property
    def passed(self) -> bool:
        """A prompt without the span counts as one that took for ever."""
        return not self.without and (self.found_s is None or self.found_s <= self.budget.limit_s)

    @property
    def said(self) -> str:
        """What was found, in words."""
        if self.without:
            return f"{self.without} of {len(self.run.prompts)} prompts without {self.budget.span}"
        return "nothing to measure" if self.found_s is None else f"{self.budget.span} took {self.found_s:.3f} s"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "run": self.run.path,
            "span": self.budget.span,
            "limit_s": self.budget.limit_s,
            "found_s": None if self.found_s is None else round(self.found_s, 6),
            "without": self.without,
            "passed": self.passed,
        }


def judge(run: Run, budget: Budget) -> Verdict:
    """Return whether a run kept to a budget."""
    name = budget.measure.name
    return Verdict(run, budget, summarise(run.samples(name)).p99, run.without(name))
