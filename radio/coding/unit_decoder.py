"""A decoder that decides once, when a whole unit has come."""

from collections.abc import Callable

import numpy as np

from radio.coding.channel_code import DecodedFrame
from radio.coding.symbols import SoftSymbols
from radio.errors import DecodeError


class UnitDecoder:
    """Gathers the symbols of one unit after its marker, of a length known beforehand."""

    def __init__(self, symbols: int, decode: Callable[[SoftSymbols], DecodedFrame]) -> None:
        """Take ``decode``, called with float32[symbols]; it raises DecodeError if there is no frame in them."""
        self._decode = decode
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
        try:
            self.result = self._decode(self._symbols)
        except DecodeError:
            self.failed = True
