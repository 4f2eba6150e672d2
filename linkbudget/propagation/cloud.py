"""Attenuation by clouds (ITU-R P.840)."""

import math

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.decibels import Floats, Real
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.slant_path import EFFECTIVE_EARTH_RADIUS_KM, sin_elevation
from linkbudget.provenance import Range, Source

CLOUD = Source(
    "ITU-R P.840-8 eq 2-11, 13",
    "A = L_red K_l / sin el",
    (Range("frequency_hz", 1e9, 200e9), Range("elevation_deg", 5.0, 90.0), Range("exceeded_percent", 0.1, 50.0)),
)

_SIN_5_DEG = math.sin(math.radians(5.0))
_CLOUD_HEIGHT_KM = 3.0
_CLOUDLESS_PERCENT = 50.0


def cloud_coefficient_db_m2_kg(frequency_hz: Real, temperature_k: float = 273.15) -> Floats:
    """Return K_l, the attenuation of 1 kg/m2 of water in small drops, of the frequency's shape (P.840-8 eq 2-11).

    Raises LinkInputError if the frequency is not greater than 0.

    >>> round(float(cloud_coefficient_db_m2_kg(14.25e9)), 4)
    0.186
    """
    require_positive("frequency_hz", frequency_hz)
    f = np.multiply(frequency_hz, 1e-9)
    warmth = 300.0 / temperature_k - 1.0
    static = 77.66 + 103.3 * warmth  # eq 6
    middle, optical = 0.0671 * static, 3.52  # eq 7, 8
    principal_ghz = 20.20 - 146.0 * warmth + 316.0 * warmth**2  # eq 10
    secondary_ghz = 39.8 * principal_ghz  # eq 11
    slow = (static - middle) / (1.0 + (f / principal_ghz) ** 2)
    fast = (middle - optical) / (1.0 + (f / secondary_ghz) ** 2)
    real = slow + fast + optical  # eq 5
    imaginary = f * (slow / principal_ghz + fast / secondary_ghz)  # eq 4
    # eq 2, 3: 0.819 f / (imaginary (1 + ((2 + real) / imaginary)^2)), without its division by 0 at 0 Hz
    return np.asarray(0.819 * f * imaginary / (imaginary**2 + (2.0 + real) ** 2))


def cloud_attenuation_db(frequency_hz: float, elevation_deg: Real, climate: Climate, exceeded_percent: Real) -> Floats:
    """Return the cloud attenuation exceeded for a percentage of an average year, from a site to space.

    `elevation_deg`, `exceeded_percent` and the climate's fields broadcast. Below 1 % it is that of 1 %, as the total of
    P.618-13 2.5 has it. Below 5 deg the cosecant gives way to a thin layer at 3 km; below 0 counts as 0.
    Raises LinkInputError if the frequency is not greater than 0 or the percentage not 0 to 100.
    """
    require_between("exceeded_percent", exceeded_percent, 0.0, 100.0)
    overhead_db = cloud_coefficient_db_m2_kg(frequency_hz) * climate.cloud_liquid_kg_m2
    return np.asarray(overhead_db * _share(exceeded_percent) * _cosecant(elevation_deg))


def _share(exceeded_percent: Real) -> Floats:
    # Cloud water against that of 1 %: our fit to the median over land of the maps of P.840-8, within 0.05 of it;
    # half of the sites lie within 0.1.
    decades = np.log10(np.clip(exceeded_percent, 1.0, _CLOUDLESS_PERCENT))
    return np.asarray((1.0 - decades / math.log10(_CLOUDLESS_PERCENT)) ** 1.5)


def _cosecant(elevation_deg: Real) -> Floats:
    sine = sin_elevation(elevation_deg)
    bend = 2.0 * _CLOUD_HEIGHT_KM / EFFECTIVE_EARTH_RADIUS_KM
    low = np.minimum(sine, _SIN_5_DEG)
    return np.asarray(np.sqrt((_SIN_5_DEG**2 + bend) / (low * low + bend)) / np.maximum(sine, _SIN_5_DEG))
