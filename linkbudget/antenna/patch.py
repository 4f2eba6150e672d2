"""The patch: a flat antenna that radiates into the half space before it."""

from typing import Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.lobe import above_floor_dbi
from linkbudget.antenna.radiator import Beamwidth, FloorGain, PeakGain, Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source
from linkbudget.quantity import table

PATCH = Source(
    "C. A. Balanis, Antenna Theory, 2.5, U = cos^n", "G = peak + 10 n log10(cos angle); half power at width / 2"
)


@table
class Patch(Radiator):
    """A patch of a stated peak gain, cos^n of the angle in front, with n by its beamwidth, and the floor behind.

    80 degrees, the default, is what rectangular patches have; without loss it belongs to 8.6 dBi.
    """

    peak_dbi: PeakGain
    kind: Literal["patch"] = "patch"
    beamwidth_deg: Beamwidth = 80.0
    floor_dbi: FloorGain = -10.0

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the stated gain, at any frequency: the patch is cut for it."""
        return np.asarray(self.peak_dbi, dtype=np.float64)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return PATCH

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        power = np.log10(0.5) / np.log10(np.cos(np.radians(np.multiply(self.beamwidth_deg, 0.5))))
        cosine = np.maximum(np.cos(np.radians(angle_deg)), 1e-6)
        return above_floor_dbi(self.peak_dbi + 10.0 * power * np.log10(cosine), self.peak_dbi, self.floor_dbi)
