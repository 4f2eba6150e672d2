"""One packet radio: frames from its host to the air, and back."""

import math
from collections import deque
from dataclasses import dataclass

from firmware_sim.packet_radio.host_framing import open_host_framing
from firmware_sim.packet_radio.settings import RadioSettings
from firmware_sim.uart import UartTransmitter


@dataclass(frozen=True, slots=True)
class Transmission:
    """A frame on the air, from its first to its last instant at the sender's antenna."""

    frame: bytes
    started_s: float
    ended_s: float


@dataclass(slots=True)
class RadioCounters:
    """What became of frames."""

    sent: int = 0
    heard: int = 0
    lost: int = 0
    """On their way here."""
    corrupted: int = 0
    """On their way here, and dropped by the radio's own check."""
    collided: int = 0
    """Those that came while this radio was sending."""
    no_room: int = 0
    """Those from the host that found the buffer full."""


class PacketRadio:
    """Takes frames from its host one by one and sends them as soon as it can; it does not listen before.

    Owns no line and no clock. Raises SettingError if the lines' pace is out of range.
    """

    def __init__(self, settings: RadioSettings) -> None:
        self._settings = settings
        self._from_host, self._to_host = UartTransmitter(settings.baud), UartTransmitter(settings.baud)
        self._framing = open_host_framing(settings)
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._free_s = 0.0
        self._sent: list[Transmission] = []
        self.counters = RadioCounters()

    @property
    def backlog_octets(self) -> int:
        """Octets that are on the line from the host."""
        return self._from_host.backlog_octets

    @property
    def next_due_s(self) -> float:
        """When something happens here by itself, or infinity."""
        return min(self._from_host.next_due_s, self._to_host.next_due_s, self._next_begin_s)

    def write(self, octets: bytes, now_s: float) -> None:
        """Take in what the host has written."""
        self._from_host.send(octets, now_s)

    def read(self, now_s: float) -> bytes:
        """Return the octets that have come to the host since the last call."""
        return self._to_host.due(now_s)

    def transmit(self, now_s: float) -> list[Transmission]:
        """Return the transmissions that have begun since the last call."""
        begun = self._begin_due(now_s)
        for frame in self._framing.feed(self._from_host.due(now_s)):
            self._enqueue(frame, now_s)
            begun += self._begin_due(now_s)
        return begun

    def is_sending(self, from_s: float, to_s: float) -> bool:
        """Return whether it sent at any time of a span that is not forgotten."""
        return any(each.started_s < to_s and each.ended_s > from_s for each in self._sent)

    def forget(self, before_s: float) -> None:
        """Drop what it sent before, for `is_sending`."""
        self._sent = [each for each in self._sent if each.ended_s > before_s]

    def hear(self, frame: bytes, now_s: float) -> None:
        """Take a frame in from the air and give it to the host."""
        self.counters.heard += 1
        self._to_host.send(self._framing.encode(frame), now_s)

    def _enqueue(self, frame: bytes, now_s: float) -> None:
        if sum(len(each) for _, each in self._waiting) + len(frame) > self._settings.buffer_octets:
            self.counters.no_room += 1
        else:
            self._waiting.append((now_s, frame))

    def _begin_due(self, now_s: float) -> list[Transmission]:
        begun = []
        while self._next_begin_s <= now_s:
            begun.append(self._begin(self._next_begin_s, self._waiting.popleft()[1]))
        self._sent += begun
        self.counters.sent += len(begun)
        return begun

    def _begin(self, started_s: float, frame: bytes) -> Transmission:
        ended_s = started_s + self._settings.air_time_s(len(frame), self._framing.preamble_s)
        self._free_s = ended_s + self._settings.busy_s
        return Transmission(frame, started_s, ended_s)

    @property
    def _next_begin_s(self) -> float:
        return max(self._free_s, self._waiting[0][0]) if self._waiting else math.inf
