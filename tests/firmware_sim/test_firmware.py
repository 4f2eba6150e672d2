import math

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from firmware_sim.scheduled_fault import ScheduledFault
from protocol.serial.board import (
    Ack,
    Command,
    FaultKind,
    InjectFault,
    Nack,
    NackReason,
    Rail,
    ReadResets,
    ReadStatus,
    Reply,
    ResetCause,
    Resets,
    SetRail,
    Status,
    StrokeWatchdog,
    decode,
    encode,
)
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame


def frame(message: Command | Reply) -> bytes:
    return encode_frame(encode(message))


def replies(octets: bytes) -> list[Command | Reply]:
    return [decode(payload) for payload in Deframer().feed(octets)]


def test_each_command_is_answered_with_its_sequence() -> None:
    firmware = Firmware(Board(seed=0))
    octets = frame(ReadStatus(5)) + frame(SetRail(6, Rail.PAYLOAD, False)) + frame(StrokeWatchdog(7))
    status, *rest = replies(firmware.receive(octets, 2.5))
    assert isinstance(status, Status)
    assert (status.sequence, status.uptime_s) == (5, 2.5)
    assert rest == [Ack(6), Ack(7)]


def test_command_in_pieces_is_answered_once_complete() -> None:
    firmware = Firmware(Board(seed=0))
    octets = frame(StrokeWatchdog(9))
    assert [firmware.receive(octets[i : i + 1], 0.0) for i in range(len(octets) - 1)] == [b""] * (len(octets) - 1)
    assert replies(firmware.receive(octets[-1:], 0.0)) == [Ack(9)]


def test_time_passes_without_octets() -> None:
    firmware = Firmware(Board(seed=0, watchdog_timeout_s=3.0))
    firmware.receive(frame(StrokeWatchdog(1)), 0.0)
    assert firmware.receive(b"", 3.5) == b""
    (status,) = replies(firmware.receive(frame(ReadStatus(2)), 3.5))
    assert isinstance(status, Status)
    assert (status.payload_rail_on, status.watchdog_resets) == (False, 1)


def test_frame_that_holds_no_command_is_refused() -> None:
    octets = encode_frame(b"\x7f\x01\x00") + frame(Ack(3))
    assert replies(Firmware(Board(seed=0)).receive(octets, 0.0)) == [Nack(0, NackReason.MALFORMED)] * 2


def test_damaged_frame_is_not_answered() -> None:
    damaged = bytearray(frame(ReadStatus(1)))
    damaged[3] ^= 0x10
    assert Firmware(Board(seed=0)).receive(bytes(damaged), 0.0) == b""


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_no_octets_stop_it(pieces: list[bytes]) -> None:
    firmware = Firmware(Board(seed=0))
    for piece in pieces:
        firmware.receive(piece, 0.0)
    assert replies(firmware.receive(frame(StrokeWatchdog(1)), 0.0))[-1] == Ack(1)


# -- faults ------------------------------------------------------------------------------------------------------------


def test_fault_comes_after_its_acknowledgement() -> None:
    for fault in FaultKind:
        firmware = Firmware(Board(seed=0))
        assert replies(firmware.receive(frame(InjectFault(1, fault, 60_000)), 0.0)) == [Ack(1)]


def test_commands_behind_the_one_that_sticks_the_line_are_lost() -> None:
    firmware = Firmware(Board(seed=0))
    octets = frame(InjectFault(1, FaultKind.STUCK, 1000)) + frame(SetRail(2, Rail.PAYLOAD, False))
    assert replies(firmware.receive(octets, 0.0)) == [Ack(1)]
    assert firmware.receive(frame(SetRail(3, Rail.PAYLOAD, False)), 0.9) == b""
    (status,) = replies(firmware.receive(frame(ReadStatus(4)), 1.0))
    assert isinstance(status, Status)
    assert status.payload_rail_on


def test_command_that_begins_on_a_stuck_line_is_lost() -> None:
    firmware = Firmware(Board(seed=0))
    firmware.receive(frame(InjectFault(1, FaultKind.STUCK, 1000)), 0.0)
    octets = frame(StrokeWatchdog(2))
    assert firmware.receive(octets[:5], 0.5) + firmware.receive(octets[5:], 1.5) == b""


def test_late_reply_is_due_by_itself() -> None:
    firmware = Firmware(Board(seed=0))
    firmware.receive(frame(InjectFault(1, FaultKind.LATE, 250)), 1.0)
    assert firmware.receive(frame(StrokeWatchdog(2)), 1.0) == b""
    assert firmware.next_due_s == 1.25
    assert replies(firmware.receive(b"", 1.25)) == [Ack(2)]
    assert firmware.next_due_s == math.inf


def test_board_reset_ends_the_lines_faults() -> None:
    firmware = Firmware(Board(seed=0))
    firmware.receive(frame(InjectFault(1, FaultKind.LOSE_OCTETS, 1000)), 0.0)
    assert firmware.receive(frame(InjectFault(2, FaultKind.BOARD_RESET)), 0.0) == b""
    assert replies(firmware.receive(frame(StrokeWatchdog(3)), 0.0)) == [Ack(3)]


def test_scheduled_faults_happen_at_their_times_in_any_order_given() -> None:
    faults = [ScheduledFault(6.0, FaultKind.LOSE_OCTETS, 100), ScheduledFault(2.0, FaultKind.BOARD_RESET, 0)]
    firmware = Firmware(Board(seed=0), faults)
    assert firmware.next_due_s == 2.0
    (resets,) = replies(firmware.receive(frame(ReadResets(1)), 5.0))
    assert isinstance(resets, Resets)
    assert (resets.board_cause, resets.board_resets) == (ResetCause.BOARD_RESET, 1)
    (status,) = replies(firmware.receive(frame(ReadStatus(2)), 5.0))
    assert isinstance(status, Status)
    assert status.uptime_s == 3.0
    assert firmware.next_due_s == 6.0
    assert firmware.receive(frame(ReadStatus(3)), 7.0) == b""


def test_same_seed_same_octets() -> None:
    def octets(seed: int) -> bytes:
        firmware = Firmware(Board(seed), [ScheduledFault(3.0, FaultKind.BROWN_OUT, 500)])
        return b"".join(firmware.receive(frame(ReadStatus(second)), float(second)) for second in range(10))

    assert octets(1) == octets(1) != octets(2)
