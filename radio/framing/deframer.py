"""What finds frames in a stream of soft symbols."""

from dataclasses import dataclass
from typing import Protocol

from radio.coding.symbols import SoftSymbols


@dataclass(frozen=True, slots=True)
class Deframed:
    """A frame found, or a marker behind which none could be decoded."""

    frame: bytes | None
    start: int
    """Number of its first symbol (of the marker, or after the opening flag), counted from the first ever fed."""
    stop: int
    """Number of the symbol after its last."""
    corrected: int
    """Bits or octets that were corrected."""


class Deframer(Protocol):
    """Fed with soft symbols of any block length; the result is the same for any."""

    @property
    def oldest(self) -> int:
        """Number of the oldest symbol that a frame still to be found can begin with."""

    @property
    def following(self) -> bool:
        """Whether a frame has begun."""

    def process(self, soft: SoftSymbols) -> list[Deframed]:
        """Take float32[n], positive for bit 0, of any scale; return what ended in them."""
