"""The command line: firmware-sim run, qemu, radios."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE, run_app
from firmware_sim.board import Board
from firmware_sim.checks import check_above_zero
from firmware_sim.errors import FirmwareSimError, SettingError
from firmware_sim.firmware import Firmware
from firmware_sim.packet_radio.command import radios
from firmware_sim.pty import PseudoTerminal
from firmware_sim.qemu_command import qemu
from firmware_sim.ready import announce
from firmware_sim.scheduled_fault import ScheduledFault
from firmware_sim.server import serve
from firmware_sim.stopping import stdin_fds, stop_signals
from firmware_sim.sunlight import Sunlight
from firmware_sim.uart import UartTransmitter
from firmware_sim.world import World

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(qemu)
app.command()(radios)


@app.callback()
def firmware_sim() -> None:
    """The bench's microcontrollers and radios, on pseudo-terminals as on their serial lines."""


@app.command()
def run(
    link: Annotated[Path, typer.Option(help="Name under which the board's terminal appears.")],
    baud: Annotated[int, typer.Option(help="Pace of the line, in bit/s.")] = 115200,
    watchdog_s: Annotated[float, typer.Option(help="Time without a stroke until the payload is reset.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Seed of the sensors' noise.")] = 0,
    eclipse: Annotated[
        list[str] | None, typer.Option(help="ENTRY:EXIT of an eclipse, in s after power-on; as often as need be.")
    ] = None,
    battery_charge: Annotated[float, typer.Option(help="The battery's charge at power-on, 0 to 1.")] = 0.9,
    time_scale: Annotated[float, typer.Option(help="Seconds that the board lives in each of the wall clock's.")] = 1.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="KIND:PARAMETER@TIME_S of a fault, such as brown-out:2000@60; as often as need be."),
    ] = None,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="Stop, too, when standard input ends.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where the board is as a line of JSON.")] = False,
) -> None:
    """Serve the simulated board until SIGINT, SIGTERM or SIGHUP, and remove the link.

    Exit status: 0 when stopped, 2 for a setting or a link that cannot be used.
    """
    try:
        check_above_zero("time_scale", time_scale, "")
        world = World(Sunlight.eclipsed(map(_eclipse, eclipse or ())), battery_charge)
        board = Board(seed, watchdog_timeout_s=watchdog_s, world=world)
        firmware = Firmware(board, map(ScheduledFault.parse, fault or ()))
        uart = UartTransmitter(baud)
        stdin = stdin_fds(until_stdin_closes)
        with stop_signals() as signal_fd, PseudoTerminal(link) as terminal:
            announce(terminal, as_json)
            serve(terminal, firmware, uart, (signal_fd, *stdin), time_scale)
    except FirmwareSimError as error:
        print(f"firmware-sim: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


def main() -> int:
    """Run the command line; return its exit status."""
    return run_app(app, "firmware-sim")


def _eclipse(text: str) -> tuple[float, float]:
    try:
        entry_s, exit_s = (float(part) for part in text.split(":"))
    except ValueError:
        raise SettingError("eclipse", text, "ENTRY:EXIT in seconds, such as 2100:4200") from None
    return entry_s, exit_s
