"""The climate above one site, and a model of it by latitude that needs no maps."""

from typing import Annotated

import numpy as np

from linkbudget.checks import require_between
from linkbudget.decibels import Floats, Real
from linkbudget.propagation.reference_atmosphere import reference_atmosphere
from linkbudget.provenance import Range, Source
from linkbudget.quantity import Within, table

CLIMATE_BY_LATITUDE = Source(
    "air: ITU-R P.835-6 2-3, mean of summer and winter; rain height: ITU-R P.839-2; rain rate and cloud water: medians "
    "over land of the maps of ITU-R P.837-7 and P.840-8",
    "h_R = 5 - 0.075 (lat - 23) north of 23 deg, 5 + 0.1 (lat + 21) south of -21 deg, else 5 km",
    (Range("latitude_deg", -90.0, 90.0), Range("altitude_m", 0.0, 8_500.0)),
)
WET_REFRACTIVITY = Source("ITU-R P.453-13 eq 2, wet term", "N_wet = 72 e / T + 375000 e / T^2")

# Taken once from the maps: the median over land within 2.5 deg of the latitude, north and south, on a grid of 2 deg.
_LATITUDE_DEG = np.arange(0.0, 91.0, 10.0)
_RAIN_RATE_MM_H = np.array([86.0, 68.0, 48.0, 25.0, 24.0, 25.0, 20.0, 6.8, 0.9, 0.0])
_CLOUD_LIQUID_KG_M2 = np.array([3.36, 3.02, 2.16, 1.00, 0.81, 1.19, 1.11, 0.34, 0.01, 0.0])

RAIN_RATE = Within(0.0, 400.0, "mm/h", "rain rate exceeded for 0.01 % of an average year (P.837)")
RAIN_HEIGHT = Within(0.0, 10.0, "km", "mean height of the rain above mean sea level (P.839)")
TEMPERATURE = Within(180.0, 340.0, "K", "mean temperature at the ground (P.1510)")
PRESSURE = Within(200.0, 1100.0, "hPa", "mean barometric pressure at the ground, vapour included (P.835)")
WATER_VAPOUR = Within(0.0, 60.0, "g/m3", "density of water vapour at the ground, median (P.836)")
CLOUD_LIQUID = Within(0.0, 20.0, "kg/m2", "columnar cloud water, reduced to 0 C, exceeded for 1 % of a year (P.840)")
REFRACTIVITY = Within(0.0, 300.0, "N units", "wet term of the refractivity at the ground, median (P.453)")


@table
class Climate:
    """The air above one site; the fields may hold draws, and broadcast against each other and the link's geometry."""

    rain_rate_mm_h: Annotated[Real, RAIN_RATE]
    rain_height_km: Annotated[Real, RAIN_HEIGHT]
    temperature_k: Annotated[Real, TEMPERATURE]
    pressure_hpa: Annotated[Real, PRESSURE]
    water_vapour_g_m3: Annotated[Real, WATER_VAPOUR]
    cloud_liquid_kg_m2: Annotated[Real, CLOUD_LIQUID]
    wet_refractivity: Annotated[Real, REFRACTIVITY]

    @staticmethod
    def by_latitude(latitude_deg: float, altitude_m: float) -> "Climate":
        """Return a typical climate of a land site: see CLIMATE_BY_LATITUDE for the model.

        A site's own rain differs from the zone's median by a factor of two, in deserts of ten: give `rain_rate_mm_h`
        where it matters. Raises LinkInputError unless the latitude is -90 to 90 deg and the altitude -500 to 10000 m.
        """
        require_between("latitude_deg", latitude_deg, -90.0, 90.0)
        require_between("altitude_m", altitude_m, -500.0, 10_000.0)
        air = reference_atmosphere(latitude_deg, altitude_m)
        return Climate(
            rain_rate_mm_h=float(np.interp(abs(latitude_deg), _LATITUDE_DEG, _RAIN_RATE_MM_H)),
            rain_height_km=_rain_height_km(latitude_deg),
            temperature_k=air.temperature_k,
            pressure_hpa=air.pressure_hpa,
            water_vapour_g_m3=air.water_vapour_g_m3,
            cloud_liquid_kg_m2=float(np.interp(abs(latitude_deg), _LATITUDE_DEG, _CLOUD_LIQUID_KG_M2)),
            wet_refractivity=float(wet_refractivity(air.temperature_k, air.water_vapour_g_m3)),
        )


def vapour_pressure_hpa(water_vapour_g_m3: Real, temperature_k: Real) -> Floats:
    """Return the partial pressure of water vapour of a density (ITU-R P.676-12 eq 4); the arguments broadcast."""
    return np.asarray(np.multiply(water_vapour_g_m3, temperature_k) / 216.7)


def wet_refractivity(temperature_k: Real, water_vapour_g_m3: Real) -> Floats:
    """Return the wet term of the radio refractivity, in N units (WET_REFRACTIVITY); the arguments broadcast."""
    inverse_k = 1.0 / np.asarray(temperature_k)
    pressure_hpa = vapour_pressure_hpa(water_vapour_g_m3, temperature_k)
    return np.asarray(pressure_hpa * inverse_k * (72.0 + 3.75e5 * inverse_k))


def _rain_height_km(latitude_deg: float) -> float:
    if latitude_deg >= 0.0:
        return max(5.0 - 0.075 * max(latitude_deg - 23.0, 0.0), 0.0)
    return max(5.0 + 0.1 * min(latitude_deg + 21.0, 0.0), 0.0)
