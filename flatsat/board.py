"""The spacecraft's end of the serial line to the board: the port and the client."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import edge.serial_port
from edge.serial_port import BytePort as BytePort
from flatsat.errors import BoardError, ConfigError
from protocol.serial.board import (
    MAX_SEQUENCE,
    Ack,
    Command,
    Energy,
    FaultKind,
    InjectFault,
    Nack,
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
from protocol.serial.errors import SerialDecodeError
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame

Reading = TypeVar("Reading", Status, Power, RailReading, Thermal, Radio, Energy, Resets)

# What a command is answered with; every other one with an Ack, and any with a Nack.
_READINGS: dict[type[Command], type[Reply]] = {
    ReadStatus: Status,
    ReadPower: Power,
    ReadRail: RailReading,
    ReadThermal: Thermal,
    ReadRadio: Radio,
    ReadEnergy: Energy,
    ReadResets: Resets,
}

# After which commands what is read at once, to see what they did.
_READ_AFTER: dict[type[Command], type[Command]] = {SetRail: ReadStatus, ResetPeak: ReadEnergy}


class SerialPort(edge.serial_port.SerialPort):
    """The serial line to the board, on a device or behind a port server.

    Raises BoardError if the device cannot be opened, and from every method once it has vanished.
    """

    def __init__(self, path: str, baud: int) -> None:
        super().__init__(path, baud, BoardError)


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


@dataclass(frozen=True, slots=True)
class _Answer:
    reply: Reply
    asked_s: float


class BoardClient:
    """Keeps the board's watchdog stroked, its newest readings at hand and its payload rail as commanded.

    Each kind of command has at most one exchange open; a newer command of a kind replaces the older. A
    command without a reply is sent again, with its sequence number, every `reply_timeout_s`. A poll takes 144 octets
    from the board: 13 ms of a line of 115200 bit/s.

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
        self.strokes_watchdog = True
        """Whether it is stroked; who leaves that be has the board reset the payload."""
        self._port = port
        self._poll_period_s = poll_period_s
        self._stale_after_s = stale_after_s
        self._reply_timeout_s = reply_timeout_s
        self._deframer = Deframer()
        self._open: dict[type[Command], _Exchange] = {}
        self._newest: dict[type[Reply], _Answer] = {}
        self._sequence = 0
        self._next_poll_s = -math.inf
        self._rail_wanted: bool | None = None
        self._rail_acknowledged = False
        self._load = 0.0
        self._load_told = True
        self._peak_wanted_new = False
        self._faults: list[tuple[FaultKind, int]] = []

    @property
    def bad_frames(self) -> int:
        """How many runs of octets from the board were no frame."""
        return self._deframer.bad_frames

    @property
    def status(self) -> Status | None:
        """The newest status, however old."""
        return self._reading(Status)

    def tick(self, now_s: float) -> None:
        """Take in what has arrived, and send what is due. Raises BoardError if the line is gone."""
        for payload in self._deframer.feed(self._port.read()):
            self._take_in(payload, now_s)
        if now_s >= self._next_poll_s:
            self._next_poll_s = now_s + self._poll_period_s
            self._poll(now_s)
        self._tell_news(now_s)
        self._resend_late(now_s)

    def status_age_s(self, now_s: float) -> float:
        """Return how long ago `status` was asked for, an upper bound of its age; infinity without one."""
        return self._age_s(Status, now_s)

    def newest(self, kind: type[Reading], now_s: float) -> Reading | None:
        """Return the newest reply of a kind, of the payload's rail where it is a rail's; None if it is stale."""
        return self._reading(kind) if self._age_s(kind, now_s) <= self._stale_after_s else None

    def payload_on(self, now_s: float) -> bool:
        """Whether the payload is known to be powered: False, too, if the newest status is stale."""
        status = self.newest(Status, now_s)
        return status is not None and status.payload_rail_on

    def reopen(self) -> None:
        """Begin anew on a line that was lost: nothing is on its way any more. Raises BoardError if it still is."""
        self._port.reopen()
        self._deframer = Deframer()
        self._open.clear()
        self._load_told = False

    def set_payload_rail(self, on: bool, now_s: float) -> None:
        """Command the payload rail, again and again until a status taken after the command confirms it."""
        self._rail_wanted = on
        self._rail_acknowledged = False
        self._ask(lambda sequence: SetRail(sequence, Rail.PAYLOAD, on), now_s)

    def set_load(self, load: float) -> None:
        """Tell how hard the payload works, 0 to 1: by the next tick, and with every poll, for a reset forgets it."""
        if load != self._load:
            self._load, self._load_told = load, False

    def reset_peak(self) -> None:
        """Let the highest temperature begin anew, by the next tick."""
        self._peak_wanted_new = True

    def inject(self, fault: FaultKind, parameter: int) -> None:
        """Have the board fail, by the next tick, as `protocol.serial.board.FaultKind` says."""
        self._faults.append((fault, parameter))

    def _poll(self, now_s: float) -> None:
        self._ask(ReadStatus, now_s)
        if self.strokes_watchdog:
            self._ask(StrokeWatchdog, now_s)
        for read in (ReadPower, ReadThermal, ReadEnergy, ReadRadio, ReadResets):
            self._ask(read, now_s)
        self._ask(lambda sequence: ReadRail(sequence, Rail.PAYLOAD), now_s)
        self._load_told = self._load_told and self._load == 0.0

    def _tell_news(self, now_s: float) -> None:
        if not self._load_told:
            self._load_told = True
            self._ask(lambda sequence: SetLoad(sequence, Rail.PAYLOAD, self._load), now_s)
        if self._peak_wanted_new:
            self._peak_wanted_new = False
            self._ask(ResetPeak, now_s)
        if self._faults:
            fault = self._faults.pop(0)
            self._ask(lambda sequence: InjectFault(sequence, *fault), now_s)

    def _take_in(self, payload: bytes, now_s: float) -> None:
        try:
            message = decode(payload)
        except SerialDecodeError:
            self.counters.stray += 1
            return
        exchange = self._close_exchange(message)
        if isinstance(message, Nack):
            self.counters.refused += 1
        elif exchange is None or isinstance(message, Command):
            self.counters.stray += 1
        elif isinstance(message, Ack):
            self._acknowledged(exchange.command, now_s)
        else:
            self._newest[type(message)] = _Answer(message, exchange.asked_s)
            if isinstance(message, Status):
                self._settle_rail(message.payload_rail_on, now_s)

    def _acknowledged(self, command: Command, now_s: float) -> None:
        if isinstance(command, SetRail):
            self._rail_acknowledged = True
        if type(command) in _READ_AFTER:
            self._ask(_READ_AFTER[type(command)], now_s)

    def _settle_rail(self, rail_on: bool, now_s: float) -> None:
        if self._rail_wanted is None or SetRail in self._open:
            return
        # A rail that is held off by a reset agrees with "off" without having been told to stay so.
        if self._rail_acknowledged and rail_on == self._rail_wanted:
            self._rail_wanted = None
        else:
            self.set_payload_rail(self._rail_wanted, now_s)

    def _reading(self, kind: type[Reading]) -> Reading | None:
        answer = self._newest.get(kind)
        return answer.reply if answer is not None and isinstance(answer.reply, kind) else None

    def _age_s(self, kind: type[Reply], now_s: float) -> float:
        answer = self._newest.get(kind)
        return math.inf if answer is None else now_s - answer.asked_s

    def _close_exchange(self, reply: Command | Reply) -> _Exchange | None:
        for kind, exchange in self._open.items():
            fits = isinstance(reply, (_READINGS.get(kind, Ack), Nack))
            if fits and exchange.command.sequence == reply.sequence:
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
