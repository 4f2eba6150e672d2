"""The bench labgrid command."""

import sys
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE
from testbed.bench.labgrid import environment
from testbed.bench.software import bench_of
from testbed.errors import ScenarioError

EPILOG = "Exit status: 0 printed, 2 a bench that cannot be used, or that has nothing for labgrid."


def labgrid(
    rig: Annotated[str, typer.Argument(metavar="RIG", help="A bench's .toml file.")],
    place: Annotated[str, typer.Option(help="What the target is called.")] = "main",
) -> None:
    """Print a bench as an environment file of labgrid's: consoles, the flatsat's machine, power.

    Example: testbed bench labgrid bench.toml > env.yaml; labgrid-client -c env.yaml power cycle
    """
    try:
        bench = bench_of(rig)
        if bench is None:
            raise ScenarioError("rig", rig, "a bench; the memory rig is one process without devices")
        text = environment(bench, place)
    except ScenarioError as error:
        print(f"testbed: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from None
    print(text, end="")
