"""What every kind of antenna answers, and the fields that all share."""

from abc import ABC, abstractmethod
from typing import Annotated, Literal

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Source
from linkbudget.quantity import Within, table

AxialRatio = Annotated[Real, Within(0.0, 100.0, "dB", "amplitude axial ratio: 0 circular, 60 linear")]
FloorGain = Annotated[Real, Within(-60.0, 10.0, "dBi", "least gain, of side and back lobes and nulls")]
PeakGain = Annotated[Real, Within(-30.0, 80.0, "dBi", "gain along the boresight")]
Beamwidth = Annotated[Real, Within(0.01, 175.0, "deg", "full width between the half-power points")]

LINEAR_AXIAL_RATIO_DB = 60.0


@table
class Radiator(ABC):
    """The base of all kinds of antenna: the polarisation along the boresight, and what can be asked.

    `sense` counts as the antenna transmits (IEEE); it matters little to a nearly linear one. The angle between the
    polarisation ellipses' major axes belongs to the path, as it is not one antenna's.
    """

    axial_ratio_db: AxialRatio = 0.0
    sense: Literal["rhcp", "lhcp"] = "rhcp"

    def gain_dbi(self, off_boresight_deg: Real, frequency_hz: Real) -> Floats:
        """Return the gain at an angle from the boresight, float64 of the arguments' common shape; finite everywhere.

        Raises LinkInputError for an angle outside -180 to 180, or a frequency not above 0.
        """
        require_between("off_boresight_deg", off_boresight_deg, -180.0, 180.0)
        require_positive("frequency_hz", frequency_hz)
        gain = self._pattern_dbi(np.abs(off_boresight_deg), frequency_hz)
        shape = np.broadcast_shapes(gain.shape, np.shape(off_boresight_deg), np.shape(frequency_hz))
        return gain if gain.shape == shape else np.array(np.broadcast_to(gain, shape))

    @abstractmethod
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the greatest gain over all angles; its shape broadcasts with the frequency's."""

    @property
    @abstractmethod
    def source(self) -> Source:
        """What the gain is computed by."""

    @abstractmethod
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        """Return the gain at angles of 0 to 180, of a shape that broadcasts with both."""
