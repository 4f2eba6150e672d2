"""How an engine's process is watched over, and what is known of it."""

from dataclasses import dataclass
from enum import Enum


class EngineState(Enum):
    """Where an engine's process stands."""

    LOADING = "loading"
    UP = "up"
    DOWN = "down"


class EngineChange(Enum):
    """What can change that."""

    LOADED = "the model is loaded"
    FELL = "the process ended, hangs or says that it is of no use"
    RESTARTED = "it is started again, after a wait"


# A change that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[EngineState, EngineChange], EngineState] = {
    (EngineState.LOADING, EngineChange.LOADED): EngineState.UP,
    (EngineState.LOADING, EngineChange.FELL): EngineState.DOWN,
    (EngineState.UP, EngineChange.FELL): EngineState.DOWN,
    (EngineState.DOWN, EngineChange.RESTARTED): EngineState.LOADING,
}


@dataclass(frozen=True, slots=True)
class Supervision:
    """Limits that a supervisor keeps. Generous: a slow machine that swaps is not to be taken for one that hangs."""

    load_s: float = 300.0
    """Without a sign of progress while the model loads: a large one comes from a memory card."""
    hang_s: float = 60.0
    """Without one afterwards; the model makes one with each layer that it computes."""
    first_wait_s: float = 0.5
    """Before it is started again; doubled each time that it fails again."""
    longest_wait_s: float = 60.0
    steady_s: float = 60.0
    """Up for so long, or with an answer finished, it starts over with the first wait."""
    failures: int = 5
    """In a row: then it is no longer taken to be alive, though it is still started again."""
    attempts: int = 3
    """A prompt that it went down on so often is given up: others wait."""

    def wait_s(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row, 1 or more."""
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures - 1, 32))
