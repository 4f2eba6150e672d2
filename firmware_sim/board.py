"""The board: the payload's power rail, its watchdog, and what the sensors read."""

import math
import random
from enum import Enum, auto

from firmware_sim.errors import SettingError
from firmware_sim.physics import Physics
from protocol.serial.board import (
    MAX_WATCHDOG_RESETS,
    UPTIME_MODULUS_MS,
    Ack,
    Command,
    Nack,
    NackReason,
    ReadStatus,
    Reply,
    ResetCause,
    SetPayloadRail,
    Status,
    StrokeWatchdog,
)


class RailState(Enum):
    """The payload's power rail and its watchdog."""

    OFF = auto()
    ON = auto()
    GUARDED = auto()
    """On, and the watchdog counts."""
    HELD_OFF = auto()
    """Off for the duration of a watchdog reset."""


class RailEvent(Enum):
    """What can change the rail."""

    COMMANDED_ON = auto()
    COMMANDED_OFF = auto()
    STROKED = auto()
    TIMED_OUT = auto()
    HOLD_OVER = auto()


# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[RailState, RailEvent], RailState] = {
    (RailState.OFF, RailEvent.COMMANDED_ON): RailState.ON,
    (RailState.ON, RailEvent.COMMANDED_OFF): RailState.OFF,
    (RailState.ON, RailEvent.STROKED): RailState.GUARDED,
    (RailState.GUARDED, RailEvent.STROKED): RailState.GUARDED,
    (RailState.GUARDED, RailEvent.COMMANDED_OFF): RailState.OFF,
    (RailState.GUARDED, RailEvent.TIMED_OUT): RailState.HELD_OFF,
    (RailState.HELD_OFF, RailEvent.HOLD_OVER): RailState.ON,
}

_AT_DEADLINE = {RailState.GUARDED: RailEvent.TIMED_OUT, RailState.HELD_OFF: RailEvent.HOLD_OVER}
_CAUSES = {RailEvent.TIMED_OUT: ResetCause.WATCHDOG, RailEvent.COMMANDED_ON: ResetCause.COMMAND}


class Board:
    """The board's firmware above the serial line. Time counts from power-on; `seed` fixes the sensors' noise.

    The payload is powered from the start. The first stroke arms the watchdog; `watchdog_timeout_s` without
    another takes the rail down for `reset_off_s`, after which the payload is on and the watchdog waits for a
    first stroke.

    Raises SettingError for a time that is not above 0.
    """

    def __init__(
        self,
        seed: int,
        watchdog_timeout_s: float = 10.0,
        reset_off_s: float = 1.0,
        physics: Physics | None = None,
    ) -> None:
        for field, value in (("watchdog_timeout_s", watchdog_timeout_s), ("reset_off_s", reset_off_s)):
            if not 0 < value < math.inf:
                raise SettingError(field, value, "more than 0 s")
        self._random = random.Random(seed)
        self._dwell_s = {RailState.GUARDED: watchdog_timeout_s, RailState.HELD_OFF: reset_off_s}
        self._physics = Physics() if physics is None else physics
        self._state = RailState.ON
        self._now_s = 0.0
        self._deadline_s = math.inf
        self._temperature_c = self._physics.ambient_c
        self._watchdog_resets = 0
        self._reset_cause = ResetCause.POWER_ON

    def tick(self, now_s: float) -> None:
        """Let time pass until `now_s`; every deadline on the way takes effect at its own time."""
        while self._deadline_s <= now_s:
            self._pass_time(self._deadline_s)
            self._apply(_AT_DEADLINE[self._state])
        self._pass_time(now_s)

    def handle(self, command: Command) -> Reply:
        """Do what `command` says, at the time of the last tick, and return the reply."""
        match command:
            case ReadStatus():
                return self._status(command.sequence)
            case SetPayloadRail() if self._state is RailState.HELD_OFF:
                return Nack(command.sequence, NackReason.BUSY)
            case SetPayloadRail():
                self._apply(RailEvent.COMMANDED_ON if command.on else RailEvent.COMMANDED_OFF)
            case StrokeWatchdog():
                self._apply(RailEvent.STROKED)
        return Ack(command.sequence)

    @property
    def _rail_on(self) -> bool:
        return self._state in (RailState.ON, RailState.GUARDED)

    def _apply(self, event: RailEvent) -> None:
        following = TRANSITIONS.get((self._state, event))
        if following is None:
            return
        self._state = following
        self._deadline_s = self._now_s + self._dwell_s.get(following, math.inf)
        self._reset_cause = _CAUSES.get(event, self._reset_cause)
        if event is RailEvent.TIMED_OUT:
            self._watchdog_resets = min(self._watchdog_resets + 1, MAX_WATCHDOG_RESETS)

    def _pass_time(self, now_s: float) -> None:
        elapsed_s = max(0.0, now_s - self._now_s)
        self._temperature_c = self._physics.temperature_after_c(self._temperature_c, self._rail_on, elapsed_s)
        self._now_s += elapsed_s

    def _status(self, sequence: int) -> Status:
        physics = self._physics
        return Status(
            sequence=sequence,
            uptime_s=int(self._now_s * 1000) % UPTIME_MODULUS_MS / 1000,
            bus_voltage_v=max(0.0, self._noisy(physics.bus_voltage_v(self._rail_on), physics.voltage_noise_v)),
            payload_current_a=self._noisy(physics.payload_current_a(self._rail_on), physics.current_noise_a),
            temperature_c=self._temperature_c,
            payload_rail_on=self._rail_on,
            watchdog_armed=self._state is RailState.GUARDED,
            watchdog_resets=self._watchdog_resets,
            reset_cause=self._reset_cause,
        )

    def _noisy(self, value: float, deviation: float) -> float:
        return value + self._random.gauss(0.0, deviation)
