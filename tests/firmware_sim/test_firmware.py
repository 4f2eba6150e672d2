from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from protocol.serial.board import (
    Ack,
    Command,
    Nack,
    NackReason,
    ReadStatus,
    Reply,
    SetPayloadRail,
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
    octets = frame(ReadStatus(5)) + frame(SetPayloadRail(6, False)) + frame(StrokeWatchdog(7))
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
