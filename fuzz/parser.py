"""Something that reads octets from outside, and what may come of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parser:
    """A reader of octets: for any there are it gives a value or raises one of its `refusals`, and nothing else.

    `examples` makes octets that it reads. A machine that takes one input after the other, and counts what it refuses,
    has no refusals of its own.
    """

    name: str
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    examples: Callable[[], Sequence[bytes]]

    def accepts(self, octets: bytes) -> bool:
        """Return whether `octets` are read; whatever is raised but a refusal, or while that is told, is a fault."""
        try:
            self.read(octets)
        except self.refusals as refusal:
            str(refusal)
            return False
        return True
