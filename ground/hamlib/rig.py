"""The station as hamlib's radio: one frequency that it receives on and one that it transmits on, at the same time."""

from collections.abc import Callable
from typing import Any

from ground.hamlib.errors import RefusedError
from ground.hamlib.return_code import ReturnCode
from radio.tuner import TuningRange

Tune = Callable[[float, float], object]
"""Takes the frequencies to receive and to transmit on, in Hz."""
Warn = Callable[[str], object]
"""Takes what an operator has to know: programs for satellites do not show what they are refused."""


class Rig:
    """What all clients of a rigctld share."""

    def __init__(self, receive: TuningRange, transmit: TuningRange, tune: Tune, warn: Warn) -> None:
        self.receive, self.transmit, self._tune, self._warn = receive, transmit, tune, warn
        self.receive_hz, self.transmit_hz = receive.carrier_hz, transmit.carrier_hz
        self.ptt = 0
        """What a client set and others ask for: when to transmit, the link decides."""
        self._warned: set[str] = set()
        """The legs whose last frequency was refused: clients ask again every second."""

    @classmethod
    def of(cls, station: dict[str, Any], tune: Tune, warn: Warn) -> "Rig | None":
        """Return the radio that an event `station` tells of; None if it has no samples that could be shifted."""
        rate_hz, legs = station["sample_rate_hz"], (station["downlink"], station["uplink"])
        if not rate_hz or any(not leg["carrier_hz"] or not leg["symbol_rate_baud"] for leg in legs):
            return None
        down, up = (TuningRange(leg["carrier_hz"], rate_hz, leg["symbol_rate_baud"]) for leg in legs)
        return cls(down, up, tune, warn)

    def tune(self, *, receive_hz: float | None = None, transmit_hz: float | None = None) -> None:
        """Change one frequency or both. Raises RefusedError, with nothing changed, for one that is out of range."""
        before_hz = (self.receive_hz, self.transmit_hz)
        wanted_hz = self._within("receive", receive_hz, self.receive, self.receive_hz)
        sent_hz = self._within("transmit", transmit_hz, self.transmit, self.transmit_hz)
        self.receive_hz, self.transmit_hz = wanted_hz, sent_hz
        if before_hz != (wanted_hz, sent_hz):
            self._tune(wanted_hz, sent_hz)

    def _within(self, leg: str, frequency_hz: float | None, reach: TuningRange, as_it_is_hz: float) -> float:
        if frequency_hz is None:
            return as_it_is_hz
        if frequency_hz in reach:
            self._warned.discard(leg)
            return frequency_hz
        if leg not in self._warned:
            self._warned.add(leg)
            accepted = f"{reach.lowest_hz:.0f} to {reach.highest_hz:.0f}"
            self._warn(f"rigctld: asked to {leg} on {frequency_hz:.0f} Hz; accepted: {accepted}")
        raise RefusedError(ReturnCode.INVALID_PARAMETER)
