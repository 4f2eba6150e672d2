"""The bench check command."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from edge.command_line import STATUS_INTERRUPTED, STATUS_MISTAKE, print_json
from edge.printable import printable
from testbed.bench.software import MEMORY, bench_of
from testbed.errors import ScenarioError
from testbed.scenario import Scenario

if TYPE_CHECKING:  # loaded only when something is looked at: drivers' processes, a board's line
    from testbed.bench.check import Check, Finding

EPILOG = "Exit status: 0 all is connected, 1 something is not, 2 a bench that cannot be used, 130 interrupted."
_EXIT_FAILED = 1


def check(
    rig: Annotated[str, typer.Argument(metavar="RIG", help="A bench's .toml file, or a rig's name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Say of each thing that a bench names whether it is connected and answers.

    Receivers are listened to for some seconds, transmitters are opened and transmit nothing, a board is asked for its
    readings, commands are looked for and not run. What is simulated is started for it.

    Example: testbed bench check bench.toml
    """
    found: list[Finding] = []
    try:
        for each in _findings(rig):
            found.append(each)
            if not as_json:
                _show(each)
    except ScenarioError as error:
        print(f"testbed: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from None
    except KeyboardInterrupt:
        print("testbed: interrupted", file=sys.stderr)
        raise typer.Exit(STATUS_INTERRUPTED) from None
    connected = all(each.ok for each in found)
    if as_json:
        print_json({"bench": rig, "connected": connected, "checks": [asdict(each) for each in found]})
    if not connected:
        raise typer.Exit(_EXIT_FAILED)


def _findings(rig: str) -> "Iterator[Finding]":
    from testbed.bench.check import Finding, checks_of, findings
    from testbed.bench.check_simulated import Simulated

    bench = bench_of(rig)
    if bench is None:
        yield Finding("memory rig", MEMORY, True, "one process, nothing to connect")
        return
    simulated = Simulated(bench, Scenario.load(bench.scenario))
    with Console(stderr=True).status("", spinner="line") as status:

        def tell(check: "Check") -> None:
            status.update(printable(f"{check.what}: {check.device}"))

        yield from findings(checks_of(bench, simulated), tell)


def _show(finding: "Finding") -> None:
    state = "ok" if finding.ok else "wrong"
    device = "" if finding.device in finding.said else f"{finding.device}: "
    line = printable(f"{state:6} {finding.what:18} {device}{finding.said}")
    Console(highlight=False, markup=False, soft_wrap=True).print(line)
