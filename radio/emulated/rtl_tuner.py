"""The dongle's tuner: what lies in its band, moved to the middle and read at its sample rate."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.sinusoid import cosine, sine
from radio.modem.resampler import low_pass

_ROWS = 128
"""Of the filter, between two samples; straight lines between them leave some -75 dB."""
_PASSED = 0.8
"""Of the band that both have: the filter falls from there to its edge."""
_LEAST = 0.05
"""A band of less than this part of what is given is none: its filter would be long, and hears nothing."""


@njit(cache=True, nogil=True, fastmath={"contract"})
def _turn(samples, first, turns_per_sample):  # type: ignore[no-untyped-def]
    """Turn interleaved ``samples``, of which the first is number ``first``, in place."""
    for n in range(samples.size // 2):
        turns = (first + n) * turns_per_sample
        angle = np.float32(turns - np.rint(turns))
        c, s = cosine(angle), sine(angle)
        re, im = samples[2 * n], samples[2 * n + 1]
        samples[2 * n] = re * c - im * s
        samples[2 * n + 1] = re * s + im * c


@njit(cache=True, nogil=True, fastmath=True)
def _read(x, oldest, bank, first, step, out):  # type: ignore[no-untyped-def]
    """Fill ``out``, from output number ``first`` on, each ``step`` input samples after the last.

    ``x`` begins with input sample number ``oldest``. Row r of ``bank`` reads r / rows samples after the last that it
    takes in; rows are time-reversed.
    """
    rows, taps = bank.shape[0] - 1, bank.shape[1]
    re = np.empty(x.size, dtype=np.float32)  # apart, so that the sums below run in vector registers
    im = np.empty(x.size, dtype=np.float32)
    for n in range(x.size):
        re[n] = x[n].real
        im[n] = x[n].imag
    for n in range(out.size):
        position = (first + n) * step
        whole = math.floor(position)
        place = (position - whole) * rows
        row = int(place)
        share = np.float32(place - row)
        begin = whole - taps + 1 - oldest
        near_re, near_im = re[begin : begin + taps], im[begin : begin + taps]
        below, above = bank[row], bank[row + 1]
        sum_re = np.float32(0.0)
        sum_im = np.float32(0.0)
        for j in range(taps):
            weight = below[j] + share * (above[j] - below[j])
            sum_re += near_re[j] * weight
            sum_im += near_im[j] * weight
        out[n] = complex(sum_re, sum_im)


class RtlTuner:
    """Moves a signal by a frequency and gives it at another sample rate, block after block without seams.

    The band that the signal's samples hold and that of the dongle overlap: what lies in both is passed, and nothing
    folds. The rates may have any ratio. Noise density stays what it was, in units of the noise per sample at either
    rate: a signal is as much weaker as the dongle's samples hold more noise.
    """

    def __init__(self, signal_rate_hz: float, shift_hz: float, sample_rate_hz: float) -> None:
        """Take by how much the signal is to lie higher, and the sample rate to give it at."""
        lowest_hz = max(-signal_rate_hz / 2, -shift_hz - sample_rate_hz / 2)
        highest_hz = min(signal_rate_hz / 2, -shift_hz + sample_rate_hz / 2)
        centre_hz, half_hz = (lowest_hz + highest_hz) / 2, (highest_hz - lowest_hz) / 2
        self._deaf = 2 * half_hz < _LEAST * signal_rate_hz
        self._turns_in = 0.0 if self._deaf else -centre_hz / signal_rate_hz
        self._turns_out = (centre_hz + shift_hz) / sample_rate_hz
        self._step = signal_rate_hz / sample_rate_hz
        self._bank = _bank(signal_rate_hz, max(half_hz, _LEAST * signal_rate_hz / 2), math.sqrt(self._step))
        self._history = np.zeros(self._bank.shape[1] - 1, dtype=np.complex64)
        self._taken, self._given = 0, 0

    def process(self, signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return what ``signal``, complex64[n], completes: complex64, as many as the dongle samples meanwhile."""
        x = np.concatenate((self._history, self._centred(signal)))
        oldest = self._taken - len(self._history)
        self._taken += len(signal)
        out = np.zeros(max(0, math.ceil(self._taken / self._step) - self._given), dtype=np.complex64)
        if not self._deaf:
            _read(x, oldest, self._bank, self._given, self._step, out)
            _turn(out.view(np.float32), self._given, self._turns_out)
        self._given += len(out)
        self._history = x[len(signal) :]
        return out

    def _centred(self, signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
        if not self._turns_in:
            return signal
        turned = signal.copy()
        _turn(turned.view(np.float32), self._taken, self._turns_in)
        return turned


def _bank(rate_hz: float, half_hz: float, gain: float) -> NDArray[np.float32]:
    """Return the filter, float32[_ROWS + 1, taps]: row r reads r / _ROWS of a sample after its last."""
    taps = low_pass(_ROWS * rate_hz, _PASSED * half_hz, half_hz, _ROWS * gain)
    length = -(-len(taps) // _ROWS)
    padded = np.zeros((length + 1) * _ROWS)
    padded[: len(taps)] = taps
    rows = [padded[row : row + length * _ROWS : _ROWS][::-1] for row in range(_ROWS + 1)]
    return np.ascontiguousarray(rows, dtype=np.float32)
