"""Frames in NRZ-M, where a bit 1 is a change of the level and a bit 0 none."""

import numpy as np

from radio.coding.symbols import SoftSymbols
from radio.framing.deframer import Deframed, Deframer
from radio.modem.line_code import changes


class NrzM:
    """A deframer fed with soft levels: it is given their changes."""

    def __init__(self, deframer: Deframer) -> None:
        self._deframer = deframer
        self._last = np.ones(1, dtype=np.float32)

    @property
    def oldest(self) -> int:
        """Number of the oldest symbol that a frame still to be found can begin with."""
        return self._deframer.oldest

    @property
    def following(self) -> bool:
        """Whether a frame has begun."""
        return self._deframer.following

    def process(self, soft: SoftSymbols) -> list[Deframed]:
        """Take the levels, float32[n]; return what ended in them."""
        held = np.concatenate((self._last, soft))
        self._last = held[-1:]
        return self._deframer.process(changes(held))
