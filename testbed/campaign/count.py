"""What is counted while a point is measured."""

from dataclasses import astuple, dataclass, fields
from typing import Literal

Measure = Literal["frames", "symbols", "acquisition", "alarms"]
"""Which errors a point is about: frames not received right, channel symbols decided wrong, markers not found in what
was sent, bursts received where nothing was sent."""


@dataclass(frozen=True, slots=True)
class Count:
    """Events of one work unit, or of many."""

    frames: int = 0
    """Frames sent."""
    acquired: int = 0
    """Frames whose marker was found where it is; with no radio in between, all of them."""
    right: int = 0
    """Frames that came out as they were sent."""
    caught: int = 0
    """Frames that the channel code gave out otherwise, and that their own checksum shows to be wrong."""
    wrong: int = 0
    """Frames that came out otherwise with a checksum that holds: there should be none."""
    symbols: int = 0
    """Channel symbols decided, of acquired frames; or, of noise alone, the symbols that would have had room."""
    symbol_errors: int = 0
    alarms: int = 0
    """Bursts followed to their end where none was sent."""

    def __add__(self, other: "Count") -> "Count":
        """Return the sum, event by event."""
        return Count(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))

    def trials(self, measure: Measure) -> int:
        """Return how many times an error could have happened."""
        return self.symbols if measure in ("symbols", "alarms") else self.frames

    def errors(self, measure: Measure) -> int:
        """Return how many errors happened."""
        return {
            "frames": self.frames - self.right,
            "symbols": self.symbol_errors,
            "acquisition": self.frames - self.acquired,
            "alarms": self.alarms,
        }[measure]


EVENTS = tuple(field.name for field in fields(Count))
"""Their names, in order."""
