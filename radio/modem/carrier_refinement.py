"""Telling a marker's carrier better by the ticks after it, where these have symbols on both axes.

A marker of 64 channel symbols is 32 QPSK symbols, which tell the frequency to 0.0018 cycles per symbol at 1.5 dB. What
is left turns the carrier by a quarter in a hundred symbols, and a tracker that decides on QPSK at that noise may follow
the wrong quarter for good. The symbols after the marker are not known, but which line of phase makes them likely is.
With x in units of the variance over the amplitude, the log-likelihood of a tick is the sum of ln cosh x over its axes
(Mengali & D'Andrea, Synchronization Techniques for Digital Receivers, 5.7). Of what its angle does to it all but the
fourth harmonic is left out, so that one Fourier transform sums it up along every line.
"""

import math

import numpy as np
from numpy.typing import NDArray

MOST_TICKS = 1024
"""That tell the carrier: at 1.5 dB the right line stands out by 34, with a standard deviation of 9.5."""
_SIZE = 4096
"""Of the transform: neighbouring lines part by 0.4 rad over the ticks."""
_SPREADS = 4.0
"""Standard deviations of the marker's frequency to either side that are tried."""
_PHASES_RAD = np.linspace(-0.4, 0.4, 9)
"""About the phase that the marker tells."""
_ANGLES_RAD = np.arange(16) * math.pi / 32
"""A quarter turn, over which a fourth harmonic is taken."""


def likeliest_turn(ticks: NDArray[np.complex64], known: NDArray[np.complex64]) -> float:
    """Return by how many cycles per tick the carrier of ``ticks``, complex64[n], turns.

    The first ones carry ``known``, +-1 on each axis; those beyond MOST_TICKS are left out. 0 if there are no others
    than the known ones, or these show no amplitude.
    """
    rest = ticks[len(known) : MOST_TICKS]
    marker = ticks[: len(known)] * np.conj(known)
    amplitude = float(abs(np.mean(marker))) / 2
    power = float(np.mean(np.abs(ticks) ** 2)) / 2
    if not len(rest) or not amplitude:
        return 0.0
    noise = max(power - amplitude**2, 0.05 * power)
    gain = amplitude / noise
    # the variance of a frequency: Rife and Boorstyn, IEEE Trans. Inf. Theory 20(5), 1974
    spread_rad = math.sqrt(6 / (gain * amplitude) / len(known) ** 3)
    reach = min(math.ceil(_SPREADS * spread_rad / math.tau * 4 * _SIZE), _SIZE // 2 - 1)
    bins = np.arange(-reach, reach + 1)
    turns = bins / (4 * _SIZE)
    along = gain * marker @ np.exp(-1j * math.tau * np.outer(np.arange(len(marker)), turns))
    # counted from where the marker begins, as ``along`` is
    fourth = np.fft.fft(_fourth_harmonics(gain * rest), _SIZE)[bins] * np.exp(-1j * math.tau * 4 * turns * len(known))
    phases = np.angle(along) + _PHASES_RAD[:, None]
    likelihoods = (along * np.exp(-1j * phases)).real + (fourth * np.exp(-4j * phases)).real
    return float(turns[np.argmax(likelihoods.max(axis=0))])


def _fourth_harmonics(x: NDArray[np.complex64]) -> NDArray[np.complex128]:
    """Return of each x how its log-likelihood goes with four times its angle: complex128[n]."""
    across = np.abs(x)[:, None] * np.stack((np.cos(_ANGLES_RAD), np.sin(_ANGLES_RAD)))[:, None, :]
    likelihoods = np.sum(np.logaddexp(across, -across), axis=0)
    return np.asarray(2 * np.mean(likelihoods * np.cos(4 * _ANGLES_RAD), axis=1) * np.exp(4j * np.angle(x)))
