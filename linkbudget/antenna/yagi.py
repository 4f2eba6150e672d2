"""The Yagi, by its gain or by its boom."""

from typing import Annotated, Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.aperture import beamwidth_for_gain_deg, wavelength_m
from linkbudget.antenna.lobe import gaussian_lobe_dbi
from linkbudget.antenna.radiator import LINEAR_AXIAL_RATIO_DB, AxialRatio, FloorGain, Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Range, Source
from linkbudget.quantity import Within, check_quantities, table

YAGI = Source(
    "P. P. Viezbicke, Yagi antenna design, NBS Technical Note 688 (1976), Table 1: least-squares line through the six "
    "measured gains, within 0.2 dB; R. S. Elliott: width = 180 / sqrt(G)",
    "G = 6.99 log10(boom / lambda) + 9.83 dBd; G - 12 (angle / width)^2",
    (Range("boom_wavelengths", 0.4, 4.2),),
)
DIPOLE_DBI = 2.15


@table
class Yagi(Radiator):
    """A Yagi of a stated peak gain, or of a boom of a stated length (well designed, cut for the frequency in use)."""

    kind: Literal["yagi"] = "yagi"
    axial_ratio_db: AxialRatio = LINEAR_AXIAL_RATIO_DB
    peak_dbi: Annotated[Real | None, Within(-30.0, 80.0, "dBi", "gain along the boresight")] = None
    boom_m: Annotated[Real | None, Within(0.01, 100.0, "m", "from the reflector to the last director")] = None
    floor_dbi: FloorGain = -10.0

    def __post_init__(self) -> None:
        """Raise LinkInputError for a value out of bounds, and unless one of gain and boom is given."""
        check_quantities(self)
        if (self.peak_dbi is None) == (self.boom_m is None):
            raise LinkInputError("peak_dbi", self.peak_dbi, "a gain in dBi, or boom_m in its place; one of the two")

    def boom_wavelengths(self, frequency_hz: Real) -> Floats | None:
        """Return the length of the boom, or None if the gain is given."""
        return None if self.boom_m is None else np.asarray(self.boom_m / wavelength_m(frequency_hz), dtype=np.float64)

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the stated gain, or that of the boom, at least a dipole's."""
        boom = self.boom_wavelengths(frequency_hz)
        if boom is None:
            return np.asarray(self.peak_dbi, dtype=np.float64)
        return np.asarray(np.maximum(6.99 * np.log10(boom) + 9.83, 0.0) + DIPOLE_DBI, dtype=np.float64)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return YAGI

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        peak_dbi = self.peak_gain_dbi(frequency_hz)
        return gaussian_lobe_dbi(angle_deg, peak_dbi, beamwidth_for_gain_deg(peak_dbi), self.floor_dbi)
