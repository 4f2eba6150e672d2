"""Parity-check matrices made of circulants: identities whose ones are shifted to the right, right round the block."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import Bits


@dataclass(frozen=True, slots=True)
class Circulant:
    """An identity shifted to the right: row i of the block has its one in column (i + shift) mod the block's size."""

    column: int
    """Which block column it stands in."""
    shift: int


@dataclass(frozen=True, slots=True)
class ParityCheck:
    """H of a systematic quasi-cyclic code.

    rows: the circulants of each block row; those that share a block add up. size: rows of a block. columns: block
    columns of H, of which the first hold the information and the last `punctured_columns` are not sent.
    """

    rows: tuple[tuple[Circulant, ...], ...]
    size: int
    columns: int
    punctured_columns: int = 0

    @property
    def information_columns(self) -> int:
        """Block columns of information."""
        return self.columns - len(self.rows)

    @property
    def information_bits(self) -> int:
        """The code's k."""
        return self.size * self.information_columns

    @property
    def codeword_bits(self) -> int:
        """The code's n: bits that are sent."""
        return self.size * (self.columns - self.punctured_columns)

    def halved(self) -> "ParityCheck":
        """Return the same checks with the even and the odd bits of each block in blocks of their own, of half the size.

        Two circulants that share a block, one shifted by an even and one by an odd number, no longer meet then.
        """
        half = self.size // 2
        rows = tuple(
            tuple(Circulant(2 * one.column + (one.shift + odd) % 2, (one.shift + odd) // 2 % half) for one in row)
            for row in self.rows
            for odd in (0, 1)
        )
        return ParityCheck(rows, half, 2 * self.columns, 2 * self.punctured_columns)

    def syndrome(self, word: Bits) -> Bits:
        """Return H times `word`, uint8[size * columns], punctured bits included: uint8[size * block rows], modulo 2."""
        blocks = word.reshape(self.columns, self.size)
        checks = [[np.roll(blocks[one.column], -one.shift) for one in row] for row in self.rows]
        return np.concatenate([np.bitwise_xor.reduce(terms) for terms in checks])

    def dense(self) -> NDArray[np.uint8]:
        """Return H itself, uint8[size * block rows, size * columns]."""
        matrix = np.zeros((len(self.rows) * self.size, self.columns * self.size), np.uint8)
        lanes = np.arange(self.size)
        for index, row in enumerate(self.rows):
            for one in row:
                matrix[index * self.size + lanes, one.column * self.size + (lanes + one.shift) % self.size] ^= 1
        return matrix
