"""Telemetry with an AR4JA code: a sync marker and one randomised codeword for each frame."""

from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from radio.coding.channel_code import DecodedFrame, FrameDecoder, read_only
from radio.coding.ldpc.ar4ja import ar4ja_code
from radio.coding.ldpc.ar4ja_decoder import ar4ja_decoder
from radio.coding.ldpc.encoder import encoder
from radio.coding.randomizer import Randomizer, randomize_tm
from radio.coding.symbols import (
    SoftSymbols,
    Symbols,
    bits_to_octets,
    bits_to_symbols,
    octets_to_bits,
    octets_to_symbols,
)
from radio.coding.unit_decoder import UnitDecoder
from radio.errors import CodingError, DecodeError

LDPC_ASM = bytes.fromhex("034776C7272895B0")
"""131.0-B section 9.3: for codewords of rates 1/2, 2/3 and 4/5."""


@dataclass(frozen=True, slots=True)
class LdpcCode:
    """Telemetry: sync marker and randomised codeword, as bursts or as a stream (131.0-B sections 7.4, 9 and 10).

    rate: "1/2", "2/3" or "4/5"; information_bits: 1024, 4096 or 16384, the length of a frame; randomizer: of the
    codeword, not of the marker; acquisition_symbols: how many symbols +1, -1, +1 ... are sent first.

    Raises CodingError.
    """

    rate: str = "1/2"
    information_bits: int = 1024
    randomizer: Randomizer = "short"
    continuous: bool = False
    acquisition_symbols: int = 64
    acquisition: Symbols = field(init=False, repr=False, compare=False)
    marker: Symbols = field(init=False, repr=False, compare=False)
    _sequence: Symbols = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.randomizer not in get_args(Randomizer):
            raise CodingError("randomizer", self.randomizer, f"one of {', '.join(get_args(Randomizer))}")
        if self.acquisition_symbols < 0:
            raise CodingError("acquisition_symbols", self.acquisition_symbols, "0 or more")
        codeword_octets = ar4ja_code(self.rate, self.information_bits).codeword_bits // 8
        sequence = octets_to_symbols(randomize_tm(bytes(codeword_octets), self.randomizer))
        alternating = np.resize(np.array([1, -1], np.int8), self.acquisition_symbols)
        object.__setattr__(self, "acquisition", read_only(alternating))
        object.__setattr__(self, "marker", read_only(octets_to_symbols(LDPC_ASM)))
        object.__setattr__(self, "_sequence", read_only(sequence))

    @property
    def frame_octets(self) -> int:
        """The length of every frame."""
        return self.information_bits // 8

    @property
    def information_bits_per_symbol(self) -> float:
        """The code's rate, without acquisition and marker."""
        return self.information_bits / self.payload_symbols

    @property
    def payload_symbols(self) -> int:
        """Symbols of a unit after its marker: the code's n."""
        return self._sequence.size

    def encode(self, frame: bytes) -> Symbols:
        """Return the unit of `frame`, int8: marker and codeword.

        Raises CodingError unless `frame` has `frame_octets` octets.
        """
        if len(frame) != self.frame_octets:
            raise CodingError("len(frame)", len(frame), f"{self.frame_octets}")
        codeword = encoder(ar4ja_code(self.rate, self.information_bits)).encode(octets_to_bits(frame))
        return np.concatenate([self.marker, bits_to_symbols(codeword) * self._sequence])

    def decode(self, soft: SoftSymbols) -> DecodedFrame:
        """Return the frame in `soft`, float32[n]: a unit without its marker.

        Raises DecodeError unless all checks hold in the end, CodingError for another number of symbols or if one is not
        finite.
        """
        if soft.size != self.payload_symbols:
            raise CodingError("soft.size", soft.size, f"{self.payload_symbols}")
        decoding = ar4ja_decoder(self.rate, self.information_bits).decode(soft * self._sequence)
        if not decoding.satisfied:
            raise DecodeError(f"LDPC {self.rate}", f"no codeword after {decoding.iterations} iterations")
        return DecodedFrame(bits_to_octets(decoding.codeword[: self.information_bits]), decoding.corrected)

    def decoder(self) -> FrameDecoder:
        """Return a new decoder; it decides once, at the end of the unit."""
        return UnitDecoder(self.payload_symbols, self.information_bits, self.decode)
