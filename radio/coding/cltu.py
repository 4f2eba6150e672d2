"""Communications link transmission units: start sequence, codeblocks, tail sequence (231.0-B section 5)."""

import numpy as np

from radio.coding.bch import CODEBLOCK_SYMBOLS, CODEWORD_BITS, INFORMATION_OCTETS, decode_bch, encode_bch
from radio.coding.randomizer import randomize_tc
from radio.coding.symbols import SoftSymbols, Symbols, octets_to_symbols
from radio.errors import CodingError, DecodeError

START_SEQUENCE = bytes.fromhex("EB90")
# Its syndrome is the one odd one that no single error has: rejected in both modes, also with one bit wrong.
TAIL_SEQUENCE = bytes.fromhex("C5C5C5C5C5C5C579")
FILL_OCTET = b"\x55"
_TAIL_CODEWORD = octets_to_symbols(TAIL_SEQUENCE)[:CODEWORD_BITS]


def encode_cltu(frame: bytes, randomized: bool) -> bytes:
    """Return the CLTU of `frame`: start sequence, codeblocks, tail sequence.

    The frame is filled up with octets 55 (after the randomiser) to whole codeblocks.
    Raises CodingError if `frame` is empty.
    """
    if not frame:
        raise CodingError("len(frame)", 0, "at least 1")
    data = randomize_tc(frame) if randomized else frame
    fill = FILL_OCTET * (-len(data) % INFORMATION_OCTETS)
    return START_SEQUENCE + encode_bch(data + fill) + TAIL_SEQUENCE


class CltuDecoder:
    """Decodes what follows a start sequence, codeblock by codeblock, up to the first that is rejected.

    That one is the tail sequence, or a codeblock with more errors than the mode takes (231.0-B section 5); the frame's
    own error control must tell. A soft decision finds a codeword near most things, so a codeblock is rejected too if
    the tail sequence is as likely.
    """

    def __init__(self, randomized: bool, error_correcting: bool = True) -> None:
        self._randomized = randomized
        self._error_correcting = error_correcting
        self._data = bytearray()
        self._corrected_bits = 0
        self._ended = False

    def feed(self, codeblock: SoftSymbols | Symbols) -> bool:
        """Take the 64 symbols of one codeblock, float32 or int8; return whether it was accepted.

        Raises CodingError for another number of symbols, or once the CLTU has ended.
        """
        if self._ended or codeblock.size != CODEBLOCK_SYMBOLS:
            accepted = f"{CODEBLOCK_SYMBOLS}, before the CLTU has ended"
            raise CodingError("codeblock.size", codeblock.size, accepted)
        try:
            block = decode_bch(codeblock, self._error_correcting)
        except DecodeError:
            self._ended = True
            return False
        self._ended = _tail_discrepancy(codeblock) <= block.bound
        if not self._ended:
            self._data += block.information
            self._corrected_bits += block.corrected_bits
        return not self._ended

    @property
    def ended(self) -> bool:
        """Whether a codeblock was rejected."""
        return self._ended

    @property
    def frame(self) -> bytes:
        """The octets accepted so far, derandomised.

        Octets of any value may follow the frame: up to 6 of fill, and 7 for each codeblock that was accepted
        beyond a tail sequence lost in noise.
        """
        return randomize_tc(bytes(self._data)) if self._randomized else bytes(self._data)

    @property
    def corrected_bits(self) -> int:
        """The number of bits corrected so far."""
        return self._corrected_bits


def _tail_discrepancy(codeblock: SoftSymbols | Symbols) -> float:
    """Return the sum of the magnitudes of the symbols that would be wrong if this were the tail sequence."""
    against = codeblock[:CODEWORD_BITS].astype(np.float32) * _TAIL_CODEWORD
    return float(-against[against < 0].sum())
