"""The command line: firmware-sim run."""

import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE, run_app
from firmware_sim.board import Board
from firmware_sim.errors import FirmwareSimError, SettingError
from firmware_sim.firmware import Firmware
from firmware_sim.pty import PseudoTerminal
from firmware_sim.server import serve
from firmware_sim.uart import UartTransmitter

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def firmware_sim() -> None:
    """The bench's microcontroller, answering on a pseudo-terminal as the board does on its serial line."""


@app.command()
def run(
    link: Annotated[Path, typer.Option(help="Name under which the board's terminal appears.")],
    baud: Annotated[int, typer.Option(help="Pace of the line, in bit/s.")] = 115200,
    watchdog_s: Annotated[float, typer.Option(help="Time without a stroke until the payload is reset.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Seed of the sensors' noise.")] = 0,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="Stop, too, when standard input ends.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where the board is as a line of JSON.")] = False,
) -> None:
    """Serve the board until SIGINT, SIGTERM or SIGHUP, and remove the link.

    Exit status: 0 when stopped, 2 for a setting or a link that cannot be used.
    """
    try:
        firmware = Firmware(Board(seed, watchdog_timeout_s=watchdog_s))
        uart = UartTransmitter(baud)
        stdin_fds = _stdin_fds() if until_stdin_closes else ()
        with _stop_signals() as signal_fd, PseudoTerminal(link) as terminal:
            _announce(terminal, as_json)
            serve(terminal, firmware, uart, (signal_fd, *stdin_fds))
    except FirmwareSimError as error:
        print(f"firmware-sim: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


def main() -> int:
    """Run the command line; return its exit status."""
    return run_app(app, "firmware-sim")


def _announce(terminal: PseudoTerminal, as_json: bool) -> None:
    if as_json:
        ready = {"event": "ready", "link": str(terminal.link), "device": terminal.device}
        print(json.dumps(ready), flush=True)
    else:
        print(f"board on {terminal.link} ({terminal.device}); Ctrl-C stops it", flush=True)


def _stdin_fds() -> tuple[int, ...]:
    if sys.stdin is None:
        raise SettingError("standard input", None, "open, with --until-stdin-closes")
    return (sys.stdin.fileno(),)


@contextmanager
def _stop_signals() -> Iterator[int]:
    """Give a descriptor that reads as ended once a signal has asked to stop."""
    reader, writer = socket.socketpair()
    with reader, writer:
        for number in _STOP_SIGNALS:
            signal.signal(number, lambda *_: writer.close())
        yield reader.fileno()
