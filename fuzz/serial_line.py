"""What comes over the serial line, at the board's end and at the spacecraft's."""

from collections.abc import Callable
from typing import Any

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from flatsat.board import BoardClient
from fuzz.parser import Parser
from protocol.serial.board import (
    Ack,
    Command,
    Energy,
    FaultKind,
    InjectFault,
    Nack,
    NackReason,
    Power,
    Rail,
    RailReading,
    ReadRail,
    ReadStatus,
    Reply,
    ResetCause,
    SetLoad,
    SetRail,
    SetThermalLimit,
    SetWatchdog,
    Status,
    StrokeWatchdog,
    Thermal,
    decode,
    encode,
)
from protocol.serial.errors import SerialDecodeError
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

_COMMANDS: tuple[Command, ...] = (
    ReadStatus(1),
    SetRail(2, Rail.PAYLOAD, True),
    StrokeWatchdog(3),
    ReadRail(4, Rail.RADIO),
    SetWatchdog(5, 1.0, 0.1),
    SetThermalLimit(6, 85.0, 5.0),
    SetLoad(7, Rail.PAYLOAD, 0.5),
    InjectFault(8, FaultKind.BROWN_OUT, 1000),
)
_REPLIES: tuple[Reply, ...] = (
    Status(1, 12.5, 7.9, 0.45, 21.5, True, False, 0, ResetCause.POWER_ON),
    Ack(2),
    Nack(3, NackReason.BUSY),
    Power(3, 8.3, 1.5, 8.0, -0.63, 0.9),
    Energy(5, 1000, 45.0),
    Thermal(4, 45.0, 30.0, 85.0, False),
    RailReading(8, Rail.PAYLOAD, 8.0, 0.45, True, False, False, 0),
)


class _Line:
    """A serial port on which so many octets arrive at once."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def read(self) -> bytes:
        octets, self._octets = self._octets, b""
        return octets

    def write(self, data: bytes) -> None:
        """Send nothing."""

    def reopen(self) -> None:
        """Begin anew."""

    def close(self) -> None:
        """End."""


def _in_pieces(octets: bytes, take: Callable[[bytes], Any]) -> None:
    for start in range(0, len(octets), 7):
        take(octets[start : start + 7])


def _run_board(octets: bytes) -> None:
    firmware = Firmware(Board(seed=0))
    _in_pieces(octets, lambda part: firmware.receive(part, 1.0))
    firmware.receive(b"", 3.0)


def _run_client(octets: bytes) -> None:
    client = BoardClient(_Line(octets))
    client.set_payload_rail(True, 0.0)
    for now_s in (0.0, 0.1, 2.0):
        client.tick(now_s)
        client.payload_on(now_s)


def _frames(*sent: Command | Reply) -> bytes:
    return b"".join(encode_frame(encode(each)) for each in sent)


PARSERS = (
    Parser("serial frames", lambda octets: _in_pieces(octets, Deframer().feed), (), lambda: [_frames(*_COMMANDS)]),
    Parser(
        "board message",
        lambda octets: encode(decode(octets)),
        (SerialDecodeError,),
        lambda: [encode(each) for each in (*_COMMANDS, *_REPLIES)],
    ),
    Parser(
        "board",
        _run_board,
        (),
        lambda: [_frames(*_COMMANDS), _frames(*_REPLIES)],
    ),
    Parser("board's client", _run_client, (), lambda: [_frames(*_REPLIES)]),
)
"""Their order is that of the corpus: new ones go last."""
