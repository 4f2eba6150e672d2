"""The station as hamlib's radio: one frequency that it receives on and one that it transmits on, at the same time."""

from collections.abc import Callable
from typing import Any

from ground.hamlib.errors import RefusedError
from ground.hamlib.return_code import ReturnCode
from radio.tuner import TuningRange

Tune = Callable[[float, float], object]
"""Takes the frequencies to receive and to transmit on, in Hz."""


class Rig:
    """What all clients of a rigctld share."""

    def __init__(self, receive: TuningRange, transmit: TuningRange, tune: Tune) -> None:
        self.receive, self.transmit, self._tune = receive, transmit, tune
        self.receive_hz, self.transmit_hz = receive.carrier_hz, transmit.carrier_hz
        self.ptt = 0
        """What a client set and others ask for: when to transmit, the link decides."""

    @classmethod
    def of(cls, station: dict[str, Any], tune: Tune) -> "Rig | None":
        """Return the radio that an event `station` tells of; None if it has no samples that could be shifted."""
        rate_hz, legs = station["sample_rate_hz"], (station["downlink"], station["uplink"])
        if not rate_hz or any(not leg["carrier_hz"] or not leg["symbol_rate_baud"] for leg in legs):
            return None
        down, up = (TuningRange(leg["carrier_hz"], rate_hz, leg["symbol_rate_baud"]) for leg in legs)
        return cls(down, up, tune)

    def tune(self, *, receive_hz: float | None = None, transmit_hz: float | None = None) -> None:
        """Change one frequency or both. Raises RefusedError, with nothing changed, for one that is out of range."""
        before_hz = (self.receive_hz, self.transmit_hz)
        wanted_hz = self.receive_hz if receive_hz is None else receive_hz
        sent_hz = self.transmit_hz if transmit_hz is None else transmit_hz
        if wanted_hz not in self.receive or sent_hz not in self.transmit:
            raise RefusedError(ReturnCode.INVALID_PARAMETER)
        self.receive_hz, self.transmit_hz = wanted_hz, sent_hz
        if before_hz != (wanted_hz, sent_hz):
            self._tune(wanted_hz, sent_hz)
