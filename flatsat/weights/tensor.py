"""The port to a tensor's octets, wherever they lie."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

PIECE_OCTETS = 1 << 20
"""A tensor is hashed in pieces: a machine without instructions for SHA-256 takes about 10 ms for one."""


class WeightTensor(Protocol):
    """A tensor of a loaded model: `octets` in all, `element_octets` in each of its elements, little-endian."""

    @property
    def name(self) -> str:
        """What the model calls it."""

    @property
    def octets(self) -> int:
        """Its size."""

    @property
    def element_octets(self) -> int:
        """The size of one number."""

    def read(self, begin: int, end: int) -> NDArray[np.uint8]:
        """Return octets `begin` to `end`, uint8 (end - begin,); fewer where it ends before."""

    def write(self, begin: int, octets: NDArray[np.uint8]) -> None:
        """Put uint8 `octets` in from `begin` on."""


Stored: TypeAlias = Callable[[str], NDArray[np.uint8]]
"""Reads a tensor's octets from disk by its name. Raises EngineError if there is none."""


def pieces(tensor: WeightTensor) -> Iterator[NDArray[np.uint8]]:
    """Yield a tensor's octets in order."""
    for begin in range(0, tensor.octets, PIECE_OCTETS):
        yield tensor.read(begin, begin + PIECE_OCTETS)


def tensor_hash(tensor: WeightTensor) -> str:
    """Return the SHA-256 of a tensor's octets, in hexadecimal.

    SHA-256 because processors have instructions for it: 1.2 GB/s where BLAKE2b takes 0.7 GB/s.
    """
    digest = hashlib.sha256()
    for piece in pieces(tensor):
        digest.update(piece.data)
    return digest.hexdigest()
