"""The ionosphere turns a polarisation's ellipse; a circular one it leaves as it is."""

import numpy as np

from linkbudget.checks import require_finite, require_positive
from linkbudget.decibels import Floats, Real
from linkbudget.propagation.ionosphere import Ionosphere, Rotation, slant_tec_el_m2
from linkbudget.provenance import Range, Source

FARADAY_ROTATION = Source(
    "ITU-R P.531-15 4.2, eq 2; thin shell at 400 km",
    "theta = 2.36e4 B_av N_T / f^2 rad",
    (Range("frequency_hz", 0.1e9, 12e9), Range("elevation_deg", 0.0, 90.0)),
)

_RAD_HZ2_T_M2 = 2.36e4


def rotation_rad(ionosphere: Ionosphere, frequency_hz: Real, elevation_deg: Real) -> Floats:
    """Return by how much a polarisation is turned. Raises LinkInputError for a frequency not greater than 0."""
    require_positive("frequency_hz", frequency_hz)
    per_electron = _RAD_HZ2_T_M2 / np.square(frequency_hz) * np.asarray(ionosphere.magnetic_field_t)
    return np.asarray(per_electron * slant_tec_el_m2(ionosphere, elevation_deg))


def turned_tilt_deg(rotation: Rotation, turned_rad: Real, tilt_deg: Real) -> Floats:
    """Return the angle between two ellipses' axes, 0 to 180 degrees, that stands for what is known of the rotation.

    `tilt_deg` is the angle without the ionosphere. If the rotation is "given", it adds. Else it may be anything up to
    `turned_rad` and go either way round: "worst" takes what crosses the axes most; "mean" the angle whose loss is that
    of the mean power, as power is linear in cos(2 tilt). Raises LinkInputError for what is not finite.

    >>> float(turned_tilt_deg("mean", 1e4, 0.0).round(1))
    45.0
    """
    require_finite("turned_rad", turned_rad)
    require_finite("tilt_deg", tilt_deg)
    tilt_rad = np.radians(tilt_deg)
    if rotation == "given":
        return np.asarray(np.degrees(np.mod(tilt_rad + turned_rad, np.pi)))
    cosine = np.cos(2.0 * tilt_rad)
    if rotation == "mean":
        # cos(2 tilt), averaged over -turned to turned around the tilt
        return np.asarray(np.degrees(0.5 * np.arccos(cosine * np.sinc(np.multiply(turned_rad, 2.0 / np.pi)))))
    return np.asarray(np.degrees(np.minimum(0.5 * np.arccos(cosine) + np.abs(turned_rad), np.pi / 2.0)))
