"""The C firmware and the Python simulator, told the same: what one answers, the other does too."""

import struct
from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from protocol.serial.board import (
    Ack,
    Command,
    FaultKind,
    InjectFault,
    Message,
    Nack,
    NackReason,
    Rail,
    ReadEnergy,
    ReadPower,
    ReadRadio,
    ReadRail,
    ReadResets,
    ReadStatus,
    ReadThermal,
    ResetPeak,
    SetBatteryCharge,
    SetLoad,
    SetRail,
    SetSunlight,
    SetThermalLimit,
    SetWatchdog,
    StrokeWatchdog,
    decode,
    encode,
)
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

STEP_MS = 10

Script: TypeAlias = "list[tuple[int, Command]]"
"""Commands, each so many steps after the one before."""

# six standard deviations of each side's noise, and what an Euler step and a sample each 100 ms leave
TOLERANCES = {
    "bus_voltage_v": 0.06,
    "battery_voltage_v": 0.06,
    "solar_voltage_v": 0.06,
    "voltage_v": 0.06,
    "payload_current_a": 0.09,
    "battery_current_a": 0.09,
    "solar_current_a": 0.09,
    "current_a": 0.09,
    "charge": 0.0021,
    "temperature_c": 0.03,
    "payload_temperature_c": 0.03,
    "board_temperature_c": 0.03,
    "amplifier_temperature_c": 0.03,
    "peak_temperature_c": 0.03,
    "rssi_dbm": 14.0,
    "payload_energy_mj": 150.0,
    "uptime_s": 0.0011,
}

rails = st.sampled_from(Rail)
durations_s = st.sampled_from((0.1, 0.5, 1.5, 60.0))
durations_ms = st.sampled_from((0, 100, 200, 1000, 3000))
lasting = st.sampled_from((FaultKind.STUCK, FaultKind.LATE, FaultKind.STALE, FaultKind.OVER_CURRENT))
faults = st.one_of(
    st.builds(
        InjectFault, st.just(0), st.sampled_from((FaultKind.LOSE_OCTETS, FaultKind.CORRUPT_OCTET)), st.integers(0, 30)
    ),
    st.builds(InjectFault, st.just(0), lasting, durations_ms),
    # its end is not when the bus is looked at
    st.builds(InjectFault, st.just(0), st.just(FaultKind.BROWN_OUT), st.sampled_from((0, 95, 995, 2995))),
    st.builds(InjectFault, st.just(0), st.sampled_from((FaultKind.PAYLOAD_RESET, FaultKind.BOARD_RESET)), st.just(0)),
)
# What is asked all the while, and shows whether the two are in the same state.
PROBES = (
    ReadStatus(1),
    ReadRail(2, Rail.PAYLOAD),
    ReadPower(3),
    ReadThermal(4),
    ReadRadio(5),
    ReadEnergy(6),
    ReadResets(7),
)
PROBE_PERIOD_MS = 200

# The charges and limits are such that neither noise nor a rounding decides whether one is reached.
commands = st.one_of(
    faults,
    st.builds(SetRail, st.just(0), rails, st.booleans()),
    st.builds(SetWatchdog, st.just(0), durations_s, durations_s),
    st.just(StrokeWatchdog(0)),
    st.builds(SetThermalLimit, st.just(0), st.sampled_from((10.0, 60.0, 85.0)), st.sampled_from((0.0, 5.0, 70.0))),
    st.just(ResetPeak(0)),
    st.builds(SetLoad, st.just(0), rails, st.sampled_from((0.0, 0.3, 1.0))),
    st.builds(SetSunlight, st.just(0), st.sampled_from((0.0, 0.4, 1.0))),
    st.builds(SetBatteryCharge, st.just(0), st.sampled_from((0.0, 0.02, 0.9, 1.0))),
    st.just(ReadRail(0, Rail.RADIO)),
)
# The simulator looks at the bus every 100 ms, the C firmware every 10 ms: at these steps both do.
steps = st.integers(0, 15).map(lambda tenths: 10 * tenths)
scripts = st.lists(st.tuples(steps, commands), max_size=12)


def fault(kind: FaultKind, parameter: int = 0) -> InjectFault:
    return InjectFault(0, kind, parameter)


busy = SetLoad(0, Rail.PAYLOAD, 1.0)
off, on = (SetRail(0, Rail.PAYLOAD, switch) for switch in (False, True))
SCRIPTS: dict[str, Script] = {
    "tripped": [
        (10, busy),
        (0, StrokeWatchdog(0)),
        (0, fault(FaultKind.OVER_CURRENT, 50)),
        (30, on),
        (60, StrokeWatchdog(0)),
    ],
    "latched": [
        (0, fault(FaultKind.OVER_CURRENT, 3000)),
        (350, on),
        (0, fault(FaultKind.OVER_CURRENT, 50)),
        (30, off),
        (100, on),
    ],
    "tripped in two rows": [(0, fault(FaultKind.OVER_CURRENT, 1300)), (400, fault(FaultKind.OVER_CURRENT, 1300))],
    "shortly shorted": [(0, fault(FaultKind.OVER_CURRENT, 10))],
    "starved": [
        (0, StrokeWatchdog(0)),
        (10, SetSunlight(0, 0.0)),
        (0, SetBatteryCharge(0, 0.02)),
        (50, on),
        (0, SetBatteryCharge(0, 0.9)),
    ],
    "browned out": [(0, fault(FaultKind.BROWN_OUT, 995)), (50, on), (20, StrokeWatchdog(0))],
    "unguarded": [(0, SetWatchdog(0, 0.5, 1.5)), (100, StrokeWatchdog(0)), (40, SetWatchdog(0, 0.5, 0.1)), (80, off)],
    "held off": [
        (0, fault(FaultKind.PAYLOAD_RESET)),
        (50, on),
        (0, off),
        (100, StrokeWatchdog(0)),
        (10, off),
        (0, StrokeWatchdog(0)),
    ],
    "restarted": [
        (0, busy),
        (50, SetThermalLimit(0, 10.0, 1.0)),
        (0, fault(FaultKind.BOARD_RESET)),
        (50, on),
        (100, off),
    ],
    "throttled": [
        (0, busy),
        (20, SetThermalLimit(0, 10.0, 0.0)),
        (20, SetThermalLimit(0, 60.0, 50.0)),
        (20, SetThermalLimit(0, 60.0, 5.0)),
    ],
    "full": [(0, SetBatteryCharge(0, 1.0)), (0, SetLoad(0, Rail.RADIO, 1.0)), (100, SetRail(0, Rail.RADIO, False))],
    "cooled": [(0, busy), (400, off), (50, ResetPeak(0)), (100, on)],
    "stale": [(0, fault(FaultKind.STALE, 500)), (0, busy), (100, fault(FaultKind.STALE, 0))],
    "stale anew": [(0, fault(FaultKind.STALE, 3000)), (0, busy), (50, fault(FaultKind.STALE, 3000))],
    "damaged": [
        (0, fault(FaultKind.LOSE_OCTETS, 30)),
        (0, fault(FaultKind.CORRUPT_OCTET, 7)),
        (40, fault(FaultKind.CORRUPT_OCTET, 99)),
    ],
    "stuck": [
        (0, fault(FaultKind.STUCK, 700)),
        (30, off),
        (0, fault(FaultKind.CORRUPT_OCTET, 7)),
        (100, fault(FaultKind.LATE, 300)),
    ],
    "late": [(0, fault(FaultKind.LATE, 450)), (0, busy), (10, fault(FaultKind.LATE, 700)), (10, off)],
}


class Line(Protocol):
    def receive(self, octets: bytes, now_ms: int) -> bytes: ...


class Simulator:
    def __init__(self) -> None:
        self._firmware = Firmware(Board(seed=0))

    def receive(self, octets: bytes, now_ms: int) -> bytes:
        # a clock that is a billionth fast: what is due at a step is, whatever its sum was rounded to
        return self._firmware.receive(octets, now_ms / 1000 * (1 + 1e-9))


def answers(line: Line, script: Script) -> list[tuple[int, Message]]:
    """Return what is answered, and when, to the script and to probes, until 4 s after the last command."""
    deframer, found, now_ms = Deframer(), [], 0
    for steps, command in [*script, (400, ReadResets(0))]:
        for _ in range(steps):
            now_ms += STEP_MS
            octets = b"".join(map(frame, PROBES)) if now_ms % PROBE_PERIOD_MS == 0 else b""
            found += [(now_ms, payload) for payload in deframer.feed(line.receive(octets, now_ms))]
        found += [(now_ms, payload) for payload in deframer.feed(line.receive(frame(command), now_ms))]
    return [(time_ms, decode(payload)) for time_ms, payload in found]


def frame(command: Command) -> bytes:
    return encode_frame(encode(command))


def exact(message: Message) -> tuple[object, ...]:
    """Return the kind, and what is not measured."""
    return type(message), *(value for field, value in asdict(message).items() if field not in TOLERANCES)


def measured(message: Message) -> dict[str, float]:
    return {field: value for field, value in asdict(message).items() if field in TOLERANCES}


def check_same(expected: list[tuple[int, Message]], found: list[tuple[int, Message]]) -> None:
    assert [(time_ms, exact(message)) for time_ms, message in found] == [
        (time_ms, exact(message)) for time_ms, message in expected
    ]
    for (_, theirs), (_, ours) in zip(expected, found, strict=True):
        for field, value in measured(theirs).items():
            assert measured(ours)[field] == pytest.approx(value, abs=TOLERANCES[field], rel=0), field


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_both_go_through_the_same_states(start_c_firmware: Callable[[], Line], script: Script) -> None:
    check_same(answers(Simulator(), script), answers(start_c_firmware(), script))


@settings(max_examples=40)
@given(scripts)
def test_both_answer_the_same_at_the_same_time(start_c_firmware: Callable[[], Line], script: Script) -> None:
    check_same(answers(Simulator(), script), answers(start_c_firmware(), script))


bodies = st.one_of(st.binary(max_size=12), commands.map(lambda command: encode(command)[3:]))


@given(st.integers(0, 0x20) | st.integers(0, 255), bodies)
@example(0x0A, struct.pack("<II", 0, 1))
@example(0x0A, struct.pack("<II", 1, 0))
@example(0x02, bytes([2, 1]))
@example(0x02, bytes([0, 2]))
@example(0x0D, struct.pack("<BH", 0, 1001))
@example(0x12, struct.pack("<BI", 10, 0))
def test_both_refuse_the_same(start_c_firmware: Callable[[], Line], kind: int, body: bytes) -> None:
    octets = encode_frame(bytes([kind, 0, 0]) + body)
    expected, found = (line.receive(octets, 0) for line in (Simulator(), start_c_firmware()))
    refusal = encode_frame(encode(Nack(0, NackReason.MALFORMED)))
    assert (found == refusal) == (expected == refusal)


@given(st.lists(st.binary(max_size=600), max_size=6))
def test_no_octets_stop_it(start_c_firmware: Callable[[], Line], pieces: list[bytes]) -> None:
    line = start_c_firmware()
    for piece in pieces:
        line.receive(piece, 0)
    last = line.receive(frame(StrokeWatchdog(7)), 0)
    assert last.endswith(encode_frame(encode(Ack(7))))
