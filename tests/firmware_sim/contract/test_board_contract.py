"""What every board's firmware does, seen from its serial line: each test begins with a board just switched on."""

import random
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import pytest

from protocol.serial.board import (
    Ack,
    Command,
    Energy,
    FaultKind,
    InjectFault,
    Message,
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
    Reply,
    ResetCause,
    ResetPeak,
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
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

LIMIT_S = 10.0
"""For what must happen."""
QUIET_S = 0.3
"""For what must not happen."""

ReplyType = TypeVar("ReplyType", bound=Reply)


class BoardLine(Protocol):
    def write(self, octets: bytes) -> None: ...
    def read(self, within_s: float) -> bytes: ...
    def power_cycle(self) -> None: ...


class Board:
    """The board, asked one thing after the other."""

    def __init__(self, line: BoardLine) -> None:
        self.line = line
        self._deframer = Deframer()
        self._arrived: list[Message] = []
        self._sequence = 0

    @property
    def bad_frames(self) -> int:
        return self._deframer.bad_frames

    def send(self, make: Callable[..., Command], *arguments: object) -> int:
        self._sequence += 1
        self.line.write(frame(make(self._sequence, *arguments)))
        return self._sequence

    def next_message(self, within_s: float = LIMIT_S) -> Message | None:
        end_s = time.monotonic() + within_s
        while not self._arrived and (left_s := end_s - time.monotonic()) > 0:
            self._arrived += [decode(payload) for payload in self._deframer.feed(self.line.read(left_s))]
        return self._arrived.pop(0) if self._arrived else None

    def do(self, make: Callable[..., Command], *arguments: object) -> None:
        assert self.ask(Ack, make, *arguments)

    def ask(self, expected: type[ReplyType], make: Callable[..., Command], *arguments: object) -> ReplyType:
        sequence = self.send(make, *arguments)
        reply = self.next_message()
        assert isinstance(reply, expected), reply
        assert reply.sequence == sequence
        return reply

    def is_refused(self, reason: NackReason, make: Callable[..., Command], *arguments: object) -> bool:
        return self.ask(Nack, make, *arguments).reason is reason

    def silent(self, within_s: float = QUIET_S) -> bool:
        return self.next_message(within_s) is None

    def status(self) -> Status:
        return self.ask(Status, ReadStatus)

    def power(self) -> Power:
        return self.ask(Power, ReadPower)

    def rail(self, rail: Rail = Rail.PAYLOAD) -> RailReading:
        return self.ask(RailReading, ReadRail, rail)

    def thermal(self) -> Thermal:
        return self.ask(Thermal, ReadThermal)

    def radio(self) -> Radio:
        return self.ask(Radio, ReadRadio)

    def energy(self) -> Energy:
        return self.ask(Energy, ReadEnergy)

    def resets(self) -> Resets:
        return self.ask(Resets, ReadResets)


def frame(message: Message) -> bytes:
    return encode_frame(encode(message))


def until(reached: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not reached():
        assert time.monotonic() < end_s, "not reached in time"
        time.sleep(0.01)


@pytest.fixture
def board(board_line: BoardLine) -> Board:
    return Board(board_line)


# -- framing -----------------------------------------------------------------------------------------------------------


def test_each_command_of_one_write_is_answered_in_order(board: Board) -> None:
    board.line.write(frame(ReadStatus(0)) + frame(StrokeWatchdog(65535)) + frame(ReadResets(0x1234)))
    replies = [board.next_message() for _ in range(3)]
    assert [(type(reply), reply.sequence) for reply in replies if reply] == [
        (Status, 0),
        (Ack, 65535),
        (Resets, 0x1234),
    ]


def test_command_in_pieces_is_answered_once_complete(board: Board) -> None:
    octets = frame(StrokeWatchdog(9))
    for octet in octets[:-1]:
        board.line.write(bytes([octet]))
    assert board.silent()
    board.line.write(octets[-1:])
    assert board.next_message() == Ack(9)


@pytest.mark.parametrize("seed", range(4))
def test_garbage_costs_nothing_but_itself(board: Board, seed: int) -> None:
    garbage = random.Random(seed).randbytes(600)
    board.line.write(garbage + frame(ReadStatus(7)))
    until(lambda: isinstance(reply := board.next_message(), Status) and reply.sequence == 7)


def test_damaged_and_overlong_frames_are_not_answered(board: Board) -> None:
    damaged = bytearray(frame(StrokeWatchdog(1)))
    damaged[3] ^= 0x10
    board.line.write(bytes(damaged) + b"\x00" + bytes(range(1, 256)) * 2 + b"\x00")
    assert board.silent()
    assert board.status().payload_rail_on


@pytest.mark.parametrize(
    "payload",
    [
        "7f 0100",
        "00 0100",
        "01 0100 00",
        "02 0100 00",
        "02 0100 02 01",
        "02 0100 00 02",
        "05 0100 02",
        "0a 0100 00000000 01000000",
        "0a 0100 01000000 00000000",
        "0d 0100 00 e903",
        "10 0100 e903",
        "11 0100 e903",
        "12 0100 00 00000000",
        "12 0100 0a 00000000",
        "82 0100",
        "01 01",
        "",
    ],
)
def test_frame_that_holds_no_command_is_refused(board: Board, payload: str) -> None:
    board.line.write(encode_frame(bytes.fromhex(payload)))
    assert board.next_message() == Nack(0, NackReason.MALFORMED)


# -- from power-on -----------------------------------------------------------------------------------------------------


def test_everything_is_on_and_counts_from_nothing(board: Board) -> None:
    status = board.status()
    assert (status.payload_rail_on, status.watchdog_armed, status.reset_cause) == (True, False, ResetCause.POWER_ON)
    sequence = board.resets().sequence
    assert board.resets() == Resets(sequence + 1, ResetCause.POWER_ON, ResetCause.POWER_ON, 0, 0, 0, 0, 0)
    for rail in Rail:
        reading = board.rail(rail)
        assert (reading.rail, reading.on, reading.tripped, reading.latched, reading.trips) == (
            rail,
            True,
            False,
            False,
            0,
        )
        assert reading.voltage_v == pytest.approx(8.1, abs=0.3)


def test_what_is_measured_is_plausible(board: Board) -> None:
    power, thermal, radio = board.power(), board.thermal(), board.radio()
    assert power.charge == pytest.approx(0.9, abs=0.002)
    assert power.battery_current_a == pytest.approx(1.5 - 0.45 - 0.12 - 0.06, abs=0.05)
    assert power.battery_voltage_v == pytest.approx(8.0 + 0.15 * 0.87, abs=0.05)
    assert power.solar_voltage_v == pytest.approx(power.battery_voltage_v + 0.3, abs=0.05)
    assert power.solar_current_a == pytest.approx(1.5, abs=0.05)
    assert 20.0 <= thermal.board_temperature_c <= thermal.payload_temperature_c < 30.0
    assert (thermal.limit_c, thermal.throttled) == (85.0, False)
    assert radio.rssi_dbm == pytest.approx(-110, abs=6)
    assert (radio.powered, radio.transmitting) == (True, False)


def test_uptime_rises(board: Board) -> None:
    begin_s = board.status().uptime_s
    until(lambda: board.status().uptime_s > begin_s + 0.2)


def test_power_cycle_forgets_everything(board: Board) -> None:
    board.do(SetBatteryCharge, 0.5)
    board.do(InjectFault, FaultKind.PAYLOAD_RESET, 0)
    board.do(InjectFault, FaultKind.BOARD_RESET, 0)
    board.line.power_cycle()
    fresh = Board(board.line)
    resets = fresh.resets()
    assert (resets.board_cause, resets.board_resets, resets.commanded_resets) == (ResetCause.POWER_ON, 0, 0)
    assert fresh.power().charge == pytest.approx(0.9, abs=0.002)
    assert fresh.status().payload_rail_on


# -- rails -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rail", Rail)
def test_rail_is_switched_off_and_on(board: Board, rail: Rail) -> None:
    other = Rail(1 - rail)
    board.do(SetRail, rail, False)
    off = board.rail(rail)
    assert (off.on, off.voltage_v, off.current_a) == (False, 0.0, 0.0)
    assert board.rail(other).on
    board.do(SetRail, rail, True)
    on = board.rail(rail)
    assert on.on
    assert on.current_a > 0.05
    assert board.status().reset_cause is (ResetCause.COMMAND if rail is Rail.PAYLOAD else ResetCause.POWER_ON)


def test_commanding_an_on_rail_on_changes_nothing(board: Board) -> None:
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    board.do(SetRail, Rail.PAYLOAD, True)
    assert board.status().reset_cause is ResetCause.POWER_ON
    assert board.rail().current_a > 1.5


def test_current_follows_the_load_and_the_bus_sags(board: Board) -> None:
    board.do(SetSunlight, 0.0)
    idle_a, idle_v = board.rail().current_a, board.power().battery_voltage_v
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    busy_a, busy_v = board.rail().current_a, board.power().battery_voltage_v
    assert idle_a == pytest.approx(0.45, abs=0.04)
    assert busy_a == pytest.approx(1.60, abs=0.04)
    assert idle_v - busy_v == pytest.approx(0.15 * 1.15, abs=0.04)


def test_load_is_forgotten_with_the_power(board: Board) -> None:
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    board.do(SetRail, Rail.PAYLOAD, False)
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    board.do(SetRail, Rail.PAYLOAD, True)
    assert board.rail().current_a == pytest.approx(0.45, abs=0.04)


def test_over_current_trips_and_is_tried_again(board: Board) -> None:
    board.do(StrokeWatchdog)
    board.do(InjectFault, FaultKind.OVER_CURRENT, 100)
    until(lambda: board.rail().tripped)
    tripped = board.rail()
    assert (tripped.on, tripped.latched, tripped.trips, tripped.current_a) == (False, False, 1, 0.0)
    assert not board.status().watchdog_armed
    assert board.is_refused(NackReason.OVER_CURRENT, SetRail, Rail.PAYLOAD, True)
    until(lambda: board.rail().on)
    resets = board.resets()
    assert (resets.payload_cause, resets.over_current_trips) == (ResetCause.OVER_CURRENT, 1)


def test_tripped_rail_that_is_commanded_off_stays_off(board: Board) -> None:
    board.do(InjectFault, FaultKind.OVER_CURRENT, 100)
    until(lambda: board.rail().tripped)
    board.do(SetRail, Rail.PAYLOAD, False)
    time.sleep(0.7)
    assert not board.rail().on


def test_over_current_that_stays_latches_until_commanded(board: Board) -> None:
    board.do(InjectFault, FaultKind.OVER_CURRENT, 60_000)
    until(lambda: board.rail().latched)
    assert (board.rail().tripped, board.rail().trips) == (True, 4)
    time.sleep(0.7)
    assert board.rail().latched
    board.do(InjectFault, FaultKind.OVER_CURRENT, 0)
    board.do(SetRail, Rail.PAYLOAD, True)
    on = board.rail()
    assert (on.on, on.tripped, on.latched, on.trips) == (True, False, False, 4)
    assert board.status().reset_cause is ResetCause.COMMAND


def test_short_that_is_shorter_than_the_trip_time_is_borne(board: Board) -> None:
    board.do(InjectFault, FaultKind.OVER_CURRENT, 5)
    time.sleep(0.1)
    assert board.rail().trips == 0


# -- watchdog ----------------------------------------------------------------------------------------------------------


def test_watchdog_waits_for_the_first_stroke(board: Board) -> None:
    board.do(SetWatchdog, 0.1, 0.1)
    time.sleep(QUIET_S)
    assert board.resets().watchdog_resets == 0


def test_missing_strokes_take_the_rail_down_and_up_again(board: Board) -> None:
    board.do(SetWatchdog, 0.3, 1.0)
    board.do(StrokeWatchdog)
    assert board.status().watchdog_armed
    until(lambda: not board.status().payload_rail_on)
    for on in (False, True):
        assert board.is_refused(NackReason.BUSY, SetRail, Rail.PAYLOAD, on)
    board.do(StrokeWatchdog)
    held = board.status()
    assert (held.watchdog_armed, held.watchdog_resets, held.reset_cause) == (False, 1, ResetCause.WATCHDOG)
    until(lambda: board.status().payload_rail_on)
    assert not board.status().watchdog_armed
    time.sleep(0.5)
    assert board.resets().watchdog_resets == 1


def test_strokes_keep_the_rail_on(board: Board) -> None:
    board.do(SetWatchdog, 0.8, 0.1)
    for _ in range(12):
        board.do(StrokeWatchdog)
        time.sleep(0.1)
    assert board.resets().watchdog_resets == 0


def test_switching_the_payload_off_disarms(board: Board) -> None:
    board.do(SetWatchdog, 0.3, 0.1)
    board.do(StrokeWatchdog)
    board.do(SetRail, Rail.PAYLOAD, False)
    board.do(StrokeWatchdog)
    time.sleep(0.5)
    status = board.status()
    assert (status.payload_rail_on, status.watchdog_armed, status.watchdog_resets) == (False, False, 0)


def test_new_times_begin_a_new_count(board: Board) -> None:
    board.do(SetWatchdog, 60.0, 0.1)
    board.do(StrokeWatchdog)
    board.do(SetWatchdog, 0.2, 0.1)
    until(lambda: board.resets().watchdog_resets == 1)


# -- brown-out ---------------------------------------------------------------------------------------------------------


def test_empty_battery_takes_the_payload_down_until_it_is_well_charged(board: Board) -> None:
    board.do(SetSunlight, 0.0)
    board.do(SetBatteryCharge, 0.02)
    until(lambda: not board.rail().on)
    resets = board.resets()
    assert (resets.payload_cause, resets.brown_outs) == (ResetCause.BROWN_OUT, 1)
    assert board.rail(Rail.RADIO).on
    assert board.is_refused(NackReason.UNDER_VOLTAGE, SetRail, Rail.PAYLOAD, True)
    board.do(SetBatteryCharge, 0.08)  # 6.6 V: above where it went down, below where it comes back
    time.sleep(QUIET_S)
    assert not board.rail().on
    board.do(SetBatteryCharge, 0.5)
    until(lambda: board.rail().on)
    assert board.resets().brown_outs == 1


def test_payload_switched_off_stays_off_when_the_voltage_is_back(board: Board) -> None:
    board.do(InjectFault, FaultKind.BROWN_OUT, 60_000)
    board.do(SetRail, Rail.PAYLOAD, False)
    assert board.is_refused(NackReason.UNDER_VOLTAGE, SetRail, Rail.PAYLOAD, True)
    board.do(InjectFault, FaultKind.BROWN_OUT, 0)
    time.sleep(QUIET_S)
    assert not board.rail().on
    board.do(SetRail, Rail.PAYLOAD, True)
    assert board.rail().on


def test_injected_brown_out_takes_the_payload_down_at_once(board: Board) -> None:
    board.do(StrokeWatchdog)
    board.do(InjectFault, FaultKind.BROWN_OUT, 500)
    status = board.status()
    assert (status.payload_rail_on, status.watchdog_armed) == (False, False)
    assert status.reset_cause is ResetCause.BROWN_OUT
    until(lambda: board.rail().on)


# -- power, heat and energy --------------------------------------------------------------------------------------------


def test_dark_array_gives_nothing(board: Board) -> None:
    board.do(SetSunlight, 0.0)
    dark = board.power()
    assert dark.solar_voltage_v == 0.0
    assert dark.solar_current_a == pytest.approx(0.0, abs=0.05)
    assert dark.battery_current_a == pytest.approx(-0.63, abs=0.05)
    board.do(SetSunlight, 0.5)
    assert board.power().battery_current_a == pytest.approx(0.75 - 0.63, abs=0.05)


def test_full_battery_takes_no_more(board: Board) -> None:
    board.do(SetBatteryCharge, 1.0)
    full = board.power()
    assert full.battery_current_a == pytest.approx(0.0, abs=0.05)
    assert full.battery_voltage_v == pytest.approx(8.4, abs=0.05)
    assert full.solar_current_a == pytest.approx(0.63, abs=0.05)


def mean_payload_power_w(board: Board) -> float:
    began_s, began_mj = board.status().uptime_s, board.energy().payload_energy_mj
    until(lambda: board.status().uptime_s > began_s + 0.6)
    ended_s, ended_mj = board.status().uptime_s, board.energy().payload_energy_mj
    return (ended_mj - began_mj) / 1000 / (ended_s - began_s)


def test_energy_rises_with_the_load_and_not_without_power(board: Board) -> None:
    board.do(SetSunlight, 0.0)
    assert mean_payload_power_w(board) == pytest.approx(7.9 * 0.45, rel=0.25)
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    assert mean_payload_power_w(board) == pytest.approx(7.7 * 1.6, rel=0.25)
    board.do(SetRail, Rail.PAYLOAD, False)
    assert mean_payload_power_w(board) == 0.0


def test_payload_warms_under_load_and_is_throttled(board: Board) -> None:
    begin_c = board.thermal().payload_temperature_c
    board.do(SetThermalLimit, begin_c + 1.0, 0.5)
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    assert not board.thermal().throttled
    until(lambda: board.thermal().throttled)
    hot = board.thermal()
    assert hot.payload_temperature_c >= hot.limit_c
    assert hot.limit_c == pytest.approx(begin_c + 1.0, abs=1e-3)
    assert board.rail().current_a == pytest.approx(0.45 + 0.5 * 1.15, abs=0.04)


def test_throttling_ends_below_the_hysteresis(board: Board) -> None:
    board.do(SetThermalLimit, 0.0, 0.0)
    assert board.thermal().throttled
    board.do(SetThermalLimit, 40.0, 30.0)
    time.sleep(QUIET_S)
    assert board.thermal().throttled
    board.do(SetThermalLimit, 40.0, 1.0)
    until(lambda: not board.thermal().throttled)


def test_peak_is_the_highest_since_it_was_reset(board: Board) -> None:
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    begin_c = board.thermal().payload_temperature_c
    until(lambda: board.energy().peak_temperature_c > begin_c + 1.0)
    board.do(SetRail, Rail.PAYLOAD, False)
    peak_c = board.energy().peak_temperature_c
    until(lambda: board.thermal().payload_temperature_c < peak_c - 0.02)
    assert board.energy().peak_temperature_c == peak_c
    board.do(ResetPeak)
    assert board.energy().peak_temperature_c < peak_c


# -- radio -------------------------------------------------------------------------------------------------------------


def test_transmitter_draws_and_warms(board: Board) -> None:
    begin_c = board.radio().amplifier_temperature_c
    board.do(SetLoad, Rail.RADIO, 0.5)
    assert board.radio().transmitting
    assert board.rail(Rail.RADIO).current_a == pytest.approx(0.66, abs=0.04)
    until(lambda: board.radio().amplifier_temperature_c > begin_c + 0.3)


def test_radio_without_power_hears_nothing(board: Board) -> None:
    board.do(SetRail, Rail.RADIO, False)
    radio = board.radio()
    assert (radio.powered, radio.transmitting, radio.rssi_dbm) == (False, False, -150.0)


# -- faults of the line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "parameter"),
    [
        (FaultKind.LOSE_OCTETS, 3),
        (FaultKind.CORRUPT_OCTET, 3),
        (FaultKind.CORRUPT_OCTET, 1000),
    ],
)
def test_damaged_reply_is_none_and_the_next_one_is_whole(board: Board, fault: FaultKind, parameter: int) -> None:
    board.do(InjectFault, fault, parameter)
    board.send(ReadStatus)
    assert board.silent()
    assert board.bad_frames == 1
    assert board.status().payload_rail_on


def test_lost_octets_go_on_over_the_ends_of_frames(board: Board) -> None:
    whole = len(frame(Ack(1)))
    board.do(InjectFault, FaultKind.LOSE_OCTETS, whole + 2)
    board.send(StrokeWatchdog)
    board.send(StrokeWatchdog)
    assert board.silent()
    board.do(StrokeWatchdog)


def test_stuck_line_takes_and_gives_nothing(board: Board) -> None:
    board.do(InjectFault, FaultKind.STUCK, 600)
    board.send(SetRail, Rail.PAYLOAD, False)
    assert board.silent()
    until(lambda: board_is_back(board))
    assert board.status().payload_rail_on


def test_late_answer_comes_late_and_in_order(board: Board) -> None:
    board.do(InjectFault, FaultKind.LATE, 600)
    first, second = board.send(ReadStatus), board.send(StrokeWatchdog)
    assert board.silent()
    late, behind = board.next_message(), board.next_message()
    assert isinstance(late, Status)
    assert (late.sequence, behind) == (first, Ack(second))
    board.do(StrokeWatchdog)


def test_stale_values_stay_while_the_board_goes_on(board: Board) -> None:
    board.do(InjectFault, FaultKind.STALE, 60_000)
    first, first_energy = board.status(), board.energy()
    board.do(SetLoad, Rail.PAYLOAD, 1.0)
    board.do(StrokeWatchdog)
    until(lambda: board.status().uptime_s > first.uptime_s + 0.2)
    later, later_energy = board.status(), board.energy()
    assert (later.bus_voltage_v, later.payload_current_a) == (first.bus_voltage_v, first.payload_current_a)
    assert later_energy.payload_energy_mj == first_energy.payload_energy_mj
    assert later.watchdog_armed
    board.do(InjectFault, FaultKind.STALE, 0)
    assert board.status().payload_current_a > 1.5


# -- resets ------------------------------------------------------------------------------------------------------------


def test_payload_reset_takes_the_power_away_for_a_while(board: Board) -> None:
    board.do(SetWatchdog, 10.0, 0.5)
    board.do(InjectFault, FaultKind.PAYLOAD_RESET, 0)
    assert not board.rail().on
    assert board.is_refused(NackReason.BUSY, SetRail, Rail.PAYLOAD, True)
    until(lambda: board.rail().on)
    resets = board.resets()
    assert (resets.payload_cause, resets.commanded_resets, resets.watchdog_resets) == (ResetCause.COMMAND, 1, 0)


def board_is_back(board: Board) -> bool:
    """Whether it answers the newest question, after which no answer is on its way."""
    sequence = board.send(ReadStatus)
    while (reply := board.next_message(0.2)) is not None:
        if reply.sequence == sequence:
            return True
    return False


def test_board_reset_begins_anew_in_the_same_world(board: Board) -> None:
    board.do(SetSunlight, 0.0)
    board.do(SetBatteryCharge, 0.5)
    board.do(SetThermalLimit, 50.0, 1.0)
    board.do(SetLoad, Rail.RADIO, 1.0)
    board.do(StrokeWatchdog)
    until(lambda: board.status().uptime_s > 1.2)
    board.do(InjectFault, FaultKind.BOARD_RESET, 0)
    until(lambda: board_is_back(board))
    assert board.status().uptime_s < 1.2
    resets = board.resets()
    assert (resets.board_cause, resets.payload_cause) == (ResetCause.BOARD_RESET, ResetCause.BOARD_RESET)
    assert (resets.board_resets, resets.watchdog_resets, resets.commanded_resets) == (1, 0, 0)
    until(lambda: board.rail().on)
    assert not board.status().watchdog_armed
    assert board.thermal().limit_c == 85.0
    assert not board.radio().transmitting
    power = board.power()
    assert power.charge == pytest.approx(0.5, abs=0.005)
    assert power.solar_voltage_v == 0.0


def test_board_reset_holds_the_payload_off_and_forgets_its_energy(board: Board) -> None:
    until(lambda: board.energy().payload_energy_mj > 1000)
    board.do(InjectFault, FaultKind.BOARD_RESET, 0)
    until(lambda: board_is_back(board))
    assert not board.rail().on
    assert board.energy().payload_energy_mj < 1000


def test_each_board_reset_counts(board: Board) -> None:
    for _ in range(2):
        board.do(InjectFault, FaultKind.BOARD_RESET, 0)
        until(lambda: board_is_back(board))
    assert board.resets().board_resets == 2
