"""Serves the firmware on a terminal until told to stop."""

import os
import select
import time
from collections.abc import Sequence

from firmware_sim.firmware import Firmware
from firmware_sim.pty import PseudoTerminal
from firmware_sim.uart import UartTransmitter

_READ_OCTETS = 4096
_SHORTEST_WAIT_S = 1e-3
_LONGEST_WAIT_S = 1.0
"""The board's time is told at least so often: what it does meanwhile is not to be caught up with for a client."""
# While this many octets wait to be sent no commands are read: the terminal's buffer holds the client back.
_MAX_BACKLOG_OCTETS = 4096


def serve(
    terminal: PseudoTerminal,
    firmware: Firmware,
    uart: UartTransmitter,
    stop_fds: Sequence[int],
    time_scale: float = 1.0,
) -> None:
    """Carry octets between `terminal` and `firmware`, at the pace of `uart`, until a stop descriptor ends.

    `stop_fds` are readable descriptors; the end of file on any of them stops, data on them is thrown away.
    Power-on is the time of the call. The board lives `time_scale` seconds in each of the line's.
    """
    poller = select.poll()
    for fd in (*stop_fds, terminal.fileno()):
        poller.register(fd, select.POLLIN)
    power_on_s = time.monotonic()
    now_s = 0.0
    while True:
        accepts = uart.backlog_octets < _MAX_BACKLOG_OCTETS
        poller.modify(terminal.fileno(), select.POLLIN if accepts else 0)
        next_due_s = min(uart.next_due_s, firmware.next_due_s / time_scale)
        ready = {fd for fd, _ in poller.poll(_wait_ms(next_due_s - now_s))}
        if any(not os.read(fd, _READ_OCTETS) for fd in ready.intersection(stop_fds)):
            return
        now_s = time.monotonic() - power_on_s
        data = terminal.read() if terminal.fileno() in ready else b""
        uart.send(firmware.receive(data, now_s * time_scale), now_s)
        terminal.write(uart.due(now_s))


def _wait_ms(wait_s: float) -> float:
    return 1000 * min(max(wait_s, _SHORTEST_WAIT_S), _LONGEST_WAIT_S)
