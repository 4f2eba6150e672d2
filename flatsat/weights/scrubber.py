"""Finds weights that have changed in memory, and restores them from disk."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flatsat.errors import EngineError
from flatsat.weights.tensor import Stored, WeightTensor, pieces, tensor_hash

SLICE_S = 0.02


@dataclass(frozen=True, slots=True)
class Repair:
    """A tensor was restored; `bits` of it had changed. `scrub_pass` found it, counted from 1."""

    tensor: str
    bits: int
    scrub_pass: int


class Scrubber:
    """Hashes a model's tensors over and over, and restores from disk what is no longer as it was loaded.

    A pass begins every `period_s` and is done in slices of SLICE_S, one with each `tick`; a piece that is begun is
    hashed to its end. So a bit that flips is found after a period and a pass at the latest. `passes` counts those
    completed.
    """

    def __init__(
        self,
        tensors: Sequence[WeightTensor],
        hashes: Mapping[str, str],
        stored: Stored,
        period_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tensors, self._hashes, self._stored = tensors, hashes, stored
        self._period_s, self._clock = period_s, clock
        self._due_s = clock() + period_s
        self._pass: Iterator[Repair | None] = iter(())
        self.passes = 0

    def tick(self) -> list[Repair]:
        """Scrub a slice, if a pass is due or under way; return what was repaired.

        Raises EngineError for a tensor that can no longer be had: no answer may be begun on such a model.
        """
        now_s = self._clock()
        if now_s >= self._due_s:
            self._due_s = now_s + self._period_s
            self._pass = self._scrub()
        return self._slice(now_s + SLICE_S)

    def scrub(self) -> list[Repair]:
        """Scrub everything at once; return what was repaired. Raises EngineError as `tick` does."""
        return [repair for repair in self._scrub() if repair]

    def hasten(self) -> None:
        """Have the next pass begin with the next tick: something looks wrong."""
        self._due_s = self._clock()

    def _slice(self, until_s: float) -> list[Repair]:
        repairs = []
        for repair in self._pass:
            if repair:
                repairs.append(repair)
            if self._clock() >= until_s:
                break
        return repairs

    def _scrub(self) -> Iterator[Repair | None]:
        """Do a whole pass, and pause after each piece."""
        for tensor in self._tensors:
            digest = hashlib.sha256()
            for piece in pieces(tensor):
                digest.update(piece.data)
                yield None
            if digest.hexdigest() != self._hashes[tensor.name]:
                yield self._restore(tensor)
        self.passes += 1

    def _restore(self, tensor: WeightTensor) -> Repair:
        stored = self._stored(tensor.name)
        if hashlib.sha256(stored.data).hexdigest() != self._hashes[tensor.name]:
            raise EngineError(f"weights {tensor.name} have changed both in memory and on disk")
        bits = differing_bits(tensor.read(0, tensor.octets), stored)
        tensor.write(0, stored)
        if tensor_hash(tensor) != self._hashes[tensor.name]:
            raise EngineError(f"weights {tensor.name} cannot be restored: the memory does not keep them")
        return Repair(tensor.name, bits, self.passes + 1)


def differing_bits(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """Return in how many bits two runs of octets, uint8 (n,), differ."""
    difference = one ^ other
    return int(np.unpackbits(difference[difference != 0]).sum())
