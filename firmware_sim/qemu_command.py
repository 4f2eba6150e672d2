"""The command firmware-sim qemu."""

from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE
from firmware_sim.errors import FirmwareSimError
from firmware_sim.pty import PseudoTerminal
from firmware_sim.qemu import QemuBoard, build_image, serve_qemu
from firmware_sim.ready import announce
from firmware_sim.stopping import stdin_fds, stop_signals


def qemu(
    link: Annotated[Path, typer.Option(help="Name under which the board's terminal appears.")],
    image: Annotated[
        Path | None, typer.Option(help="The firmware's image, instead of one built from firmware_sim/firmware.")
    ] = None,
    baud: Annotated[int, typer.Option(help="Pace of the line, in bit/s.")] = 115200,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="Stop, too, when standard input ends.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where the board is as a line of JSON.")] = False,
) -> None:
    """Run the real firmware in QEMU until SIGINT, SIGTERM or SIGHUP, and remove the link.

    Exit status: 0 when stopped, 2 for a tool that is missing, a setting or a link that cannot be used, or a board
    that ended by itself.
    """
    try:
        stdin = stdin_fds(until_stdin_closes)
        built = build_image() if image is None else image
        with stop_signals() as signal_fd, PseudoTerminal(link) as terminal, QemuBoard(built) as board:
            announce(terminal, as_json)
            serve_qemu(terminal, board, baud, (signal_fd, *stdin))
    except FirmwareSimError as error:
        typer.echo(f"firmware-sim: {error}", err=True)
        raise typer.Exit(STATUS_MISTAKE) from error
