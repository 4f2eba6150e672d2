"""The board's firmware: octets in from the serial line, octets out to it."""

import math
from collections.abc import Iterable

from firmware_sim.board import Board
from firmware_sim.line_faults import FaultyLine
from firmware_sim.scheduled_fault import ScheduledFault
from protocol.serial.board import Command, FaultKind, InjectFault, Nack, NackReason, decode, encode
from protocol.serial.errors import SerialDecodeError
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

_NO_SEQUENCE = 0


class Firmware:
    """Joins a serial line to a board. Owns no line and no clock."""

    def __init__(self, board: Board, faults: Iterable[ScheduledFault] = ()) -> None:
        self._board = board
        self._faults = sorted(faults, key=lambda fault: fault.time_s)
        self._deframer = Deframer()
        self._line = FaultyLine()

    @property
    def next_due_s(self) -> float:
        """When something happens without octets from the line: time is to be told then."""
        return min(self._line.next_due_s, self._faults[0].time_s if self._faults else math.inf)

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Take in `data` from the line at `now_s` after power-on and return the octets that leave by then."""
        while self._faults and self._faults[0].time_s <= now_s:
            due = self._faults.pop(0)
            self._board.tick(due.time_s)
            self._board.inject(due.fault, due.parameter)
            self._break_line(due.fault, due.parameter, due.time_s)
        self._board.tick(now_s)
        arrived = b"" if self._line.stuck(now_s) else data
        left = b"".join(self._answer(payload, now_s) for payload in self._deframer.feed(arrived))
        return left + self._line.due(now_s)

    def _answer(self, payload: bytes, now_s: float) -> bytes:
        """A fault that is asked for comes after its acknowledgement."""
        if self._line.stuck(now_s):
            return b""
        command = _command(payload)
        reply = Nack(_NO_SEQUENCE, NackReason.MALFORMED) if command is None else self._board.handle(command)
        self._line.send(encode_frame(encode(reply)), now_s)
        left = self._line.due(now_s)
        if isinstance(command, InjectFault):
            self._break_line(command.fault, command.parameter, now_s)
        return left

    def _break_line(self, fault: FaultKind, parameter: int, now_s: float) -> None:
        if fault is FaultKind.BOARD_RESET:
            self._line = FaultyLine()
        self._line.inject(fault, parameter, now_s)


def _command(payload: bytes) -> Command | None:
    try:
        message = decode(payload)
    except SerialDecodeError:
        return None
    return message if isinstance(message, Command) else None
