"""What an operator asks, as a gateway takes it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an answer is wanted; the gateway checks all of it, and what is None has its default there."""

    system: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    deadline_s: float | None = None
    within_contact: bool = False

    def body(self, text: str, said: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Return the body of a request for the answer to a text, after what was said before."""
        told = [{"role": "system", "content": self.system}] if self.system else []
        messages = [*told, *(said or []), {"role": "user", "content": text}]
        wished = {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
            "stop": list(self.stop) or None,
            "deadline_s": self.deadline_s,
            "within_contact": self.within_contact or None,
        }
        return {"messages": messages, **{name: value for name, value in wished.items() if value is not None}}
