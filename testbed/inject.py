"""The inject command: a fault, now, in a rig that runs."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.command_line import STATUS_MISTAKE, print_json
from testbed.errors import RigError, ScenarioError
from testbed.faults.control import ask_for, reachable
from testbed.rigs.scratch import scratch_folders

EPILOG = (
    "The same, at moments of link time and drawn with the run's seed, and faults of frames besides: [[faults]] in a "
    "scenario. Exit status: 0 done, 1 the rig failed, 2 a fault or a rig that there is none of."
)
_EXIT_FAILED = 1


class FaultKind(Enum):
    """What can befall a rig of processes."""

    KILL = "kill"
    POWER_CYCLE = "power-cycle"
    STALL = "stall"
    JOURNAL = "journal"
    WEIGHTS = "weights"
    BOARD = "board"


def inject(
    kind: Annotated[FaultKind, typer.Argument(help="kill, power-cycle, stall, journal, weights or board.")],
    target: Annotated[
        str | None,
        typer.Argument(
            help="kill, stall: ground, flatsat, inference, sky, firmware. journal: ground, flatsat. "
            "board: brown-out, over-current, payload-reset, board-reset, stuck, late, stale, lose-octets or "
            "corrupt-octet."
        ),
    ] = None,
    bits: Annotated[int | None, typer.Option(help="journal, weights: how many bits to flip; 1 if left out.")] = None,
    for_s: Annotated[
        float | None, typer.Option(help="stall: seconds to stand still, at most 15; 2 if left out.")
    ] = None,
    program: Annotated[
        str | None, typer.Option(help="journal: up or down while its bits flip; down kills and restarts it.")
    ] = None,
    parameter: Annotated[
        int | None, typer.Option(help="board: milliseconds, or how many octets, or which; 1000 if left out.")
    ] = None,
    rig: Annotated[Path | None, typer.Option(help="The rig's scratch folder; the one that runs if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Harm a rig that 'testbed ask' has running (zmq or gnuradio), from another terminal, and say what was done.

    Example: testbed inject kill flatsat
    """
    given = {"kind": kind.value, "bits": bits, "for_s": for_s, "program": program, "parameter": parameter}
    given["fault" if kind is FaultKind.BOARD else "target"] = target
    fault: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        done = ask_for(rig or _only_rig(), fault)
    except (ScenarioError, RigError) as error:
        print(f"testbed: {error}", file=sys.stderr)  # noqa: T201 - the command line's voice
        raise typer.Exit(STATUS_MISTAKE if isinstance(error, ScenarioError) else _EXIT_FAILED) from None
    if as_json:
        print_json({"fault": fault, "done": done})
    else:
        print(done)  # noqa: T201


def _only_rig() -> Path:
    running = reachable(scratch_folders())
    if len(running) != 1:
        accepted = "with --rig, the folder of one that runs" + "".join(f"; {folder}" for folder in running)
        raise ScenarioError("rig", f"{len(running)} running", accepted)
    return running[0]
