"""A decoder that decides once, when a whole unit has come."""

from collections.abc import Callable

import numpy as np

from radio.coding.channel_code import DecodedFrame
from radio.coding.symbols import SoftSymbols, can_tell
from radio.errors import DecodeError


class UnitDecoder:
    """Gathers the symbols of one unit after its marker, of a length known beforehand."""

    def __init__(self, symbols: int, information_bits: int, decode: Callable[[SoftSymbols], DecodedFrame]) -> None:
        """Take ``decode``, called with float32[symbols]; it raises DecodeError if there is no frame in them.

        It is not called with symbols that cannot tell a frame of so many bits.
        """
        self._information_bits, self._decode = information_bits, decode
        self._symbols = np.empty(symbols, np.float32)
        self._filled = 0
        self.result: DecodedFrame | None = None
        self.failed = False

    @property
    def symbols_wanted(self) -> int:
        """How many more symbols the decision needs; 0 when finished."""
        return self._symbols.size - self._filled

    def feed(self, soft: SoftSymbols) -> None:
        """Take soft symbols, float32[n]; ignore those past the end."""
        if not self.symbols_wanted:
            return
        taken = soft[: self.symbols_wanted]
        self._symbols[self._filled : self._filled + taken.size] = taken
        self._filled += taken.size
        if not self.symbols_wanted:
            self._decide()

    def _decide(self) -> None:
        self.failed = not can_tell(self._symbols, self._information_bits)
        if self.failed:
            return
        try:
            self.result = self._decode(self._symbols)
        except DecodeError:
            self.failed = True
