"""Scintillation by turbulence of the troposphere (ITU-R P.618-13)."""

import math

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.decibels import Floats, Real
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.slant_path import sin_elevation
from linkbudget.provenance import Range, Source

TROPOSPHERIC_SCINTILLATION = Source(
    "ITU-R P.618-13 2.4.1, eq 43-49",
    "A = a(p) sigma_ref f^(7/12) g(x) / sin^1.2 el",
    (Range("frequency_hz", 4e9, 20e9), Range("elevation_deg", 5.0, 90.0), Range("exceeded_percent", 0.01, 50.0)),
)

_TURBULENCE_HEIGHT_M = 1000.0
_LOWEST_SINE = math.sin(math.radians(2.0))
_LOWEST_PERCENT = 0.001


def tropospheric_scintillation_db(
    frequency_hz: float,
    elevation_deg: Real,
    climate: Climate,
    exceeded_percent: Real,
    effective_diameter_m: Real = 0.0,
) -> Floats:
    """Return the depth of the scintillation fades exceeded for a percentage of an average year.

    `elevation_deg`, `exceeded_percent` and the climate's fields broadcast. A dish averages over its effective diameter,
    its own times the square root of its efficiency; 0 stands for a small antenna. Elevations below 5 deg, where P.618
    wants maps of the refractivity's gradient, follow the same law down to 2 deg, and count as 2 deg below.
    Raises LinkInputError if the frequency is not greater than 0, the percentage not 0 to 100, the diameter not 0 to
    1000 m.
    """
    require_positive("frequency_hz", frequency_hz)
    require_between("exceeded_percent", exceeded_percent, 0.0, 100.0)
    require_between("effective_diameter_m", effective_diameter_m, 0.0, 1000.0)
    ghz = frequency_hz * 1e-9
    reference_db = ghz ** (7.0 / 12.0) * (3.6e-3 + 1e-4 * np.asarray(climate.wet_refractivity))  # eq 43
    sine = sin_elevation(elevation_deg)
    path = np.exp(-1.2 * np.log(np.maximum(sine, _LOWEST_SINE)))
    averaged = path * _aperture_averaging(ghz, sine, effective_diameter_m)
    return np.asarray(reference_db * _depth(exceeded_percent) * averaged)  # eq 47, 49


def _aperture_averaging(ghz: float, sine: Floats, effective_diameter_m: Real) -> Floats:
    path_m = 2.0 * _TURBULENCE_HEIGHT_M / (np.sqrt(sine * sine + 2.35e-4) + sine)  # eq 44
    x = 1.22 * np.square(effective_diameter_m) * ghz / path_m
    near = 3.86 * (x * x + 1.0) ** (11.0 / 12.0) * np.sin(11.0 / 6.0 * np.arctan2(1.0, x))
    return np.asarray(np.sqrt(np.maximum(near - 7.08 * x ** (5.0 / 6.0), 0.0)))  # eq 46


def _depth(exceeded_percent: Real) -> Floats:
    log_p = np.log10(np.maximum(exceeded_percent, _LOWEST_PERCENT))
    return np.asarray(np.maximum(3.0 + log_p * (-1.71 + log_p * (0.072 - 0.061 * log_p)), 0.0))  # eq 48
