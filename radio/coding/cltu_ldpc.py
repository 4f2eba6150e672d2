"""Telecommand with a short LDPC code: an acquisition sequence and one CLTU (231.0-B sections 4 to 7)."""

from dataclasses import dataclass, field

import numpy as np

from radio.coding.channel_code import DecodedFrame, FrameDecoder, read_only
from radio.coding.ldpc.encoder import encoder
from radio.coding.ldpc.tc import tc_code
from radio.coding.ldpc.tc_decoder import tc_decoder
from radio.coding.randomizer import randomize_tc
from radio.coding.symbols import (
    SoftSymbols,
    Symbols,
    bits_to_octets,
    bits_to_symbols,
    octets_to_bits,
    octets_to_symbols,
)
from radio.errors import CodingError

START_SEQUENCE = bytes.fromhex("034776C7272895B0")
TAIL_SEQUENCE = bytes.fromhex("63A1ED72C6AC79E2 5555555555555555")
"""After codewords of 128 bits (231.0-B-4 corrigendum 1, section 5.2.4.2); after those of 512 there is none."""
EARLIER_TAIL_SEQUENCE = bytes.fromhex("55555556AAAAAAAA 5555555555555555")
"""Of 231.0-B-3: still sent by others, so understood."""
FILL_OCTET = b"\x55"
_ALTERNATING_OCTET = b"\x55"


@dataclass(frozen=True, slots=True)
class CltuLdpcCode:
    """Telecommand: an acquisition sequence 0101... and one CLTU of codewords that are randomised one by one.

    The marker is the start sequence. codeword_bits: 128 or 512; acquisition_octets: length of the acquisition sequence
    (231.0-B prefers 16 or more). Raises CodingError.
    """

    codeword_bits: int = 128
    acquisition_octets: int = 16
    acquisition: Symbols = field(init=False, repr=False, compare=False)
    marker: Symbols = field(init=False, repr=False, compare=False)
    _sequence: Symbols = field(init=False, repr=False, compare=False)
    _tail: Symbols = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.acquisition_octets < 0:
            raise CodingError("acquisition_octets", self.acquisition_octets, "0 or more")
        codeword_octets = tc_code(self.codeword_bits).codeword_bits // 8
        tail = TAIL_SEQUENCE if codeword_octets == len(TAIL_SEQUENCE) else b""
        for name, octets in (
            ("acquisition", _ALTERNATING_OCTET * self.acquisition_octets),
            ("marker", START_SEQUENCE),
            ("_sequence", randomize_tc(bytes(codeword_octets))),
            ("_tail", tail),
        ):
            object.__setattr__(self, name, read_only(octets_to_symbols(octets)))

    @property
    def continuous(self) -> bool:
        """False: each CLTU is a burst of its own."""
        return False

    @property
    def information_octets(self) -> int:
        """Octets of information in a codeword."""
        return self.codeword_bits // 16

    @property
    def information_bits_per_symbol(self) -> float:
        """1/2, without acquisition, marker, tail and fill."""
        return 0.5

    def encode(self, frame: bytes) -> Symbols:
        """Return the unit of `frame`, int8: start sequence, codewords, tail sequence if there is one.

        The frame is filled up with octets 55 to whole codewords. Raises CodingError if `frame` is empty.
        """
        if not frame:
            raise CodingError("len(frame)", 0, "at least 1")
        filled = frame + FILL_OCTET * (-len(frame) % self.information_octets)
        blocks = octets_to_bits(filled).reshape(-1, 8 * self.information_octets)
        encode = encoder(tc_code(self.codeword_bits)).encode
        codewords = [bits_to_symbols(encode(block)) * self._sequence for block in blocks]
        return np.concatenate([self.marker, *codewords, self._tail])

    def decode_codeword(self, soft: SoftSymbols) -> DecodedFrame | None:
        """Return the information in `soft`, float32[codeword_bits], or None if the CLTU has ended.

        It has if this is no codeword, or if a tail sequence is as likely: ordered statistics find a codeword near most
        things. Raises CodingError for another number of symbols, or if one is not finite.
        """
        decoding = tc_decoder(self.codeword_bits).decode(soft * self._sequence)
        codeword = bits_to_symbols(decoding.codeword) * self._sequence
        if not decoding.satisfied or _is_a_tail(soft, codeword):
            return None
        information = bits_to_octets(decoding.codeword[: 8 * self.information_octets])
        return DecodedFrame(information, decoding.corrected)

    def decoder(self) -> FrameDecoder:
        """Return a new decoder; it decides with every codeword until one is rejected."""
        return _CltuLdpcDecoder(self)


_TAILS = [octets_to_symbols(tail).astype(np.float32) for tail in (TAIL_SEQUENCE, EARLIER_TAIL_SEQUENCE)]


def _is_a_tail(soft: SoftSymbols, codeword: Symbols) -> bool:
    """Return whether `soft` is as near to a tail sequence as to `codeword`, both as sent."""
    return any(soft.size == tail.size and soft @ tail >= soft @ codeword for tail in _TAILS)


class _CltuLdpcDecoder:
    def __init__(self, code: CltuLdpcCode) -> None:
        self._code = code
        self._pending = np.empty(0, np.float32)
        self._accepted: list[DecodedFrame] = []
        self._ended = False

    @property
    def symbols_wanted(self) -> int:
        return 0 if self._ended else self._code.codeword_bits - self._pending.size

    @property
    def result(self) -> DecodedFrame | None:
        if not self._ended or not self._accepted:
            return None
        return DecodedFrame(
            b"".join(block.frame for block in self._accepted), sum(block.corrected for block in self._accepted)
        )

    @property
    def failed(self) -> bool:
        return self._ended and not self._accepted

    def feed(self, soft: SoftSymbols) -> None:
        pending = np.concatenate([self._pending, soft])
        while pending.size >= self._code.codeword_bits and not self._ended:
            self._take(pending[: self._code.codeword_bits])
            pending = pending[self._code.codeword_bits :]
        self._pending = pending

    def _take(self, soft: SoftSymbols) -> None:
        block = self._code.decode_codeword(soft)
        if block is None:
            self._ended = True
        else:
            self._accepted.append(block)
