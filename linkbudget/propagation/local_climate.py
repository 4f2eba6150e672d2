"""What a user knows of the climate above one site, completed by a model or by maps."""

from dataclasses import fields, replace
from typing import Annotated, Literal, get_args

from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import (
    CLIMATE_BY_LATITUDE,
    CLOUD_LIQUID,
    PRESSURE,
    RAIN_HEIGHT,
    RAIN_RATE,
    REFRACTIVITY,
    TEMPERATURE,
    WATER_VAPOUR,
    Climate,
)
from linkbudget.propagation.itur_climate import CLIMATE_FROM_MAPS, climate_from_maps
from linkbudget.provenance import GIVEN, Source
from linkbudget.quantity import check_quantities, table

RainZone = Literal["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q"]
"""A rain climatic zone of ITU-R PN.837-1."""

RAIN_ZONES = Source("ITU-R PN.837-1 Table 1", "rain rate exceeded for 0.01 % of the time, by the letter of the zone")

_RAIN_RATES_MM_H = (8.0, 12.0, 15.0, 19.0, 22.0, 28.0, 30.0, 32.0, 35.0, 42.0, 60.0, 63.0, 95.0, 145.0, 115.0)
RAIN_RATE_BY_ZONE_MM_H = dict(zip(get_args(RainZone), _RAIN_RATES_MM_H, strict=True))


@table
class LocalClimate:
    """What is known of the air above one site.

    `rain_zone` stands for its rain rate. The rest is taken by the site's latitude (CLIMATE_BY_LATITUDE) or from the
    ITU-R's digital maps, for which the package itur must be installed.
    Raises LinkInputError for an unknown zone, and for a zone and a rain rate together.
    """

    rest: Literal["latitude", "maps"] = "latitude"
    rain_zone: RainZone | None = None
    rain_rate_mm_h: Annotated[Real | None, RAIN_RATE] = None
    rain_height_km: Annotated[Real | None, RAIN_HEIGHT] = None
    temperature_k: Annotated[Real | None, TEMPERATURE] = None
    pressure_hpa: Annotated[Real | None, PRESSURE] = None
    water_vapour_g_m3: Annotated[Real | None, WATER_VAPOUR] = None
    cloud_liquid_kg_m2: Annotated[Real | None, CLOUD_LIQUID] = None
    wet_refractivity: Annotated[Real | None, REFRACTIVITY] = None

    def __post_init__(self) -> None:
        check_quantities(self)
        if self.rest not in ("latitude", "maps"):
            raise LinkInputError("rest", self.rest, '"latitude" or "maps"')
        if self.rain_zone is None:
            return
        if self.rain_zone not in RAIN_RATE_BY_ZONE_MM_H:
            raise LinkInputError("rain_zone", self.rain_zone, "one of " + " ".join(RAIN_RATE_BY_ZONE_MM_H))
        if self.rain_rate_mm_h is not None:
            raise LinkInputError("rain_zone", self.rain_zone, "a zone or rain_rate_mm_h, not both")

    def at(self, latitude_deg: float, longitude_deg: float, altitude_m: float) -> Climate:
        """Return the climate of a site: what is known here, and the rest as `rest` says.

        Raises LinkInputError for a latitude or altitude that is none, and if maps are wanted but itur is not installed.
        """
        if self.rest == "maps":
            return self.over(climate_from_maps(latitude_deg, longitude_deg, altitude_m))
        return self.over(Climate.by_latitude(latitude_deg, altitude_m))

    @property
    def rain_rate_source(self) -> Source:
        """Where the rain rate comes from."""
        if self.rain_rate_mm_h is not None:
            return GIVEN
        if self.rain_zone is not None:
            return RAIN_ZONES
        return CLIMATE_FROM_MAPS if self.rest == "maps" else CLIMATE_BY_LATITUDE

    def over(self, climate: Climate) -> Climate:
        """Return `climate` with what is known here in its place."""
        known = {field.name: getattr(self, field.name) for field in fields(climate)}
        if self.rain_zone is not None:
            known["rain_rate_mm_h"] = RAIN_RATE_BY_ZONE_MM_H[self.rain_zone]
        return replace(climate, **{name: value for name, value in known.items() if value is not None})
