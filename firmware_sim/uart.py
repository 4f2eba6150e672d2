"""The pace of a serial line, which a pseudo-terminal does not keep by itself."""

import math

from firmware_sim.errors import SettingError

_LOWEST_BAUD = 50
_HIGHEST_BAUD = 4_000_000
_BITS_PER_OCTET = 10  # 8N1: a start bit, eight data bits, a stop bit


class UartTransmitter:
    """Holds octets back until a line of `baud` would have carried them.

    Raises SettingError if `baud` is out of range.
    """

    def __init__(self, baud: int) -> None:
        if not _LOWEST_BAUD <= baud <= _HIGHEST_BAUD:
            raise SettingError("baud", baud, f"{_LOWEST_BAUD} to {_HIGHEST_BAUD}")
        self._octet_s = _BITS_PER_OCTET / baud
        self._queue = bytearray()
        self._next_due_s = math.inf

    @property
    def backlog_octets(self) -> int:
        """How many octets are still to be sent."""
        return len(self._queue)

    @property
    def next_due_s(self) -> float:
        """When the next octet is through, or infinity if there is none."""
        return self._next_due_s

    def send(self, octets: bytes, now_s: float) -> None:
        """Queue `octets` behind those that wait."""
        if octets and not self._queue:
            self._next_due_s = now_s + self._octet_s
        self._queue += octets

    def due(self, now_s: float) -> bytes:
        """Return the octets that are through by `now_s` and were not returned before."""
        if now_s < self._next_due_s:
            return b""
        count = 1 + int((now_s - self._next_due_s) / self._octet_s)
        octets = bytes(self._queue[:count])
        del self._queue[:count]
        self._next_due_s = self._next_due_s + count * self._octet_s if self._queue else math.inf
        return octets
