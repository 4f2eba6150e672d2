"""How a sample is written in a file."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio.errors import RecordingError

_DATATYPE = re.compile(r"([cr])([fiu])(8|16|32|64)(_le|_be)?")
_WIDTHS = {"f": (32, 64), "i": (8, 16, 32), "u": (8, 16, 32)}
_ORDERS = {"_le": "<", "_be": ">", None: ""}
ACCEPTED = "cf32_le, ci16_le, ci8, cu8, rf32_le, ri16_le ..."


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """Numbers of one type, two for each sample (in-phase first) or one. Full scale is 1, whatever the type."""

    number: np.dtype[Any]
    is_complex: bool

    @classmethod
    def named(cls, datatype: str) -> "SampleFormat":
        """Return what SigMF calls so (core:datatype); raises RecordingError for what it does not know.

        >>> SampleFormat.named("ci16_le").octets
        4
        """
        found = _DATATYPE.fullmatch(datatype)
        if not found or int(found[3]) not in _WIDTHS[found[2]] or (found[3] == "8") == bool(found[4]):
            raise RecordingError("datatype", datatype, ACCEPTED)
        return cls(np.dtype(f"{_ORDERS[found[4]]}{found[2]}{int(found[3]) // 8}"), found[1] == "c")

    @property
    def octets(self) -> int:
        """Of one sample."""
        return self.number.itemsize * (2 if self.is_complex else 1)

    def samples(self, octets: bytes) -> NDArray[np.complex64]:
        """Return the whole samples in ``octets``, complex64[n]; real ones have no imaginary part.

        What no single-precision number holds becomes infinite.
        """
        numbers = np.frombuffer(octets, self.number, len(octets) // self.octets * self.octets // self.number.itemsize)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = self._full_scale(numbers)
        return scaled.view(np.complex64) if self.is_complex else scaled.astype(np.complex64)

    def _full_scale(self, numbers: NDArray[Any]) -> NDArray[np.float32]:
        if self.number.kind == "f":
            return numbers.astype(np.float32)
        steps = 256.0**self.number.itemsize
        if self.number.kind == "i":
            return (numbers * (2 / steps)).astype(np.float32)
        middle = (steps - 1) / 2  # an RTL2832U's octet is 127.5 + 127.5 x
        return ((numbers - middle) / middle).astype(np.float32)
