import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.board import TRANSITIONS, Board, RailEvent, RailState
from firmware_sim.errors import SettingError
from firmware_sim.physics import Physics
from protocol.serial.board import (
    Ack,
    Command,
    Nack,
    NackReason,
    ReadStatus,
    ResetCause,
    SetPayloadRail,
    Status,
    StrokeWatchdog,
)

QUIET = Physics(voltage_noise_v=0.0, current_noise_a=0.0)


def status_at(board: Board, now_s: float) -> Status:
    board.tick(now_s)
    status = board.handle(ReadStatus(7))
    assert isinstance(status, Status)
    return status


def test_payload_is_on_from_power_on() -> None:
    status = status_at(Board(seed=0), 0.0)
    assert status.payload_rail_on
    assert not status.watchdog_armed
    assert (status.sequence, status.watchdog_resets, status.reset_cause) == (7, 0, ResetCause.POWER_ON)


def test_watchdog_waits_for_the_first_stroke() -> None:
    assert status_at(Board(seed=0), 1e6).watchdog_resets == 0


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
    board.handle(SetPayloadRail(2, on=True))
    assert status_at(board, 10.0).watchdog_resets == 1


def test_rail_commanded_off_stays_off_and_disarms_the_watchdog() -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0)
    board.handle(StrokeWatchdog(1))
    assert board.handle(SetPayloadRail(2, on=False)) == Ack(2)
    board.handle(StrokeWatchdog(3))
    off = status_at(board, 1000.0)
    assert (off.payload_rail_on, off.watchdog_armed, off.watchdog_resets) == (False, False, 0)
    board.handle(SetPayloadRail(4, on=True))
    on = status_at(board, 1000.0)
    assert (on.payload_rail_on, on.reset_cause) == (True, ResetCause.COMMAND)


@pytest.mark.parametrize("on", [False, True])
def test_rail_cannot_be_commanded_while_a_reset_holds_it(on: bool) -> None:
    board = Board(seed=0, watchdog_timeout_s=10.0)
    board.handle(StrokeWatchdog(1))
    board.tick(10.5)
    assert board.handle(SetPayloadRail(2, on)) == Nack(2, NackReason.BUSY)
    assert board.handle(StrokeWatchdog(3)) == Ack(3)
    assert status_at(board, 11.0).payload_rail_on


def test_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(RailState) == set(TRANSITIONS.values())
    assert {event for _, event in TRANSITIONS} == set(RailEvent)


@given(st.lists(st.tuples(st.floats(0.0, 20.0), st.sampled_from(["stroke", "on", "off"])), max_size=30))
def test_readings_do_not_depend_on_how_often_time_is_told(steps: list[tuple[float, str]]) -> None:
    commands: dict[str, Command] = {
        "stroke": StrokeWatchdog(1),
        "on": SetPayloadRail(1, True),
        "off": SetPayloadRail(1, False),
    }
    coarse, fine = Board(seed=1), Board(seed=1)
    now_s = 0.0
    for wait_s, name in steps:
        for part in range(1, 8):
            fine.tick(now_s + wait_s * part / 8)
        now_s += wait_s
        for board in (coarse, fine):
            board.tick(now_s)
        assert coarse.handle(commands[name]) == fine.handle(commands[name])
    left, right = status_at(coarse, now_s), status_at(fine, now_s)
    assert left.temperature_c == pytest.approx(right.temperature_c)
    assert (left.payload_rail_on, left.watchdog_resets) == (right.payload_rail_on, right.watchdog_resets)


def test_bus_sags_by_the_internal_resistance_times_the_current() -> None:
    board = Board(seed=0, physics=QUIET)
    on = status_at(board, 0.0)
    board.handle(SetPayloadRail(1, on=False))
    off = status_at(board, 0.0)
    assert (on.payload_current_a, off.payload_current_a) == (0.45, 0.0)
    assert off.bus_voltage_v - on.bus_voltage_v == pytest.approx(0.15 * 0.45)
    assert off.bus_voltage_v == pytest.approx(8.0 - 0.15 * 0.06)


def test_board_warms_with_its_time_constant() -> None:
    board = Board(seed=0, physics=QUIET)
    start_c, after_one_c, settled_c = (status_at(board, t).temperature_c for t in (0.0, 90.0, 9000.0))
    assert start_c == 20.0
    assert (after_one_c - start_c) / (settled_c - start_c) == pytest.approx(1 - math.exp(-1))
    power_w = (8.0 - 0.15 * 0.51) * 0.51
    assert settled_c == pytest.approx(20.0 + 4.0 * power_w)


def test_noise_is_small_and_fixed_by_the_seed() -> None:
    readings = [[status_at(board, t) for t in range(50)] for board in (Board(3), Board(3), Board(4))]
    assert readings[0] == readings[1] != readings[2]
    assert any(a.bus_voltage_v != b.bus_voltage_v for a, b in pairwise(readings[0]))
    assert all(abs(r.payload_current_a - 0.45) < 0.05 for r in readings[0])


def test_time_told_backwards_changes_nothing() -> None:
    board = Board(seed=0, physics=QUIET)
    assert status_at(board, 50.0) == status_at(board, 20.0)


def test_uptime_wraps_after_49_days() -> None:
    board = Board(seed=0)
    assert status_at(board, 2**32 / 1000 - 0.001).uptime_s == pytest.approx(2**32 / 1000, abs=0.01)
    assert status_at(board, 2**32 / 1000 + 1.5).uptime_s == 1.5


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_impossible_time_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match="watchdog_timeout_s"):
        Board(0, watchdog_timeout_s=value)
    with pytest.raises(SettingError, match="reset_off_s"):
        Board(0, reset_off_s=value)


def test_impossible_physics_is_refused() -> None:
    with pytest.raises(SettingError, match=r"battery_emf_v is 0.0; accepted: 1.0 to 50.0"):
        Physics(battery_emf_v=0.0)
