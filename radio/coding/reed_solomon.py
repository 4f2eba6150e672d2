"""Reed-Solomon (255,223), E = 16, dual basis, interleaved (131.0-B section 4)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radio.coding import libfec
from radio.errors import CodingError, DecodeError

DATA_OCTETS = libfec.RS_DATA_OCTETS
PARITY_OCTETS = libfec.RS_PARITY_OCTETS
INTERLEAVES = (1, 2, 3, 4, 5, 8)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame and the number of octets corrected in its codeblock, check octets included."""

    frame: bytes
    corrected_octets: int


@dataclass(frozen=True, slots=True)
class ReedSolomon:
    """The code with an interleaving depth of 1, 2, 3, 4, 5 or 8; raises CodingError for any other.

    Octet i of a codeblock belongs to codeword i mod I. A frame of fewer than 223 I octets stands for one with
    virtual fill (zeros that are not sent) before it.
    """

    interleave: int = 1

    def __post_init__(self) -> None:
        if self.interleave not in INTERLEAVES:
            raise CodingError("interleave", self.interleave, f"one of {INTERLEAVES}")

    def encode(self, frame: bytes) -> bytes:
        """Return the codeblock of `frame`: its octets, then 32 I check octets.

        Raises CodingError unless the length is a multiple of I from I to 223 I.
        """
        self.check_frame_octets(len(frame))
        parities = [libfec.encode_rs_ccsds(word, DATA_OCTETS - word.size) for word in self._words(frame)]
        return frame + np.stack(parities, axis=1).tobytes()

    def check_frame_octets(self, frame_octets: int) -> None:
        """Raise CodingError unless frames of `frame_octets` fit: a multiple of I from I to 223 I."""
        self._check_length("frame", frame_octets, 0)

    def decode(self, codeblock: bytes) -> Decoded:
        """Return the corrected frame of `codeblock`.

        Raises DecodeError if a codeword has more than 16 wrong octets (as far as the code shows it), and
        CodingError unless the length is a multiple of I from 33 I to 255 I.
        """
        self._check_length("codeblock", len(codeblock), PARITY_OCTETS)
        decoded = [self._decode_word(word) for word in self._words(codeblock)]
        corrected = np.stack([word for word, _ in decoded], axis=1).tobytes()
        frame = corrected[: len(codeblock) - PARITY_OCTETS * self.interleave]
        return Decoded(frame, sum(count for _, count in decoded))

    @staticmethod
    def _decode_word(word: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
        corrected, count = libfec.decode_rs_ccsds(word, libfec.RS_CODEWORD_OCTETS - word.size)
        if count < 0:
            raise DecodeError("RS(255,223)", "a codeword has more than 16 wrong octets")
        return corrected, count

    def _words(self, octets: bytes) -> NDArray[np.uint8]:
        return np.ascontiguousarray(np.frombuffer(octets, np.uint8).reshape(-1, self.interleave).T)

    def _check_length(self, name: str, length: int, parity_octets: int) -> None:
        low = (1 + parity_octets) * self.interleave
        high = (DATA_OCTETS + parity_octets) * self.interleave
        if length % self.interleave or not low <= length <= high:
            raise CodingError(f"len({name})", length, f"a multiple of {self.interleave} from {low} to {high}")
