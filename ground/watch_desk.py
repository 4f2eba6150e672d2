"""What a watcher knows: the desk, with what was measured, and what was foretold."""

import base64
from collections import deque
from dataclasses import dataclass
from typing import Any

from ground.forecast import Forecast, PassForecast
from ground.gateway.desk import Desk
from ground.gateway.desk_prompt import DeskPrompt

_KEPT_ROWS = 400
_RECENT_S = 15.0
"""For which a measured value counts as the present one: an idle spacecraft is heard every ten seconds."""
_WITHOUT_PASS_S = 120.0

Points = list[tuple[float, float]]
"""Link times in s, and values."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A quantity of one leg over a span of link time, as it was foretold and as it was measured."""

    begin_s: float
    end_s: float
    predicted: Points
    measured: Points
    now: float | None
    predicted_now: float | None


class WatchDesk:
    """Takes the live events in, the first of them `hello`. Raises as Desk does, and RequestError for a forecast."""

    def __init__(self, hello: dict[str, Any]) -> None:
        self.desk = Desk.of(hello["snapshot"])
        self.forecast = None if hello.get("forecast") is None else Forecast.from_json(hello["forecast"])
        self.rows_db: deque[list[float]] = deque(maxlen=_KEPT_ROWS)
        """Spectra, the newest last, one a second: the highest dB in it by frequency, the lowest frequency first."""
        self._row_second = -1

    def take(self, event: dict[str, Any]) -> None:
        """Take an event of the station."""
        self.desk.take(event)
        if event["event"] == "view" and event["spectrum"] is not None:
            levels = base64.b64decode(event["spectrum"])
            self._keep_row(int(event["link_time_s"]), [event["floor_db"] + event["step_db"] * each for each in levels])

    # -- how things stand ------------------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """The link time that was told last."""
        return self.desk.clock.link_time_s or 0.0

    @property
    def present_pass(self) -> PassForecast | None:
        """The pass that is on, or else the next; None where nothing is foretold."""
        return self.forecast.pass_at(self.now_s) if self.forecast else None

    def foretold(self, series: str) -> float | None:
        """Return a series of the forecast at this moment, None outside of its passes."""
        if self.forecast is None or (index := self.forecast.index_at(self.now_s)) is None:
            return None
        value: float | None = _named(self.forecast, series)[index]
        return value

    def doppler(self, leg: str) -> Curve:
        """Return the Doppler shift of a leg, in Hz; measured is the carrier's whole offset, oscillators' and all."""
        return self._curve(f"{leg}.doppler_hz", f"{leg}_offset_hz")

    def eb_n0(self, leg: str) -> Curve:
        """Return Eb/N0 of a leg, in dB."""
        return self._curve(f"{leg}.eb_n0_db", f"{leg}_eb_n0_db")

    @property
    def answered(self) -> DeskPrompt | None:
        """The prompt whose answer is of interest: the first that is being answered, or else the last that was."""
        with_words = [each for each in self.desk.prompts.values() if each.answer]
        being = [each for each in with_words if each.open]
        return being[0] if being else max(with_words, key=lambda each: each.ended_s or 0.0, default=None)

    def _curve(self, foretold: str, measured: str) -> Curve:
        begin_s, end_s = self._span()
        series = self.desk.history.series[measured]
        recent = series.since(self.now_s - _RECENT_S)
        return Curve(
            begin_s,
            end_s,
            self._predicted(foretold, begin_s, end_s),
            series.since(begin_s),
            recent[-1][1] if recent else None,
            self.foretold(foretold),
        )

    def _span(self) -> tuple[float, float]:
        one = self.present_pass
        return (one.aos_s, one.los_s) if one else (self.now_s - _WITHOUT_PASS_S, self.now_s)

    def _predicted(self, series: str, begin_s: float, end_s: float) -> Points:
        if self.forecast is None:
            return []
        points = zip(self.forecast.time_s, _named(self.forecast, series), strict=True)
        return [(at_s, value) for at_s, value in points if begin_s <= at_s <= end_s]

    def _keep_row(self, second: int, row_db: list[float]) -> None:
        if second == self._row_second:
            row_db = list(map(max, self.rows_db.pop(), row_db))
        self._row_second = second
        self.rows_db.append(row_db)


def _named(forecast: Forecast, series: str) -> Any:
    """Return a series by its name, with its leg's before a dot where it has one."""
    found: Any = forecast
    for part in series.split("."):
        found = getattr(found, part)
    return found
