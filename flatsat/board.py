"""The spacecraft's end of the serial line to the board: the port and the client."""

import math
import select
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import serial

from flatsat.errors import BoardError, ConfigError
from protocol.serial.board import (
    MAX_SEQUENCE,
    Ack,
    Command,
    Nack,
    ReadStatus,
    Reply,
    SetPayloadRail,
    Status,
    StrokeWatchdog,
    decode,
    encode,
)
from protocol.serial.errors import SerialDecodeError
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

_READ_OCTETS = 4096
_REPLIES: dict[type[Command], tuple[type[Reply], ...]] = {
    ReadStatus: (Status, Nack),
    SetPayloadRail: (Ack, Nack),
    StrokeWatchdog: (Ack, Nack),
}


class BytePort(Protocol):
    """A serial line. No call waits; each may raise BoardError if the line is gone."""

    def read(self) -> bytes:
        """Return what has arrived, nothing if nothing has."""

    def write(self, data: bytes) -> None:
        """Send `data`; what the line cannot take now is lost."""

    def reopen(self) -> None:
        """Open the line again after it was lost. Raises BoardError if it still is."""

    def close(self) -> None:
        """Give the line back."""


class SerialPort:
    """A BytePort on a serial device, at `baud` with 8 data bits, no parity and 1 stop bit.

    Raises BoardError if the device cannot be opened, and from every method once it has vanished.
    """

    def __init__(self, path: str, baud: int) -> None:
        self._path, self._baud = path, baud
        self._serial = self._open()

    def read(self) -> bytes:
        """Return what has arrived, nothing if nothing has."""
        try:
            return bytes(self._serial.read(_READ_OCTETS))
        except serial.SerialException as error:
            raise BoardError(self._path, f"cannot be read: {error}") from error

    def write(self, data: bytes) -> None:
        """Send `data`; what the line cannot take now is lost."""
        try:
            # pyserial's write spins for as long as the device takes nothing.
            if select.select([], [self._serial], [], 0)[1]:
                self._serial.write(data)
        except (serial.SerialException, OSError) as error:
            raise BoardError(self._path, f"cannot be written: {error}") from error

    def reopen(self) -> None:
        """Open the device again: it may be another one under the same path. Raises BoardError if it is not there."""
        self._serial.close()
        self._serial = self._open()

    def close(self) -> None:
        """Give the device back."""
        self._serial.close()

    def _open(self) -> serial.Serial:
        try:
            return serial.Serial(self._path, self._baud, timeout=0, write_timeout=0)
        except (serial.SerialException, ValueError) as error:
            raise BoardError(self._path, f"cannot be opened: {error}") from error


@dataclass(slots=True)
class LineCounters:
    """What went wrong on the line to the board."""

    resent: int = 0
    """Commands sent again because no reply came in time."""
    refused: int = 0
    """Nacks."""
    stray: int = 0
    """Replies that no command waits for, and frames that hold no reply."""


@dataclass(slots=True)
class _Exchange:
    command: Command
    asked_s: float
    sent_s: float


class BoardClient:
    """Keeps the board's watchdog stroked, its newest status at hand and its payload rail as commanded.

    Each kind of command has at most one exchange open; a newer command of a kind replaces the older. A
    command without a reply is sent again, with its sequence number, every `reply_timeout_s`.

    Raises ConfigError for a period that is not above 0, or a `stale_after_s` not above `poll_period_s`.
    """

    def __init__(
        self,
        port: BytePort,
        poll_period_s: float = 1.0,
        stale_after_s: float = 5.0,
        reply_timeout_s: float = 0.2,
    ) -> None:
        for field, value, lowest in (
            ("poll_period_s", poll_period_s, 0.0),
            ("reply_timeout_s", reply_timeout_s, 0.0),
            ("stale_after_s", stale_after_s, poll_period_s),
        ):
            if not lowest < value < math.inf:
                raise ConfigError(field, value, f"more than {lowest} s")
        self.counters = LineCounters()
        self.status: Status | None = None
        self.strokes_watchdog = True
        """Whether it is stroked; who leaves that be has the board reset the payload."""
        self._port = port
        self._poll_period_s = poll_period_s
        self._stale_after_s = stale_after_s
        self._reply_timeout_s = reply_timeout_s
        self._deframer = Deframer()
        self._open: dict[type[Command], _Exchange] = {}
        self._sequence = 0
        self._next_poll_s = -math.inf
        self._status_asked_s = -math.inf
        self._rail_wanted: bool | None = None
        self._rail_acknowledged = False

    @property
    def bad_frames(self) -> int:
        """How many runs of octets from the board were no frame."""
        return self._deframer.bad_frames

    def tick(self, now_s: float) -> None:
        """Take in what has arrived, and send what is due. Raises BoardError if the line is gone."""
        for payload in self._deframer.feed(self._port.read()):
            self._take_in(payload, now_s)
        if now_s >= self._next_poll_s:
            self._next_poll_s = now_s + self._poll_period_s
            self._ask(ReadStatus, now_s)
            if self.strokes_watchdog:
                self._ask(StrokeWatchdog, now_s)
        self._resend_late(now_s)

    def status_age_s(self, now_s: float) -> float:
        """Return how long ago `status` was asked for, an upper bound of its age; infinity without one."""
        return now_s - self._status_asked_s

    def payload_on(self, now_s: float) -> bool:
        """Whether the payload is known to be powered: False, too, if the newest status is stale."""
        return (
            self.status is not None and self.status.payload_rail_on and self.status_age_s(now_s) <= self._stale_after_s
        )

    def reopen(self) -> None:
        """Begin anew on a line that was lost: nothing is on its way any more. Raises BoardError if it still is."""
        self._port.reopen()
        self._deframer = Deframer()
        self._open.clear()

    def set_payload_rail(self, on: bool, now_s: float) -> None:
        """Command the payload rail, again and again until a status taken after the command confirms it."""
        self._rail_wanted = on
        self._rail_acknowledged = False
        self._ask(lambda sequence: SetPayloadRail(sequence, on), now_s)

    def _take_in(self, payload: bytes, now_s: float) -> None:
        try:
            reply = decode(payload)
        except SerialDecodeError:
            self.counters.stray += 1
            return
        if isinstance(reply, Nack):
            self.counters.refused += 1
        match self._close_exchange(reply), reply:
            case _Exchange(asked_s=asked_s), Status():
                self.status = reply
                self._status_asked_s = asked_s
                self._settle_rail(reply.payload_rail_on, now_s)
            case _Exchange(command=SetPayloadRail()), Ack():
                self._rail_acknowledged = True
                self._ask(ReadStatus, now_s)
            case None, Status() | Ack() | ReadStatus() | SetPayloadRail() | StrokeWatchdog():
                self.counters.stray += 1

    def _settle_rail(self, rail_on: bool, now_s: float) -> None:
        if self._rail_wanted is None or SetPayloadRail in self._open:
            return
        # A rail that is held off by a reset agrees with "off" without having been told to stay so.
        if self._rail_acknowledged and rail_on == self._rail_wanted:
            self._rail_wanted = None
        else:
            self.set_payload_rail(self._rail_wanted, now_s)

    def _close_exchange(self, reply: Command | Reply) -> _Exchange | None:
        for kind, exchange in self._open.items():
            if exchange.command.sequence == reply.sequence and isinstance(reply, _REPLIES[kind]):
                return self._open.pop(kind)
        return None

    def _ask(self, make: Callable[[int], Command], now_s: float) -> None:
        self._sequence = self._sequence % MAX_SEQUENCE + 1
        command = make(self._sequence)
        self._open[type(command)] = _Exchange(command, now_s, now_s)
        self._send(command)

    def _resend_late(self, now_s: float) -> None:
        for exchange in self._open.values():
            if now_s - exchange.sent_s >= self._reply_timeout_s:
                exchange.sent_s = now_s
                self.counters.resent += 1
                self._send(exchange.command)

    def _send(self, command: Command) -> None:
        self._port.write(encode_frame(encode(command)))
