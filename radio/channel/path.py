"""The way between two antennas: delay, Doppler, loss and fading."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.fading import Fading
from radio.link_state import SPEED_OF_LIGHT_M_S, LinkStates

TAPS = 8
"""Length of the fractional-delay interpolator: error -50 dB for signals up to a quarter of the sample rate, -70 dB up
to an eighth."""
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
def _propagate(x, newest, table, delay, turns, gain, node, lead, out):  # type: ignore[no-untyped-def]
    """Fill ``out``: x read ``delay`` samples ago, times ``gain``, turned by ``turns``, given at every node-th sample.

    ``newest`` is the index in x of the sample that out[0] would be with no delay; out[0] comes ``lead`` samples after
    the first node. The arithmetic knows nothing of where a block begins, so that any split gives the same bits.
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
        base = segment * node - lead
        for i in range(min(node, out.size - base)):
            n = base + i
            if n >= 0:
                ago = delay[segment] + i * d_step
                whole = math.ceil(ago)
                row = int((whole - ago) * rows + 0.5)
                first = newest + n - whole - reach
                near = x[first : first + taps]
                weights = table[row]
                re = np.float32(0.0)
                im = np.float32(0.0)
                for j in range(taps):
                    re += near[j].real * weights[j]
                    im += near[j].imag * weights[j]
                out[n] = complex(re, im) * rotator * (gain[segment] + i * g_step)
            rotator *= advance


class Path:
    """One direction of the sky, fed with what the transmitter sends, block after block.

    Everything follows from the delay: the carrier turns by -2 pi f times it (which is the Doppler shift) and the
    samples are read that much earlier (which stretches the symbol clock by the same factor). A clock that is off by
    some parts per million at either end acts as a delay that drifts, because the same oscillator sets carrier and
    sample rate.

    A receiver whose clock is slow against the transmitter's would in the end read samples before they are sent: its
    delay begins longer by what it will have lost when the link states end. Samples are read no further off than that.
    """

    def __init__(
        self,
        states: LinkStates,
        carrier_hz: float,
        sample_rate_hz: float,
        clock_error_ppm: float,
        fading: Fading,
    ) -> None:
        """Take the oscillator error of the receiver against the transmitter, in parts per million.

        A receiver whose oscillator is fast sees the carrier low and the symbols long.
        """
        self._states, self._fading = states, fading
        self._carrier_hz, self._rate_hz = carrier_hz, sample_rate_hz
        self._drift = clock_error_ppm * 1e-6
        self._table = _interpolator()
        lost_s = abs(self._drift) * max(0.0, float(states.time_s[-1]))
        self._lead_s = lost_s if self._drift < 0 else 0.0
        self._longest_s = 1.01 * float(np.max(states.range_m)) / SPEED_OF_LIGHT_M_S + lost_s
        self._reach = math.ceil(self._longest_s * sample_rate_hz) + 2 * TAPS
        self._history = np.zeros(self._reach, dtype=np.complex64)
        self._count = 0

    def carry(self, tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return what arrives while ``tx`` is sent: complex64[n] in units of the noise per sample (unit noise density).

        Nothing arrives from below the horizon. The interpolator adds TAPS / 2 samples of its own to the delay.
        """
        x = np.concatenate((self._history, tx))
        segment, lead = divmod(self._count, _NODE)
        nodes_s = (segment + np.arange(-(-(lead + len(tx)) // _NODE) + 1)) * _NODE / self._rate_hz
        delay_s = self._states.delay_s(nodes_s) + self._drift * nodes_s
        delay = np.clip(delay_s + self._lead_s, 0, self._longest_s) * self._rate_hz + TAPS // 2
        turns = -self._carrier_hz * delay_s
        out = np.empty(len(tx), dtype=np.complex64)
        _propagate(x, self._reach, self._table, delay, turns, self._gain(nodes_s), _NODE, lead, out)
        self._history = x[len(tx) :]
        self._count += len(tx)
        return out

    def _gain(self, nodes_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Amplitude that gives C/N0 against noise of unit power per sample, faded."""
        c_n0_db_hz, elevation_deg, direct_db, multipath_db, shadowing_db = (
            np.interp(nodes_s, self._states.time_s, getattr(self._states, field))
            for field in ("c_n0_db_hz", "elevation_deg", "direct_db", "multipath_db", "shadowing_db")
        )
        carrier = np.sqrt(10 ** (c_n0_db_hz / 10) / self._rate_hz) * (elevation_deg >= 0)
        return np.asarray(carrier * self._fading.gain(nodes_s, direct_db, multipath_db, shadowing_db))
