"""Attenuation by oxygen and water vapour (ITU-R P.676-12)."""

from functools import cache, partial
from importlib.resources import files

import numpy as np

from linkbudget.checks import require_positive
from linkbudget.decibels import Floats, Real
from linkbudget.propagation.climate import Climate, vapour_pressure_hpa
from linkbudget.propagation.interpolation import interpolated
from linkbudget.propagation.slant_path import air_mass, sin_elevation
from linkbudget.provenance import Range, Source

GAS = Source(
    "ITU-R P.676-12 Annex 1 eq 1-9, Annex 2 eq 30-38; slant path: F(x) of its inclined paths",
    "A = gamma_o h_o m(h_o) + gamma_w h_w m(h_w)",
    (Range("frequency_hz", 1e9, 350e9), Range("elevation_deg", 0.0, 90.0)),
)

# heights of the exponential atmospheres that the slant path is taken through; h_o and h_w of P.676 differ little
_DRY_SCALE_KM = 5.3
_WET_SCALE_KM = 2.0

# h_o and h_w are fits; below 1 GHz the one for oxygen has a pole, and `_low_frequency_growth` takes over
_LOWEST_FITTED_HZ, _HIGHEST_FITTED_HZ = 1e9, 350e9

_OXYGEN_HEIGHT_LINES = np.array(  # f_i in GHz, c_i: P.676-12 Table 3
    [
        (118.750334, 0.1597),
        (368.498246, 0.1066),
        (424.763020, 0.1325),
        (487.249273, 0.1242),
        (715.392902, 0.0938),
        (773.839490, 0.1448),
        (834.145546, 0.1374),
    ]
).T
_VAPOUR_HEIGHT_LINES = np.array(  # f_i in GHz, a_i, b_i: P.676-12 Table 4
    [
        (22.235080, 1.52, 2.56),
        (183.310087, 7.62, 10.2),
        (325.152888, 1.56, 2.70),
        (380.197353, 4.15, 5.70),
        (439.150807, 0.20, 0.91),
        (448.001085, 1.63, 2.46),
        (474.689092, 0.76, 2.22),
        (488.490108, 0.26, 2.49),
        (556.935985, 7.81, 10.0),
        (620.700870, 1.25, 2.35),
        (752.033113, 16.2, 20.0),
        (916.171582, 1.47, 2.58),
        (970.315022, 1.36, 2.44),
        (987.926764, 1.60, 1.86),
    ]
).T


def specific_attenuation_db_km(
    frequency_hz: Real, dry_pressure_hpa: Real, temperature_k: Real, water_vapour_g_m3: Real
) -> tuple[Floats, Floats]:
    """Return the attenuation of a kilometre of dry air and of its water vapour, line by line (P.676-12 Annex 1).

    The arguments broadcast; `dry_pressure_hpa` is the barometer's less the vapour's. The work is 79 lines an element.
    Raises LinkInputError if the frequency or the temperature is not greater than 0.

    >>> dry, wet = specific_attenuation_db_km(20e9, 1013.25, 288.15, 7.5)
    >>> round(float(dry), 4), round(float(wet), 4)
    (0.0119, 0.097)
    """
    require_positive("frequency_hz", frequency_hz)
    require_positive("temperature_k", temperature_k)
    # the lines lie along a new last axis
    f = np.asarray(frequency_hz, dtype=np.float64)[..., np.newaxis] * 1e-9
    p = np.asarray(dry_pressure_hpa, dtype=np.float64)[..., np.newaxis]
    t = np.asarray(temperature_k, dtype=np.float64)[..., np.newaxis]
    e = vapour_pressure_hpa(np.asarray(water_vapour_g_m3, dtype=np.float64)[..., np.newaxis], t)
    theta = 300.0 / t
    dry = _oxygen_lines(f, p, e, theta) + _dry_continuum(f, p, e, theta)
    return (0.182 * f * dry)[..., 0], (0.182 * f * _vapour_lines(f, p, e, theta))[..., 0]


def equivalent_heights_km(
    frequency_hz: Real, dry_pressure_hpa: Real, temperature_k: Real, water_vapour_g_m3: Real
) -> tuple[Floats, Floats]:
    """Return h_o and h_w, the heights of air as at the ground that attenuate as the zenith does (P.676-12 Annex 2).

    The arguments broadcast. Outside 1 to 350 GHz the height is that of the nearer end, for oxygen below 1 GHz times
    the growth that its non-resonant (Debye) absorption has in an isothermal atmosphere.
    """
    f = np.clip(np.asarray(frequency_hz, dtype=np.float64), _LOWEST_FITTED_HZ, _HIGHEST_FITTED_HZ) * 1e-9
    pressure_hpa = dry_pressure_hpa + vapour_pressure_hpa(water_vapour_g_m3, temperature_k)
    pressure = pressure_hpa / 1013.25
    growth = _low_frequency_growth(frequency_hz, _debye_width_ghz(pressure_hpa, 300.0 / np.asarray(temperature_k)))
    return (
        np.asarray(_oxygen_height_km(f, pressure, temperature_k) * growth),
        _vapour_height_km(f, pressure, temperature_k, water_vapour_g_m3),
    )


def zenith_attenuation_db(frequency_hz: Real, climate: Climate) -> tuple[Floats, Floats]:
    """Return the attenuation of oxygen and of water vapour towards the zenith; the arguments broadcast.

    Of many draws of the air it is interpolated, as each would cost 79 lines.
    Raises LinkInputError if the frequency is not greater than 0.
    """
    air = (climate.pressure_hpa, climate.temperature_k, climate.water_vapour_g_m3)
    dry_db, wet_db = interpolated(partial(_zenith_db, frequency_hz), *air)
    return dry_db, wet_db


def gas_attenuation_db(zenith_dry_db: Real, zenith_wet_db: Real, elevation_deg: Real) -> Floats:
    """Return the attenuation of the slant path from the ground to space; the arguments broadcast.

    The path runs through two exponential atmospheres on a sphere; an elevation below 0 counts as 0.
    Raises LinkInputError unless the elevation is -90 to 90 deg.
    """
    sine = sin_elevation(elevation_deg)
    return np.asarray(zenith_dry_db * air_mass(sine, _DRY_SCALE_KM) + zenith_wet_db * air_mass(sine, _WET_SCALE_KM))


def _zenith_db(
    frequency_hz: Real, pressure_hpa: Real, temperature_k: Real, water_vapour_g_m3: Real
) -> tuple[Floats, Floats]:
    dry_hpa = pressure_hpa - vapour_pressure_hpa(water_vapour_g_m3, temperature_k)
    dry, wet = specific_attenuation_db_km(frequency_hz, dry_hpa, temperature_k, water_vapour_g_m3)
    height_o, height_w = equivalent_heights_km(frequency_hz, dry_hpa, temperature_k, water_vapour_g_m3)
    return np.asarray(dry * height_o), np.asarray(wet * height_w)


@cache
def _lines(gas: str) -> Floats:
    text = (files("linkbudget.propagation") / f"gas_lines_{gas}.csv").read_text("utf-8")
    lines = np.loadtxt(text.splitlines(), delimiter=",", unpack=True)
    lines.setflags(write=False)
    return lines


def _oxygen_lines(f: Floats, p: Floats, e: Floats, theta: Floats) -> Floats:
    f0, a1, a2, a3, a4, a5, a6 = _lines("oxygen")
    strength = a1 * (1e-7 * p * theta**3) * np.exp(a2 * (1.0 - theta))  # eq 3
    width = a3 * 1e-4 * (p * theta ** (0.8 - a4) + 1.1 * e * theta)  # eq 6a
    width = np.sqrt(width * width + 2.25e-6)  # eq 6b
    interference = (a5 + a6 * theta) * (1e-4 * (p + e) * theta**0.8)  # eq 7
    shape = _line_shape(f, f0, width, interference)
    return np.asarray(np.sum(strength * shape, axis=-1, keepdims=True))


def _vapour_lines(f: Floats, p: Floats, e: Floats, theta: Floats) -> Floats:
    f0, b1, b2, b3, b4, b5, b6 = _lines("water_vapour")
    strength = b1 * (0.1 * e * theta**3.5) * np.exp(b2 * (1.0 - theta))  # eq 3
    width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)  # eq 6a
    width = 0.535 * width + np.sqrt(0.217 * width * width + 2.1316e-12 * f0 * f0 / theta)  # eq 6b
    return np.asarray(np.sum(strength * _line_shape(f, f0, width, 0.0), axis=-1, keepdims=True))


def _line_shape(f: Floats, f0: Floats, width: Floats, interference: Real) -> Floats:
    below, above = f0 - f, f0 + f
    square = width * width
    near = (width - interference * below) / (below * below + square)
    far = (width - interference * above) / (above * above + square)
    return np.asarray(f / f0 * (near + far))  # eq 5


def _dry_continuum(f: Floats, p: Floats, e: Floats, theta: Floats) -> Floats:
    width = _debye_width_ghz(p + e, theta)
    debye = 6.14e-5 / (width * (1.0 + (f / width) ** 2))
    nitrogen = 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
    return np.asarray(f * p * theta**2 * (debye + nitrogen))  # eq 8


def _debye_width_ghz(pressure_hpa: Floats, theta: Floats) -> Floats:
    return np.asarray(5.6e-4 * pressure_hpa * theta**0.8)  # eq 9


def _low_frequency_growth(frequency_hz: Real, width_ghz: Floats) -> Floats:
    # 1 / (1 + (f/d)^2) of eq 8 with d falling as exp(-h/H), integrated over h: H/2 ln(1 + (d/f)^2)
    lowest = _LOWEST_FITTED_HZ * 1e-9
    squares = [(f / width_ghz) ** 2 for f in (np.minimum(np.multiply(frequency_hz, 1e-9), lowest), lowest)]
    below, at_lowest = [(1.0 + square) * np.log1p(1.0 / square) for square in squares]
    return np.asarray(below / at_lowest)


def _oxygen_height_km(f: Floats, pressure: Floats, temperature_k: Real) -> Floats:
    lines, weights = _OXYGEN_HEIGHT_LINES
    t1 = 5.1040 / (1.0 + 0.066 * pressure**-2.3)  # eq 31
    t1 = t1 * np.exp(-(((f - 59.7) / (2.87 + 12.4 * np.exp(-7.9 * pressure))) ** 2))
    far = (f[..., np.newaxis] - lines) ** 2
    narrow, wide = np.exp(2.12 * pressure)[..., np.newaxis], 0.025 * np.exp(2.2 * pressure)[..., np.newaxis]
    t2 = np.sum(weights * narrow / (far + wide), axis=-1)  # eq 32
    t3 = 0.0114 * f / (1.0 + 0.14 * pressure**-2.6)  # eq 33
    t3 = t3 * (15.02 * f**2 - 1353.0 * f + 5.333e4) / (f**3 - 151.3 * f**2 + 9629.0 * f - 6803.0)
    warmth = 0.7832 + 0.00709 * (temperature_k - 273.15)  # eq 34
    height = 6.1 * warmth / (1.0 + 0.17 * pressure**-1.1) * (1.0 + t1 + t2 + t3)  # eq 30
    return np.asarray(np.where(f < 70.0, np.minimum(height, 10.7 * pressure**0.3), height))


def _vapour_height_km(f: Floats, pressure: Floats, temperature_k: Real, water_vapour_g_m3: Real) -> Floats:
    lines, peaks, widths = _VAPOUR_HEIGHT_LINES
    celsius = temperature_k - 273.15
    level = 1.9298 - 0.04166 * celsius + 0.0517 * water_vapour_g_m3  # eq 36
    slope = 1.1674 - 0.00622 * celsius + 0.0063 * water_vapour_g_m3  # eq 37
    sigma = (1.013 / (1.0 + np.exp(-8.6 * (pressure - 0.57))))[..., np.newaxis]  # eq 38
    resonance = np.sum(peaks * sigma / ((f[..., np.newaxis] - lines) ** 2 + widths * sigma), axis=-1)
    return np.asarray(np.maximum(level, 0.0) + slope * resonance)  # eq 35; the fit turns negative above 46 C
