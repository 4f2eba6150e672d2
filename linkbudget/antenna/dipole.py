"""The half-wave dipole."""

from typing import Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.lobe import above_floor_dbi
from linkbudget.antenna.radiator import LINEAR_AXIAL_RATIO_DB, AxialRatio, FloorGain, Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source
from linkbudget.quantity import table

DIPOLE = Source(
    "C. A. Balanis, Antenna Theory, 4.6, eq 4-84; ITU-R P.341, Table 1: 2.15 dBi",
    "G = 1.6409 [cos(pi/2 cos theta) / sin theta]^2",
)
HALF_WAVE_GAIN = 1.6409223769845853  # 4 / Cin(2 pi)
HALF_WAVE_DBI = 10.0 * np.log10(HALF_WAVE_GAIN)


def half_wave_power(axis_cosine: Real) -> Floats:
    """Return the power that a half-wave dipole radiates relative to its broadside, float64 of the argument's shape.

    `axis_cosine` is the cosine of the angle from the dipole's wire, 0 to 1; at 1, the null, this returns 0.
    """
    sine_squared = np.maximum(1.0 - np.square(axis_cosine), 1e-12)
    return np.asarray(np.square(np.cos(np.multiply(0.5 * np.pi, axis_cosine))) / sine_squared, dtype=np.float64)


@table
class Dipole(Radiator):
    """A half-wave dipole in free space, seen in the plane that holds its wire; the boresight is its broadside.

    In the plane across the wire the gain does not fall off the boresight, so this is the worst plane. The null's floor
    is what the feed line and the body radiate.
    """

    kind: Literal["dipole"] = "dipole"
    axial_ratio_db: AxialRatio = LINEAR_AXIAL_RATIO_DB
    floor_dbi: FloorGain = -20.0

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return 2.15, at any frequency: the dipole is cut for it."""
        return np.full(np.shape(frequency_hz), HALF_WAVE_DBI)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return DIPOLE

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        power = np.maximum(half_wave_power(np.sin(np.radians(angle_deg))), 1e-12)
        return above_floor_dbi(HALF_WAVE_DBI + 10.0 * np.log10(power), HALF_WAVE_DBI, self.floor_dbi)
