"""Attenuation by rain (ITU-R P.838-3, P.618-13)."""

import math

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.decibels import Floats, Real
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.slant_path import EFFECTIVE_EARTH_RADIUS_KM, sin_elevation
from linkbudget.provenance import Range, Source

RAIN_SPECIFIC = Source(
    "ITU-R P.838-3 eq 1-5, Tables 1-4", "gamma_R = k R^alpha dB/km", (Range("frequency_hz", 1e9, 1e12),)
)
RAIN = Source(
    "ITU-R P.618-13 2.2.1.1, eq 1-8",
    "A_p = A_0.01 (p / 0.01)^-(0.655 + 0.033 ln p - 0.045 ln A_0.01 - beta (1 - p) sin el)",
    (Range("frequency_hz", 1e9, 55e9), Range("elevation_deg", 5.0, 90.0), Range("exceeded_percent", 0.001, 5.0)),
)

# P.838-3 Tables 1 to 4: a_j, b_j, c_j of the bells, then the line's slope m and offset c
_Fit = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], float, float]
_LOG_K_H: _Fit = (
    (-5.33980, -0.35351, -0.23789, -0.94158),
    (-0.10008, 1.26970, 0.86036, 0.64552),
    (1.13098, 0.45400, 0.15354, 0.16817),
    -0.18961,
    0.71147,
)
_LOG_K_V: _Fit = (
    (-3.80595, -3.44965, -0.39902, 0.50167),
    (0.56934, -0.22911, 0.73042, 1.07319),
    (0.81061, 0.51059, 0.11899, 0.27195),
    -0.16398,
    0.63297,
)
_ALPHA_H: _Fit = (
    (-0.14318, 0.29591, 0.32177, -5.37610, 16.1721),
    (1.82442, 0.77564, 0.63773, -0.96230, -3.29980),
    (-0.55187, 0.19822, 0.13164, 1.47828, 3.43990),
    0.67849,
    -1.95537,
)
_ALPHA_V: _Fit = (
    (-0.07771, 0.56727, -0.20238, -48.2991, 48.5833),
    (2.33840, 0.95545, 1.14520, 0.791669, 0.791459),
    (-0.76284, 0.54039, 0.26809, 0.116226, 0.116479),
    -0.053739,
    0.83433,
)

_SIN_5_DEG = math.sin(math.radians(5.0))
_LOWEST_PERCENT, _HIGHEST_PERCENT, _RAINLESS_PERCENT = 0.001, 5.0, 10.0
_NOTHING = 1e-300  # for logarithms of rain that may be 0


def rain_coefficients(frequency_hz: Real, elevation_deg: Real, polarisation_tilt_deg: Real) -> tuple[Floats, Floats]:
    """Return k and alpha of the specific attenuation k R^alpha in dB/km at R mm/h; the arguments broadcast.

    The tilt is that of the electric field from the horizontal, 45 deg for circular polarisation. Below 1 GHz alpha
    stays and k falls with the square of the frequency, as absorption by small drops does.
    Raises LinkInputError if the frequency is not greater than 0.

    >>> k, alpha = rain_coefficients(29e9, 52.67898486, 0.0)
    >>> round(float(k), 4), round(float(alpha), 4)
    (0.2192, 0.9465)
    """
    require_positive("frequency_hz", frequency_hz)
    return _coefficients(np.multiply(frequency_hz, 1e-9), sin_elevation(elevation_deg), polarisation_tilt_deg)


def rain_attenuation_db(
    frequency_hz: float,
    elevation_deg: Real,
    polarisation_tilt_deg: Real,
    climate: Climate,
    latitude_deg: float,
    altitude_m: float,
    exceeded_percent: Real,
) -> Floats:
    """Return the rain attenuation exceeded for a percentage of an average year, from a site to space.

    `elevation_deg`, `exceeded_percent` and the climate's fields broadcast. Less than 0.001 % counts as that; from 5 to
    10 % the attenuation falls linearly to 0, as it does not rain more often. An elevation below 0 counts as 0.
    Raises LinkInputError if the frequency is not greater than 0 or the percentage not 0 to 100.
    """
    require_between("exceeded_percent", exceeded_percent, 0.0, 100.0)
    require_positive("frequency_hz", frequency_hz)
    ghz, sine = frequency_hz * 1e-9, sin_elevation(elevation_deg)
    k, alpha = _coefficients(ghz, sine, polarisation_tilt_deg)
    gamma = k * np.exp(alpha * np.log(np.maximum(climate.rain_rate_mm_h, _NOTHING)))
    thickness_km = np.maximum(np.subtract(climate.rain_height_km, altitude_m * 1e-3), 0.0)
    path_km = _effective_path_km(ghz, elevation_deg, sine, gamma, thickness_km, latitude_deg)
    return _at_percentage(gamma * path_km, sine, latitude_deg, exceeded_percent)


def _coefficients(ghz: Real, sine: Floats, tilt_deg: Real) -> tuple[Floats, Floats]:
    log_f = np.log10(np.maximum(ghz, 1.0))
    small_drops = np.minimum(ghz, 1.0) ** 2
    k_h, k_v = (small_drops * np.power(10.0, _bells(fit, log_f)) for fit in (_LOG_K_H, _LOG_K_V))
    k_alpha_h, k_alpha_v = k_h * _bells(_ALPHA_H, log_f), k_v * _bells(_ALPHA_V, log_f)
    flatness = (1.0 - sine * sine) * np.cos(np.deg2rad(2.0 * np.asarray(tilt_deg)))
    k = 0.5 * (k_h + k_v) + 0.5 * (k_h - k_v) * flatness  # eq 4
    return k, (0.5 * (k_alpha_h + k_alpha_v) + 0.5 * (k_alpha_h - k_alpha_v) * flatness) / k  # eq 5


def _bells(fit: _Fit, log_f: Floats) -> Floats:
    heights, centres, widths, slope, offset = (np.asarray(part) for part in fit)
    bells = heights * np.exp(-(((log_f[..., np.newaxis] - centres) / widths) ** 2))
    return np.asarray(np.sum(bells, axis=-1) + slope * log_f + offset)  # eq 2, 3


def _effective_path_km(
    ghz: float, elevation_deg: Real, sine: Floats, gamma: Floats, thickness_km: Floats, latitude_deg: float
) -> Floats:
    slant_km = _slant_km(sine, thickness_km)
    ground_km = slant_km * np.sqrt(1.0 - sine * sine)  # eq 3
    shrunk = 1.0 / (1.0 + 0.78 * np.sqrt(ground_km * gamma / ghz) + 0.38 * np.expm1(-2.0 * ground_km))  # eq 5
    # step 7 asks whether the path leaves the rain through its side or its top: whichever is nearer
    inside_km = np.minimum(slant_km * shrunk, thickness_km / np.maximum(sine, _NOTHING))
    steepness = -31.0 * np.expm1(-np.maximum(elevation_deg, 0.0) / (1.0 + max(36.0 - abs(latitude_deg), 0.0)))
    adjusted = 1.0 + np.sqrt(sine) * (steepness / ghz**2 * np.sqrt(inside_km * gamma) - 0.45)
    return np.asarray(inside_km / adjusted)  # eq 6


def _slant_km(sine: Floats, thickness_km: Floats) -> Floats:
    rise = np.sqrt(sine * sine + 2.0 / EFFECTIVE_EARTH_RADIUS_KM * thickness_km) + sine
    low_km = 2.0 * thickness_km / np.maximum(rise, _NOTHING)  # eq 2
    return np.where(sine >= _SIN_5_DEG, thickness_km / np.maximum(sine, _SIN_5_DEG), low_km)  # eq 1


def _at_percentage(at_001_db: Floats, sine: Floats, latitude_deg: float, exceeded_percent: Real) -> Floats:
    percent = np.clip(exceeded_percent, _LOWEST_PERCENT, _HIGHEST_PERCENT)
    log_p = np.log(percent)
    rarity = log_p - math.log(0.01)
    exponent = np.log(np.maximum(at_001_db, _NOTHING)) * (1.0 + 0.045 * rarity) - rarity * (0.655 + 0.033 * log_p)
    if abs(latitude_deg) < 36.0:
        # the recommendation drops 1.8 - 4.25 sin at 25 deg, where it is 0.004
        beta = 0.005 * (36.0 - abs(latitude_deg)) + np.maximum(1.8 - 4.25 * sine, 0.0)
        exponent = exponent + rarity * np.maximum(1.0 - percent, 0.0) * (beta * sine)
    often = np.clip(
        (_RAINLESS_PERCENT - np.asarray(exceeded_percent)) / (_RAINLESS_PERCENT - _HIGHEST_PERCENT), 0.0, 1.0
    )
    return np.asarray(np.exp(exponent) * often)  # eq 8
