"""The meter on the firmware's own count, by way of the serial line's octets."""

from itertools import pairwise

import pytest

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from flatsat.board import BoardClient
from flatsat.energy.board_meter import BoardMeter
from flatsat.payload_power import PayloadPower
from protocol.serial.board import FaultKind


class Bench:
    def __init__(self) -> None:
        self.board = Board(1)
        self._firmware = Firmware(self.board)
        self._arrived = b""
        self.now_s = 0.0
        self.power = PayloadPower(BoardClient(self), 5.0)
        self.meter = BoardMeter(self.power)

    def read(self) -> bytes:
        arrived, self._arrived = self._arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        self._arrived += self._firmware.receive(data, self.now_s)

    def reopen(self) -> None: ...

    def close(self) -> None: ...

    def pass_time(self, span_s: float) -> list[float]:
        """Return the energies read meanwhile."""
        energies = []
        for _ in range(round(span_s / 0.05)):
            self.now_s += 0.05
            self.power.tick(self.now_s)
            energies.append(self.meter.read(self.now_s, busy=False).energy_j or 0.0)
        return energies


def test_the_board_has_told_nothing_at_first() -> None:
    assert Bench().meter.read(0.0, busy=False).energy_j is None


def test_an_idle_payload_and_one_at_work() -> None:
    bench = Bench()
    bench.pass_time(5.0)
    idle = bench.pass_time(10.0)
    assert idle[-1] - idle[0] == pytest.approx(9.95 * 0.45 * 8.1, rel=0.03)  # 0.45 A from a bus of 8.1 V
    bench.power.set_load(1.0)
    bench.pass_time(2.0)
    busy = bench.pass_time(10.0)
    assert busy[-1] - busy[0] == pytest.approx(9.95 * 1.6 * 7.95, rel=0.03)  # 1.6 A
    assert bench.meter.read(bench.now_s, busy=True).temperature_c == bench.power.readings(bench.now_s).temperature_c
    assert bench.meter.read(bench.now_s, busy=True).power_w == pytest.approx(12.7, abs=0.4)


def test_between_two_readings_it_goes_on_and_never_falls() -> None:
    bench = Bench()
    bench.pass_time(3.0)
    bench.power.set_load(1.0)
    energies = bench.pass_time(5.0)
    bench.power.set_load(0.0)
    energies += bench.pass_time(5.0)
    steps = [after - before for before, after in pairwise(energies)]
    assert min(steps) >= 0.0
    assert sum(step > 0 for step in steps[20:90]) > 60, "not only once a second"


def test_a_board_that_starts_anew_takes_nothing_away() -> None:
    bench = Bench()
    before = bench.pass_time(10.0)[-1]
    bench.board.inject(FaultKind.BOARD_RESET, 0)
    after = bench.pass_time(10.0)
    assert after[0] >= before
    assert before + 20.0 < after[-1] < before + 60.0


def test_a_board_that_falls_silent_is_not_reckoned_on_for_long() -> None:
    bench = Bench()
    bench.pass_time(5.0)
    bench.board.inject(FaultKind.STALE, 60_000)
    held = bench.pass_time(10.0)
    assert held[-1] - held[0] < 3 * 3.7
