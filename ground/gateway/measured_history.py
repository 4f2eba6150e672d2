"""What was measured of the link and on board over link time: curves that outlive a page that shows them."""

from collections import deque
from itertools import takewhile
from math import floor, isfinite, log10
from typing import Any

KEPT_S = 1800
"""Seconds that have a value, of each series: about three passes of a low orbit."""

_DIGITS = {
    "downlink_eb_n0_db": 2,
    "uplink_eb_n0_db": 2,
    "downlink_offset_hz": None,
    "uplink_offset_hz": None,
    "power_w": 2,
    "temperature_c": 1,
    "payload_temperature_c": 1,
}
"""The series, and with how many decimals a mean is kept."""


class SecondMeans:
    """Values over link time: the mean of each second in which there are any, of the newest `KEPT_S` such seconds."""

    def __init__(self, digits: int | None) -> None:
        self._digits = digits
        self.times_s: deque[int] = deque(maxlen=KEPT_S)
        """Each second's beginning."""
        self.values: deque[float] = deque(maxlen=KEPT_S)
        """Rounded, except the last, to which more may come."""
        self._samples = 0

    def add(self, time_s: float, value: float | None) -> None:
        """Take a value in, unless there is none. A time that lies back means that the station began anew."""
        if value is None or not isfinite(value):
            return
        second = floor(time_s)
        if self.times_s and second < self.times_s[-1]:
            self.times_s.clear()
            self.values.clear()
        if not self.times_s or second > self.times_s[-1]:
            self._begin(second)
        self._samples += 1
        self.values[-1] += (value - self.values[-1]) / self._samples

    def since(self, begin_s: float) -> list[tuple[float, float]]:
        """Return the seconds from one on, with their means."""
        newest_first = zip(map(float, reversed(self.times_s)), reversed(self.values), strict=True)
        return list(takewhile(lambda point: point[0] >= begin_s, newest_first))[::-1]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values: `samples` is how many the last value is the mean of."""
        return {"times_s": list(self.times_s), "values": list(self.values), "samples": self._samples}

    def restore(self, told: dict[str, Any]) -> None:
        """Take up what `to_json` returned."""
        self.times_s.extend(told["times_s"])
        self.values.extend(told["values"])
        self._samples = told["samples"]

    def _begin(self, second: int) -> None:
        if self.values:
            self.values[-1] = round(self.values[-1], self._digits)
        self.times_s.append(second)
        self.values.append(0.0)
        self._samples = 0


class MeasuredHistory:
    """Eb/N0 and carrier offset of both legs, as they are at the antennas, and the board's power and temperatures."""

    def __init__(self) -> None:
        self.series = {name: SecondMeans(digits) for name, digits in _DIGITS.items()}

    def take_reception(self, reception: dict[str, Any]) -> None:
        """Take in a frame of the downlink, of a `view`; one that is not good measures nothing."""
        if reception["good"]:
            for name in ("eb_n0_db", "offset_hz"):
                self.series[f"downlink_{name}"].add(reception["at_s"], reception.get(name))

    def take_board(self, health: dict[str, Any]) -> None:
        """Take in the power and the temperatures of a `health`."""
        voltage_v, current_a = health.get("bus_voltage_v"), health.get("current_a")
        power_w = None if voltage_v is None or current_a is None else voltage_v * current_a
        self.series["power_w"].add(health["link_time_s"], power_w)
        for name in ("temperature_c", "payload_temperature_c"):
            self.series[name].add(health["link_time_s"], health.get(name))

    def take_uplink(self, health: dict[str, Any], leg: dict[str, Any], transmit_hz: float | None) -> None:
        """Take in what a `health` says of the uplink, a leg of which the station told.

        The station's tuner is not the uplink's doing: that it transmits on ``transmit_hz`` is taken out of the offset.
        """
        carrier_hz = leg.get("carrier_hz")
        es_n0_db, offset_hz = health.get("uplink_es_n0_db"), health.get("uplink_offset_hz")
        if carrier_hz is None or es_n0_db is None or offset_hz is None:
            return
        tuned_by_hz = 0.0 if transmit_hz is None else transmit_hz - carrier_hz
        self.series["uplink_offset_hz"].add(health["link_time_s"], offset_hz - tuned_by_hz)
        self.series["uplink_eb_n0_db"].add(health["link_time_s"], es_n0_db + _per_bit_db(leg))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, from which `of` makes the same."""
        return {name: means.to_json() for name, means in self.series.items()}

    @classmethod
    def of(cls, told: dict[str, Any]) -> "MeasuredHistory":
        """Return what `to_json` made plain values of."""
        history = cls()
        for name, means in history.series.items():
            means.restore(told[name])
        return history


def _per_bit_db(leg: dict[str, Any]) -> float:
    """Return by how much Eb/N0 is above Es/N0."""
    return 10 * log10(leg["symbol_rate_baud"] / leg["information_rate_bit_s"])
