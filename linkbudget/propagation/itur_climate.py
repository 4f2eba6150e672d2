"""The climate above a site from the ITU-R's digital maps, which the optional package itur brings."""

import json
import os
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from linkbudget.checks import require_between
from linkbudget.errors import LinkInputError
from linkbudget.propagation.climate import Climate
from linkbudget.provenance import Range, Source

CLIMATE_FROM_MAPS = Source(
    "ITU-R P.837-7, P.839-4, P.1510-1, P.836-6, P.840-8, P.453-13 maps, P.835-6 pressure, by itur",
    "bilinear interpolation",
    (Range("latitude_deg", -90.0, 90.0), Range("altitude_m", 0.0, 10_000.0)),
)

_KEPT_DECIMALS = 2  # of a degree: 1 km, where the finest map has 14 km
_KEPT_ALTITUDE_M = 10.0


def climate_from_maps(latitude_deg: float, longitude_deg: float, altitude_m: float) -> Climate:
    """Return the climate at a site, from the maps once (a second) and from the user's cache after.

    The site is rounded to 0.01 deg and 10 m. Raises LinkInputError unless the latitude is -90 to 90 deg, the longitude
    -180 to 360 deg and the altitude -500 to 10000 m, and if itur is not installed.
    """
    require_between("latitude_deg", latitude_deg, -90.0, 90.0)
    require_between("longitude_deg", longitude_deg, -180.0, 360.0)
    require_between("altitude_m", altitude_m, -500.0, 10_000.0)
    latitude_deg = round(latitude_deg, _KEPT_DECIMALS)
    longitude_deg = round((longitude_deg + 180.0) % 360.0 - 180.0, _KEPT_DECIMALS)
    altitude_m = max(round(altitude_m / _KEPT_ALTITUDE_M) * _KEPT_ALTITUDE_M, 0.0)
    kept = _cache() / f"itur-{_itur_version()}_{latitude_deg:+.2f}_{longitude_deg:+.2f}_{altitude_m:.0f}m.json"
    climate = _read(kept)
    if climate is None:
        climate = _look_up(latitude_deg, longitude_deg, altitude_m)
        _write(kept, climate)
    return climate


def _itur_version() -> str:
    try:
        return version("itur")
    except PackageNotFoundError:
        raise LinkInputError(
            "climate", "maps", '"latitude", or "maps" after `pip install itur` (156 MB: the ITU-R\'s digital maps)'
        ) from None


def _look_up(latitude_deg: float, longitude_deg: float, altitude_m: float) -> Climate:
    from itur.models import itu453, itu835, itu836, itu837, itu839, itu840, itu1510  # slow, and optional

    site, altitude_km = (latitude_deg, longitude_deg), altitude_m * 1e-3
    return Climate(
        rain_rate_mm_h=float(itu837.rainfall_rate(*site, 0.01).value),
        rain_height_km=float(itu839.rain_height(*site).value),
        temperature_k=float(itu1510.surface_mean_temperature(*site).value),
        pressure_hpa=float(itu835.standard_pressure(altitude_km).value),
        water_vapour_g_m3=float(itu836.surface_water_vapour_density(*site, 50, altitude_km).value),
        cloud_liquid_kg_m2=float(itu840.columnar_content_reduced_liquid(*site, 1).value),
        wet_refractivity=float(itu453.map_wet_term_radio_refractivity(*site, 50).value),
    )


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linkbudget" / "climate"


def _read(kept: Path) -> Climate | None:
    with suppress(OSError, TypeError, ValueError):  # none yet, or not ours: it is looked up anew
        return Climate(**json.loads(kept.read_text("utf-8")))
    return None


def _write(kept: Path, climate: Climate) -> None:
    with suppress(OSError):  # a cache that cannot be kept costs time only
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(asdict(climate)), "utf-8")
        new.replace(kept)
