"""How far off its boresight an antenna looks at the other end of the link."""

from typing import Literal, get_args

import numpy as np

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Source

POINTING = Source(
    "definition of the mounts; the pointing error is added in full, as if it lay away from the target",
    "target: error; nadir: off-nadir angle + error; zenith: 90 deg - elevation + error",
)

Aim = Literal["target", "nadir", "zenith"]
"""What a boresight is kept on: the other end, the Earth below a spacecraft, or the sky above a station."""


def off_boresight_deg(aim: Aim, elevation_deg: Real, off_nadir_deg: Real, pointing_error_deg: Real) -> Floats:
    """Return the angle from the boresight to the other end, 0 to 180; the arguments broadcast (POINTING).

    Only the angle that the aim needs is used, and the result has its and the error's common shape. Raises
    LinkInputError for another aim, an elevation outside -90 to 90, or an off-nadir angle or error outside 0 to 180.
    """
    if aim not in get_args(Aim):
        raise LinkInputError("aim", aim, ", ".join(get_args(Aim)))
    require_between("pointing_error_deg", pointing_error_deg, 0.0, 180.0)
    if aim == "target":
        return np.asarray(pointing_error_deg, dtype=np.float64)
    if aim == "zenith":
        require_between("elevation_deg", elevation_deg, -90.0, 90.0)
        return _within_sphere(np.subtract(90.0, elevation_deg) + pointing_error_deg)
    require_between("off_nadir_deg", off_nadir_deg, 0.0, 180.0)
    return _within_sphere(np.add(off_nadir_deg, pointing_error_deg))


def _within_sphere(angle_deg: Real) -> Floats:
    return np.asarray(np.minimum(angle_deg, 180.0), dtype=np.float64)
