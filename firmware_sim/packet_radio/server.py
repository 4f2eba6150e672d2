"""Serves a pair of packet radios on two terminals until told to stop."""

import math
import os
import select
import time
from collections.abc import Sequence

from firmware_sim.packet_radio.radio_pair import RadioPair
from firmware_sim.pty import PseudoTerminal

_READ_OCTETS = 4096
_SHORTEST_WAIT_S = 1e-3
# While this many octets are on the line from a host no more are read: the terminal's buffer holds the host back.
_MAX_BACKLOG_OCTETS = 4096


def serve(terminals: Sequence[PseudoTerminal], pair: RadioPair, stop_fds: Sequence[int]) -> None:
    """Carry octets between two terminals and the radios behind them until a stop descriptor ends.

    `stop_fds` are readable descriptors; the end of file on any of them stops, data on them is thrown away. Time counts
    from the call.
    """
    poller = select.poll()
    for fd in (*stop_fds, *(terminal.fileno() for terminal in terminals)):
        poller.register(fd, select.POLLIN)
    started_s = time.monotonic()
    now_s = 0.0
    while True:
        for terminal, radio in zip(terminals, pair.radios, strict=True):
            accepts = radio.backlog_octets < _MAX_BACKLOG_OCTETS
            poller.modify(terminal.fileno(), select.POLLIN if accepts else 0)
        ready = {fd for fd, _ in poller.poll(_wait_ms(pair.next_due_s - now_s))}
        if any(not os.read(fd, _READ_OCTETS) for fd in ready.intersection(stop_fds)):
            return
        now_s = time.monotonic() - started_s
        written = [terminal.read() if terminal.fileno() in ready else b"" for terminal in terminals]
        for terminal, octets in zip(terminals, pair.step(written, now_s), strict=True):
            terminal.write(octets)


def _wait_ms(wait_s: float) -> float | None:
    return None if math.isinf(wait_s) else 1000 * max(wait_s, _SHORTEST_WAIT_S)
