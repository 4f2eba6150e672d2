"""Reed-Solomon (255,223) and (255,239), dual or conventional basis, interleaved (131.0-B section 4)."""

from dataclasses import dataclass

import numpy as np

from radio.coding.galois import ORDER, Basis
from radio.coding.reed_solomon_kernels import UNCORRECTABLE, decode_codeblock, encode_codeblock
from radio.coding.reed_solomon_tables import Tables, tables
from radio.errors import CodingError, DecodeError

CODEWORD_OCTETS = ORDER
INTERLEAVES = (1, 2, 3, 4, 5, 8)
PARITY_OCTETS = (16, 32)
BASES = ("conventional", "dual")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame and the number of octets corrected in its codeblock, check octets included."""

    frame: bytes
    corrected_octets: int


@dataclass(frozen=True, slots=True)
class ReedSolomon:
    """The code with I = `interleave` (1, 2, 3, 4, 5 or 8) and 2 E = `parity_octets` (32 or 16) in each codeword.

    Octet i of a codeblock belongs to codeword i mod I. A frame of fewer than (255 - 2 E) I octets stands for one
    with virtual fill (zeros that are not sent) before it. The standard sends octets in the dual `basis`; many small
    satellites use the conventional one. Raises CodingError for other values.
    """

    interleave: int = 1
    parity_octets: int = 32
    basis: Basis = "dual"

    def __post_init__(self) -> None:
        for name, accepted in (("interleave", INTERLEAVES), ("parity_octets", PARITY_OCTETS), ("basis", BASES)):
            if getattr(self, name) not in accepted:
                raise CodingError(name, getattr(self, name), f"one of {accepted}")

    @property
    def data_octets(self) -> int:
        """Octets of data in a codeword that is not shortened: 223 or 239."""
        return CODEWORD_OCTETS - self.parity_octets

    @property
    def check_octets(self) -> int:
        """Check octets of a codeblock, 2 E I."""
        return self.parity_octets * self.interleave

    def encode(self, frame: bytes) -> bytes:
        """Return the codeblock of `frame`: its octets, then 2 E I check octets.

        Raises CodingError unless the length is a multiple of I from I to (255 - 2 E) I.
        """
        self._check_length("len(frame)", len(frame), 0)
        codeblock = np.empty(len(frame) + self.check_octets, np.uint8)
        encode_codeblock(np.frombuffer(frame, np.uint8), self.interleave, codeblock, self._tables)
        return codeblock.tobytes()

    def check_frame_octets(self, frame_octets: int) -> None:
        """Raise CodingError unless frames of `frame_octets` fit: a multiple of I from I to (255 - 2 E) I."""
        self._check_length("frame_octets", frame_octets, 0)

    def decode(self, codeblock: bytes) -> Decoded:
        """Return the corrected frame of `codeblock`.

        Raises DecodeError if a codeword has more than E wrong octets (as far as the code shows it), and
        CodingError unless the length is a multiple of I from (2 E + 1) I to 255 I.
        """
        self._check_length("len(codeblock)", len(codeblock), self.parity_octets)
        corrected = np.array(np.frombuffer(codeblock, np.uint8))
        count = decode_codeblock(corrected, self.interleave, self._tables)
        if count == UNCORRECTABLE:
            reason = f"a codeword has more than {self.parity_octets // 2} wrong octets"
            raise DecodeError(f"RS({CODEWORD_OCTETS},{self.data_octets})", reason)
        return Decoded(corrected[: -self.check_octets].tobytes(), count)

    @property
    def _tables(self) -> Tables:
        return tables(self.parity_octets, self.basis)

    def _check_length(self, name: str, length: int, parity_octets: int) -> None:
        low = (1 + parity_octets) * self.interleave
        high = (self.data_octets + parity_octets) * self.interleave
        if length % self.interleave or not low <= length <= high:
            what = f"a multiple of {self.interleave}" if self.interleave > 1 else "an integer"
            raise CodingError(name, length, f"{what} from {low} to {high}")
