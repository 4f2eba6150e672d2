"""Tensors in plain memory, and the disk they came from."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray


@dataclass
class PlainTensor:
    name: str
    values: NDArray[np.uint8]
    element_octets: int = 4
    stuck: bool = False

    @property
    def octets(self) -> int:
        return len(self.values)

    def read(self, begin: int, end: int) -> NDArray[np.uint8]:
        return self.values[begin:end]

    def write(self, begin: int, octets: NDArray[np.uint8]) -> None:
        if not self.stuck:
            self.values[begin : begin + len(octets)] = octets


@pytest.fixture
def tensors() -> list[PlainTensor]:
    random = np.random.default_rng(3)
    sizes = {"embed": 3 << 20, "norm": 64, "proj": (1 << 20) + 4}
    return [PlainTensor(name, random.integers(0, 256, size, dtype=np.uint8)) for name, size in sizes.items()]
