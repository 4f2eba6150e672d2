"""Ordered-statistics decoding of short codes (Fossorier and Lin, IEEE Trans. Inf. Theory 41, 1995)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.coding.symbols import Bits, SoftSymbols


class OrderedStatisticsDecoder:
    """Finds the likeliest codeword among those near to the most reliable bits.

    The k most reliable positions that are independent determine a codeword. All codewords that differ from the hard
    decisions in at most `order` of these positions are compared, less those that cannot be better than one known, or
    than what is wanted at all.
    """

    def __init__(self, generator: NDArray[np.uint8], order: int) -> None:
        """Take the code's generator matrix, uint8[k, n] with n - k a multiple of 64."""
        self._generator = generator
        self._order = order

    def decode(self, soft: SoftSymbols, most_cost: float = np.inf) -> Bits:
        """Return the best codeword found, uint8[n], for `soft`, float32[n] of any scale.

        A codeword costs the magnitudes of the symbols that it contradicts. Where none costs less than `most_cost`, it
        is any codeword that costs more: in noise, most of the search is saved.
        """
        ranking = np.argsort(-np.abs(soft), kind="stable")
        codeword = np.empty(soft.size, np.uint8)
        codeword[ranking] = _decode(self._generator[:, ranking], soft[ranking], self._order, np.float32(most_cost))
        return codeword


@njit(cache=True, nogil=True)
def _decode(generator, soft, order, most_cost):  # type: ignore[no-untyped-def]
    """Return the codeword for columns and symbols that are sorted, the most reliable first."""
    rows = _pack(generator)
    basis, rest = _eliminate(rows, soft.size)
    hard = (soft < 0).astype(np.uint8)
    parity = _pack(_columns(rows, rest))
    difference = _pack(hard[rest].reshape(1, -1))[0]
    for index in range(basis.size):
        if hard[basis[index]]:
            difference ^= parity[index]
    costs = np.abs(soft[basis])[::-1].copy()
    for index in _search(parity[::-1].copy(), costs, difference, _cost_table(np.abs(soft[rest])), order, most_cost):
        hard[basis[basis.size - 1 - index]] ^= 1
    codeword = np.zeros(rows.shape[1], np.uint64)
    for index in range(basis.size):
        if hard[basis[index]]:
            codeword ^= rows[index]
    return _columns(codeword.reshape(1, -1), np.arange(soft.size))[0]


@njit(cache=True, nogil=True)
def _eliminate(rows, columns):  # type: ignore[no-untyped-def]
    """Make `rows` an identity in the first columns that are independent; return these columns and the others.

    The rows that are not yet part of it are zero in all columns before, so words before the column's stay as they are.
    """
    basis = np.empty(rows.shape[0], np.int64)
    rest = np.empty(columns - rows.shape[0], np.int64)
    found = 0
    for column in range(columns):
        word, bit = column >> 6, np.uint64(1) << np.uint64(column & 63)
        pivot = found
        while pivot < rows.shape[0] and not rows[pivot, word] & bit:
            pivot += 1
        if pivot == rows.shape[0]:
            rest[column - found] = column
            continue
        for index in range(word, rows.shape[1]):
            rows[pivot, index], rows[found, index] = rows[found, index], rows[pivot, index]
        for row in range(rows.shape[0]):
            if row != found and rows[row, word] & bit:
                for index in range(word, rows.shape[1]):
                    rows[row, index] ^= rows[found, index]
        basis[found] = column
        found += 1
    return basis, rest


@njit(cache=True, nogil=True)
def _pack(bits):  # type: ignore[no-untyped-def]
    """Return the columns of `bits` 64 by 64 in uint64, the first lowest."""
    words = np.zeros((bits.shape[0], (bits.shape[1] + 63) // 64), np.uint64)
    for row in range(bits.shape[0]):
        for column in range(bits.shape[1]):
            words[row, column >> 6] |= np.uint64(bits[row, column]) << np.uint64(column & 63)
    return words


@njit(cache=True, nogil=True)
def _columns(words, columns):  # type: ignore[no-untyped-def]
    """Return some columns of packed bits, uint8."""
    bits = np.empty((words.shape[0], columns.size), np.uint8)
    for row in range(words.shape[0]):
        for index in range(columns.size):
            column = columns[index]
            bits[row, index] = words[row, column >> 6] >> np.uint64(column & 63) & np.uint64(1)
    return bits


@njit(cache=True, nogil=True)
def _cost_table(costs):  # type: ignore[no-untyped-def]
    """Return what each octet of wrong bits costs, float32[octets, 256]."""
    table = np.zeros((costs.size // 8, 256), np.float32)
    for octet in range(table.shape[0]):
        for value in range(1, 256):
            lowest = 0
            while not value >> lowest & 1:
                lowest += 1
            table[octet, value] = table[octet, value & (value - 1)] + costs[8 * octet + lowest]
    return table


@njit(cache=True, nogil=True)
def _cost(words, table):  # type: ignore[no-untyped-def]
    cost = np.float32(0)
    for index in range(words.size):
        word = words[index]
        for octet in range(8):
            cost += table[8 * index + octet, word & np.uint64(255)]
            word >>= np.uint64(8)
    return cost


@njit(cache=True, nogil=True)
def _search(rows, costs, difference, table, order, most_cost):  # type: ignore[no-untyped-def]
    """Return the indices of at most `order` rows that together with `difference` cost least, and less than `most_cost`.

    A row costs costs[i] (ascending) and changes the difference. The combinations are gone through depth first, and left
    where the rows alone cost more than the best of all.
    """
    differences = np.empty((order + 1, difference.size), np.uint64)
    differences[0] = difference
    spent = np.zeros(order + 1, np.float32)
    chosen = np.zeros(order + 1, np.int64)
    best = chosen[:0].copy()
    least = min(_cost(difference, table), most_cost)
    depth = 0
    while depth >= 0:
        index = chosen[depth]
        if depth == order or index == costs.size or spent[depth] + costs[index] >= least:
            depth -= 1
            if depth >= 0:
                chosen[depth] += 1
            continue
        for word in range(difference.size):
            differences[depth + 1, word] = differences[depth, word] ^ rows[index, word]
        spent[depth + 1] = spent[depth] + costs[index]
        cost = spent[depth + 1] + _cost(differences[depth + 1], table)
        if cost < least:
            least = cost
            best = chosen[: depth + 1].copy()
        depth += 1
        chosen[depth] = index + 1
    return best
