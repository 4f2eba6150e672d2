"""Channel codes as the transceiver sees them: a frame becomes a unit of symbols, and comes back.

A unit is marker, data, tail. The marker is what a receiver searches for; a `FrameDecoder` takes what follows it. Sent
is the acquisition and one unit for each burst, or the acquisition once and then one unit after the other as a stream.
"""

from dataclasses import dataclass
from typing import Protocol

from radio.coding.symbols import SoftSymbols, Symbols


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """What came out of one unit.

    frame: the octets (after a CLTU up to 6 octets of fill may follow the transfer frame);
    corrected: bits (CLTU, LDPC) or octets (Reed-Solomon) that were corrected.
    """

    frame: bytes
    corrected: int


class FrameDecoder(Protocol):
    """Decodes one unit from the symbol after its marker on."""

    @property
    def symbols_wanted(self) -> int:
        """How many more symbols the next decision needs; 0 when finished."""

    @property
    def result(self) -> DecodedFrame | None:
        """The frame, once finished without failure."""

    @property
    def failed(self) -> bool:
        """Whether the unit is over and holds no frame."""

    def feed(self, soft: SoftSymbols) -> None:
        """Take soft symbols, float32[n], positive for bit 0, of any scale; ignore those past the end."""


class ChannelCode(Protocol):
    """A frame's way to symbols and back."""

    @property
    def acquisition(self) -> Symbols:
        """What is sent before the first marker of a burst or a stream, int8[a]."""

    @property
    def marker(self) -> Symbols:
        """The known symbols that a receiver searches for, int8[m]; each unit begins with them."""

    @property
    def continuous(self) -> bool:
        """Whether units follow one another without a gap, as long as the transmitter is on."""

    @property
    def information_bits_per_symbol(self) -> float:
        """Code rate R: Eb/N0 = Es/N0 - 10 log10(R).

        Es is the energy of one symbol sent, Eb that of one bit of a transfer frame. Acquisition, marker, tail
        and fill are not charged to the frame.
        """

    def encode(self, frame: bytes) -> Symbols:
        """Return one unit from its marker on, int8[n]; raises CodingError if the frame's length does not fit."""

    def decoder(self) -> FrameDecoder:
        """Return a new decoder for one unit."""


def read_only(symbols: Symbols) -> Symbols:
    """Return the same symbols, which can no longer be changed."""
    symbols.setflags(write=False)
    return symbols
