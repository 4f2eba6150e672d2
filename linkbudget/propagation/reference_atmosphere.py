"""Air by latitude and altitude: the reference atmospheres of ITU-R P.835."""

import math
from dataclasses import dataclass
from statistics import fmean

from linkbudget.provenance import Range, Source

REFERENCE_ATMOSPHERE = Source(
    "ITU-R P.835-6 2 (low latitude), 3 (mid), 4 (high latitude), mean of summer and winter",
    "T and p polynomials of the altitude; rho = rho_0 exp(polynomial)",
    (Range("latitude_deg", -90.0, 90.0), Range("altitude_m", 0.0, 8_500.0)),
)


@dataclass(frozen=True, slots=True)
class Air:
    """Temperature, total pressure and density of water vapour."""

    temperature_k: float
    pressure_hpa: float
    water_vapour_g_m3: float


_HIGHEST_KM = 8.5  # of the polynomials; the high-latitude winter's is the first to end

# Polynomials in the altitude in km: temperature in K, pressure in hPa, ln of the density over its first.
_Profile = tuple[tuple[float, ...], tuple[float, ...], float, tuple[float, ...]]
_LOW: _Profile = (
    (300.4222, -6.3533, 0.005886),
    (1012.0306, -109.0338, 3.6316),
    19.6542,
    (0.0, -0.2313, -0.1122, 0.01351, -0.0005923),
)
_MID_SUMMER: _Profile = (
    (294.9838, -5.2159, -0.07109),
    (1012.8186, -111.5569, 3.8646),
    14.3542,
    (0.0, -0.4174, -0.02290, 0.001007),
)
_MID_WINTER: _Profile = (
    (272.7241, -3.6217, -0.1759),
    (1018.8627, -124.2954, 4.8307),
    3.4742,
    (0.0, -0.2697, -0.03604, 0.0004489),
)
_HIGH_SUMMER: _Profile = (
    (286.8374, -4.7805, -0.1402),
    (1008.0278, -113.2494, 3.9408),
    8.988,
    (0.0, -0.3614, -0.005402, -0.001955),
)
_HIGH_WINTER: _Profile = (
    (257.4345, 2.3474, -1.5479, 0.08473),
    (1010.8828, -122.2411, 4.554),
    1.2319,
    (0.0, 0.07481, -0.0981, 0.00281),
)


def reference_atmosphere(latitude_deg: float, altitude_m: float) -> Air:
    """Return the mean annual air of the latitude's band (below 22, 22 to 45, above 45 deg) at an altitude.

    An altitude below 0 or above 8.5 km counts as that bound.
    """
    altitude_km = min(max(altitude_m * 1e-3, 0.0), _HIGHEST_KM)
    seasons = [_air(profile, altitude_km) for profile in _seasons(abs(latitude_deg))]
    return Air(
        temperature_k=fmean(air.temperature_k for air in seasons),
        pressure_hpa=fmean(air.pressure_hpa for air in seasons),
        water_vapour_g_m3=fmean(air.water_vapour_g_m3 for air in seasons),
    )


def _seasons(latitude_deg: float) -> tuple[_Profile, ...]:
    if latitude_deg < 22.0:
        return (_LOW,)
    return (_MID_SUMMER, _MID_WINTER) if latitude_deg <= 45.0 else (_HIGH_SUMMER, _HIGH_WINTER)


def _air(profile: _Profile, altitude_km: float) -> Air:
    temperature, pressure, density_g_m3, log_density = profile
    return Air(
        _polynomial(temperature, altitude_km),
        _polynomial(pressure, altitude_km),
        density_g_m3 * math.exp(_polynomial(log_density, altitude_km)),
    )


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    return sum(coefficient * x**power for power, coefficient in enumerate(coefficients))
