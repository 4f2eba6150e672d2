"""Telemetry with the convolutional and the Reed-Solomon code, one within the other."""

from dataclasses import dataclass, field

import numpy as np

from radio.coding.cadu import ASM, decode_cadu_payload, encode_cadu
from radio.coding.channel_code import DecodedFrame, FrameDecoder, read_only
from radio.coding.convolutional import TAIL_BITS, decode_convolutional, encode_convolutional, state_after
from radio.coding.reed_solomon import DATA_OCTETS, PARITY_OCTETS, ReedSolomon
from radio.coding.symbols import SoftSymbols, Symbols, bits_to_octets, octets_to_bits
from radio.errors import CodingError, DecodeError


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
        object.__setattr__(self, "acquisition", read_only(encode_convolutional(np.zeros(self.preamble_bits, np.uint8))))
        object.__setattr__(self, "marker", read_only(encode_convolutional(octets_to_bits(ASM))))

    @property
    def information_bits_per_symbol(self) -> float:
        """Half the Reed-Solomon rate, 223/510 if not shortened, without preamble, marker and tail."""
        return 0.5 * self.frame_octets / self._codeblock_octets

    def encode(self, frame: bytes) -> Symbols:
        """Return the unit of `frame`, int8: marker, codeblock, tail.

        Raises CodingError unless `frame` has `frame_octets` octets.
        """
        if len(frame) != self.frame_octets:
            raise CodingError("len(frame)", len(frame), f"{self.frame_octets}")
        cadu = encode_cadu(frame, self.interleave, self.randomized)
        return encode_convolutional(octets_to_bits(cadu), tail=True)

    @property
    def continuous(self) -> bool:
        """False: each CADU is a burst of its own."""
        return False

    def decoder(self) -> FrameDecoder:
        """Return a new decoder; it decides once, at the end of the codeblock and its tail."""
        return _ConcatenatedFrameDecoder(self, 2 * (8 * self._codeblock_octets + TAIL_BITS))

    @property
    def _codeblock_octets(self) -> int:
        return self.frame_octets + PARITY_OCTETS * self.interleave


class _ConcatenatedFrameDecoder:
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
