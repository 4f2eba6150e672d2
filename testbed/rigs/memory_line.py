"""A serial line to the board's firmware without a wire."""

from collections.abc import Callable

from firmware_sim.firmware import Firmware


class MemoryLine:
    """The firmware answers in the moment in which it is written to."""

    def __init__(self, firmware: Firmware, now_s: Callable[[], float]) -> None:
        """Take what tells link time."""
        self._firmware, self._now_s = firmware, now_s
        self._arrived = b""

    def read(self) -> bytes:
        """Return what has come."""
        arrived, self._arrived = self._arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        """Give the firmware octets, now."""
        self._arrived += self._firmware.receive(data, self._now_s())

    def reopen(self) -> None:
        """It was never lost."""

    def close(self) -> None:
        """Nothing is open."""
