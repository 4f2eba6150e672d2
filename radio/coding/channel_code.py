"""Channel codes as the transceiver sees them: a frame becomes one burst of symbols, and comes back.

A burst is acquisition, marker, data, tail. The 64 symbols of the marker are what a receiver searches for; a
`BurstDecoder` takes what follows them.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from radio.coding.cadu import ASM, decode_cadu_payload, encode_cadu
from radio.coding.cltu import CODEBLOCK_SYMBOLS, START_SEQUENCE, CltuDecoder, encode_cltu
from radio.coding.convolutional import TAIL_BITS, decode_convolutional, encode_convolutional, state_after
from radio.coding.reed_solomon import DATA_OCTETS, PARITY_OCTETS, ReedSolomon
from radio.coding.symbols import Bits, SoftSymbols, Symbols, bits_to_octets, octets_to_bits, octets_to_symbols
from radio.errors import CodingError, DecodeError

MARKER_SYMBOLS = 64
_ALTERNATING_OCTET = b"\x55"
_MIN_ACQUISITION_OCTETS = MARKER_SYMBOLS // 8 - len(START_SEQUENCE)


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """What came out of one burst.

    frame: the octets (after a CLTU up to 6 octets of fill may follow the transfer frame);
    corrected: bits (CLTU) or octets (Reed-Solomon) that were corrected.
    """

    frame: bytes
    corrected: int


class BurstDecoder(Protocol):
    """Decodes one burst from the symbol after its marker on."""

    @property
    def symbols_wanted(self) -> int:
        """How many more symbols the next decision needs; 0 when finished."""

    @property
    def result(self) -> DecodedFrame | None:
        """The frame, once finished without failure."""

    @property
    def failed(self) -> bool:
        """Whether the burst is over and holds no frame."""

    def feed(self, soft: SoftSymbols) -> None:
        """Take soft symbols, float32[n], positive for bit 0, of any scale; ignore those past the end."""


class ChannelCode(Protocol):
    """A frame's way to symbols and back."""

    @property
    def acquisition(self) -> Symbols:
        """The symbols sent before the marker, int8[marker_start]."""

    @property
    def marker(self) -> Symbols:
        """The known symbols that a receiver searches for, int8[64]."""

    @property
    def marker_start(self) -> int:
        """Index of the marker's first symbol in a burst."""

    @property
    def information_bits_per_symbol(self) -> float:
        """Code rate R: Eb/N0 = Es/N0 - 10 log10(R).

        Es is the energy of one symbol sent, Eb that of one bit of a transfer frame. Acquisition, marker, tail
        and fill are not charged to the frame.
        """

    def encode(self, frame: bytes) -> Symbols:
        """Return all symbols of one burst, int8[n]; raises CodingError if the frame's length does not fit."""

    def decoder(self) -> BurstDecoder:
        """Return a new decoder for one burst."""


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
        object.__setattr__(self, "acquisition", _read_only(lead[:-MARKER_SYMBOLS]))
        object.__setattr__(self, "marker", _read_only(lead[-MARKER_SYMBOLS:]))

    @property
    def marker_start(self) -> int:
        """Index of the marker's first symbol in a burst."""
        return self.acquisition.size

    @property
    def information_bits_per_symbol(self) -> float:
        """56/64, without acquisition, marker, tail and fill."""
        return 56 / 64

    def encode(self, frame: bytes) -> Symbols:
        """Return the burst of `frame`, int8: acquisition sequence, start sequence, codeblocks, tail sequence.

        Raises CodingError if `frame` is empty.
        """
        cltu = encode_cltu(frame, self.randomized)
        return octets_to_symbols(_ALTERNATING_OCTET * self.acquisition_octets + cltu)

    def decoder(self) -> BurstDecoder:
        """Return a new decoder; it decides every 64 symbols until a codeblock is rejected."""
        return _CltuBurstDecoder(CltuDecoder(self.randomized, self.error_correcting))


@dataclass(frozen=True, slots=True)
class ConcatenatedCode:
    """Telemetry: Reed-Solomon and K = 7 convolutional code (131.0-B sections 3, 4, 9 and 10).

    Everything passes the convolutional encoder, which starts in state 0: `preamble_bits` zeros (alternating
    symbols, since G2 is inverted) are `acquisition`, the sync marker 1ACFFC1D is `marker`; the randomised
    codeblock and six zero bits follow. frame_octets: a multiple of `interleave`, up to 223 times it.
    Raises CodingError.
    """

    frame_octets: int = DATA_OCTETS
    interleave: int = 1
    preamble_bits: int = 32
    randomized: bool = True
    acquisition: Symbols = field(init=False, repr=False, compare=False)
    marker: Symbols = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.preamble_bits < 0:
            raise CodingError("preamble_bits", self.preamble_bits, "0 or more")
        ReedSolomon(self.interleave).check_frame_octets(self.frame_octets)
        lead = self._encode_bits(octets_to_bits(ASM))
        object.__setattr__(self, "acquisition", _read_only(lead[:-MARKER_SYMBOLS]))
        object.__setattr__(self, "marker", _read_only(lead[-MARKER_SYMBOLS:]))

    @property
    def marker_start(self) -> int:
        """Index of the marker's first symbol in a burst."""
        return self.acquisition.size

    @property
    def information_bits_per_symbol(self) -> float:
        """Half the Reed-Solomon rate, 223/510 if not shortened, without preamble, marker and tail."""
        return 0.5 * self.frame_octets / self._codeblock_octets

    def encode(self, frame: bytes) -> Symbols:
        """Return the burst of `frame`, int8: preamble, marker, codeblock, tail.

        Raises CodingError unless `frame` has `frame_octets` octets.
        """
        if len(frame) != self.frame_octets:
            raise CodingError("len(frame)", len(frame), f"{self.frame_octets}")
        cadu = encode_cadu(frame, self.interleave, self.randomized)
        return self._encode_bits(octets_to_bits(cadu), tail=True)

    def decoder(self) -> BurstDecoder:
        """Return a new decoder; it decides once, at the end of the codeblock and its tail."""
        return _ConcatenatedBurstDecoder(self, 2 * (8 * self._codeblock_octets + TAIL_BITS))

    def _encode_bits(self, bits: Bits, tail: bool = False) -> Symbols:
        preamble = np.zeros(self.preamble_bits, np.uint8)
        return encode_convolutional(np.concatenate([preamble, bits]), tail=tail)

    @property
    def _codeblock_octets(self) -> int:
        return self.frame_octets + PARITY_OCTETS * self.interleave


class _CltuBurstDecoder:
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


class _ConcatenatedBurstDecoder:
    def __init__(self, code: ConcatenatedCode, symbol_count: int) -> None:
        self._code = code
        self._symbols = np.empty(symbol_count, np.float32)
        self._filled = 0
        self.result: DecodedFrame | None = None
        self.failed = False

    @property
    def symbols_wanted(self) -> int:
        return self._symbols.size - self._filled

    def feed(self, soft: SoftSymbols) -> None:
        if not self.symbols_wanted:
            return
        taken = soft[: self.symbols_wanted]
        self._symbols[self._filled : self._filled + taken.size] = taken
        self._filled += taken.size
        if not self.symbols_wanted:
            self._decide()

    def _decide(self) -> None:
        payload = bits_to_octets(decode_convolutional(self._symbols, _STATE_AFTER_ASM))
        try:
            decoded = decode_cadu_payload(payload, self._code.interleave, self._code.randomized)
        except DecodeError:
            self.failed = True
        else:
            self.result = DecodedFrame(decoded.frame, decoded.corrected_octets)


_STATE_AFTER_ASM = state_after(octets_to_bits(ASM))


def _read_only(symbols: Symbols) -> Symbols:
    symbols.setflags(write=False)
    return symbols
