"""How a program that serves a terminal is told to stop."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from firmware_sim.errors import SettingError

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_signals() -> Iterator[int]:
    """Give a descriptor that reads as ended once a signal has asked to stop."""
    reader, writer = socket.socketpair()
    with reader, writer:
        for number in _STOP_SIGNALS:
            signal.signal(number, lambda *_: writer.close())
        yield reader.fileno()


def stdin_fds(until_stdin_closes: bool) -> tuple[int, ...]:
    """Return the descriptor of standard input if its end is to stop the program.

    Raises SettingError if there is none.
    """
    if not until_stdin_closes:
        return ()
    if sys.stdin is None:
        raise SettingError("standard input", None, "open, with --until-stdin-closes")
    return (sys.stdin.fileno(),)
