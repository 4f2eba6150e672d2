"""What became of the prompts of a campaign."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many prompts there were, and what came of them."""

    name: str
    seed: int
    asked: int
    correct: int
    """Answered, with the very text."""
    wrong: int
    unanswered: int
    inferred_once: int
    """Prompts of which the model finished one answer."""
    inferred_more: int
    false_confirmations: int | None = None
    """Telecommand messages that FOP-1 confirmed and FARM-1 had not delivered; None where nobody looked."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What happened meanwhile, in numbers."""

    @property
    def has_passed(self) -> bool:
        """Whether nothing was lost, and nothing done twice."""
        return self.correct == self.inferred_once == self.asked and not self.false_confirmations

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "passed": self.has_passed}

    def __str__(self) -> str:
        told = f"{self.name}: {self.correct} of {self.asked} prompts answered correctly"
        told += f", {self.wrong} wrongly, {self.unanswered} not"
        told += f"; one finished inference each: {self.inferred_once}, more: {self.inferred_more}"
        if self.false_confirmations is not None:
            told += f"; confirmed without delivery: {self.false_confirmations}"
        return f"{told}; " + ", ".join(f"{name} {value}" for name, value in self.facts.items()) + f"; seed {self.seed}"


def judged(
    name: str,
    seed: int,
    expected: Mapping[str, str],
    answers: Mapping[str, str],
    inferences: Counter[str],
    false_confirmations: int | None = None,
    **facts: Any,
) -> Verdict:
    """Return what came of prompts: `expected`, `answers` to those that ended, and finished `inferences`, all by id."""
    return Verdict(
        name,
        seed,
        asked=len(expected),
        correct=sum(answers.get(prompt_id) == text for prompt_id, text in expected.items()),
        wrong=sum(prompt_id in answers and answers[prompt_id] != text for prompt_id, text in expected.items()),
        unanswered=sum(prompt_id not in answers for prompt_id in expected),
        inferred_once=sum(inferences[prompt_id] == 1 for prompt_id in expected),
        inferred_more=sum(inferences[prompt_id] > 1 for prompt_id in expected),
        false_confirmations=false_confirmations,
        facts=facts,
    )
