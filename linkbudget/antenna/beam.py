"""A beam of which the gain and the width are stated."""

from typing import Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.lobe import gaussian_lobe_dbi
from linkbudget.antenna.radiator import Beamwidth, FloorGain, PeakGain, Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source
from linkbudget.quantity import table

BEAM = Source("ITU-R S.672-4, Annex 1, main lobe", "G = peak - 12 (angle / width)^2")


@table
class Beam(Radiator):
    """An antenna of a stated peak gain and half-power beamwidth, as data sheets give them."""

    peak_dbi: PeakGain
    beamwidth_deg: Beamwidth
    kind: Literal["beam"] = "beam"
    floor_dbi: FloorGain = -10.0

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the stated gain, at any frequency."""
        return np.asarray(self.peak_dbi, dtype=np.float64)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return BEAM

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        return gaussian_lobe_dbi(angle_deg, self.peak_dbi, self.beamwidth_deg, self.floor_dbi)
