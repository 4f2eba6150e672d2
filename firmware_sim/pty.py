"""A pseudo-terminal under a stable name, in place of the board's serial device."""

import os
import re
import tty
from pathlib import Path
from types import TracebackType

from firmware_sim.errors import LinkError

_READ_OCTETS = 4096
_TERMINAL = re.compile(r"/dev/pts/\d+")


class PseudoTerminal:
    """Opens a raw pseudo-terminal and links `link` to its device for as long as the context lasts.

    A link that an earlier run left behind is replaced. Raises LinkError if `link` is anything else, leads to
    a terminal that is open, or cannot be made.
    """

    def __init__(self, link: Path) -> None:
        self.link = link
        self.device = ""
        self._board_fd = -1
        self._client_fd = -1

    def __enter__(self) -> "PseudoTerminal":
        # Before a terminal is opened: it could get the number that a dead run's link still names.
        _remove_leftover(self.link)
        # The client's end stays open here too, or its absence would read as an error at the board's end.
        self._board_fd, self._client_fd = os.openpty()
        tty.setraw(self._client_fd)
        os.set_blocking(self._board_fd, False)
        self.device = os.ttyname(self._client_fd)
        try:
            self.link.symlink_to(self.device)
        except OSError as error:
            self._close()
            raise LinkError(self.link, os.strerror(error.errno or 0)) from error
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if _target(self.link) == self.device:
            self.link.unlink(missing_ok=True)
        self._close()

    def fileno(self) -> int:
        """Return the board's end, to wait on."""
        return self._board_fd

    def read(self) -> bytes:
        """Return what the client has written, nothing if it has not."""
        try:
            return os.read(self._board_fd, _READ_OCTETS)
        except BlockingIOError:
            return b""

    def write(self, octets: bytes) -> None:
        """Send `octets` to the client; what its buffer cannot take is lost, as on a line not listened to."""
        try:
            os.write(self._board_fd, octets)
        except BlockingIOError:
            return

    def _close(self) -> None:
        os.close(self._board_fd)
        os.close(self._client_fd)


def _remove_leftover(link: Path) -> None:
    if not os.path.lexists(link):
        return
    target = _target(link)
    if target is None or not _TERMINAL.fullmatch(target):
        raise LinkError(link, "something else has this name; choose another one")
    if link.exists():
        raise LinkError(link, f"in use, it leads to the open terminal {target}; stop its owner or remove the link")
    link.unlink()


def _target(link: Path) -> str | None:
    try:
        return os.readlink(link)
    except OSError:
        return None
