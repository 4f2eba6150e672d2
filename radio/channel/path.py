"""The way between two antennas: delay, Doppler, loss and fading."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.fading import RicianFading
from radio.link_state import SPEED_OF_LIGHT_M_S, LinkStates

TAPS = 8
"""Length of the fractional-delay interpolator: error below -60 dB for signals up to a quarter of the sample rate."""
_ROWS = 512
_NODE = 64
"""Samples between the nodes at which delay and gain are worked out; between them they are straight lines, which leaves
under 1e-4 rad of carrier phase at 437 MHz and 100 m/s^2."""


def _interpolator() -> NDArray[np.float32]:
    """Kaiser-windowed sinc, float32[_ROWS + 1, TAPS]: row r reads r / _ROWS samples after tap TAPS / 2 - 1."""
    fraction = np.arange(_ROWS + 1)[:, None] / _ROWS
    t = np.arange(TAPS)[None, :] - (TAPS / 2 - 1) - fraction
    window = np.i0(8.0 * np.sqrt(np.maximum(0, 1 - (t / (TAPS / 2)) ** 2))) / np.i0(8.0)
    taps = np.sinc(t) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _propagate(x, newest, table, delay, turns, gain, node, out):  # type: ignore[no-untyped-def]
    """Fill ``out``: x read ``delay`` samples ago, times ``gain``, turned by ``turns`` (all given at every node-th sample).

    ``newest`` is the index in x of the sample that out[0] would be with no delay.
    """
    rows = table.shape[0] - 1
    taps = table.shape[1]
    reach = taps // 2 - 1
    for segment in range(delay.size - 1):
        d_step = (delay[segment + 1] - delay[segment]) / node
        t_step = 2 * math.pi * (turns[segment + 1] - turns[segment]) / node
        g_step = (gain[segment + 1] - gain[segment]) / node
        angle = 2 * math.pi * (turns[segment] - math.floor(turns[segment]))
        rotator = complex(math.cos(angle), math.sin(angle))
        advance = complex(math.cos(t_step), math.sin(t_step))
        for i in range(min(node, out.size - segment * node)):
            n = segment * node + i
            position = newest + n - (delay[segment] + i * d_step)
            whole = int(math.floor(position))
            row = int((position - whole) * rows + 0.5)
            re = np.float32(0.0)
            im = np.float32(0.0)
            for j in range(taps):
                sample = x[whole - reach + j]
                re += sample.real * table[row, j]
                im += sample.imag * table[row, j]
            out[n] = complex(re, im) * rotator * (gain[segment] + i * g_step)
            rotator *= advance


class Path:
    """One direction of the sky, fed with what the transmitter sends, block after block.

    Everything follows from the delay: the carrier turns by -2 pi f times it (which is the Doppler shift) and the samples
    are read that much earlier (which stretches the symbol clock by the same factor). A clock that is off by some parts
    per million at either end acts as a delay that drifts, because the same oscillator sets carrier and sample rate.
    """

    def __init__(
        self,
        states: LinkStates,
        carrier_hz: float,
        sample_rate_hz: float,
        clock_error_ppm: float,
        fading: RicianFading,
    ) -> None:
        """Take the oscillator error of the receiver against the transmitter, in parts per million."""
        self._states, self._fading = states, fading
        self._carrier_hz, self._rate_hz = carrier_hz, sample_rate_hz
        self._drift = clock_error_ppm * 1e-6
        self._table = _interpolator()
        longest_s = 1.01 * float(np.max(states.range_m)) / SPEED_OF_LIGHT_M_S + abs(self._drift) * 3600
        self._reach = math.ceil(longest_s * sample_rate_hz) + 2 * TAPS
        self._history = np.zeros(self._reach, dtype=np.complex64)
        self._count = 0

    def carry(self, tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return what arrives while ``tx`` is sent: complex64[n] in units of the noise per sample (unit noise density).

        Nothing arrives from below the horizon. The interpolator adds TAPS / 2 samples of its own to the delay.
        """
        x = np.concatenate((self._history, tx))
        nodes_s = (self._count + np.arange(-(-len(tx) // _NODE) + 1) * _NODE) / self._rate_hz
        delay_s = self._states.delay_s(nodes_s) + self._drift * nodes_s
        out = np.empty(len(tx), dtype=np.complex64)
        delay = delay_s * self._rate_hz + TAPS // 2
        _propagate(x, self._reach, self._table, delay, -self._carrier_hz * delay_s, self._gain(nodes_s), _NODE, out)
        self._history = x[len(tx) :]
        self._count += len(tx)
        return out

    def _gain(self, nodes_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Amplitude that gives C/N0 against noise of unit power per sample."""
        states = self._states
        c_n0_db_hz = np.interp(nodes_s, states.time_s, states.c_n0_db_hz)
        visible = np.interp(nodes_s, states.time_s, states.elevation_deg) >= 0
        amplitude = np.sqrt(10 ** (c_n0_db_hz / 10) / self._rate_hz) * visible
        return np.asarray(amplitude * self._fading.gain(nodes_s), dtype=np.complex128)
