"""Layered message passing in 16-bit integers, for codes in which no two circulants of a row meet in a column.

A row of circulants is a layer: its checks share no bit, so all are worked out side by side, in loops over lanes that
are contiguous in memory. A check tells each bit the box-plus of all its other bits.

A log-likelihood ratio of 1 is 32 units. The box-plus of magnitudes is min(a, b) - g(|a - b|) + g(a + b) with
g(x) = log(1 + exp(-x)), for which stands the parabola (107 - x)^2 / 512 up to 107 units: off by less than 0.05.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.coding.ldpc.decoding import Decoding, checked_symbols, wrong_decisions
from radio.coding.ldpc.parity_check import Circulant, ParityCheck
from radio.coding.ldpc.reliability import Reliability
from radio.coding.symbols import SoftSymbols

MOST_ITERATIONS = 100
"""Near its threshold, one long codeword in a thousand takes more than 50."""

_UNITS = 32.0
_MOST_RECEIVED = np.int16(2047)
_MOST_TOLD = np.int16(1023)
"""With these limits a bit's symbol and all messages to it add up exactly: a belief that saturates may turn over."""
_CERTAIN = np.int16(16383)
"""The box-plus with it changes nothing."""
_CUT = np.int16(107)
_SHIFT = np.int16(9)


class LayeredDecoder:
    """Decodes one code; holds nothing but tables, so that any number of threads may use it at once."""

    def __init__(self, code: ParityCheck, reliability: Reliability, most_iterations: int = MOST_ITERATIONS) -> None:
        """Lay out the layers, those with the fewest punctured bits first: a check with two of them says nothing yet."""
        self._code = code
        self._reliability = reliability
        self._most_iterations = most_iterations
        sent = code.columns - code.punctured_columns
        rows = sorted(code.rows, key=lambda row: sum(one.column >= sent for one in row))
        circulants = [one for row in rows for one in row]
        self._rotations = np.zeros(code.columns, np.int64)
        _turns(circulants, self._rotations, code.size)
        self._check_turns = np.array([(one.shift - self._rotations[one.column]) % code.size for one in circulants])
        self._turns = _turns(circulants, self._rotations, code.size)
        self._columns = np.array([one.column for one in circulants])
        self._starts = np.cumsum([0, *map(len, rows)])

    def decode(self, soft: SoftSymbols) -> Decoding:
        """Return the decision on `soft`, float32[n], positive for bit 0, of any scale.

        Raises CodingError for another number of symbols.
        """
        code = self._code
        soft = checked_symbols(soft, code.codeword_bits)
        scale = _UNITS * self._reliability.scale(soft)
        word = np.empty((code.columns, code.size), np.uint8)
        tables = self._starts, self._columns, self._turns, self._check_turns, self._rotations
        iterations, satisfied = _decode(
            soft.reshape(-1, code.size), np.float32(scale), *tables, self._most_iterations, word
        )
        codeword = word.reshape(-1)[: code.codeword_bits]
        return Decoding(codeword, satisfied, iterations, wrong_decisions(soft, codeword))


def _turns(circulants: list[Circulant], rotations: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return how far a block is turned for each circulant, from where the one before left it; change `rotations`."""
    turns = np.zeros(len(circulants), np.int64)
    for index, one in enumerate(circulants):
        turns[index] = (one.shift - rotations[one.column]) % size
        rotations[one.column] = one.shift
    return turns


@njit(cache=True, nogil=True)
def _decode(soft, scale, starts, columns, turns, check_turns, rotations, most_iterations, word):  # type: ignore[no-untyped-def]
    """Fill in `word`, uint8[columns, size], and return the iterations and whether all checks hold.

    A row of `beliefs` is a block of bits, in the order in which the last layer has used it, twice over: so any rotation
    is a slice.
    """
    size = soft.shape[1]
    beliefs = np.zeros((rotations.size, 2 * size), np.int16)
    for column in range(soft.shape[0]):
        _load(soft[column], scale, rotations[column], beliefs[column])
    messages = np.zeros((columns.size, size), np.int16)
    most_edges = np.max(np.diff(starts))
    downwards = np.arange(most_edges - 1, -1, -1)  # a range that counts down keeps LLVM from vectorising what is in it
    scratch = np.empty((2, most_edges, size), np.int16)
    sums = np.empty((2, size), np.int16)
    iterations = 0
    satisfied = False
    while iterations < most_iterations and not satisfied:
        for layer in range(starts.size - 1):
            first = starts[layer]
            last = starts[layer + 1]
            edges = (columns[first:last], turns[first:last])
            _update_layer(beliefs, messages[first:last], edges, downwards, scratch, sums)
        iterations += 1
        satisfied = _all_hold(beliefs, starts, columns, check_turns, sums[0]) and _all_decided(beliefs)
    for column in range(rotations.size):
        turned = beliefs[column, size - rotations[column] : 2 * size - rotations[column]]
        bits = word[column]
        for i in range(size):
            bits[i] = turned[i] < 0
    return iterations, satisfied


@njit(inline="always")
def _load(soft, scale, rotation, belief):  # type: ignore[no-untyped-def]
    """Quantise the symbols of a block."""
    size = soft.size
    block = belief[size - rotation : 2 * size - rotation]
    for i in range(size):
        level = np.floor(soft[i] * scale + np.float32(0.5))
        block[i] = np.int16(min(max(level, np.float32(-_MOST_RECEIVED)), np.float32(_MOST_RECEIVED)))
    belief[: size - rotation] = belief[size : 2 * size - rotation]
    belief[2 * size - rotation :] = belief[size - rotation : size]


@njit(inline="always")
def _update_layer(beliefs, messages, edges, downwards, scratch, sums):  # type: ignore[no-untyped-def]
    """Take the layer's old messages out of the beliefs, and put new ones in.

    A bit is told the box-plus of the bits before it and of those after it.
    """
    columns, turns = edges
    size = messages.shape[1]
    from_bits = scratch[0]
    before = scratch[1]
    total = sums[0]
    sign = sums[1]
    for i in range(size):
        total[i] = _CERTAIN
        sign[i] = 0
    for edge in range(columns.size):
        turned = beliefs[columns[edge], turns[edge] : turns[edge] + size]
        _take_out(turned, messages[edge], from_bits[edge])
        _add_up(from_bits[edge], before[edge], total, sign)
    for i in range(size):
        total[i] = _CERTAIN
    for edge in downwards[downwards.size - columns.size :]:
        _answer(from_bits[edge], before[edge], total, sign, messages[edge])
        belief = beliefs[columns[edge]]
        _put_in(from_bits[edge], messages[edge], belief[:size], belief[size:])


@njit(inline="always")
def _take_out(turned, message, from_bit):  # type: ignore[no-untyped-def]
    for i in range(message.size):
        from_bit[i] = np.int16(turned[i] - message[i])


@njit(inline="always")
def _add_up(from_bit, before, total, sign):  # type: ignore[no-untyped-def]
    for i in range(from_bit.size):
        value = from_bit[i]
        sum_before = total[i]
        before[i] = sum_before
        total[i] = _box_plus(sum_before, _magnitude(value))
        sign[i] ^= value


@njit(inline="always")
def _answer(from_bit, before, total, sign, message):  # type: ignore[no-untyped-def]
    for i in range(from_bit.size):
        flip = np.int16(np.int16(sign[i] ^ from_bit[i]) >> np.int16(15))
        magnitude = _box_plus(before[i], total[i])
        message[i] = np.int16(np.int16(magnitude ^ flip) - flip)
    for i in range(from_bit.size):
        total[i] = _box_plus(total[i], _magnitude(from_bit[i]))


@njit(inline="always")
def _put_in(from_bit, message, belief, again):  # type: ignore[no-untyped-def]
    for i in range(message.size):
        value = np.int16(from_bit[i] + message[i])
        belief[i] = value
        again[i] = value


@njit(inline="always")
def _magnitude(value):  # type: ignore[no-untyped-def]
    magnitude = np.int16(abs(value))
    return magnitude if magnitude < _MOST_TOLD else _MOST_TOLD


@njit(inline="always")
def _box_plus(a, b):  # type: ignore[no-untyped-def]
    low = a if a < b else b
    high = b if a < b else a
    return np.int16(np.int16(low - _correction(np.int16(high - low))) + _correction(np.int16(high + low)))


@njit(inline="always")
def _correction(x):  # type: ignore[no-untyped-def]
    left = np.int16(_CUT - (x if x < _CUT else _CUT))
    return np.int16(np.int16(left * left) >> _SHIFT)


@njit(inline="always")
def _all_hold(beliefs, starts, columns, turns, sign):  # type: ignore[no-untyped-def]
    """Return whether the hard decisions fulfil every check."""
    size = sign.size
    for layer in range(starts.size - 1):
        sign[:] = 0
        for edge in range(starts[layer], starts[layer + 1]):
            turned = beliefs[columns[edge], turns[edge] : turns[edge] + size]
            for i in range(size):
                sign[i] ^= turned[i]
        failed = np.int16(0)
        for i in range(size):
            failed |= sign[i]
        if failed < 0:
            return False
    return True


@njit(inline="always")
def _all_decided(beliefs):  # type: ignore[no-untyped-def]
    """Return whether no bit is open: zeros fulfil every check, but where nothing was received they are no codeword."""
    return np.all(beliefs != 0)
