"""One contract, held against the firmware in this process and against a real terminal."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from firmware_sim.pty import PseudoTerminal
from firmware_sim.server import serve
from firmware_sim.uart import UartTransmitter
from flatsat.board import BoardClient, BytePort, SerialPort
from flatsat.errors import BoardError, ConfigError
from protocol.serial.board import (
    Ack,
    Command,
    Energy,
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
    ResetPeak,
    Resets,
    SetLoad,
    SetRail,
    Status,
    StrokeWatchdog,
    Thermal,
    decode,
    encode,
)
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

POLL_S = 0.02
WATCHDOG_S = 0.6
RESET_OFF_S = 0.3
STEP_S = 0.005
LIMIT_S = 10.0


class Time(Protocol):
    def now_s(self) -> float: ...
    def step(self) -> None: ...


class VirtualTime:
    def __init__(self) -> None:
        self.steps = 0

    def now_s(self) -> float:
        return self.steps * STEP_S

    def step(self) -> None:
        self.steps += 1


class WallTime:
    def now_s(self) -> float:
        return time.monotonic()

    def step(self) -> None:
        time.sleep(STEP_S)


class FirmwarePort:
    """The firmware in this process, without a line between."""

    def __init__(self, firmware: Firmware, clock: Time) -> None:
        self.firmware = firmware
        self.clock = clock
        self.replies = b""

    def read(self) -> bytes:
        replies, self.replies = self.replies, b""
        return replies

    def write(self, data: bytes) -> None:
        self.replies += self.firmware.receive(data, self.clock.now_s())

    def reopen(self) -> None:
        pass

    def close(self) -> None:
        pass


class Tampered:
    """A port whose traffic a test may spoil."""

    def __init__(self, port: BytePort) -> None:
        self.port = port
        self.spoil_written: Callable[[bytes], bytes] = lambda data: data
        self.spoil_read: Callable[[bytes], bytes] = lambda data: data

    def read(self) -> bytes:
        return self.spoil_read(self.port.read())

    def write(self, data: bytes) -> None:
        self.port.write(self.spoil_written(data))

    def reopen(self) -> None:
        self.port.reopen()

    def close(self) -> None:
        self.port.close()


class Bench:
    def __init__(self, port: BytePort, clock: Time) -> None:
        self.clock = clock
        self.port = Tampered(port)
        self.client = BoardClient(self.port, poll_period_s=POLL_S, stale_after_s=0.5, reply_timeout_s=0.05)

    def until(self, reached: Callable[[], bool]) -> None:
        end_s = self.clock.now_s() + LIMIT_S
        while not reached():
            assert self.clock.now_s() < end_s, f"not reached; {self.client.status} {self.client.counters}"
            self.client.tick(self.clock.now_s())
            self.clock.step()

    def run(self, duration_s: float) -> None:
        end_s = self.clock.now_s() + duration_s
        self.until(lambda: self.clock.now_s() >= end_s)

    def rail_is(self, on: bool) -> bool:
        return self.client.status is not None and self.client.status.payload_rail_on is on


def firmware() -> Firmware:
    return Firmware(Board(seed=1, watchdog_timeout_s=WATCHDOG_S, reset_off_s=RESET_OFF_S))


@contextmanager
def memory_bench(_: Path) -> Iterator[Bench]:
    clock = VirtualTime()
    yield Bench(FirmwarePort(firmware(), clock), clock)


@contextmanager
def served_terminal(link: Path) -> Iterator[PseudoTerminal]:
    stop_reader, stop_writer = os.pipe()
    with PseudoTerminal(link) as terminal:
        args = (terminal, firmware(), UartTransmitter(115200), (stop_reader,))
        thread = threading.Thread(target=serve, args=args)
        thread.start()
        try:
            yield terminal
        finally:
            os.close(stop_writer)
            thread.join()
            os.close(stop_reader)


@contextmanager
def terminal_bench(folder: Path) -> Iterator[Bench]:
    with served_terminal(folder / "board"):
        port = SerialPort(str(folder / "board"), 115200)
        try:
            yield Bench(port, WallTime())
        finally:
            port.close()


@pytest.fixture(params=[memory_bench, terminal_bench], ids=["memory", "terminal"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with request.param(tmp_path) as bench:
        yield bench


def holds(frame: bytes, kind: type) -> bool:
    return any(isinstance(decode(payload), kind) for payload in Deframer().feed(frame))


def test_nothing_is_known_before_the_first_status(bench: Bench) -> None:
    assert bench.client.status is None
    assert bench.client.status_age_s(bench.clock.now_s()) == float("inf")
    assert not bench.client.payload_on(bench.clock.now_s())


def test_status_arrives_and_stays_fresh(bench: Bench) -> None:
    bench.until(lambda: bench.client.status is not None)
    first = bench.client.status
    bench.until(lambda: bench.client.status != first)
    assert bench.client.payload_on(bench.clock.now_s())
    assert bench.client.status_age_s(bench.clock.now_s()) < 0.5
    assert bench.client.bad_frames == 0


def test_ticking_keeps_the_watchdog_stroked(bench: Bench) -> None:
    bench.run(1.3 * WATCHDOG_S)
    assert bench.client.status is not None
    assert bench.client.status.watchdog_armed
    assert bench.client.status.watchdog_resets == 0


def test_without_strokes_the_rail_goes_off_and_comes_back(bench: Bench) -> None:
    bench.until(lambda: bench.client.status is not None and bench.client.status.watchdog_armed)
    bench.port.spoil_written = lambda data: b"" if holds(data, StrokeWatchdog) else data
    bench.until(lambda: bench.rail_is(False))
    assert not bench.client.payload_on(bench.clock.now_s())
    bench.until(lambda: bench.rail_is(True))
    assert bench.client.status is not None
    assert bench.client.status.watchdog_resets == 1


def test_rail_is_switched_off_and_on(bench: Bench) -> None:
    bench.until(lambda: bench.rail_is(True))
    bench.client.set_payload_rail(False, bench.clock.now_s())
    bench.until(lambda: bench.rail_is(False))
    assert not bench.client.payload_on(bench.clock.now_s())
    bench.client.set_payload_rail(True, bench.clock.now_s())
    bench.until(lambda: bench.client.payload_on(bench.clock.now_s()))


def test_rail_command_is_repeated_until_it_gets_through(bench: Bench) -> None:
    bench.port.spoil_written = lambda data: b"" if holds(data, SetRail) else data
    bench.client.set_payload_rail(False, bench.clock.now_s())
    bench.run(0.2)
    assert bench.rail_is(True)
    assert bench.client.counters.resent > 0
    bench.port.spoil_written = lambda data: data
    bench.until(lambda: bench.rail_is(False))


def test_off_commanded_during_a_reset_outlasts_the_reset(bench: Bench) -> None:
    bench.until(lambda: bench.client.status is not None and bench.client.status.watchdog_armed)
    bench.port.spoil_written = lambda data: b"" if holds(data, StrokeWatchdog) else data
    bench.until(lambda: bench.rail_is(False))
    bench.client.set_payload_rail(False, bench.clock.now_s())
    bench.run(1.5 * RESET_OFF_S)
    assert bench.rail_is(False)
    assert bench.client.counters.refused > 0


def test_lost_octets_are_asked_for_again(bench: Bench) -> None:
    lottery = random.Random(5)
    bench.port.spoil_written = lambda data: b"" if lottery.random() < 0.4 else data
    bench.client.set_payload_rail(False, bench.clock.now_s())
    bench.until(lambda: bench.rail_is(False))
    bench.client.set_payload_rail(True, bench.clock.now_s())
    bench.until(lambda: bench.rail_is(True))


def test_garbage_both_ways_costs_only_time(bench: Bench) -> None:
    noise = random.Random(6)
    bench.port.spoil_written = lambda data: noise.randbytes(noise.randrange(20)) + data
    bench.port.spoil_read = lambda data: data + noise.randbytes(noise.choice([0, 0, 5]))
    bench.run(1.3 * WATCHDOG_S)
    assert bench.client.status is not None
    assert bench.client.status.watchdog_resets == 0
    bench.client.set_payload_rail(False, bench.clock.now_s())
    bench.until(lambda: bench.rail_is(False))
    assert bench.client.bad_frames > 0


def test_silent_board_goes_stale(bench: Bench) -> None:
    bench.until(lambda: bench.client.payload_on(bench.clock.now_s()))
    bench.port.spoil_read = lambda data: b""
    bench.until(lambda: not bench.client.payload_on(bench.clock.now_s()))
    assert bench.rail_is(True)
    assert bench.client.status_age_s(bench.clock.now_s()) > 0.5


class Script:
    """A port that records what is written and returns what the test puts into `incoming`."""

    def __init__(self) -> None:
        self.incoming = b""
        self.deframer = Deframer()
        self.sent: list[Command | Reply] = []

    def read(self) -> bytes:
        incoming, self.incoming = self.incoming, b""
        return incoming

    def write(self, data: bytes) -> None:
        self.sent += [decode(payload) for payload in self.deframer.feed(data)]

    def reopen(self) -> None:
        pass

    def close(self) -> None:
        pass


POLL = [
    ReadStatus(1),
    StrokeWatchdog(2),
    ReadPower(3),
    ReadThermal(4),
    ReadEnergy(5),
    ReadRadio(6),
    ReadResets(7),
    ReadRail(8, Rail.PAYLOAD),
]


def test_late_command_is_resent_with_its_sequence_until_answered() -> None:
    port = Script()
    client = BoardClient(port, poll_period_s=10.0, stale_after_s=20.0, reply_timeout_s=0.2)
    for now_s in (0.0, 0.1, 0.2, 0.3):
        client.tick(now_s)
    assert port.sent == POLL * 2
    port.incoming = encode_frame(encode(Ack(2)))
    client.tick(0.4)
    assert port.sent[2 * len(POLL) :] == [POLL[0], *POLL[2:]]
    assert (client.counters.resent, client.counters.stray) == (2 * len(POLL) - 1, 0)


def test_poll_takes_no_more_of_the_line_than_it_says() -> None:
    firmware = Firmware(Board(seed=0))
    replies = [firmware.receive(encode_frame(encode(command)), 0.0) for command in POLL]
    assert sum(map(len, replies)) == 144
    assert "144 octets" in (BoardClient.__doc__ or "")


def test_age_counts_from_the_question() -> None:
    port = Script()
    client = BoardClient(port, poll_period_s=10.0, stale_after_s=20.0, reply_timeout_s=5.0)
    client.tick(100.0)
    port.incoming = Firmware(Board(seed=0)).receive(encode_frame(encode(ReadStatus(1))), 0.0)
    client.tick(104.0)
    assert client.status is not None
    assert client.status_age_s(105.0) == 5.0
    assert client.payload_on(120.0)
    assert not client.payload_on(120.1)


def test_acknowledged_rail_is_read_back_at_once() -> None:
    port = Script()
    client = BoardClient(port, poll_period_s=10.0, stale_after_s=20.0)
    client.tick(0.0)
    client.set_payload_rail(False, 0.1)
    port.incoming = encode_frame(encode(Ack(9)))
    client.tick(0.15)
    assert port.sent[len(POLL) :] == [SetRail(9, Rail.PAYLOAD, False), ReadStatus(10)]


def test_refused_rail_is_commanded_again_though_the_status_agrees() -> None:
    held = Firmware(Board(seed=0, watchdog_timeout_s=1.0, reset_off_s=9.0))
    held.receive(encode_frame(encode(StrokeWatchdog(0))), 0.0)
    port = Script()
    client = BoardClient(port, poll_period_s=1.0)
    client.set_payload_rail(False, 2.0)
    port.incoming = encode_frame(encode(Ack(1)))
    client.tick(2.0)
    client.set_payload_rail(False, 2.0)
    port.incoming = b"".join(held.receive(encode_frame(encode(sent)), 2.0) for sent in port.sent[1:])
    sent_before = len(port.sent)
    client.tick(2.1)
    assert client.counters.refused == 1
    assert client.status is not None
    assert not client.status.payload_rail_on
    client.tick(3.0)
    port.incoming = b"".join(held.receive(encode_frame(encode(sent)), 3.0) for sent in port.sent[sent_before:])
    client.tick(3.1)
    assert any(isinstance(sent, SetRail) for sent in port.sent[sent_before:])


def test_echoed_stray_and_unknown_frames_are_counted_and_close_nothing() -> None:
    port = Script()
    client = BoardClient(port, poll_period_s=10.0, stale_after_s=20.0, reply_timeout_s=0.2)
    client.tick(0.0)
    echo, wrong_kind, unknown = encode(ReadStatus(1)), encode(Ack(1)), b"\x55"
    port.incoming = b"".join(encode_frame(payload) for payload in (echo, wrong_kind, unknown))
    client.tick(0.1)
    assert client.counters.stray == 3
    port.incoming = encode_frame(encode(Nack(0, NackReason.MALFORMED)))
    client.tick(0.2)
    assert (client.counters.refused, client.counters.stray) == (1, 3)
    assert port.sent[len(POLL) :] == POLL


def test_sequence_wraps_past_zero() -> None:
    port = Script()
    client = BoardClient(port)
    client._sequence = 65534
    client.tick(0.0)
    assert port.sent[:2] == [ReadStatus(65535), StrokeWatchdog(1)]


# -- readings and the load ---------------------------------------------------------------------------------------------


def test_every_reading_is_at_hand_and_goes_stale(bench: Bench) -> None:
    def at_hand() -> list[bool]:
        client, now_s = bench.client, bench.clock.now_s()
        newest = (
            client.newest(Status, now_s),
            client.newest(Power, now_s),
            client.newest(RailReading, now_s),
            client.newest(Thermal, now_s),
            client.newest(Radio, now_s),
            client.newest(Energy, now_s),
            client.newest(Resets, now_s),
        )
        return [each is not None for each in newest]

    assert not any(at_hand())
    bench.until(lambda: all(at_hand()))
    rail = bench.client.newest(RailReading, bench.clock.now_s())
    assert rail is not None
    assert rail.rail is Rail.PAYLOAD
    bench.port.spoil_read = lambda data: b""
    bench.until(lambda: not any(at_hand()))


def current_a(bench: Bench) -> float:
    rail = bench.client.newest(RailReading, bench.clock.now_s())
    return 0.0 if rail is None else rail.current_a


def test_load_is_told_and_told_again_after_a_reset_forgot_it(bench: Bench) -> None:
    bench.client.set_load(1.0)
    bench.until(lambda: current_a(bench) > 1.5)
    bench.client.set_payload_rail(False, bench.clock.now_s())
    bench.until(lambda: bench.rail_is(False))
    bench.client.set_payload_rail(True, bench.clock.now_s())
    bench.until(lambda: current_a(bench) > 1.5)
    bench.client.set_load(0.0)
    bench.until(lambda: 0.0 < current_a(bench) < 0.6)


def test_load_is_told_once_at_rest_and_with_every_poll_at_work() -> None:
    port = Script()
    client = BoardClient(port, poll_period_s=1.0, reply_timeout_s=100.0)

    def loads_told(load: float | None, until_s: int) -> list[float]:
        before = len(port.sent)
        if load is not None:
            client.set_load(load)
        for tenth in range(10 * (until_s - 3), 10 * until_s):
            client.tick(tenth / 10)
        return [sent.load for sent in port.sent[before:] if isinstance(sent, SetLoad)]

    assert loads_told(None, 3) == []
    assert loads_told(0.25, 6) == [0.25] * 3
    assert loads_told(0.25, 9) == [0.25] * 3
    assert loads_told(0.0, 12) == [0.0]
    client.reopen()
    assert loads_told(None, 15) == [0.0]


def test_peak_is_read_again_once_it_is_reset() -> None:
    port = Script()
    client = BoardClient(port, poll_period_s=10.0, stale_after_s=20.0)
    client.reset_peak()
    client.tick(0.0)
    assert port.sent[len(POLL) :] == [ResetPeak(9)]
    port.incoming = encode_frame(encode(Ack(9)))
    client.tick(0.1)
    assert port.sent[len(POLL) + 1 :] == [ReadEnergy(10)]


@pytest.mark.parametrize("field", ["poll_period_s", "reply_timeout_s", "stale_after_s"])
def test_impossible_period_is_refused(field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        BoardClient(Script(), **{field: 0.0})
    assert (caught.value.field, caught.value.value) == (field, 0.0)


def test_missing_device_is_a_board_error(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="absent: cannot be opened") as caught:
        SerialPort(str(tmp_path / "absent"), 115200)
    assert caught.value.device == str(tmp_path / "absent")


def test_device_that_is_no_terminal_is_a_board_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BoardError, match="cannot be opened"):
        SerialPort(str(tmp_path / "file"), 115200)


def test_vanished_device_is_a_board_error(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path / "board"):
        port = SerialPort(str(tmp_path / "board"), 115200)
    with pytest.raises(BoardError, match="cannot be read"):
        port.read()
    with pytest.raises(BoardError, match="cannot be written"):
        port.write(b"x")
    port.close()


def test_another_board_under_the_same_path_is_opened_again(tmp_path: Path) -> None:
    with served_terminal(tmp_path / "board"):
        bench = Bench(SerialPort(str(tmp_path / "board"), 115200), WallTime())
        bench.until(lambda: bench.client.status is not None)
    with pytest.raises(BoardError):
        bench.run(1.0)
    with pytest.raises(BoardError, match="cannot be opened"):
        bench.client.reopen()
    with served_terminal(tmp_path / "board"):
        bench.client.reopen()
        uptime = bench.client.status
        bench.until(lambda: bench.client.status is not uptime)
    bench.port.close()


def test_write_to_a_board_that_takes_nothing_does_not_wait(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path / "board"):
        port = SerialPort(str(tmp_path / "board"), 115200)
        for _ in range(100):
            port.write(bytes(1000))
        assert port.read() == b""
        port.close()
