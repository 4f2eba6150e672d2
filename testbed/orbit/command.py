"""The orbit command."""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from edge.command_line import STATUS_MISTAKE, finite, print_json
from flatsat.energy.energy_policy import EnergyLimits
from flatsat.errors import ConfigError
from testbed.errors import ScenarioError, SettingsError
from testbed.orbit.fly import fly
from testbed.orbit.orbit_record import OrbitRecord
from testbed.orbit.orbit_request import OrbitRequest
from testbed.orbit.orbit_table import orbit_table

EPILOG = "Exit status: 0 flown, 2 an option or a file that cannot be used, 130 interrupted."
_RUNS = Path("runs")
_INTERRUPTED = 130


def orbit(
    study: Annotated[
        str, typer.Option(help="A shipped link budget or a .toml file; its orbit and station count.")
    ] = "cubesat-uhf",
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    start: Annotated[
        datetime | None, typer.Option(help="UTC; a minute before the pass that asks most of a battery, if left out.")
    ] = None,
    orbits: Annotated[float, typer.Option(help="How many; the last contact may end later.")] = 1.0,
    prompts: Annotated[int, typer.Option(help="Asked evenly over the time in contact.")] = 12,
    max_tokens: Annotated[int, typer.Option(help="Longest answer, in tokens.")] = 300,
    tokens_per_s: Annotated[float, typer.Option(help="Pace of the scripted engine.")] = 6.0,
    battery_charge: Annotated[float, typer.Option(help="At the start, 0 to 1.")] = 0.42,
    lowest_charge: Annotated[float, typer.Option(help="Below it no answer begins; 0: no limit.")] = 0.40,
    highest_temperature_c: Annotated[float, typer.Option(help="Of the payload: above it no answer begins.")] = 65.0,
    within_contact: Annotated[
        bool, typer.Option("--within-contact", help="Shorten answers to what remains of the contact.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for orbit.json and orbit.html.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Fly a whole orbit with both programs and the board, frame by frame, as fast as it goes.

    Contacts and eclipses are those of the study's orbit. The report shows battery, heat, what was deferred and why,
    and joules per answer.

    Example: testbed orbit --prompts 20 --lowest-charge 0.5
    """
    try:
        limits = EnergyLimits(lowest_charge or None, None, highest_temperature_c)
        more = (battery_charge, limits, within_contact, seed)
        request = OrbitRequest(study, profile, start, orbits, prompts, max_tokens, tokens_per_s, *more)
        record = _flown(request, Console(stderr=True))
        folder = _write(record, out)
    except (ScenarioError, SettingsError, ConfigError) as error:
        print(f"testbed: {error}", file=sys.stderr)  # noqa: T201 - the command line's voice
        raise typer.Exit(STATUS_MISTAKE) from None
    except KeyboardInterrupt:
        print("testbed: interrupted", file=sys.stderr)  # noqa: T201
        raise typer.Exit(_INTERRUPTED) from None
    if as_json:
        print_json(record.to_json())
        return
    console = Console()
    console.print(orbit_table(record))
    console.print(f"energy  {record.energy_source}", soft_wrap=True)
    console.print(f"report  {folder / 'orbit.html'}", soft_wrap=True)


def _flown(request: OrbitRequest, console: Console) -> OrbitRecord:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("orbit", total=1.0)
        return fly(request, lambda fraction: bar.update(task, completed=fraction))


def _write(record: OrbitRecord, out: Path | None) -> Path:
    from testbed.orbit.orbit_report import write_orbit_report  # it loads matplotlib, which other commands do not need

    folder = out or _RUNS / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-orbit"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "orbit.json").write_text(json.dumps(finite(record.to_json()), indent=1), encoding="utf-8")
        write_orbit_report(record, folder / "orbit.html")
    except OSError as error:
        raise ScenarioError("out", str(folder), f"a folder that can be written ({error.strerror})") from None
    return folder
