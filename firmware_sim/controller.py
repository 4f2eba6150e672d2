"""What the microcontroller keeps in its memory and does by itself: all of it begins anew with a reset."""

import math
from dataclasses import dataclass

from firmware_sim.comparator import Comparator
from firmware_sim.rail import RailEvent, RailRating, RailState, SwitchedRail
from firmware_sim.watchdog import Watchdog, WatchdogEvent
from firmware_sim.world import Loads
from protocol.serial.board import NackReason, Rail, ResetCause

RATINGS = {Rail.PAYLOAD: RailRating(0.45, 1.6, 2.5), Rail.RADIO: RailRating(0.12, 1.2, 2.0)}
BROWN_OUT_V, RECOVERED_V = 6.4, 7.0
LIMIT_C, HYSTERESIS_C = 85.0, 5.0
THROTTLED_LOAD = 0.5
"""A payload that is throttled works no harder."""

_CAUSES = {
    RailEvent.COMMANDED_ON: ResetCause.COMMAND,
    RailEvent.OVER_CURRENT: ResetCause.OVER_CURRENT,
    RailEvent.OVER_CURRENT_AGAIN: ResetCause.OVER_CURRENT,
    RailEvent.UNDER_VOLTAGE: ResetCause.BROWN_OUT,
}

# Why a rail is not switched as commanded; the payload's is not switched on, either, while the bus is too low.
_REFUSALS = {
    (RailState.HELD_OFF, True): NackReason.BUSY,
    (RailState.HELD_OFF, False): NackReason.BUSY,
    (RailState.TRIPPED, True): NackReason.OVER_CURRENT,
    (RailState.BROWN_OUT, True): NackReason.UNDER_VOLTAGE,
}
_SWITCHED_ON_FROM = (RailState.OFF, RailState.LATCHED)


@dataclass(slots=True)
class Counters:
    """What has happened how often."""

    watchdog_resets: int = 0
    brown_outs: int = 0
    commanded_resets: int = 0


class Controller:
    """Guards the payload: its watchdog, the rails' limits, the bus's and the temperature's.

    It does nothing by itself but in `expire` and `sample`, which are called when `next_due_s` says and after every
    change of what it measures.
    """

    def __init__(self, now_s: float, watchdog: Watchdog, cause: ResetCause, board_resets: int) -> None:
        held_off_until_s = now_s + watchdog.hold_off_s if cause is ResetCause.BOARD_RESET else None
        self.started_s = now_s
        self.watchdog = watchdog
        self.board_cause = self.payload_cause = cause
        self.board_resets = board_resets
        self.counters = Counters()
        self.rails = {
            Rail.PAYLOAD: SwitchedRail(RATINGS[Rail.PAYLOAD], now_s, held_off_until_s),
            Rail.RADIO: SwitchedRail(RATINGS[Rail.RADIO], now_s),
        }
        self.limit_c = LIMIT_C
        self.energy_j = 0.0
        self.peak_c = -math.inf
        self._heat = Comparator(LIMIT_C, LIMIT_C - HYSTERESIS_C)
        self._bus = Comparator(BROWN_OUT_V, RECOVERED_V)
        self._browned_out_until_s = -math.inf

    @property
    def throttled(self) -> bool:
        """Whether the payload is too hot."""
        return self._heat.beyond

    @property
    def rails_on(self) -> frozenset[Rail]:
        """The rails with power."""
        return frozenset(rail for rail, switch in self.rails.items() if switch.on)

    def loads(self, now_s: float) -> Loads:
        """Return what the rails draw."""
        payload, radio = self.rails[Rail.PAYLOAD], self.rails[Rail.RADIO]
        highest_load = THROTTLED_LOAD if self.throttled else 1.0
        return Loads(payload.current_a(now_s, highest_load), radio.current_a(now_s, 1.0), radio.load)

    def next_due_s(self, now_s: float) -> float:
        """Return when `expire` has something to do after `now_s`."""
        return min(self.watchdog.deadline_s, *(switch.next_due_s(now_s) for switch in self.rails.values()))

    def expire(self, now_s: float) -> None:
        """Do what is due at `now_s`."""
        if self.watchdog.deadline_s <= now_s:
            self.watchdog.apply(WatchdogEvent.TIMED_OUT, now_s)
            self.counters.watchdog_resets += 1
            self._hold_payload_off(ResetCause.WATCHDOG, now_s)
        for rail, switch in self.rails.items():
            event = switch.expire(now_s)
            if event is not None:
                self._switch(rail, event, now_s)

    def sample(self, bus_voltage_v: float, payload_temperature_c: float, now_s: float) -> bool:
        """Judge what is measured; return whether that changed what the rails draw."""
        self.peak_c = max(self.peak_c, payload_temperature_c)
        was_throttled = self.throttled
        forced = now_s < self._browned_out_until_s
        too_low = self._bus.update(-math.inf if forced else bus_voltage_v)
        switched = self._switch(Rail.PAYLOAD, RailEvent.UNDER_VOLTAGE if too_low else RailEvent.VOLTAGE_BACK, now_s)
        return self._heat.update(payload_temperature_c) != was_throttled or switched

    # -- commands --------------------------------------------------------------------------------------------------

    def set_rail(self, rail: Rail, on: bool, now_s: float) -> NackReason | None:
        """Switch a rail; return why not, if it is not."""
        state = self.rails[rail].state
        if (state, on) in _REFUSALS:
            return _REFUSALS[state, on]
        if rail is Rail.PAYLOAD and on and state in _SWITCHED_ON_FROM and self._bus.beyond:
            return NackReason.UNDER_VOLTAGE
        self._switch(rail, RailEvent.COMMANDED_ON if on else RailEvent.COMMANDED_OFF, now_s)
        return None

    def set_load(self, rail: Rail, load: float) -> None:
        """Let what a rail feeds work so hard, if it has power."""
        if self.rails[rail].on:
            self.rails[rail].load = load

    def set_limit(self, limit_c: float, hysteresis_c: float) -> None:
        """Set from which temperature the payload is throttled, and how far below that ends."""
        self.limit_c = limit_c
        self._heat.move(limit_c, limit_c - hysteresis_c)

    def stroke(self, now_s: float) -> None:
        """Restart the watchdog's count, if the payload has power."""
        if self.rails[Rail.PAYLOAD].on:
            self.watchdog.apply(WatchdogEvent.STROKED, now_s)

    def reset_payload(self, now_s: float) -> None:
        """Take the payload's power away for the time of a reset."""
        if self._hold_payload_off(ResetCause.COMMAND, now_s):
            self.counters.commanded_resets += 1

    def brown_out(self, until_s: float, now_s: float) -> None:
        """Take the bus for too low until then, whatever it measures."""
        self._browned_out_until_s = until_s
        self._bus.update(-math.inf)
        self._switch(Rail.PAYLOAD, RailEvent.UNDER_VOLTAGE, now_s)

    def _hold_payload_off(self, cause: ResetCause, now_s: float) -> bool:
        changed = self._switch(Rail.PAYLOAD, RailEvent.RESET, now_s, self.watchdog.hold_off_s)
        self.payload_cause = cause if changed else self.payload_cause
        return changed

    def _switch(self, rail: Rail, event: RailEvent, now_s: float, dwell_s: float = math.inf) -> bool:
        changed = self.rails[rail].apply(event, now_s, dwell_s)
        if changed and rail is Rail.PAYLOAD:
            self.payload_cause = _CAUSES.get(event, self.payload_cause)
            self.counters.brown_outs += event is RailEvent.UNDER_VOLTAGE
            if not self.rails[rail].on:
                self.watchdog.apply(WatchdogEvent.POWER_LOST, now_s)
        return changed
