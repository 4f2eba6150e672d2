"""The doctor command."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from edge.command_line import STATUS_MISTAKE, print_json
from testbed.bench.software import rig_names
from testbed.doctor.examination import Examination
from testbed.doctor.lines import lines_of
from testbed.doctor.machine import Machine
from testbed.doctor.needs import needs_of
from testbed.errors import ScenarioError

EPILOG = "Exit status: 0 all that is needed is there, 1 something is to be mended, 2 an option that cannot be used."
_TO_BE_MENDED = 1


def doctor(
    rig: Annotated[
        str, typer.Option(help=f"What is to run: {', '.join(rig_names())}, or a bench's .toml file.")
    ] = "zmq",
    scenario: Annotated[
        str, typer.Option(help="A shipped scenario or a .toml file: its model, its ports.")
    ] = "default",
    end: Annotated[
        str | None, typer.Option(help="ground or flatsat: only this end, wherever the bench has it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Say what this machine has and lacks for a rig, each line with the command that mends it.

    ok; missing or wrong: the rig cannot be used; absent: it does without. Nothing is changed. An end that the bench has
    on another machine is looked at there.

    Example: testbed doctor --rig bench.toml --end flatsat
    """
    try:
        needs = needs_of(rig, scenario, end)
    except ScenarioError as error:
        print(f"testbed: {error}", file=sys.stderr)  # noqa: T201 - the command line's voice
        raise typer.Exit(STATUS_MISTAKE) from None
    examination = Examination.of(Machine(), needs)
    if as_json:
        print_json(examination.to_json())
    else:
        console = Console(highlight=False)
        for line in lines_of(examination, console.width):
            console.print(line, soft_wrap=True)
    if examination.hindrances:
        raise typer.Exit(_TO_BE_MENDED)
