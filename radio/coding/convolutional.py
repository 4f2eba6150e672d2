"""The K = 7 convolutional code, rate 1/2 and punctured: G1 = 171, G2 = 133 (octal) (131.0-B section 3).

A *state* is the last six bits that went in, as a number of which the newest bit is the lowest.
"""

import functools
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.coding import viterbi
from radio.coding.symbols import Bits, SoftSymbols, Symbols, bits_to_symbols
from radio.coding.viterbi import G1_DELAYS, G2_DELAYS, MEMORY_BITS, STATES
from radio.errors import CodingError

Rate: TypeAlias = Literal["1/2", "2/3", "3/4", "5/6", "7/8"]

# Which symbols of G1 and of G2 are sent (131.0-B table 3-1).
_SENT: dict[str, tuple[str, str]] = {
    "1/2": ("1", "1"),
    "2/3": ("10", "11"),
    "3/4": ("101", "110"),
    "5/6": ("10101", "11010"),
    "7/8": ("1000101", "1111010"),
}
# Mean magnitudes at which a soft symbol is clipped: 42 levels for each, and noise 2 sigma out still fits.
_CLIP_AT_MEANS = 3.0
_LEVELS = 127


@dataclass(frozen=True, slots=True)
class Convolutional:
    """The code of one `rate`; at rate 1/2 the symbols of G2 are inverted, punctured codes invert none.

    `step`, where there is one, is how many bits went in before the first: it says where in the puncturing period the
    symbols begin. Raises CodingError for another rate.
    """

    rate: Rate = "1/2"

    def __post_init__(self) -> None:
        if self.rate not in _SENT:
            raise CodingError("rate", self.rate, f"one of {', '.join(_SENT)}")

    @property
    def period_bits(self) -> int:
        """Bits after which the puncturing repeats; one symbol more is sent for them."""
        return len(_SENT[self.rate][0])

    @property
    def information_bits_per_symbol(self) -> float:
        """The rate, 0.5 to 0.875."""
        return self.period_bits / (self.period_bits + 1)

    def encode(self, bits: Bits, start_state: int = 0, step: int = 0) -> Symbols:
        """Return the symbols of `bits`, int8[symbol_count(bits.size, step)].

        Raises CodingError if `start_state` is not 0 to 63.
        """
        register = np.concatenate([_state_bits(start_state), bits])
        coded = np.stack([_xor_delayed(register, G1_DELAYS), _xor_delayed(register, G2_DELAYS)], axis=1)
        if self._inverts_g2:
            coded[:, 1] ^= 1
        return bits_to_symbols(coded[_sent(self.rate, bits.size, step % self.period_bits)])

    def symbol_count(self, bit_count: int, step: int = 0) -> int:
        """Return how many symbols are sent for `bit_count` bits."""
        periods, rest = divmod(bit_count, self.period_bits)
        return periods * (self.period_bits + 1) + _symbols_before(self.rate, step % self.period_bits)[rest]

    def decode(self, soft: SoftSymbols, start_state: int = 0, end_state: int = 0, step: int = 0) -> Bits:
        """Return the most likely bits, uint8[n], behind `soft`, float32[symbol_count(n, step)] of any scale.

        The encoder was in `start_state` before the first bit and in `end_state` after the last one, so the last six
        are known. Raises CodingError for a number of symbols that no whole number of bits has, or that has fewer than
        six, for symbols that are not finite, and for a state that is not 0 to 63.
        """
        _check_state("start_state", start_state)
        _check_state("end_state", end_state)
        sent = _sent(self.rate, self._bit_count(soft.size, step), step % self.period_bits)
        gain = _LEVELS / _clip_level(soft)
        both = np.ascontiguousarray(soft, np.float32)
        if not sent.all():
            both = np.zeros(sent.size, np.float32)
            _put(soft, sent.reshape(-1), both)
        sign = np.float32(-1.0 if self._inverts_g2 else 1.0)
        bits: Bits = viterbi.decode(both, np.float32(gain), sign, start_state, end_state)
        return bits

    @property
    def _inverts_g2(self) -> bool:
        return self.rate == "1/2"

    def _bit_count(self, symbol_count: int, step: int) -> int:
        periods, rest = divmod(symbol_count, self.period_bits + 1)
        before = _symbols_before(self.rate, step % self.period_bits)
        if rest in before and (bit_count := periods * self.period_bits + before.index(rest)) >= MEMORY_BITS:
            return bit_count
        raise CodingError("soft.size", symbol_count, f"the symbols of a whole number of bits, {MEMORY_BITS} or more")


def state_after(bits: Bits, start_state: int = 0) -> int:
    """Return the encoder's state after `bits`; raises CodingError if `start_state` is not 0 to 63."""
    _check_state("start_state", start_state)
    state = start_state
    for bit in bits[-MEMORY_BITS:].tolist():
        state = (state << 1 | bit) % STATES
    return state


@functools.lru_cache(maxsize=32)
def _sent(rate: Rate, bit_count: int, step: int) -> NDArray[np.bool_]:
    """Return which symbols of G1 and G2 are sent, bool[bit_count, 2]."""
    pattern = np.array([[mark == "1" for mark in marks] for marks in _SENT[rate]]).T
    sent = np.resize(np.roll(pattern, -step, axis=0), (bit_count, 2))
    sent.setflags(write=False)
    return sent


@functools.cache
def _symbols_before(rate: Rate, step: int) -> tuple[int, ...]:
    """Return how many symbols are sent before each bit of a period that begins with `step`."""
    each = _sent(rate, len(_SENT[rate][0]), step).sum(axis=1)
    return (0, *np.cumsum(each)[:-1].tolist())


@njit(cache=True, nogil=True)
def _put(soft, sent, both):  # type: ignore[no-untyped-def]
    """Put the symbols received in their places; one that was not sent stays 0."""
    taken = 0
    for i in range(both.size):
        if sent[i]:
            both[i] = soft[taken]
            taken += 1


def _clip_level(soft: SoftSymbols) -> float:
    mean = float(_mean_magnitude(soft))
    if not np.isfinite(mean):
        raise CodingError("soft", mean, "finite symbols")
    return _CLIP_AT_MEANS * mean or 1.0


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def _mean_magnitude(soft):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(soft.size):
        total += abs(soft[i])
    return total / soft.size


def _state_bits(state: int) -> Bits:
    _check_state("start_state", state)
    return (state >> np.arange(MEMORY_BITS)[::-1] & 1).astype(np.uint8)


def _check_state(name: str, state: int) -> None:
    if not 0 <= state < STATES:
        raise CodingError(name, state, f"0 to {STATES - 1}")


def _xor_delayed(register: Bits, delays: tuple[int, ...]) -> Bits:
    count = register.size - MEMORY_BITS
    slices = [register[MEMORY_BITS - delay : MEMORY_BITS - delay + count] for delay in delays]
    bits: Bits = np.bitwise_xor.reduce(slices)
    return bits
