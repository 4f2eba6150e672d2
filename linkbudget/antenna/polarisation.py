"""What two antennas lose because their polarisations differ."""

import numpy as np
import numpy.typing as npt

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Range, Source

POLARISATION = Source(
    "W. L. Stutzman, Polarization in Electromagnetic Systems (1993), polarization efficiency of two ellipses",
    "L = -10 log10 1/2 [1 +- s1 s2 + c1 c2 cos 2 tilt], s = 2 r / (1 + r^2), c = (r^2 - 1) / (r^2 + 1), "
    "r = 10^(axial ratio / 20 dB); at most 40 dB",
    (Range("axial_ratio_db", 0.0, 100.0),),
)
ISOLATION_DB = 40.0
"""The most that is lost: no antenna, and no propagation path, isolates orthogonal polarisations fully."""

NEPER_DB = np.log(10.0) / 20.0
"""ln of an amplitude ratio of 1 dB."""

Sameness = bool | npt.NDArray[np.bool_]


def polarisation_loss_db(
    axial_ratio_1_db: Real, axial_ratio_2_db: Real, same_sense: Sameness, tilt_deg: Real
) -> Floats:
    """Return the loss between two elliptical polarisations, 0 to 40 dB; the arguments broadcast (POLARISATION).

    `tilt_deg` is the angle between the two ellipses' major axes as they lie in space. Raises LinkInputError for an
    axial ratio below 0 dB or above 200.

    >>> round(float(polarisation_loss_db(0.0, 60.0, True, 0.0)), 2)
    3.0
    """
    require_between("axial_ratio_1_db", axial_ratio_1_db, 0.0, 200.0)
    require_between("axial_ratio_2_db", axial_ratio_2_db, 0.0, 200.0)
    require_between("tilt_deg", tilt_deg, -720.0, 720.0)
    log_ratio_1, log_ratio_2 = np.multiply(axial_ratio_1_db, NEPER_DB), np.multiply(axial_ratio_2_db, NEPER_DB)
    # in ln r, s = 1 / cosh and c = tanh
    rotation = np.where(same_sense, 1.0, -1.0) / (np.cosh(log_ratio_1) * np.cosh(log_ratio_2))
    along = np.tanh(log_ratio_1) * np.tanh(log_ratio_2) * np.cos(np.radians(np.multiply(tilt_deg, 2.0)))
    matched = np.clip(0.5 * (1.0 + rotation + along), 10.0 ** (-0.1 * ISOLATION_DB), 1.0)
    return np.asarray(10.0 * np.log10(1.0 / matched), dtype=np.float64)


def worst_polarisation_loss_db(axial_ratio_1_db: Real, axial_ratio_2_db: Real, same_sense: Sameness) -> Floats:
    """Return the loss with the major axes crossed, the most that any attitude costs; the arguments broadcast."""
    return polarisation_loss_db(axial_ratio_1_db, axial_ratio_2_db, same_sense, 90.0)


def best_polarisation_loss_db(axial_ratio_1_db: Real, axial_ratio_2_db: Real, same_sense: Sameness) -> Floats:
    """Return the loss with the major axes along each other, the least; the arguments broadcast."""
    return polarisation_loss_db(axial_ratio_1_db, axial_ratio_2_db, same_sense, 0.0)


def loss_by_power_ratio_db(
    axial_ratio_1_db: Real, axial_ratio_2_db: Real, same_sense: Sameness, tilt_deg: Real
) -> Floats:
    """Return the wrong loss that follows if an axial ratio is taken by 10^(dB / 10), as a published sheet does.

    It is the right loss of twice the axial ratios in dB. To be compared with what someone states.
    """
    doubled_1_db, doubled_2_db = np.multiply(axial_ratio_1_db, 2.0), np.multiply(axial_ratio_2_db, 2.0)
    return polarisation_loss_db(doubled_1_db, doubled_2_db, same_sense, tilt_deg)


def looks_like_power_ratio(
    loss_db: float, axial_ratio_1_db: float, axial_ratio_2_db: float, same_sense: bool, tilt_deg: float
) -> bool:
    """Say whether a stated loss is the wrong one, by 10^(dB / 10), to 2 %, and is not the right one to 5 %."""
    right_db = polarisation_loss_db(axial_ratio_1_db, axial_ratio_2_db, same_sense, tilt_deg)
    wrong_db = loss_by_power_ratio_db(axial_ratio_1_db, axial_ratio_2_db, same_sense, tilt_deg)
    return bool(abs(loss_db - wrong_db) <= 0.02 * wrong_db + 1e-3 and abs(loss_db - right_db) > 0.05 * right_db + 1e-3)
