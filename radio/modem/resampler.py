"""A streaming polyphase filter that changes the sample rate by a rational factor."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.signal import firwin, kaiserord

STOPBAND_DB = 60.0


@njit(cache=True, nogil=True, fastmath=True)
def _polyphase(x, bank, up, down, phase, out):  # type: ignore[no-untyped-def]
    """Fill ``out``; ``x`` begins with ``bank.shape[1] - 1`` samples of history. Rows of ``bank`` are time-reversed."""
    taps = bank.shape[1]
    re = np.empty(x.size, dtype=np.float32)  # apart, so that the sums below run in vector registers
    im = np.empty(x.size, dtype=np.float32)
    for n in range(x.size):
        re[n] = x[n].real
        im[n] = x[n].imag
    start = 0
    for m in range(out.size):
        row = bank[phase]
        window_re = re[start : start + taps]
        window_im = im[start : start + taps]
        acc_re = np.float32(0.0)
        acc_im = np.float32(0.0)
        for j in range(taps):
            acc_re += window_re[j] * row[j]
            acc_im += window_im[j] * row[j]
        out[m] = complex(acc_re, acc_im)
        phase += down
        start += phase // up
        phase %= up


class Resampler:
    """Filters complex64 samples and changes their rate by ``up / down``, block after block without seams."""

    def __init__(self, up: int, down: int, taps: NDArray[np.float64]) -> None:
        """Take the low-pass ``taps`` at ``up`` times the input rate, of gain ``up`` at zero frequency."""
        self._up, self._down = up, down
        length = math.ceil(len(taps) / up)
        padded = np.zeros(length * up)
        padded[: len(taps)] = taps
        self._bank = np.ascontiguousarray(padded.reshape(length, up).T[:, ::-1], dtype=np.float32)
        self._history = np.zeros(length - 1, dtype=np.complex64)
        self._phase = 0
        self._skip = 0
        self.delay_samples = (len(taps) - 1) / 2 / up  # at the input rate

    def process(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return the outputs that ``samples`` complete: complex64, about ``len(samples) * up / down`` of them."""
        x = np.concatenate((self._history, samples))
        usable = len(samples) - self._skip
        count = max(0, -(-(usable * self._up - self._phase) // self._down))
        out = np.empty(count, dtype=np.complex64)
        _polyphase(x[self._skip :], self._bank, self._up, self._down, self._phase, out)
        position = self._phase + count * self._down
        self._skip += position // self._up - len(samples)
        self._phase = position % self._up
        self._history = x[len(samples) :]
        return out


def low_pass(rate_hz: float, pass_hz: float, stop_hz: float, gain: float = 1.0) -> NDArray[np.float64]:
    """Return the taps of a Kaiser low-pass of 60 dB: float64[odd], flat to ``pass_hz``, stopped from ``stop_hz``."""
    width = (stop_hz - pass_hz) / (rate_hz / 2)
    count, beta = kaiserord(STOPBAND_DB, width)
    taps = firwin(count | 1, (pass_hz + stop_hz) / 2, window=("kaiser", beta), fs=rate_hz)
    return np.asarray(taps * gain, dtype=np.float64)
