"""Frames behind a known marker."""

import math

import numpy as np
from numba import njit
from scipy.special import betaincinv

from radio.coding.channel_code import ChannelCode, FrameDecoder
from radio.coding.symbols import SoftSymbols
from radio.framing.deframer import Deframed

FALSE_ALARM = 1e-7
"""Probability that noise passes for a marker, for each symbol."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _correlate(soft, marker, marker_mean, marker_energy, out):  # type: ignore[no-untyped-def]
    """Pearson's correlation of the marker with each window of the symbols: no level and no threshold matter."""
    size = marker.size
    for w in range(out.size):
        window = soft[w : w + size]
        product = np.float32(0.0)
        total = np.float32(0.0)
        squares = np.float32(0.0)
        for k in range(size):
            product += window[k] * marker[k]
            total += window[k]
            squares += window[k] * window[k]
        energy = squares - total * total / size
        out[w] = (product - total * marker_mean) / math.sqrt(max(energy, 1e-6 * squares + 1e-30) * marker_energy)


class MarkerDeframer:
    """Looks for a code's marker, and feeds the code's decoder with what follows.

    The acquisition sequence may resemble the marker that it leads to: a window is taken only if none is better as far
    ahead as both are long. Where nothing decodes, the search goes on one symbol after the supposed marker's first.
    """

    def __init__(self, code: ChannelCode, longest: int, either_polarity: bool) -> None:
        """Take the most symbols that a unit can have; ``either_polarity``: symbols may come with all signs turned."""
        self._code, self._longest, self._either = code, longest, either_polarity
        self._marker = np.asarray(code.marker, dtype=np.float32)
        self._mean = np.float32(self._marker.mean())
        self._energy = np.float32(((self._marker - self._mean) ** 2).sum())
        self._threshold = correlation_threshold(len(self._marker), FALSE_ALARM, either_polarity)
        self._reach = len(code.acquisition) + len(code.marker)
        self._held = np.zeros(0, dtype=np.float32)
        self._metrics = np.zeros(0, dtype=np.float32)
        self._signed = np.zeros(0, dtype=np.float32)
        self._decoder: FrameDecoder | None = None
        self._sign = np.float32(1)
        self._start = self._fed = 0
        self.oldest = 0

    @property
    def following(self) -> bool:
        """Whether a marker was found, and what follows it is being decoded."""
        return self._decoder is not None

    def process(self, soft: SoftSymbols) -> list[Deframed]:
        """Take float32[n]; return the units that ended in them, those that did not decode too."""
        self._held = np.concatenate((self._held, soft))
        found: list[Deframed] = []
        while self._step(found):
            pass
        return found

    @property
    def _end(self) -> int:
        return self.oldest + len(self._held)

    def _step(self, found: list[Deframed]) -> bool:
        if self._decoder is None:
            return self._search()
        if not self._follow(self._decoder):
            return False
        found.append(self._finish(self._decoder))
        self._decoder = None
        return True

    def _search(self) -> bool:
        """Look for the next marker; return True if there is one to follow."""
        self._measure()
        self._drop(self._useless())
        if len(self._metrics) <= self._reach:
            return False
        self._sign = np.float32(np.sign(self._signed[0]))
        self._start, self._fed = self.oldest, self.oldest + len(self._marker)
        self._decoder = self._code.decoder()
        return True

    def _useless(self) -> int:
        """How many windows come before the one that has none better within reach, as far as is known."""
        above = self._metrics > self._threshold
        if not above.any():
            return len(above)
        best = int(np.argmax(above))
        while (further := int(np.argmax(self._metrics[best : best + self._reach + 1]))) > 0:
            best += further
        return best

    def _measure(self) -> None:
        first = len(self._metrics)
        count = max(0, len(self._held) - len(self._marker) + 1 - first)
        signed = np.empty(count, dtype=np.float32)
        _correlate(self._held[first:], self._marker, self._mean, self._energy, signed)
        signed[~np.isfinite(signed)] = 0  # of symbols that are not finite themselves, or whose squares are not
        self._signed = np.concatenate((self._signed, signed))
        self._metrics = np.abs(self._signed) if self._either else self._signed

    def _drop(self, symbols: int) -> None:
        self._held, self._signed, self._metrics = self._held[symbols:], self._signed[symbols:], self._metrics[symbols:]
        self.oldest += symbols

    def _follow(self, decoder: FrameDecoder) -> bool:
        """Feed what has come; return True once the unit is over."""
        limit = self._start + self._longest
        while (wanted := decoder.symbols_wanted) and self._fed < min(self._end, limit):
            stop = min(self._fed + wanted, self._end, limit)
            decoder.feed(self._sign * self._held[self._fed - self.oldest : stop - self.oldest])
            self._fed = stop
        return not wanted or self._fed >= limit

    def _finish(self, decoder: FrameDecoder) -> Deframed:
        result = decoder.result
        self._drop(1 if result is None else self._fed - self.oldest)
        frame, corrected = (None, 0) if result is None else (result.frame, result.corrected)
        return Deframed(frame, self._start, self._fed, corrected)


def correlation_threshold(symbols: int, false_alarm: float, either_polarity: bool) -> float:
    """Return the correlation that ``symbols`` of white noise exceed with the probability ``false_alarm``.

    The squared correlation of n such symbols has the beta distribution with parameters 1/2 and (n - 2) / 2.

    >>> round(correlation_threshold(32, 1e-7, either_polarity=False), 3)
    0.774
    """
    tail = false_alarm if either_polarity else 2 * false_alarm
    return math.sqrt(1 - float(betaincinv((symbols - 2) / 2, 0.5, tail)))
