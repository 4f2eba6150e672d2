"""The numbers that an orbit is propagated from, whatever file they came in."""

import math
from datetime import datetime
from typing import Annotated

from linkbudget.checks import require_aware, require_between
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.orbit.gravity import GM_M3_S2
from linkbudget.quantity import Within, check_quantities, table

_DAY_S = 86_400.0
_LARGEST_CATALOGUE_NUMBER = 999_999_999  # of nine digits: Space-Track's limit, and the OMM's


@table
class MeanElements:
    """The mean elements of SGP4 at `epoch`, in the true equator and mean equinox of date (TEME).

    `n_dot` and `n_ddot` are half the first and a sixth of the second derivative of the mean motion, as TLE and
    OMM files hold them; SGP4 reads them not. Raises LinkInputError for an epoch without its offset from UTC
    and for a value out of its bounds.
    """

    name: str
    catalogue_number: int
    epoch: datetime
    inclination_deg: Annotated[float, Within(0.0, 180.0, "deg", "inclination to the equator, over 90 retrograde")]
    raan_deg: Annotated[float, Within(0.0, 360.0, "deg", "right ascension of the ascending node")]
    eccentricity: Annotated[float, Within(0.0, 0.9999999, "", "eccentricity")]
    argument_of_perigee_deg: Annotated[float, Within(0.0, 360.0, "deg", "argument of perigee")]
    mean_anomaly_deg: Annotated[float, Within(0.0, 360.0, "deg", "mean anomaly")]
    mean_motion_rev_day: Annotated[float, Within(0.05, 18.0, "rev/day", "mean motion (Kozai)")]
    b_star: Annotated[float, Within(-10.0, 10.0, "1/Earth radius", "drag term")] = 0.0
    n_dot: Annotated[float, Within(-1e3, 1e3, "rev/day^2", "half the rate of the mean motion")] = 0.0
    n_ddot: Annotated[float, Within(-1e9, 1e9, "rev/day^3", "a sixth of its second derivative")] = 0.0

    def __post_init__(self) -> None:
        require_aware("epoch", self.epoch)
        require_between("catalogue_number", self.catalogue_number, 0, _LARGEST_CATALOGUE_NUMBER)
        check_quantities(self)

    @property
    def mean_altitude_m(self) -> float:
        """The semi-major axis, by Kepler's third law, less the mean radius of the Earth."""
        rate_rad_s = self.mean_motion_rev_day * 2.0 * math.pi / _DAY_S
        return float((GM_M3_S2 / rate_rad_s**2) ** (1.0 / 3.0) - EARTH_RADIUS_M)
