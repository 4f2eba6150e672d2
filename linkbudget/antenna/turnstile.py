"""The turnstile: two crossed half-wave dipoles in phase quadrature."""

from typing import Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.dipole import HALF_WAVE_DBI, HALF_WAVE_GAIN, half_wave_power
from linkbudget.antenna.radiator import Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source
from linkbudget.quantity import table

TURNSTILE = Source(
    "G. H. Brown, The turnstile antenna, Electronics 9 (1936); dipoles as C. A. Balanis, Antenna Theory, eq 4-84",
    "G = 1.6409 / 2 [h(sin t cos p) + h(sin t sin p)], mean over azimuth p; h(u) = cos^2(pi u / 2) / (1 - u^2)",
)


@table
class Turnstile(Radiator):
    """A turnstile in free space, as on a small satellite's body; the boresight is normal to both dipoles.

    2.15 dBi to front and back, -1.35 dBi in the dipoles' plane, taken in the mean over the azimuth (it varies by
    1 dB). It is circular along the boresight only and linear in the plane; `axial_ratio_db` is that of the
    boresight. Above ground or a reflector the pattern is another: give that one as a table.
    """

    kind: Literal["turnstile"] = "turnstile"

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return 2.15, at any frequency: the dipoles are cut for it."""
        return np.full(np.shape(frequency_hz), HALF_WAVE_DBI)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return TURNSTILE

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        sine = np.sin(np.radians(angle_deg))
        # the mean over azimuth is that of 0 and 45 degrees, as the sum's first harmonics are the 4th and the 8th
        power = 1.0 + half_wave_power(sine) + 2.0 * half_wave_power(np.sqrt(0.5) * sine)
        return np.asarray(10.0 * np.log10(0.25 * HALF_WAVE_GAIN * power), dtype=np.float64)
