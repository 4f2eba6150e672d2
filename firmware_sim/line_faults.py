"""The faults of the line: what they do to the octets that pass."""

import math
from collections import deque

from protocol.serial.board import FaultKind

_CORRUPTION = 0x10


class FaultyLine:
    """The board's end of the line. Without a fault all that arrives passes, and all that is sent is due at once."""

    def __init__(self) -> None:
        self._to_lose = 0
        self._corrupt_at: int | None = None
        self._late_s = 0.0
        self._stuck_until_s = -math.inf
        self._leaving: deque[tuple[float, bytes]] = deque()

    @property
    def next_due_s(self) -> float:
        """When the next frame leaves, infinity if there is none."""
        return self._leaving[0][0] if self._leaving else math.inf

    def inject(self, fault: FaultKind, parameter: int, now_s: float) -> None:
        """Break something from now on; a fault that is not the line's changes nothing here."""
        match fault:
            case FaultKind.LOSE_OCTETS:
                self._to_lose = parameter
            case FaultKind.CORRUPT_OCTET:
                self._corrupt_at = parameter
            case FaultKind.STUCK:
                self._stuck_until_s = now_s + parameter / 1000
            case FaultKind.LATE:
                self._late_s = parameter / 1000

    def stuck(self, now_s: float) -> bool:
        """Whether nothing passes."""
        return now_s < self._stuck_until_s

    def send(self, frame: bytes, now_s: float) -> None:
        """Queue a frame behind those that are still to leave."""
        self._leaving.append((now_s + self._late_s, frame))
        self._late_s = 0.0

    def due(self, now_s: float) -> bytes:
        """Return what has left by `now_s` and was not returned before."""
        left = b""
        while self.next_due_s <= now_s:
            leaves_s, frame = self._leaving.popleft()
            if not self.stuck(leaves_s):
                left += self._spoil(frame)
        return left

    def _spoil(self, frame: bytes) -> bytes:
        octets = bytearray(frame)
        if self._corrupt_at is not None:
            octets[self._corrupt_at % len(octets)] ^= _CORRUPTION
            self._corrupt_at = None
        lost = min(self._to_lose, len(octets))
        self._to_lose -= lost
        return bytes(octets[lost:])
