"""What a watcher knows: the desk, what was foretold, and what was measured since it began to look."""

import base64
from collections import deque
from dataclasses import dataclass
from math import log10
from typing import Any

from ground.forecast import Forecast, PassForecast
from ground.gateway.desk import Desk
from ground.gateway.desk_prompt import DeskPrompt

_KEPT_POINTS = 4096
_KEPT_ROWS = 400
_RECENT_S = 10.0
"""For which a measured value counts as the present one."""
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


class Measured:
    """The newest values of one quantity."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=_KEPT_POINTS)

    def add(self, at_s: float, value: float | None) -> None:
        """Keep a value; None is none."""
        if value is not None:
            self._points.append((at_s, value))

    def since(self, begin_s: float) -> Points:
        """Return the values from a link time on."""
        return [point for point in self._points if point[0] >= begin_s]

    def now(self, link_time_s: float) -> float | None:
        """Return the last value, None if it is old."""
        if not self._points:
            return None
        at_s, value = self._points[-1]
        return value if link_time_s - at_s <= _RECENT_S else None


class WatchDesk:
    """Takes the live events in, the first of them `hello`. Raises as Desk does, and RequestError for a forecast."""

    def __init__(self, hello: dict[str, Any]) -> None:
        self.desk = Desk.of(hello["snapshot"])
        self.forecast = None if hello.get("forecast") is None else Forecast.from_json(hello["forecast"])
        self.rows_db: deque[list[float]] = deque(maxlen=_KEPT_ROWS)
        """Spectra, the newest last, one a second: the highest dB in it by frequency, the lowest frequency first."""
        self._row_second = -1
        self._doppler_hz = {"uplink": Measured(), "downlink": Measured()}
        self._eb_n0_db = {"uplink": Measured(), "downlink": Measured()}

    def take(self, event: dict[str, Any]) -> None:
        """Take an event of the station."""
        self.desk.take(event)
        match event["event"]:
            case "view":
                self._take_view(event)
            case "health":
                self._take_health(event)

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
        return self._curve(leg, "doppler_hz", self._doppler_hz[leg])

    def eb_n0(self, leg: str) -> Curve:
        """Return Eb/N0 of a leg, in dB."""
        return self._curve(leg, "eb_n0_db", self._eb_n0_db[leg])

    @property
    def answered(self) -> DeskPrompt | None:
        """The prompt whose answer is of interest: the first that is being answered, or else the last that was."""
        with_words = [each for each in self.desk.prompts.values() if each.answer]
        being = [each for each in with_words if each.open]
        return being[0] if being else max(with_words, key=lambda each: each.ended_s or 0.0, default=None)

    def _curve(self, leg: str, name: str, measured: Measured) -> Curve:
        begin_s, end_s = self._span()
        return Curve(
            begin_s,
            end_s,
            self._predicted(f"{leg}.{name}", begin_s, end_s),
            measured.since(begin_s),
            measured.now(self.now_s),
            self.foretold(f"{leg}.{name}"),
        )

    def _span(self) -> tuple[float, float]:
        one = self.present_pass
        return (one.aos_s, one.los_s) if one else (self.now_s - _WITHOUT_PASS_S, self.now_s)

    def _predicted(self, series: str, begin_s: float, end_s: float) -> Points:
        if self.forecast is None:
            return []
        points = zip(self.forecast.time_s, _named(self.forecast, series), strict=True)
        return [(at_s, value) for at_s, value in points if begin_s <= at_s <= end_s]

    # -- events ----------------------------------------------------------------------------------------------------

    def _take_view(self, event: dict[str, Any]) -> None:
        if event["spectrum"] is not None:
            levels = base64.b64decode(event["spectrum"])
            self._keep_row(int(event["link_time_s"]), [event["floor_db"] + event["step_db"] * each for each in levels])
        for each in event["receptions"]:
            if each["good"]:
                self._doppler_hz["downlink"].add(each["at_s"], each["offset_hz"])
                self._eb_n0_db["downlink"].add(each["at_s"], each["eb_n0_db"])

    def _keep_row(self, second: int, row_db: list[float]) -> None:
        if second == self._row_second:
            row_db = list(map(max, self.rows_db.pop(), row_db))
        self._row_second = second
        self.rows_db.append(row_db)

    def _take_health(self, event: dict[str, Any]) -> None:
        offset_hz, es_n0_db = event.get("uplink_offset_hz"), event.get("uplink_es_n0_db")
        if offset_hz is not None:
            self._doppler_hz["uplink"].add(event["link_time_s"], offset_hz - self._transmitted_off_hz())
        if es_n0_db is not None and (gain_db := self._coding_gain_db()) is not None:
            self._eb_n0_db["uplink"].add(event["link_time_s"], es_n0_db + gain_db)

    def _transmitted_off_hz(self) -> float:
        """Return how far off the carrier the station is tuned to transmit, which is no Doppler shift."""
        tuned_hz = (self.desk.tuned or {}).get("transmit_hz")
        carrier_hz = self._leg("uplink").get("carrier_hz")
        return tuned_hz - carrier_hz if tuned_hz and carrier_hz else 0.0

    def _coding_gain_db(self) -> float | None:
        """Return Eb/N0 less Es/N0 of the uplink."""
        leg = self._leg("uplink")
        symbols, bits = leg.get("symbol_rate_baud"), leg.get("information_rate_bit_s")
        return 10 * log10(symbols / bits) if symbols and bits else None

    def _leg(self, leg: str) -> dict[str, Any]:
        return (self.desk.station or {}).get(leg) or {}


def _named(forecast: Forecast, series: str) -> Any:
    """Return a series by its name, with its leg's before a dot where it has one."""
    found: Any = forecast
    for part in series.split("."):
        found = getattr(found, part)
    return found
