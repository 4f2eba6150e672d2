"""An antenna by its measured pattern."""

from typing import Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.radiator import Radiator
from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Source
from linkbudget.quantity import check_quantities, table

TABULATED = Source("the table given", "linear between angles; the last gain beyond the last angle")


@table
class Tabulated(Radiator):
    """Gains at angles from the boresight, which start at 0 and increase; the same to all sides and at any frequency."""

    angles_deg: tuple[float, ...]
    gains_dbi: tuple[float, ...]
    kind: Literal["tabulated"] = "tabulated"

    def __post_init__(self) -> None:
        """Raise LinkInputError for a table that cannot be interpolated."""
        check_quantities(self)
        require_between("angles_deg", np.asarray(self.angles_deg, dtype=np.float64), 0.0, 180.0)
        require_between("gains_dbi", np.asarray(self.gains_dbi, dtype=np.float64), -100.0, 100.0)
        if not self.angles_deg or self.angles_deg[0] != 0.0 or np.any(np.diff(self.angles_deg) <= 0.0):
            raise LinkInputError("angles_deg", self.angles_deg, "angles from 0, each greater than the one before")
        if len(self.gains_dbi) != len(self.angles_deg):
            raise LinkInputError("gains_dbi", self.gains_dbi, f"one gain for each of {len(self.angles_deg)} angles")

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the greatest gain of the table."""
        return np.full(np.shape(frequency_hz), max(self.gains_dbi))

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return TABULATED

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        return np.asarray(np.interp(angle_deg, self.angles_deg, self.gains_dbi), dtype=np.float64)
