"""The interlock: what stands between the samples of a program and a transmitter. Pure: time is what it is told.

::

    BARRED    the permit does not allow the settings: for good
    OFF       ready
    ON        the carrier is on
    RESTING   refused; ready again once nothing has come to transmit for a while
    TRIPPED   refused until it is reset
"""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from radio.front_end_file import PermitTable
from radio.transmit.air_time import AirTime
from radio.transmit.permission import Emission, refusals
from radio.transmit.refusal import Cause, Refusal

HOLD_S = 0.02
"""After so long a silence the carrier goes off."""

LOST_S = 0.03
"""Who gives samples, and gives none for so long although they were asked for, is lost."""

Samples = NDArray[np.complex64]


class State(Enum):
    """Whether anything may be transmitted."""

    BARRED = "barred"
    OFF = "off"
    ON = "on"
    RESTING = "resting"
    TRIPPED = "tripped"


class Event(Enum):
    """What can change that."""

    SIGNAL = "samples to transmit"
    SILENCE = "nothing to transmit for a while"
    LIMIT = "a limit that ends this transmission"
    FAULT = "what must not happen at all"
    RESET = "an operator's command"


# An event that has no entry for a state changes nothing there. Nothing leads to ON but a burst that begins.
TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.OFF, Event.SIGNAL): State.ON,
    (State.OFF, Event.LIMIT): State.RESTING,
    (State.OFF, Event.FAULT): State.TRIPPED,
    (State.ON, Event.SILENCE): State.OFF,
    (State.ON, Event.LIMIT): State.RESTING,
    (State.ON, Event.FAULT): State.TRIPPED,
    (State.RESTING, Event.SILENCE): State.OFF,
    (State.RESTING, Event.FAULT): State.TRIPPED,
    (State.TRIPPED, Event.RESET): State.RESTING,
}

EVENTS: dict[Cause, Event] = {
    Cause.DUTY: Event.LIMIT,
    Cause.SAMPLES_LOST: Event.LIMIT,
    Cause.AMPLITUDE: Event.FAULT,
    Cause.NOT_A_NUMBER: Event.FAULT,
    Cause.TOO_LONG: Event.FAULT,
}
"""Causes of the run: those that end with the transmission, and those that wait for an operator."""


class Interlock:
    """Says of all samples whether they may be transmitted, and whether the carrier may be on."""

    def __init__(self, permit: PermitTable | None, emission: Emission) -> None:
        self._refused = refusals(permit, emission)
        self.state = State.BARRED if permit is None or self._refused else State.OFF
        self._longest_s, self._window_s = (permit.longest_s, permit.duty_window_s) if permit else (0.0, 0.0)
        self._allowed_s = permit.duty * permit.duty_window_s if permit else 0.0
        self._air_time = AirTime(self._window_s)
        self._hold_samples = HOLD_S * emission.sample_rate_hz
        self._silent_samples = 0
        """Not a time: what waited somewhere may come all at once."""

    @property
    def on(self) -> bool:
        """Whether the carrier may be on."""
        return self.state is State.ON

    def offer(self, samples: Samples, now_s: float) -> bool:
        """Return whether these samples, complex64[n] as the device gets them, may be transmitted now."""
        self.tick(now_s)
        fault = _fault(samples)
        if fault is not None:
            self._refuse(fault, now_s)
        elif samples.any():
            self._signal(now_s)
        else:
            self._silence(len(samples), now_s)
        return self.on

    def tick(self, now_s: float, waited_s: float = 0.0) -> None:
        """Let time pass; samples that were asked for have been waited for so long."""
        if not self.on:
            return
        if waited_s > LOST_S:
            self._refuse(Refusal(Cause.SAMPLES_LOST, f"none for {waited_s:.3f} s", f"{LOST_S:g} s"), now_s)
        unbroken_s = self._air_time.unbroken_s(now_s)
        if unbroken_s > self._longest_s:
            found = f"{unbroken_s:.3f} s without a pause"
            self._refuse(Refusal(Cause.TOO_LONG, found, f"{self._longest_s:g} s"), now_s)
        self._check_duty(now_s)

    def reset(self, now_s: float) -> None:
        """Let go of a fault; the next burst that begins is transmitted."""
        self._happen(Event.RESET, now_s)

    def carrier_off(self, now_s: float) -> None:
        """The carrier has gone off: until it is told so, the interlock counts it as on."""
        self._air_time.end(now_s)

    def take_refusals(self) -> list[Refusal]:
        """Return what was refused since the last call."""
        refused, self._refused = self._refused, []
        return refused

    def _signal(self, now_s: float) -> None:
        self._silent_samples = 0
        if self.state is State.OFF and self._check_duty(now_s):
            self._happen(Event.SIGNAL, now_s)

    def _silence(self, count: int, now_s: float) -> None:
        self._silent_samples += count
        if self._silent_samples >= self._hold_samples:
            self._happen(Event.SILENCE, now_s)

    def _check_duty(self, now_s: float) -> bool:
        spent_s = self._air_time.within_window_s(now_s)
        if spent_s <= self._allowed_s:
            return True
        found = f"{spent_s:.3f} s of the last {self._window_s:g} s"
        self._refuse(Refusal(Cause.DUTY, found, f"{self._allowed_s:g} s"), now_s)
        return False

    def _refuse(self, refusal: Refusal, now_s: float) -> None:
        if self._happen(EVENTS[refusal.cause], now_s):
            self._refused.append(refusal)

    def _happen(self, event: Event, now_s: float) -> bool:
        following = TRANSITIONS.get((self.state, event))
        if following is None:
            return False
        self.state = following
        if self.on:
            self._air_time.begin(now_s)
        return True


def _fault(samples: Samples) -> Refusal | None:
    peak = float(np.abs(samples).max(initial=0.0))
    if not np.isfinite(peak):
        return Refusal(Cause.NOT_A_NUMBER, f"a sample of magnitude {peak}", "numbers")
    if peak > 1:
        return Refusal(Cause.AMPLITUDE, f"a sample of magnitude {peak:.4g}", "1")
    return None
