"""What is foretold of passes: where the satellite stands, what is heard of it, and how much data gets through."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AllowInfNan

from edge.checked_toml import check
from ground.contact import Contact
from ground.errors import RequestError
from linkbudget.checks import require_aware
from linkbudget.errors import LinkInputError
from linkbudget.orbit.station import Station
from linkbudget.quantity import Within, table

LEGS = ("uplink", "downlink")
AROUND_S = 5
"""Before AOS and after LOS, for which there are moments too."""

Number = Annotated[float, AllowInfNan(False)]
Series = tuple[Number, ...]


@table
class LegForecast:
    """One direction of the link, a value for each moment of the forecast.

    Es/N0 and Eb/N0 are what measurements should show on the average: without the fade that a budget allows for. The
    margin is the budget's, after that fade; None where the study has no mode such as the profile's.
    """

    doppler_hz: Series
    es_n0_db: Series
    eb_n0_db: Series
    margin_db: tuple[Number | None, ...]

    def held_at(self, eb_n0_db: float) -> "LegForecast":
        """Return the same with an Eb/N0 that does not change; what depends on it changes by as much."""
        more_db = [eb_n0_db - each for each in self.eb_n0_db]
        margins = zip(self.margin_db, more_db, strict=True)
        return replace(
            self,
            es_n0_db=tuple(round(each + more, 2) for each, more in zip(self.es_n0_db, more_db, strict=True)),
            eb_n0_db=(eb_n0_db,) * len(more_db),
            margin_db=tuple(None if each is None else round(each + more, 2) for each, more in margins),
        )


@table
class Volume:
    """Octets that get through in a pass, by the profile's information rate, while the margin is large enough."""

    uplink: int | None
    downlink: int | None


@table
class PassForecast:
    """A pass. Times are link time; `sunlit` says whether the Sun shines on the satellite at its closest approach."""

    aos_s: Number
    tca_s: Number
    los_s: Number
    max_elevation_deg: Annotated[float, Within(0.0, 90.0, "deg", "highest elevation")]
    aos_azimuth_deg: Annotated[float, Within(0.0, 360.0, "deg", "from north over east")]
    los_azimuth_deg: Annotated[float, Within(0.0, 360.0, "deg", "from north over east")]
    sunlit: bool
    volume_octets: Volume

    @property
    def contact(self) -> Contact:
        """The span of it. Raises RequestError unless it has a length."""
        return Contact(self.aos_s, self.los_s)


@table
class Forecast:
    """The passes of a satellite over a station, from link time 0 at `start_utc` on.

    Moments, whole seconds of link time, are 1 s apart within passes, from 5 s before AOS to 5 s after LOS; every series
    has a value for each. Azimuth is from north over east.
    """

    start_utc: datetime
    satellite: str
    station: Station
    tle_age_days: Number
    time_s: Series
    azimuth_deg: Series
    elevation_deg: Series
    range_m: Series
    uplink: LegForecast
    downlink: LegForecast
    passes: tuple[PassForecast, ...]

    def __post_init__(self) -> None:
        require_aware("start_utc", self.start_utc)
        for place, values in _series(self):
            if len(values) != len(self.time_s):
                raise LinkInputError(place, f"{len(values)} values", f"{len(self.time_s)}, one for each of time_s")
        _require_rising("time_s", self.time_s)
        _require_rising("passes", [each for one in self.passes for each in (one.aos_s, one.los_s)])

    @property
    def contacts(self) -> list[Contact]:
        """The spans of its passes. Raises RequestError for one that has no length."""
        return [each.contact for each in self.passes]

    def pass_at(self, link_time_s: float) -> PassForecast | None:
        """Return the pass that is on at a link time, or else the next; None after the last."""
        return next((each for each in self.passes if link_time_s < each.los_s), None)

    def index_at(self, link_time_s: float) -> int | None:
        """Return the index of the last moment until a link time, None outside of the passes."""
        index = bisect_right(self.time_s, link_time_s) - 1
        return index if index >= 0 and link_time_s - self.time_s[index] <= 1 else None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, from which `from_json` makes the same."""
        return {**asdict(self), "start_utc": self.start_utc.isoformat()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Forecast":
        """Return what `to_json` made plain values of. Raises RequestError naming the first field that is wrong."""
        return check(content, cls, lambda field, *rest: RequestError(f"forecast.{field}", *rest))

    @classmethod
    def load(cls, path: Path) -> "Forecast":
        """Read a file that holds `to_json`'s values. Raises RequestError if it cannot be used."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise RequestError("forecast", str(path), f"a readable JSON file ({error})") from None
        if not isinstance(content, dict):
            raise RequestError("forecast", str(path), "a file with a JSON object")
        return cls.from_json(content)

    def save(self, path: Path) -> None:
        """Write a file for `load`. Raises RequestError if it cannot be written."""
        try:
            path.write_text(json.dumps(self.to_json(), separators=(",", ":")) + "\n", encoding="utf-8")
        except OSError as error:
            raise RequestError("forecast", str(path), f"a file that can be written ({error.strerror})") from None

    def held_at(self, eb_n0_db: Mapping[str, float]) -> "Forecast":
        """Return the same with an Eb/N0 that does not change for each leg named; its volumes stay the budget's."""
        return replace(self, **{leg: getattr(self, leg).held_at(held_db) for leg, held_db in eb_n0_db.items()})


def _series(forecast: Forecast) -> list[tuple[str, tuple[Any, ...]]]:
    """Return every series but the time's, with its place."""
    seen = [(name, getattr(forecast, name)) for name in ("azimuth_deg", "elevation_deg", "range_m")]
    names = ("doppler_hz", "es_n0_db", "eb_n0_db", "margin_db")
    return seen + [(f"{leg}.{name}", getattr(getattr(forecast, leg), name)) for leg in LEGS for name in names]


def _require_rising(field: str, times_s: "Series | list[float]") -> None:
    late = next((after for before, after in pairwise(times_s) if after <= before), None)
    if late is not None:
        raise LinkInputError(field, late, "times that rise")
