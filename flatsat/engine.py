"""The port to a language model: a request goes in, events are polled out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from itertools import cycle
from typing import Protocol, TypeAlias

from flatsat.errors import ConfigError
from protocol.messages import FinishReason


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to answer, and how.

    Before the prompt come `turns`, the user's and the model's by turns, and before these `system`. `temperature` 0
    takes the likeliest token at each step; above 0, tokens are drawn with a generator seeded by `seed`. The answer
    ends before the first of the `stop` strings to be completed. Raises ConfigError.
    """

    prompt: str
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    system: str | None = None
    turns: tuple[str, ...] = ()

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation as chat templates take it, the prompt last."""
        roles = cycle(("user", "assistant"))
        spoken = [_message(role, text) for role, text in zip(roles, (*self.turns, self.prompt), strict=False)]
        return spoken if self.system is None else [_message("system", self.system), *spoken]

    def __post_init__(self) -> None:
        if not self.prompt:
            raise ConfigError("prompt", self.prompt, "at least one character")
        if self.max_tokens < 1:
            raise ConfigError("max_tokens", self.max_tokens, "1 or more")
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ConfigError("temperature", self.temperature, "0 (greedy) or more")
        if not 0 <= self.seed < 2**63:
            raise ConfigError("seed", self.seed, "0 to 2**63 - 1")
        if not all(self.stop):
            raise ConfigError("stop", self.stop, "strings of at least one character")
        if len(self.turns) % 2:
            raise ConfigError("turns", self.turns, "the user's and the model's by turns: an even number")


def _message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


@dataclass(frozen=True, slots=True)
class PrefillDone:
    """The model has read the prompt, what comes before it and the chat template included."""

    prompt_tokens: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token; `text` is what it completes: whole characters, '' while one is incomplete.

    Text that may be the beginning of a stop string comes with a later token, once that is decided.
    """

    text: str
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event. `completion_tokens` counts the Token events, the end-of-answer token included.

    `detail` says what went wrong when `reason` is ERROR, and is empty otherwise.
    """

    reason: FinishReason
    completion_tokens: int
    elapsed_s: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PromptTooLong:
    """The only event of a prompt that leaves no room for an answer: it has `prompt_tokens`, at most `limit` fit."""

    prompt_tokens: int
    limit: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The last event of an answer that the engine lost on the way, and that may be begun anew; `cause` says why."""

    cause: str


Event: TypeAlias = PrefillDone | Token | Finished | PromptTooLong | Lost
"""`elapsed_s` is in seconds since the generation was started, by the engine's own clock."""


class NoticeKind(Enum):
    """What can happen to an engine, whatever it answers."""

    LOST = "lost"
    """It went down. `cause`; `wait_s` until it is started again."""
    READY = "ready"
    """It is up. `load_s`."""
    REPAIRED = "repaired"
    """Weights that had changed were restored. `tensor`, `bits` that differed, `scrub_pass` that found it."""
    FLIPPED = "flipped"
    """Bits were flipped by command. `flips`: tensor, element and bit of each."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened to the engine; the comments of `kind` say what `detail` holds."""

    kind: NoticeKind
    detail: dict[str, object]


class Generation(Protocol):
    """One answer in the making: PrefillDone, Token ..., Finished; or PromptTooLong; or, before its end, Lost."""

    def poll(self, now_s: float) -> list[Event]:
        """Return the events since the last call, at link time `now_s`; never blocks."""

    def cancel(self) -> None:
        """End the answer early: Finished(CANCELLED) follows, unless the answer was already complete."""

    def close(self) -> None:
        """Cancel, and let the engine start the next answer without this one being polled to its end."""


class Engine(Protocol):
    """A language model that answers one prompt at a time. No call waits for the model."""

    @property
    def runs_on_wall_clock(self) -> bool:
        """Whether link time must be held to the wall clock while a generation runs. Known once it is `ready`."""

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""

    @property
    def alive(self) -> bool:
        """Whether it works, or is expected to again; what watches over the spacecraft's health asks."""

    def tick(self, now_s: float) -> list[Notice]:
        """Look after the engine at link time `now_s`; return what has happened to it since the last call."""

    def flip(self, count: int, seed: int) -> None:
        """Flip `count` bits of the weights, as `seed` draws them; a notice tells which."""

    def start(self, request: GenerationRequest, now_s: float) -> Generation:
        """Begin an answer at link time `now_s`; an answer ends early where the context is full.

        Raises EngineError while another generation runs, or while the engine is not ready.
        """

    def close(self) -> None:
        """Cancel what runs and give up the model."""
