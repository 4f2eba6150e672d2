from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from flatsat.board import BoardClient
from flatsat.errors import BoardError
from flatsat.payload_power import PayloadPower, PayloadReadings
from protocol.serial.board import (
    Command,
    FaultKind,
    InjectFault,
    Rail,
    SetBatteryCharge,
    SetRail,
    SetThermalLimit,
    encode,
)
from protocol.serial.framing import encode as encode_frame


@dataclass
class Line:
    """A serial line to the simulated firmware that can fall silent, or be lost."""

    firmware: Firmware = field(default_factory=lambda: Firmware(Board(1)))
    now_s: float = 0.0
    power_on_s: float = 0.0
    silent: bool = False
    lost: bool = False
    writes: int = 0
    reopened: int = 0
    _arrived: bytes = b""

    def read(self) -> bytes:
        if self.lost:
            raise BoardError("line", "gone")
        arrived, self._arrived = self._arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        self.writes += 1
        if not self.silent:
            self._arrived += self.firmware.receive(data, self.now_s - self.power_on_s)

    def reopen(self) -> None:
        self.reopened += 1
        if self.lost:
            raise BoardError("line", "still gone")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def power(line: Line) -> PayloadPower:
    return PayloadPower(BoardClient(line), 5.0)


def run(power: PayloadPower, line: Line, until_s: float) -> None:
    while line.now_s < until_s:
        power.tick(line.now_s)
        line.now_s += 0.1


def test_without_a_board_the_payload_is_on_and_nothing_is_read() -> None:
    power = PayloadPower(None, 5.0)
    power.tick(0.0)
    assert power.on(0.0)
    assert power.status(0.0) is None


def test_the_payload_is_on_once_the_board_says_so(power: PayloadPower, line: Line) -> None:
    assert not power.on(0.0)
    run(power, line, 2.0)
    status = power.status(line.now_s)
    assert power.on(line.now_s)
    assert status is not None
    assert status.watchdog_armed


def test_a_board_that_falls_silent_is_not_believed_for_long(power: PayloadPower, line: Line) -> None:
    run(power, line, 2.0)
    line.silent = True
    run(power, line, 5.5)
    assert power.status(line.now_s) is not None
    run(power, line, 8.0)
    assert not power.on(line.now_s)
    assert power.status(line.now_s) is None
    line.silent = False
    run(power, line, 10.0)
    assert power.on(line.now_s)
    assert power.error is None


def test_a_lost_line_is_opened_again_once_a_second(power: PayloadPower, line: Line) -> None:
    run(power, line, 2.0)
    line.lost = True
    run(power, line, 2.2)
    assert isinstance(power.error, BoardError)
    assert not power.on(line.now_s)
    assert power.status(line.now_s) is None
    run(power, line, 6.2)
    assert str(power.error) == "board on line: still gone"
    assert line.reopened == 4


def test_a_board_that_comes_back_is_told_anew_to_power_the_payload(power: PayloadPower, line: Line) -> None:
    run(power, line, 2.0)
    line.lost = True
    run(power, line, 4.0)
    line.lost, line.firmware = False, Firmware(Board(1))
    line.firmware.receive(encode_frame(encode(SetRail(1, Rail.PAYLOAD, False))), line.now_s)
    run(power, line, 8.0)
    assert power.error is None
    assert power.on(line.now_s)


def test_trouble_says_why_nothing_is_known(power: PayloadPower, line: Line) -> None:
    assert power.trouble(0.0) == "", "the board has its time to answer first"
    run(power, line, 6.0)
    assert power.trouble(line.now_s) == ""
    line.silent = True
    run(power, line, 12.0)
    assert "does not answer" in power.trouble(line.now_s)
    line.silent = False
    run(power, line, 15.0)
    assert power.trouble(line.now_s) == ""
    line.lost = True
    run(power, line, 15.2)
    assert power.trouble(line.now_s) == "board on line: gone"


def test_a_program_that_is_started_again_late_gives_the_board_its_time(power: PayloadPower, line: Line) -> None:
    line.now_s, line.silent = 1000.0, True
    run(power, line, 1004.0)
    assert power.trouble(line.now_s) == ""
    run(power, line, 1006.0)
    assert "does not answer" in power.trouble(line.now_s)


def test_a_board_that_never_answers_is_trouble(power: PayloadPower, line: Line) -> None:
    line.silent = True
    run(power, line, 6.0)
    assert "does not answer" in power.trouble(line.now_s)
    assert PayloadPower(None, 5.0).trouble(100.0) == ""


def test_a_rail_that_stays_off_for_over_current_is_trouble_until_a_new_start(power: PayloadPower, line: Line) -> None:
    run(power, line, 6.0)
    tell(line, InjectFault(1, FaultKind.OVER_CURRENT, 5000))
    run(power, line, 12.0)
    assert not power.on(line.now_s)
    assert "over-current" in power.trouble(line.now_s)
    again = PayloadPower(BoardClient(line), 5.0)
    run(again, line, 20.0)
    assert again.on(line.now_s)
    assert again.trouble(line.now_s) == ""


def test_a_program_that_is_not_healthy_leaves_the_watchdog_to_reset_the_payload(line: Line) -> None:
    line.firmware = Firmware(Board(1, watchdog_timeout_s=3.0, reset_off_s=2.0))
    power = PayloadPower(BoardClient(line), 5.0)
    run(power, line, 6.0)
    assert power.on(line.now_s)
    while line.now_s < 11.0:
        power.tick(line.now_s, healthy=False)
        line.now_s += 0.1
    status = power.status(line.now_s)
    assert status is not None
    assert status.watchdog_resets == 1
    run(power, line, 20.0)
    status = power.status(line.now_s)
    assert status is not None
    assert status.watchdog_resets == 1
    assert power.on(line.now_s)


# -- readings ----------------------------------------------------------------------------------------------------------


def tell(line: Line, command: Command) -> None:
    line.firmware.receive(encode_frame(encode(command)), line.now_s)


def test_nothing_is_read_without_a_board_or_before_it_answers(power: PayloadPower, line: Line) -> None:
    alone = PayloadPower(None, 5.0)
    alone.set_load(1.0)
    alone.reset_peak()
    assert alone.readings(0.0) == power.readings(0.0) == PayloadReadings()
    assert alone.energy_j == power.energy_j == 0.0
    line.silent = True
    run(power, line, 2.0)
    assert power.readings(line.now_s) == PayloadReadings()


def test_readings_are_those_of_the_board(power: PayloadPower, line: Line) -> None:
    tell(line, SetBatteryCharge(1, 0.5))
    tell(line, SetThermalLimit(2, 0.0, 0.0))
    run(power, line, 2.0)
    readings = power.readings(line.now_s)
    assert readings.battery_charge == pytest.approx(0.5, abs=0.002)
    assert readings.bus_voltage_v == pytest.approx(7.5, abs=0.1)
    assert readings.power_w == pytest.approx(7.5 * 0.45, abs=0.4)
    assert readings.temperature_c == pytest.approx(20.5, abs=0.5)
    assert readings.peak_temperature_c == pytest.approx(readings.temperature_c, abs=0.5)
    assert readings.throttled is True
    line.lost = True
    run(power, line, 2.5)
    assert power.readings(line.now_s) == PayloadReadings()


def test_load_is_told_to_the_board(power: PayloadPower, line: Line) -> None:
    run(power, line, 2.0)
    power.set_load(1.0)
    run(power, line, 5.0)
    assert power.readings(line.now_s).power_w == pytest.approx(8.0 * 1.6, abs=1.0)


def test_peak_begins_anew(power: PayloadPower, line: Line) -> None:
    power.set_load(1.0)
    run(power, line, 30.0)
    power.set_load(0.0)
    run(power, line, 120.0)
    hottest_c = power.readings(line.now_s).peak_temperature_c
    power.reset_peak()
    run(power, line, 120.5)
    cooled_c = power.readings(line.now_s).peak_temperature_c
    assert hottest_c is not None
    assert cooled_c is not None
    assert cooled_c < hottest_c - 5.0


def test_energy_never_falls_though_the_board_starts_anew(power: PayloadPower, line: Line) -> None:
    totals_j = []
    for second in range(1, 60):
        run(power, line, float(second))
        totals_j.append(power.energy_j)
        if second == 20:
            tell(line, InjectFault(1, FaultKind.BOARD_RESET))
        if second == 40:  # a power cycle of the board, or another one in its place
            line.firmware, line.power_on_s = Firmware(Board(1)), line.now_s
    assert all(a <= b for a, b in pairwise(totals_j))
    idle_w = 8.1 * 0.45
    assert totals_j[-1] == pytest.approx((20 + 19 + 19) * idle_w, rel=0.1)


def test_energy_goes_on_counting_past_32_bits(line: Line) -> None:
    board = BoardClient(line)
    power = PayloadPower(board, 5.0)
    run(power, line, 1.0)
    line.firmware._board._control.energy_j = 2**32 / 1000
    run(power, line, 3.0)
    assert power.energy_j > 2**32 / 1000
