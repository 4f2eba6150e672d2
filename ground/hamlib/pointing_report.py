"""Telling where the antenna points, and how far beside the satellite."""

from collections.abc import Callable

from ground.forecast import Forecast
from ground.hamlib.rotator import Pointing

Tell = Callable[..., object]
"""Takes the name of an event and its fields."""


class PointingReport:
    """Makes events `rotator`: whenever something in them has changed."""

    def __init__(self, forecast: Forecast | None, tell: Tell) -> None:
        self._forecast, self._tell = forecast, tell
        self._told: dict[str, float | None] | None = None

    def take(self, now_s: float, at: Pointing, aim: Pointing | None) -> None:
        """Tell where it points, where it is to point if that is known, and the angle beside the satellite in a pass."""
        fields = {
            "azimuth_deg": round(at.azimuth_deg, 2),
            "elevation_deg": round(at.elevation_deg, 2),
            "aim_azimuth_deg": round(aim.azimuth_deg, 2) if aim else None,
            "aim_elevation_deg": round(aim.elevation_deg, 2) if aim else None,
            "error_deg": self._error_deg(now_s, at),
        }
        if fields != self._told:
            self._told = fields
            self._tell("rotator", link_time_s=now_s, **fields)

    def _error_deg(self, now_s: float, at: Pointing) -> float | None:
        forecast = self._forecast
        index = forecast.index_at(now_s) if forecast else None
        if forecast is None or index is None:
            return None
        satellite = Pointing(forecast.azimuth_deg[index], forecast.elevation_deg[index])
        return round(at.separation_deg(satellite), 2)
