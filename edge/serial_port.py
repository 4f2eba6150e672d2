"""A serial line: a device, or one of another machine's behind a TCP port. The only importer of pyserial."""

import io
import select
from collections.abc import Callable
from typing import Protocol

import serial

_READ_OCTETS = 4096
_TELNET = "rfc2217://"


class BytePort(Protocol):
    """A serial line. No call waits; each may raise an error of its owner's if the line is gone."""

    def read(self) -> bytes:
        """Return what has arrived, nothing if nothing has."""

    def write(self, data: bytes) -> None:
        """Send `data`; what the line cannot take now is lost."""

    def reopen(self) -> None:
        """Open the line again after it was lost. Raises the owner's error if it still is."""

    def close(self) -> None:
        """Give the line back."""


class SerialPort:
    """A BytePort on a serial device, at `baud` with 8 data bits, no parity and 1 stop bit.

    `path` is a device, or the URL of a port server such as ser2net: ``socket://HOST:PORT`` for plain octets, whose
    pace the server sets, ``rfc2217://HOST:PORT`` for one that takes settings, too.

    Raises `error_of(path, reason)` if it cannot be opened, and from every method once it has vanished.
    """

    def __init__(self, path: str, baud: int, error_of: Callable[[str, str], Exception]) -> None:
        self._path, self._baud, self._error_of = path, baud, error_of
        self._serial = self._open()

    def read(self) -> bytes:
        """Return what has arrived, nothing if nothing has."""
        octets = bytearray()
        try:
            # pyserial gives octets from rfc2217:// one by one.
            while len(octets) < _READ_OCTETS and (more := self._serial.read(_READ_OCTETS - len(octets))):
                octets += more
        except OSError as error:
            raise self._error_of(self._path, f"cannot be read: {error}") from error
        return bytes(octets)

    def write(self, data: bytes) -> None:
        """Send `data`; what the line cannot take now is lost."""
        try:
            if self._is_writable():
                self._serial.write(data)
        except OSError as error:
            raise self._error_of(self._path, f"cannot be written: {error}") from error

    def reopen(self) -> None:
        """Open the device again: it may be another one under the same path. Raises its error if it is not there."""
        self._serial.close()
        self._serial = self._open()

    def close(self) -> None:
        """Give the device back."""
        self._serial.close()

    def _open(self) -> serial.SerialBase:
        # A write that may take part of the data, as it should, pyserial has not for rfc2217://.
        write_timeout = None if self._path.lower().startswith(_TELNET) else 0
        try:
            return serial.serial_for_url(self._path, self._baud, timeout=0, write_timeout=write_timeout)
        except (OSError, ValueError) as error:
            raise self._error_of(self._path, f"cannot be opened: {error}") from error

    def _is_writable(self) -> bool:
        """Whether a write would take anything: pyserial's spins for as long as the device takes nothing."""
        try:
            return bool(select.select([], [self._serial], [], 0)[1])
        except io.UnsupportedOperation:  # rfc2217:// is no file
            return True
