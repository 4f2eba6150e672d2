"""The replies to the commands that read."""

from firmware_sim.controller import Controller
from firmware_sim.sensors import Measurement
from protocol.serial.board import (
    MAX_COUNT,
    UPTIME_MODULUS_MS,
    Command,
    Energy,
    Power,
    Radio,
    Rail,
    RailReading,
    ReadEnergy,
    ReadPower,
    ReadRadio,
    ReadRail,
    ReadResets,
    ReadStatus,
    ReadThermal,
    Reply,
    Resets,
    Status,
    Thermal,
)


def reading(command: Command, measured: Measurement, control: Controller, now_s: float) -> Reply | None:
    """Return the reply to a command that reads, None for another command."""
    match command:
        case ReadStatus(sequence):
            return _status(sequence, measured, control, now_s)
        case ReadPower(sequence):
            return _power(sequence, measured)
        case ReadRail(sequence, rail):
            return _rail(sequence, rail, measured, control)
        case ReadThermal(sequence):
            board_c, payload_c = measured.board_temperature_c, measured.payload_temperature_c
            return Thermal(sequence, payload_c, board_c, control.limit_c, control.throttled)
        case ReadRadio(sequence):
            radio = control.rails[Rail.RADIO]
            transmitting = radio.on and radio.load > 0
            return Radio(sequence, measured.rssi_dbm, measured.amplifier_temperature_c, radio.on, transmitting)
        case ReadEnergy(sequence):
            return Energy(sequence, measured.payload_energy_mj, measured.peak_temperature_c)
        case ReadResets(sequence):
            return _resets(sequence, control)
        case _:
            return None


def _status(sequence: int, measured: Measurement, control: Controller, now_s: float) -> Status:
    return Status(
        sequence=sequence,
        uptime_s=int((now_s - control.started_s) * 1000) % UPTIME_MODULUS_MS / 1000,
        bus_voltage_v=measured.bus_voltage_v,
        payload_current_a=measured.rail_currents_a[Rail.PAYLOAD],
        temperature_c=measured.board_temperature_c,
        payload_rail_on=control.rails[Rail.PAYLOAD].on,
        watchdog_armed=control.watchdog.armed,
        watchdog_resets=_count(control.counters.watchdog_resets),
        reset_cause=control.payload_cause,
    )


def _power(sequence: int, measured: Measurement) -> Power:
    return Power(
        sequence=sequence,
        solar_voltage_v=measured.solar_voltage_v,
        solar_current_a=measured.solar_current_a,
        battery_voltage_v=measured.bus_voltage_v,
        battery_current_a=measured.battery_current_a,
        charge=measured.charge,
    )


def _rail(sequence: int, rail: Rail, measured: Measurement, control: Controller) -> RailReading:
    switch = control.rails[rail]
    return RailReading(
        sequence=sequence,
        rail=rail,
        voltage_v=measured.rail_voltages_v[rail],
        current_a=measured.rail_currents_a[rail],
        on=switch.on,
        tripped=switch.tripped,
        latched=switch.latched,
        trips=_count(switch.trips),
    )


def _resets(sequence: int, control: Controller) -> Resets:
    return Resets(
        sequence=sequence,
        board_cause=control.board_cause,
        payload_cause=control.payload_cause,
        board_resets=_count(control.board_resets),
        watchdog_resets=_count(control.counters.watchdog_resets),
        brown_outs=_count(control.counters.brown_outs),
        over_current_trips=_count(control.rails[Rail.PAYLOAD].trips),
        commanded_resets=_count(control.counters.commanded_resets),
    )


def _count(number: int) -> int:
    return min(number, MAX_COUNT)
