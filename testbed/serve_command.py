"""The command that serves a rig: a gateway and a live page on the whole chain."""

import secrets
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge.command_line import STATUS_INTERRUPTED, STATUS_MISTAKE
from testbed.bench.bench import Bench
from testbed.bench.software import bench_of, rig_names
from testbed.errors import ScenarioError, SettingsError, TestbedError
from testbed.physics import Physics, suspicions, work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import Listener
from testbed.rigs.served_memory import ServedMemoryRig
from testbed.scenario import Scenario
from testbed.screen import ScreenListener
from testbed.serving import Serving, forecast_of

EPILOG = (
    "Exit status: 0 the last contact has ended, 1 a rig that failed, 2 an option or a file that cannot be used, "
    "130 interrupted."
)
_EXIT_FAILED = 1
_RUNS = Path("runs")


def serve(
    rig: Annotated[
        str, typer.Option(help=f"What runs the link: {', '.join(rig_names())}, or a bench's .toml file.")
    ] = "zmq",
    scenario: Annotated[str, typer.Option(help="A shipped scenario or a .toml file.")] = "default",
    http: Annotated[str, typer.Option(help="HOST:PORT of the gateway and the page; port 0 is any.")] = "127.0.0.1:8000",
    api_keys: Annotated[Path | None, typer.Option(help="TOML file of API keys; without, this machine alone.")] = None,
    no_link: Annotated[str, typer.Option(help="What a request does out of contact: wait, queue or fail.")] = "wait",
    services: Annotated[
        Path | None, typer.Option(help="TOML file with [hamlib] and [mission_control]; docs/ground-station.md has one.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of noise, fading and prompt ids.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for forecast.json and events.jsonl; runs/... if left out.")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Keep there what both ends receive, as SigMF.")] = False,
) -> None:
    """Bring a rig up and serve its ground station: OpenAI's API, and the live page, until the last contact ends.

    The page is at the address that is printed; a client of OpenAI's API takes it with /v1 behind it. What happened is
    kept: `ground replay-events RUN/events.jsonl --forecast RUN/forecast.json` shows the page again.

    Example: testbed serve --scenario default, and then in another terminal: ground ask "Why is the sky blue?"
    """
    console = Console(stderr=True)
    folder = out or _RUNS / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    files = {"api_keys": api_keys, "services": services}
    given = {name: str(path.absolute()) for name, path in files.items() if path}
    try:
        chosen = Scenario.load(scenario)
        for suspicion in suspicions(chosen):
            print(f"testbed: {suspicion}", file=sys.stderr)
        serving = Serving(http, folder.absolute(), {"no_link": no_link, **given})
        _serve(rig, chosen, seed, serving, console, is_recorded=record)
    except (ScenarioError, SettingsError) as error:
        raise _failed(error, STATUS_MISTAKE) from None
    except TestbedError as error:
        raise _failed(error, _EXIT_FAILED) from None
    except KeyboardInterrupt:
        print(f"testbed: interrupted; the run is in {folder}", file=sys.stderr)
        raise typer.Exit(STATUS_INTERRUPTED) from None
    print(f"testbed: the last contact has ended; the run is in {folder}", file=sys.stderr)


def _serve(
    rig_name: str, scenario: Scenario, seed: int, serving: Serving, console: Console, *, is_recorded: bool
) -> None:
    bench = bench_of(rig_name)
    physics, foretold = work_out(scenario, seed), forecast_of(scenario)
    try:
        serving.folder.mkdir(parents=True, exist_ok=True)
        foretold.save(serving.forecast)
    except OSError as error:
        raise SettingsError(f"out is {serving.folder}; accepted: a folder that can be written ({error})") from None
    record = serving.folder if is_recorded else None
    listener = ScreenListener(console)
    with listener, _served(bench, scenario, physics, seed, listener, serving, record) as rig:
        console.print(f"[bold]{rig.url}[/bold]  the page; with /v1 behind it: OpenAI's API. Ctrl-C ends it.")
        rig.run_to_end()


def _served(
    bench: Bench | None,
    scenario: Scenario,
    physics: Physics,
    seed: int,
    listener: Listener,
    serving: Serving,
    record: Path | None,
) -> ProcessRig | ServedMemoryRig:
    """Return the rig, not yet started. Raise ScenarioError for faults that it cannot have."""
    if bench is None:
        return ServedMemoryRig(scenario, physics, seed, listener, serving, record)
    return ProcessRig(bench, scenario, physics, seed, listener, record, serving)


def _failed(error: TestbedError, status: int) -> typer.Exit:
    print(f"testbed: {error}", file=sys.stderr)
    return typer.Exit(status)
