"""What was found of one thing that a rig needs, or could use."""

from dataclasses import dataclass
from enum import Enum


class Level(str, Enum):
    """How a thing stands."""

    OK = "ok"
    MISSING = "missing"
    """The rig needs it, and it is not there."""
    WRONG = "wrong"
    """The rig needs it, and it is there but cannot be used."""
    ABSENT = "absent"
    """The rig does without it; other rigs, or better results, want it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the doctor's: what is there, or what is not and the command that mends it."""

    name: str
    level: Level
    says: str
    mend: str = ""

    @property
    def hinders(self) -> bool:
        """Whether the rig cannot be used for it."""
        return self.level in (Level.MISSING, Level.WRONG)


def ok(name: str, says: str) -> Finding:
    """Return what needs no mending."""
    return Finding(name, Level.OK, says)


def lack(name: str, says: str, mend: str, *, needed: bool) -> Finding:
    """Return what is not there."""
    return Finding(name, Level.MISSING if needed else Level.ABSENT, says, mend)


def fault(name: str, says: str, mend: str, *, needed: bool) -> Finding:
    """Return what is there and of no use so."""
    return Finding(name, Level.WRONG if needed else Level.ABSENT, says, mend)
