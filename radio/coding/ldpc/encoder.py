"""Systematic encoding: each block of parity is a sum of the blocks of information times circulants that follow from H.

A circulant acts on a block of bits as a polynomial modulo x^Z + 1 over GF(2), which an integer holds: bit i is the
coefficient of x^i. Z is a power of 2, so p^Z = p(x^Z) = p(1), and a polynomial with an odd number of terms has the
inverse p^(Z-1).
"""

import functools

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.coding.ldpc.parity_check import ParityCheck
from radio.coding.symbols import Bits
from radio.errors import CodingError


class Encoder:
    """Appends parity to information; made once for a code, and then shared by all who send."""

    def __init__(self, code: ParityCheck) -> None:
        """Solve H for the parity: 0.2 s for the longest codes."""
        self._code = code
        parity_blocks = len(code.rows) - code.punctured_columns
        self._generator = _to_octets(generator(code)[:parity_blocks], code.size)

    def encode(self, information: Bits) -> Bits:
        """Return the codeword, uint8[n], of `information`, uint8[k]; raises CodingError for another length."""
        code = self._code
        if information.shape != (code.information_bits,):
            raise CodingError("information.shape", information.shape, f"({code.information_bits},)")
        parity = np.zeros((self._generator.shape[1], code.size // 8), np.uint8)
        _add_products(information.reshape(-1, code.size), self._generator, parity)
        return np.concatenate([information, np.unpackbits(parity)])


@functools.cache
def encoder(code: ParityCheck) -> Encoder:
    """Return the one encoder of `code` in this process."""
    return Encoder(code)


def generator(code: ParityCheck) -> list[list[int]]:
    """Return P^-1 Q of H = [Q P] as polynomials (131.0-B section 7.4.3.3): a row for each block of parity, sent or not.

    The pivot with the fewest terms is taken first, so that most of the elimination multiplies by single terms.
    """
    rows = _polynomials(code)
    waiting = set(range(len(rows)))
    solved: dict[int, int] = {}
    while waiting:
        _, column, pivot = min(
            (row_entry.bit_count(), column, index)
            for index in waiting
            for column, row_entry in enumerate(rows[index][code.information_columns :])
            if row_entry.bit_count() % 2
        )
        _eliminate(rows, pivot, code.information_columns + column, code.size)
        waiting.remove(pivot)
        solved[column] = pivot
    return [rows[solved[column]][: code.information_columns] for column in sorted(solved)]


def _polynomials(code: ParityCheck) -> list[list[int]]:
    """Return H; a shift to the right by s multiplies a column of bits by x^-s."""
    rows = [[0] * code.columns for _ in code.rows]
    for row, circulants in zip(rows, code.rows, strict=True):
        for one in circulants:
            row[one.column] ^= 1 << -one.shift % code.size
    return rows


def _eliminate(rows: list[list[int]], pivot: int, column: int, size: int) -> None:
    inverse = _inverse(rows[pivot][column], size)
    rows[pivot] = [_product(inverse, entry, size) for entry in rows[pivot]]
    for index, row in enumerate(rows):
        if index != pivot and row[column]:
            factor = row[column]
            pairs = zip(row, rows[pivot], strict=True)
            rows[index] = [entry ^ _product(factor, term, size) for entry, term in pairs]


def _inverse(polynomial: int, size: int) -> int:
    """Return polynomial^(size - 1), the product of polynomial^1, ^2, ^4 to ^(size / 2)."""
    inverse, power = 1, polynomial
    for _ in range(size.bit_length() - 1):
        inverse = _product(inverse, power, size)
        power = _product(power, power, size)
    return inverse


def _product(a: int, b: int, size: int) -> int:
    if a.bit_count() > b.bit_count():
        a, b = b, a
    product = 0
    while a:
        term = a & -a
        product ^= b * term
        a ^= term
    return (product ^ product >> size) & (1 << size) - 1


def _to_octets(rows: list[list[int]], size: int) -> NDArray[np.uint8]:
    """Return the polynomials twice over, so that any rotation is a slice: uint8[information, parity, 2 size / 8]."""
    little = b"".join((entry | entry << size).to_bytes(size // 4, "little") for row in rows for entry in row)
    octets = np.packbits(np.unpackbits(np.frombuffer(little, np.uint8), bitorder="little"))
    return np.ascontiguousarray(octets.reshape(len(rows), -1, size // 4).transpose(1, 0, 2))


@njit(cache=True, nogil=True)
def _add_products(information, generator, parity):  # type: ignore[no-untyped-def]
    """Add each block of bits times its row of polynomials to the parity, packed, most significant bit first.

    A polynomial times x^(8 w + b) is turned by w octets at once, and by b bits along with all others (Horner's rule).
    """
    octets = parity.shape[1]
    for bit in range(7, -1, -1):
        for block in range(parity.shape[0]):
            _rotate_by_one_bit(parity[block])
        for column in range(information.shape[0]):
            for word in range(octets):
                if information[column, 8 * word + bit]:
                    for block in range(parity.shape[0]):
                        term = generator[column, block, octets - word : 2 * octets - word]
                        total = parity[block]
                        for i in range(octets):
                            total[i] ^= term[i]


@njit(cache=True, nogil=True)
def _rotate_by_one_bit(octets):  # type: ignore[no-untyped-def]
    carry = octets[-1] << 7
    for i in range(octets.size):
        octet = octets[i]
        octets[i] = np.uint8(octet >> 1 | carry)
        carry = octet << 7
