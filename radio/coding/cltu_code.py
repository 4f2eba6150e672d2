"""Telecommand with the BCH code: an acquisition sequence and one CLTU."""

from dataclasses import dataclass, field

import numpy as np

from radio.coding.bch import CODEBLOCK_SYMBOLS
from radio.coding.channel_code import DecodedFrame, FrameDecoder, read_only
from radio.coding.cltu import START_SEQUENCE, CltuDecoder, encode_cltu
from radio.coding.symbols import SoftSymbols, Symbols, octets_to_symbols
from radio.errors import CodingError

MARKER_SYMBOLS = 64
START_SYMBOLS = 8 * len(START_SEQUENCE)
_ALTERNATING_OCTET = b"\x55"
_MIN_ACQUISITION_OCTETS = MARKER_SYMBOLS // 8 - len(START_SEQUENCE)


@dataclass(frozen=True, slots=True)
class CltuCode:
    """Telecommand: an acquisition sequence 0101... and one CLTU (231.0-B sections 3, 5 and 7).

    The marker is the last 48 symbols of the acquisition sequence and the start sequence EB90: `acquisition`
    is 48 symbols shorter than the sequence. acquisition_octets: length of the whole sequence, at least 6
    (231.0-B prefers 16 or more). error_correcting: see `decode_bch`. Raises CodingError.
    """

    acquisition_octets: int = 16
    randomized: bool = True
    error_correcting: bool = True
    acquisition: Symbols = field(init=False, repr=False, compare=False)
    marker: Symbols = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.acquisition_octets < _MIN_ACQUISITION_OCTETS:
            raise CodingError("acquisition_octets", self.acquisition_octets, "at least 6")
        lead = octets_to_symbols(_ALTERNATING_OCTET * self.acquisition_octets + START_SEQUENCE)
        object.__setattr__(self, "acquisition", read_only(lead[:-MARKER_SYMBOLS]))
        object.__setattr__(self, "marker", read_only(lead[-MARKER_SYMBOLS:]))

    @property
    def information_bits_per_symbol(self) -> float:
        """56/64, without acquisition, marker, tail and fill."""
        return 56 / 64

    def encode(self, frame: bytes) -> Symbols:
        """Return the unit of `frame`, int8: marker, codeblocks, tail sequence.

        Raises CodingError if `frame` is empty.
        """
        cltu = octets_to_symbols(encode_cltu(frame, self.randomized))
        return np.concatenate([self.marker[:-START_SYMBOLS], cltu])

    @property
    def continuous(self) -> bool:
        """False: each CLTU is a burst of its own."""
        return False

    def decoder(self) -> FrameDecoder:
        """Return a new decoder; it decides every 64 symbols until a codeblock is rejected."""
        return _CltuFrameDecoder(CltuDecoder(self.randomized, self.error_correcting))


class _CltuFrameDecoder:
    def __init__(self, cltu: CltuDecoder) -> None:
        self._cltu = cltu
        self._pending = np.empty(0, np.float32)

    @property
    def symbols_wanted(self) -> int:
        return 0 if self._cltu.ended else CODEBLOCK_SYMBOLS - self._pending.size

    @property
    def result(self) -> DecodedFrame | None:
        frame = self._cltu.frame
        return DecodedFrame(frame, self._cltu.corrected_bits) if self._cltu.ended and frame else None

    @property
    def failed(self) -> bool:
        return self._cltu.ended and not self._cltu.frame

    def feed(self, soft: SoftSymbols) -> None:
        pending = np.concatenate([self._pending, soft])
        while pending.size >= CODEBLOCK_SYMBOLS and not self._cltu.ended:
            self._cltu.feed(pending[:CODEBLOCK_SYMBOLS])
            pending = pending[CODEBLOCK_SYMBOLS:]
        self._pending = pending
