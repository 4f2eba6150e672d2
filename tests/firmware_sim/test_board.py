import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.board import Board
from firmware_sim.errors import SettingError
from firmware_sim.sensors import Noise
from firmware_sim.sunlight import Sunlight
from firmware_sim.thermal import ThermalModel
from firmware_sim.world import World
from protocol.serial.board import (
    Ack,
    Command,
    Energy,
    FaultKind,
    InjectFault,
    Nack,
    NackReason,
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
    ResetCause,
    Resets,
    SetBatteryCharge,
    SetLoad,
    SetRail,
    SetSunlight,
    SetThermalLimit,
    SetWatchdog,
    Status,
    StrokeWatchdog,
    Thermal,
    decode,
    encode,
)

QUIET = Noise(0.0, 0.0, 0.0)
DARK = Sunlight(((0.0, 0.0),))


def status_at(board: Board, now_s: float) -> Status:
    board.tick(now_s)
    status = board.handle(ReadStatus(7))
    assert isinstance(status, Status)
    return status


def do(board: Board, *commands: Command) -> None:
    for command in commands:
        assert isinstance(board.handle(command), Ack)


def power(board: Board) -> Power:
    reply = board.handle(ReadPower(1))
    assert isinstance(reply, Power)
    return reply


def rail(board: Board, which: Rail = Rail.PAYLOAD) -> RailReading:
    reply = board.handle(ReadRail(1, which))
    assert isinstance(reply, RailReading)
    return reply


def thermal(board: Board) -> Thermal:
    reply = board.handle(ReadThermal(1))
    assert isinstance(reply, Thermal)
    return reply


def energy(board: Board) -> Energy:
    reply = board.handle(ReadEnergy(1))
    assert isinstance(reply, Energy)
    return reply


def resets(board: Board) -> Resets:
    reply = board.handle(ReadResets(1))
    assert isinstance(reply, Resets)
    return reply


def test_payload_is_on_from_power_on() -> None:
    status = status_at(Board(seed=0), 0.0)
    assert status.payload_rail_on
    assert not status.watchdog_armed
    assert (status.sequence, status.watchdog_resets, status.reset_cause) == (7, 0, ResetCause.POWER_ON)


def test_watchdog_waits_for_the_first_stroke() -> None:
    assert status_at(Board(seed=0), 1e3).watchdog_resets == 0


def test_missing_strokes_take_the_rail_down_and_up_again() -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0, reset_off_s=1.0)
    board.tick(5.0)
    assert board.handle(StrokeWatchdog(1)) == Ack(1)
    assert status_at(board, 14.999).watchdog_armed
    held = status_at(board, 15.0)
    assert (held.payload_rail_on, held.watchdog_armed, held.watchdog_resets) == (False, False, 1)
    assert held.reset_cause is ResetCause.WATCHDOG
    assert not status_at(board, 15.999).payload_rail_on
    back = status_at(board, 16.0)
    assert (back.payload_rail_on, back.watchdog_armed, back.watchdog_resets) == (True, False, 1)


def test_strokes_keep_the_rail_on() -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0)
    for now_s in range(0, 100, 9):
        board.tick(now_s)
        board.handle(StrokeWatchdog(1))
    assert status_at(board, 99.5).watchdog_resets == 0


def test_commanding_an_on_rail_on_does_not_count_as_a_stroke() -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0)
    board.handle(StrokeWatchdog(1))
    board.tick(9.0)
    board.handle(SetRail(2, Rail.PAYLOAD, True))
    assert status_at(board, 10.0).watchdog_resets == 1


def test_rail_commanded_off_stays_off_and_disarms_the_watchdog() -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0)
    board.handle(StrokeWatchdog(1))
    assert board.handle(SetRail(2, Rail.PAYLOAD, False)) == Ack(2)
    board.handle(StrokeWatchdog(3))
    off = status_at(board, 1000.0)
    assert (off.payload_rail_on, off.watchdog_armed, off.watchdog_resets) == (False, False, 0)
    board.handle(SetRail(4, Rail.PAYLOAD, True))
    on = status_at(board, 1000.0)
    assert (on.payload_rail_on, on.reset_cause) == (True, ResetCause.COMMAND)


@pytest.mark.parametrize("on", [False, True])
def test_rail_cannot_be_commanded_while_a_reset_holds_it(on: bool) -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0)
    board.handle(StrokeWatchdog(1))
    board.tick(10.5)
    assert board.handle(SetRail(2, Rail.PAYLOAD, on)) == Nack(2, NackReason.BUSY)
    assert board.handle(StrokeWatchdog(3)) == Ack(3)
    assert status_at(board, 11.0).payload_rail_on


_COMMANDS: list[Callable[[int], Command]] = [
    StrokeWatchdog,
    ReadEnergy,
    lambda sequence: SetRail(sequence, Rail.PAYLOAD, True),
    lambda sequence: SetRail(sequence, Rail.PAYLOAD, False),
    lambda sequence: SetLoad(sequence, Rail.PAYLOAD, 1.0),
    lambda sequence: SetSunlight(sequence, 0.0),
    lambda sequence: SetBatteryCharge(sequence, 0.05),
    lambda sequence: SetBatteryCharge(sequence, 0.8),
    lambda sequence: SetWatchdog(sequence, 3.0, 0.5),
    lambda sequence: InjectFault(sequence, FaultKind.OVER_CURRENT, 1000),
    lambda sequence: InjectFault(sequence, FaultKind.BROWN_OUT, 3000),
    lambda sequence: InjectFault(sequence, FaultKind.BOARD_RESET),
]


@given(st.lists(st.tuples(st.floats(0.0, 10.0), st.sampled_from(_COMMANDS)), max_size=20))
def test_what_happens_does_not_depend_on_how_often_time_is_told(
    steps: list[tuple[float, Callable[[int], Command]]],
) -> None:
    coarse, fine = (Board(1, world=World(Sunlight.eclipsed([(13.0, 29.0)]))) for _ in range(2))
    now_s = 0.0
    for wait_s, make in steps:
        for part in range(1, 8):
            fine.tick(now_s + wait_s * part / 8)
        now_s += wait_s
        for board in (coarse, fine):
            board.tick(now_s)
        assert coarse.handle(make(1)) == fine.handle(make(1))
    for read in (ReadStatus, ReadPower, ReadThermal, ReadEnergy, ReadRadio, ReadResets):
        assert coarse.handle(read(1)) == fine.handle(read(1))


def test_bus_sags_by_the_internal_resistance_times_the_current() -> None:
    board = Board(seed=0, world=World(DARK), noise=QUIET)
    on = status_at(board, 0.0)
    do(board, SetRail(1, Rail.PAYLOAD, False))
    off = status_at(board, 0.0)
    assert (on.payload_current_a, off.payload_current_a) == (0.45, 0.0)
    assert off.bus_voltage_v - on.bus_voltage_v == pytest.approx(0.15 * 0.45)
    assert off.bus_voltage_v == pytest.approx(8.0 - 0.15 * (0.06 + 0.12))


def test_board_warms_with_its_time_constant() -> None:
    world = World(DARK, thermal=ThermalModel(board_time_constant_s=90.0, board_c_per_w=4.0))
    board = Board(seed=0, world=world, noise=QUIET)
    start_c, after_one_c, settled_c = (status_at(board, t).temperature_c for t in (0.0, 90.0, 900.0))
    assert start_c == 20.0
    assert (after_one_c - start_c) / (settled_c - start_c) == pytest.approx(1 - math.exp(-1), abs=0.02)
    assert settled_c == pytest.approx(20.0 + 4.0 * 7.9 * 0.63, abs=0.5)


def test_noise_is_small_and_fixed_by_the_seed() -> None:
    readings = [[status_at(board, t) for t in range(50)] for board in (Board(3), Board(3), Board(4))]
    assert readings[0] == readings[1] != readings[2]
    assert any(a.bus_voltage_v != b.bus_voltage_v for a, b in pairwise(readings[0]))
    assert all(abs(r.payload_current_a - 0.45) < 0.05 for r in readings[0])


def test_readings_of_a_quiet_board_are_the_world() -> None:
    board = Board(seed=0, world=World(charge=0.5), noise=QUIET)
    bus_v = 7.4 + 0.15 * 0.87
    assert decode(encode(power(board))) == decode(encode(Power(1, bus_v + 0.3, 1.5, bus_v, 1.5 - 0.63, 0.5)))
    assert rail(board, Rail.RADIO) == RailReading(1, Rail.RADIO, bus_v, 0.12, True, False, False, 0)
    assert thermal(board) == Thermal(1, 20.0, 20.0, 85.0, False)
    assert board.handle(ReadRadio(1)) == Radio(1, -110.0, 20.0, True, False)


# -- the orbit ---------------------------------------------------------------------------------------------------------


def test_battery_is_discharged_in_eclipse_and_charged_in_sunlight() -> None:
    board = Board(seed=0, world=World(Sunlight.eclipsed([(1000.0, 3100.0)]), charge=0.8), noise=QUIET)
    charges = []
    for now_s in (0.0, 1000.0, 3100.0, 4000.0):
        board.tick(now_s)
        charges.append(power(board).charge)
    assert charges[1] == pytest.approx(0.8 + 1000 * 0.87 / 9360, abs=1e-3)
    assert charges[2] == pytest.approx(charges[1] - 2100 * 0.63 / 9360, abs=1e-3)
    assert charges[3] == pytest.approx(charges[2] + 900 * 0.87 / 9360, abs=1e-3)


def test_hard_work_through_a_long_night_browns_the_payload_out_until_it_is_day() -> None:
    board = Board(seed=0, world=World(Sunlight.eclipsed([(0.0, 1500.0)]), charge=0.1), noise=QUIET)
    do(board, SetThermalLimit(1, 150.0, 1.0), SetLoad(2, Rail.PAYLOAD, 1.0))
    board.tick(500.0)
    night = resets(board)
    assert (night.payload_cause, night.brown_outs) == (ResetCause.BROWN_OUT, 1)
    assert not rail(board).on
    board.tick(1500.0)
    assert not rail(board).on
    board.tick(4500.0)
    assert rail(board).on
    assert resets(board).brown_outs == 1


def test_sunlight_set_by_hand_holds_until_the_schedule_changes_it() -> None:
    board = Board(seed=0, world=World(Sunlight.eclipsed([(10.0, 20.0)])), noise=QUIET)
    do(board, SetSunlight(1, 0.5))
    board.tick(9.0)
    assert power(board).solar_current_a == pytest.approx(0.75)
    board.tick(11.0)
    assert power(board).solar_current_a == pytest.approx(0.0, abs=1e-9)
    board.tick(21.0)
    assert power(board).solar_current_a == pytest.approx(1.5)


def test_sustained_work_heats_the_payload_to_its_limit_and_throttling_holds_it_there() -> None:
    board = Board(seed=0, noise=QUIET)
    temperatures_c, throttled = [], []
    for now_s in range(0, 2000, 5):
        board.tick(float(now_s))
        do(board, SetLoad(1, Rail.PAYLOAD, 1.0))
        temperatures_c.append(thermal(board).payload_temperature_c)
        throttled.append(thermal(board).throttled)
    assert max(temperatures_c) == pytest.approx(85.0, abs=2.0)
    assert min(temperatures_c[throttled.index(True) :]) == pytest.approx(80.0, abs=2.0)
    assert sum(a != b for a, b in pairwise(throttled)) > 3, "it comes and goes"
    assert energy(board).peak_temperature_c >= max(temperatures_c)


def test_energy_is_power_times_time() -> None:
    board = Board(seed=0, world=World(charge=1.0), noise=QUIET)
    do(board, SetLoad(1, Rail.PAYLOAD, 0.5))
    board.tick(10.0)
    bus_v, current_a = power(board).battery_voltage_v, 0.45 + 0.5 * 1.15
    assert energy(board).payload_energy_mj == pytest.approx(1000 * bus_v * current_a * 10.0, rel=1e-3)


def test_short_costs_its_energy_too() -> None:
    board = Board(seed=0, world=World(charge=0.5), noise=QUIET)
    board.inject(FaultKind.OVER_CURRENT, 10)
    board.tick(0.01)
    shorted_j = energy(board).payload_energy_mj / 1000
    assert shorted_j == pytest.approx(5.0 * 7.0 * 0.01, rel=0.05)


def test_energy_stops_at_the_moment_of_a_brown_out() -> None:
    board = Board(seed=0, world=World(DARK), noise=QUIET)
    do(board, SetLoad(1, Rail.PAYLOAD, 1.0))
    board.tick(1.0)
    used_mj = energy(board).payload_energy_mj
    do(board, SetBatteryCharge(2, 0.02))
    board.tick(2.0)
    assert energy(board).payload_energy_mj == used_mj


# -- faults ------------------------------------------------------------------------------------------------------------


def test_stale_readings_end_at_their_time() -> None:
    board = Board(seed=0)
    board.inject(FaultKind.STALE, 5000)
    frozen = power(board)
    board.tick(4.9)
    assert power(board) == frozen
    board.tick(5.0)
    assert power(board) != frozen


def test_injected_brown_out_ends_at_its_time() -> None:
    board = Board(seed=0)
    board.tick(1.0)
    board.inject(FaultKind.BROWN_OUT, 2000)
    board.tick(2.999)
    assert board.handle(SetRail(3, Rail.PAYLOAD, True)) == Nack(3, NackReason.UNDER_VOLTAGE)
    board.tick(3.0)
    assert rail(board).on


def test_counters_stay_at_their_highest() -> None:
    board = Board(seed=0)
    board._control.board_resets = 70_000
    assert resets(board).board_resets == 65_535


def test_board_reset_within_a_hold_off_begins_a_new_one() -> None:
    board = Board(seed=0, reset_off_s=2.0)
    board.inject(FaultKind.PAYLOAD_RESET, 0)
    board.tick(1.5)
    board.inject(FaultKind.BOARD_RESET, 0)
    board.tick(3.4)
    assert not rail(board).on
    board.tick(3.5)
    assert rail(board).on


def test_reset_of_a_payload_without_power_is_none() -> None:
    board = Board(seed=0)
    board.inject(FaultKind.OVER_CURRENT, 60_000)
    board.tick(0.1)
    board.inject(FaultKind.PAYLOAD_RESET, 0)
    found = resets(board)
    assert (found.payload_cause, found.commanded_resets) == (ResetCause.OVER_CURRENT, 0)


def test_radio_without_power_takes_no_load_and_warms_nothing() -> None:
    board = Board(seed=0, noise=QUIET)
    do(board, SetRail(1, Rail.RADIO, False), SetLoad(2, Rail.RADIO, 1.0))
    board.tick(30.0)
    reply = board.handle(ReadRadio(3))
    assert isinstance(reply, Radio)
    assert reply.amplifier_temperature_c == thermal(board).board_temperature_c


def test_fault_of_the_line_does_nothing_to_the_board() -> None:
    board, sound = Board(seed=0), Board(seed=0)
    board.inject(FaultKind.STUCK, 1000)
    assert status_at(board, 5.0) == status_at(sound, 5.0)


def test_time_told_backwards_changes_nothing() -> None:
    board = Board(seed=0, noise=QUIET)
    assert status_at(board, 50.0) == status_at(board, 20.0)


def test_uptime_wraps_after_49_days() -> None:
    board = Board(seed=0)
    board._control.started_s = -(2**32) / 1000
    assert status_at(board, 1.5).uptime_s == 1.5


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_impossible_time_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match="watchdog_timeout_s"):
        Board(0, watchdog_timeout_s=value)
    with pytest.raises(SettingError, match="reset_off_s"):
        Board(0, reset_off_s=value)


def test_impossible_noise_is_refused() -> None:
    with pytest.raises(SettingError, match=r"voltage_v is -0.1; accepted: 0.0 to 3.0"):
        Noise(voltage_v=-0.1)
