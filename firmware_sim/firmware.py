"""The board's firmware: octets in from the serial line, octets out to it."""

from firmware_sim.board import Board
from protocol.serial.board import Ack, Nack, NackReason, Reply, Status, decode, encode
from protocol.serial.errors import SerialDecodeError
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

_NO_SEQUENCE = 0


class Firmware:
    """Joins a serial line to a board. Owns no line and no clock."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._deframer = Deframer()

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Take in `data` from the line at `now_s` after power-on and return the frames to send in reply."""
        self._board.tick(now_s)
        replies = [self._reply(payload) for payload in self._deframer.feed(data)]
        return b"".join(encode_frame(encode(reply)) for reply in replies)

    def _reply(self, payload: bytes) -> Reply:
        malformed = Nack(_NO_SEQUENCE, NackReason.MALFORMED)
        try:
            command = decode(payload)
        except SerialDecodeError:
            return malformed
        if isinstance(command, Status | Ack | Nack):
            return malformed
        return self._board.handle(command)
