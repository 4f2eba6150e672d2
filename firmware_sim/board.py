"""The board: joins the microcontroller's state to the world around it, and answers the commands."""

import math
import random

from firmware_sim.controller import Controller
from firmware_sim.readings import reading
from firmware_sim.sensors import Measurement, Noise, Sensors
from firmware_sim.watchdog import Watchdog
from firmware_sim.world import World
from protocol.serial.board import (
    Ack,
    Command,
    FaultKind,
    InjectFault,
    Nack,
    NackReason,
    Rail,
    Reply,
    ResetCause,
    ResetPeak,
    SetBatteryCharge,
    SetLoad,
    SetRail,
    SetSunlight,
    SetThermalLimit,
    SetWatchdog,
    StrokeWatchdog,
)

SAMPLES_PER_S = 10


class Board:
    """The board's firmware above the serial line. Time counts from power-on; `seed` fixes the sensors' noise.

    The payload is powered from the start. The first stroke arms the watchdog; `watchdog_timeout_s` without
    another takes the rail down for `reset_off_s`, after which the payload is on and the watchdog waits for a
    first stroke. The world is sampled 10 times a second, and with every command, so that what comes of it does not
    depend on how often time is told.

    Raises SettingError for a time that is not above 0.
    """

    def __init__(
        self,
        seed: int,
        watchdog_timeout_s: float = 10.0,
        reset_off_s: float = 1.0,
        world: World | None = None,
        noise: Noise | None = None,
    ) -> None:
        self._watchdog_times_s = (watchdog_timeout_s, reset_off_s)
        self._world = World() if world is None else world
        self._sensors = Sensors(random.Random(seed), Noise() if noise is None else noise)
        self._told_s = self._now_s = 0.0
        self._samples = 0
        self._start(ResetCause.POWER_ON, board_resets=0)

    def tick(self, now_s: float) -> None:
        """Let time pass until `now_s`; whatever is due on the way takes effect at its own time."""
        while (due_s := self._next_due_s()) <= now_s:
            self._advance(due_s)
        self._told_s = max(self._told_s, now_s)

    def handle(self, command: Command) -> Reply:
        """Do what `command` says, at the time of the last tick, and return the reply."""
        self._advance(self._told_s)
        measured = self._held if self._now_s < self._held_until_s else self._measure()
        reply = reading(command, measured, self._control, self._now_s)
        if reply is not None:
            return reply
        refusal = self._do(command)
        self._sample()
        return Ack(command.sequence) if refusal is None else Nack(command.sequence, refusal)

    def inject(self, fault: FaultKind, parameter: int) -> None:
        """Break something of the board, at the time of the last tick; a fault of the line is none of its own."""
        now_s, end_s = self._told_s, self._told_s + parameter / 1000
        self._advance(now_s)
        match fault:
            case FaultKind.STALE:
                self._held, self._held_until_s = self._measure(), end_s
            case FaultKind.BROWN_OUT:
                self._control.brown_out(end_s, now_s)
            case FaultKind.OVER_CURRENT:
                self._control.rails[Rail.PAYLOAD].short(end_s, now_s)
            case FaultKind.PAYLOAD_RESET:
                self._control.reset_payload(now_s)
            case FaultKind.BOARD_RESET:
                self._start(ResetCause.BOARD_RESET, self._control.board_resets + 1)
        self._sample()

    def _do(self, command: Command) -> NackReason | None:
        control, now_s = self._control, self._now_s
        match command:
            case SetRail(rail=rail, on=on):
                return control.set_rail(rail, on, now_s)
            case StrokeWatchdog():
                control.stroke(now_s)
            case SetWatchdog(timeout_s=timeout_s, hold_off_s=hold_off_s):
                control.watchdog.set(timeout_s, hold_off_s, now_s)
            case SetThermalLimit(limit_c=limit_c, hysteresis_c=hysteresis_c):
                control.set_limit(limit_c, hysteresis_c)
            case ResetPeak():
                control.peak_c = self._world.temperatures.payload_c
            case SetLoad(rail=rail, load=load):
                control.set_load(rail, load)
            case SetSunlight(sunlight=sunlight):
                self._world.sunlight = sunlight
            case SetBatteryCharge(charge=charge):
                self._world.charge = charge
            case InjectFault(fault=fault, parameter=parameter):
                self.inject(fault, parameter)
        return None

    def _measure(self) -> Measurement:
        control = self._control
        return self._sensors.measure(
            self._world, self._loads, self._point, control.rails_on, control.energy_j, control.peak_c
        )

    # -- time ------------------------------------------------------------------------------------------------------

    def _start(self, cause: ResetCause, board_resets: int) -> None:
        self._control = Controller(self._now_s, Watchdog(*self._watchdog_times_s), cause, board_resets)
        self._sample()
        self._held, self._held_until_s = self._measure(), -math.inf

    def _next_due_s(self) -> float:
        sample_s = (self._samples + 1) / SAMPLES_PER_S
        return min(sample_s, self._control.next_due_s(self._now_s), self._world.schedule.next_change_s(self._now_s))

    def _advance(self, now_s: float) -> None:
        self._control.energy_j += self._world.pass_time(self._loads, self._point, now_s - self._now_s)
        if self._world.schedule.next_change_s(self._now_s) <= now_s:
            self._world.sunlight = self._world.schedule.fraction(now_s)
        self._now_s = now_s
        self._samples = int(now_s * SAMPLES_PER_S)
        self._control.expire(now_s)
        self._sample()

    def _sample(self) -> None:
        self._load_bus()
        if self._control.sample(self._point.bus_voltage_v, self._world.temperatures.payload_c, self._now_s):
            self._load_bus()

    def _load_bus(self) -> None:
        self._loads = self._control.loads(self._now_s)
        self._point = self._world.operating_point(self._loads)
