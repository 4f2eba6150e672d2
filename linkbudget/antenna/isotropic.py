"""The antenna that every gain in dBi is relative to."""

from typing import Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.radiator import Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source
from linkbudget.quantity import table

ISOTROPIC = Source("IEEE Std 145, isotropic radiator", "0 dBi at every angle")


@table
class Isotropic(Radiator):
    """An isotropic antenna; a stand-in for one that has to work at any attitude."""

    kind: Literal["isotropic"] = "isotropic"

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return 0."""
        return np.zeros(np.shape(frequency_hz))

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return ISOTROPIC

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        return np.zeros(())
