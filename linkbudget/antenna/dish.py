"""The dish: a round reflector."""

from typing import Annotated, Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.aperture import ROLL_OFF, aperture_gain_dbi, surface_loss_db, wavelength_m
from linkbudget.antenna.radiator import Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Range, Source
from linkbudget.quantity import Within, table

DISH = Source(
    "ITU-R F.1245-3, average side lobes",
    "the greater of main lobe G - 2.5e-3 (D phi / lambda)^2 and side lobes, which are the lesser of "
    "2 + 15 log10(D / lambda) and 39 - 5 log10(min(D / lambda, 100)) - 25 log10 phi to 48 deg, then -42",
    (Range("frequency_hz", 1e9, 86e9), Range("efficiency", 0.4, 0.8)),
)
BACK_LOBES_DB = 42.0  # 25 log10 of 48 degrees


@table
class Dish(Radiator):
    """A round reflector by diameter, aperture efficiency (all but the surface) and the surface's rms error.

    Side lobes are those of the average, which a chance direction meets, not of the envelope of the peaks that
    licences ask for. Where the recommendation's pattern jumps at a break point, this one goes on to the crossing.
    """

    diameter_m: Annotated[Real, Within(0.01, 500.0, "m", "diameter of the reflector")]
    kind: Literal["dish"] = "dish"
    efficiency: Annotated[Real, Within(0.01, 1.0, "", "aperture efficiency")] = 0.6
    surface_rms_m: Annotated[Real, Within(0.0, 0.05, "m", "rms error of the surface")] = 0.0

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the aperture's gain less the surface's loss."""
        gain_dbi = aperture_gain_dbi(self.diameter_m, self.efficiency, frequency_hz)
        return np.asarray(gain_dbi - surface_loss_db(self.surface_rms_m, frequency_hz), dtype=np.float64)

    def surface_rms_wavelengths(self, frequency_hz: Real) -> Floats:
        """Return the surface's rms error; the loss holds for a small part of a wavelength."""
        return np.asarray(self.surface_rms_m / wavelength_m(frequency_hz), dtype=np.float64)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return DISH

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        width = np.asarray(self.diameter_m / wavelength_m(frequency_hz))
        peak_dbi = self.peak_gain_dbi(frequency_hz)
        main_dbi = peak_dbi - ROLL_OFF * np.square(width * angle_deg)
        side_dbi = np.minimum(_side_lobes_dbi(angle_deg, width), peak_dbi)
        return np.asarray(np.maximum(main_dbi, side_dbi), dtype=np.float64)


def _side_lobes_dbi(angle_deg: Real, width: Floats) -> Floats:
    near_dbi = 2.0 + 15.0 * np.log10(width)
    level_dbi = 39.0 - 5.0 * np.log10(np.minimum(width, 100.0))
    falling_dbi = level_dbi - 25.0 * np.log10(np.maximum(angle_deg, 1e-3))
    return np.asarray(np.clip(falling_dbi, level_dbi - BACK_LOBES_DB, near_dbi), dtype=np.float64)
