"""What every rig offers."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

from testbed.trace import Trace


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A prompt and how to answer it."""

    text: str
    max_tokens: int = 64
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    deadline_s: float | None = None
    within_contact: bool = False
    """Whether the answer is to be no longer than the contact lasts."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a prompt ended: with an answer (perhaps cut short) or a refusal."""

    prompt_id: str
    answer: str
    finish_reason: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    inference_s: float = 0.0
    refusal: str = ""
    energy_j: float | None = None
    """What the answer cost on board, where that is measured."""
    peak_temperature_c: float | None = None
    """Of the payload, meanwhile."""
    shortened_to: int | None = None
    """Tokens, where the rest of the contact allowed no more."""
    waited_s: float | None = None
    """On board, from reception until inference began."""
    prefill_s: float | None = None
    """Until the model had read the prompt."""
    uplink_frames: int | None = None
    """Of the prompt; `uplink_resent` of them a second time or later."""
    uplink_resent: int | None = None
    downlink_frames: int | None = None
    """That brought segments of the answer."""


@dataclass(slots=True)
class RigReport:
    """What went through both ends of the link, as the nodes report it."""

    ground: dict[str, Any] = field(default_factory=dict)
    flatsat: dict[str, Any] = field(default_factory=dict)
    health: list[dict[str, Any]] = field(default_factory=list)
    dongles: dict[str, Any] = field(default_factory=dict)
    """What became of samples in the receivers that the sky emulates."""
    foretold: str = ""
    """What was to be expected of the ground's receiver as it is set; '' where that is not emulated."""


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """A fault that happened: at which link time, what was to happen, and what was done."""

    link_time_s: float
    fault: str
    done: str


class Listener(Protocol):
    """Hears what happens while a rig works."""

    def progress(self, fraction: float) -> None:
        """The model is loading: 0 to 1."""

    def text(self, text: str) -> None:
        """The next words of the answer have become readable on the ground."""

    def milestone(self, name: str) -> None:
        """Something happened to the prompt."""

    def warning(self, message: str) -> None:
        """Something is wrong, but the run goes on."""


class SilentListener:
    """A listener that hears nothing."""

    def __enter__(self) -> "SilentListener":
        """Do nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Do nothing."""

    def progress(self, fraction: float) -> None:
        """Do nothing."""

    def text(self, text: str) -> None:
        """Do nothing."""

    def milestone(self, name: str) -> None:
        """Do nothing."""

    def warning(self, message: str) -> None:
        """Do nothing."""


class Rig(Protocol):
    """Both ends of the link and what lies between, started, used and stopped."""

    trace: Trace
    faults: list[FaultRecord]
    """What befell it."""

    def __enter__(self) -> "Rig":
        """Start everything; raise SettingsError or RigError if something does not start."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything; nothing is left behind."""

    def ask(self, request: AskRequest) -> Outcome:
        """Send a prompt and wait for its end. Raise NoAnswerError if the contact ends before."""

    def report(self) -> RigReport:
        """Let what is in the air arrive, and return what went through both ends."""
