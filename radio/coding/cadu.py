"""Channel access data units: a sync marker and a frame, with or without Reed-Solomon and convolutional code."""

import math
from dataclasses import dataclass, field

import numpy as np

from radio.coding.channel_code import DecodedFrame, FrameDecoder, read_only
from radio.coding.convolutional import Convolutional, state_after
from radio.coding.randomizer import Randomizer, randomize_tm
from radio.coding.reed_solomon import Decoded, ReedSolomon
from radio.coding.symbols import (
    Bits,
    SoftSymbols,
    Symbols,
    bits_to_octets,
    bits_to_symbols,
    octets_to_bits,
    symbols_to_octets,
)
from radio.coding.unit_decoder import UnitDecoder
from radio.coding.viterbi import MEMORY_BITS
from radio.errors import CodingError, DecodeError

ASM = bytes.fromhex("1ACFFC1D")
_RANDOMIZERS = ("none", "short", "long")
_CHANCE_BITS = 10.0
"""Noise may pass for a frame one time in a thousand."""


@dataclass(frozen=True, slots=True)
class CaduCode:
    """Telemetry: sync marker and randomised codeblock, as bursts or as a stream (131.0-B sections 3, 4, 9 and 10).

    frame_octets: of each frame; reed_solomon: the outer code or None; convolutional: the inner code or None, through
    which the marker passes too; randomizer: of the codeblock, not of the marker; acquisition_symbols: how many symbols
    +1, -1, +1 ... are sent first; sync_marker: 2 octets or more.

    The convolutional encoder starts in state 0 at the marker. In a burst six zero bits end it. A stream (`continuous`)
    is cut six bits into each marker, where the encoder always holds the same bits: a unit begins there, its `marker` is
    what the other bits of the sync marker become, and those six bits of the next end it. So each unit stands by itself,
    and its decoder knows both ends. The puncturing begins anew with a burst; in a stream the CADU has to be a whole
    number of puncturing periods, so that all markers are alike. Raises CodingError.
    """

    frame_octets: int
    reed_solomon: ReedSolomon | None = None
    convolutional: Convolutional | None = None
    randomizer: Randomizer = "short"
    continuous: bool = False
    acquisition_symbols: int = 64
    sync_marker: bytes = ASM
    acquisition: Symbols = field(init=False, repr=False, compare=False)
    marker: Symbols = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        alternating = np.resize(np.array([1, -1], np.int8), self.acquisition_symbols)
        acquisition = np.concatenate([alternating, self._symbols(self._marker_bits[: self._cut])])
        object.__setattr__(self, "acquisition", read_only(acquisition))
        object.__setattr__(self, "marker", read_only(self._unit(self._marker_bits[self._cut :])))

    @property
    def information_bits_per_symbol(self) -> float:
        """The rates of both codes, without acquisition, marker and tail."""
        inner = self.convolutional.information_bits_per_symbol if self.convolutional else 1.0
        return inner * self.frame_octets / self._codeblock_octets

    def encode(self, frame: bytes) -> Symbols:
        """Return the unit of `frame`, int8: marker, codeblock, tail.

        Raises CodingError unless `frame` has `frame_octets` octets.
        """
        if len(frame) != self.frame_octets:
            raise CodingError("len(frame)", len(frame), f"{self.frame_octets}")
        codeblock = self.reed_solomon.encode(frame) if self.reed_solomon else frame
        data = octets_to_bits(randomize_tm(codeblock, self.randomizer))
        return self._unit(np.concatenate([self._marker_bits[self._cut :], data, self._tail]))

    def decode(self, soft: SoftSymbols) -> DecodedFrame:
        """Return the frame in `soft`, float32[payload_symbols]: a unit without its marker.

        A wrong `randomizer` does not always show: 255 octets of the short sequence are themselves a codeword, so full
        codeblocks with an interleave of 1, 2, 4 or 8 decode to a frame that only its own error control rejects.
        Raises DecodeError if it is uncorrectable, CodingError for another number of symbols or if one is not finite.
        """
        if soft.size != self.payload_symbols:
            raise CodingError("soft.size", soft.size, f"{self.payload_symbols}")
        codeblock = randomize_tm(self._hard_octets(soft), self.randomizer)
        decoded = self.reed_solomon.decode(codeblock) if self.reed_solomon else Decoded(codeblock, 0)
        return DecodedFrame(decoded.frame, decoded.corrected_octets)

    @property
    def payload_symbols(self) -> int:
        """Symbols of a unit after its marker."""
        bits = 8 * self._codeblock_octets
        if self.convolutional is None:
            return bits
        return self.convolutional.symbol_count(bits + MEMORY_BITS, self._marker_bits.size)

    def decoder(self) -> FrameDecoder:
        """Return a new decoder; it decides once, at the end of the unit."""
        return UnitDecoder(self.payload_symbols, 8 * self.frame_octets, self.decode)

    def _check(self) -> None:
        if self.randomizer not in _RANDOMIZERS:
            raise CodingError("randomizer", self.randomizer, f"one of {', '.join(_RANDOMIZERS)}")
        for name, value, least in (
            ("frame_octets", self.frame_octets, 1),
            ("acquisition_symbols", self.acquisition_symbols, 0),
            ("len(sync_marker)", len(self.sync_marker), 2),
        ):
            if value < least:
                raise CodingError(name, value, f"{least} or more")
        if self.reed_solomon:
            self.reed_solomon.check_frame_octets(self.frame_octets)
        if self._surplus_bits(self.frame_octets):
            raise CodingError("frame_octets", self.frame_octets, self._accepted_octets())

    def _surplus_bits(self, frame_octets: int) -> int:
        """Return the bits of a stream's CADU beyond whole puncturing periods."""
        if not (self.convolutional and self.continuous):
            return 0
        cadu_octets = len(self.sync_marker) + frame_octets + self._check_octets
        return 8 * cadu_octets % self.convolutional.period_bits

    def _accepted_octets(self) -> str:
        """Return which lengths fill whole puncturing periods, in words."""
        step, longest = 1, self.frame_octets + 8
        if self.reed_solomon:
            step, longest = self.reed_solomon.interleave, self.reed_solomon.interleave * self.reed_solomon.data_octets
        lengths = [length for length in range(step, longest + 1, step) if not self._surplus_bits(length)]
        near = sorted(sorted(lengths, key=lambda length: abs(length - self.frame_octets))[:2])
        which = f"such as with {' or '.join(map(str, near))}" if near else "which no length has with this interleave"
        return f"in a stream, a CADU of whole puncturing periods, {which}"

    @property
    def _check_octets(self) -> int:
        return self.reed_solomon.check_octets if self.reed_solomon else 0

    @property
    def _codeblock_octets(self) -> int:
        return self.frame_octets + self._check_octets

    @property
    def _marker_bits(self) -> Bits:
        return octets_to_bits(self.sync_marker)

    @property
    def _cut(self) -> int:
        """How many bits of the sync marker belong to what is before the unit."""
        return MEMORY_BITS if self.convolutional and self.continuous else 0

    @property
    def _tail(self) -> Bits:
        """The bits that end a unit."""
        if self.convolutional is None:
            return np.empty(0, np.uint8)
        return self._marker_bits[:MEMORY_BITS] if self.continuous else np.zeros(MEMORY_BITS, np.uint8)

    def _unit(self, bits: Bits) -> Symbols:
        """Return the symbols of the first `bits` of a unit."""
        return self._symbols(bits, state_after(self._marker_bits[: self._cut]), self._cut)

    def _symbols(self, bits: Bits, start_state: int = 0, step: int = 0) -> Symbols:
        return self.convolutional.encode(bits, start_state, step) if self.convolutional else bits_to_symbols(bits)

    def _hard_octets(self, soft: SoftSymbols) -> bytes:
        if self.convolutional is None:
            return symbols_to_octets(soft)
        marker = self._marker_bits
        bits = self.convolutional.decode(soft, state_after(marker), state_after(self._tail), marker.size)
        if self.reed_solomon is None:
            sent = self._symbols(bits, state_after(marker), marker.size)
            if _told_bits(soft, sent) < 8 * self.frame_octets + _CHANCE_BITS:
                raise DecodeError(f"convolutional {self.convolutional.rate}", "noise has a path as likely")
        return bits_to_octets(bits[:-MEMORY_BITS])


def _told_bits(soft: SoftSymbols, sent: Symbols) -> float:
    """Return -log2 of how often pure noise, float32[n], lies as near to one given codeword, int8[n].

    The direction of white noise is uniform on a sphere, of which the cap about a codeword where the correlation exceeds
    t takes up less than (1 - t^2)^((n - 1) / 2). A Viterbi decoder finds a path through anything, and of 2^k paths one
    may be 2^k times as near as that.
    """
    soft = soft.astype(np.float64)  # the squares of float32 overflow, or vanish
    agreement, energy = float(soft @ sent.astype(np.float64)), soft.size * float(soft @ soft)
    if agreement <= 0:
        return 0.0
    return -(soft.size - 1) / 2 * math.log2(max(1 - agreement**2 / energy, 1e-30))
