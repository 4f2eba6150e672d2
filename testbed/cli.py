"""The command line of the testbed."""

import json
import os
import secrets
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge.command_line import STATUS_MISTAKE, run_app
from edge.printable import printable
from ground.errors import RequestError
from ground.prompt_checks import check_prompt
from testbed.bench.check_command import EPILOG as CHECK_EPILOG
from testbed.bench.check_command import check
from testbed.bench.labgrid_command import EPILOG as LABGRID_EPILOG
from testbed.bench.labgrid_command import labgrid
from testbed.bench.software import rig_names
from testbed.campaign.shipped import shipped_campaigns
from testbed.compare.command import EPILOG as REPORT_EPILOG
from testbed.compare.command import report
from testbed.doctor.command import EPILOG as DOCTOR_EPILOG
from testbed.doctor.command import doctor
from testbed.errors import NoAnswerError, ScenarioError, SettingsError, TestbedError
from testbed.inject import EPILOG, inject
from testbed.keys import keys
from testbed.orbit.command import EPILOG as ORBIT_EPILOG
from testbed.orbit.command import orbit
from testbed.physics import suspicions
from testbed.record import RunRecord
from testbed.replay_command import EPILOG as REPLAY_EPILOG
from testbed.replay_command import replay
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario, shipped_scenarios
from testbed.screen import ScreenListener
from testbed.serve_command import EPILOG as SERVE_EPILOG
from testbed.serve_command import serve
from testbed.session import ask_once
from testbed.timeline_table import timeline_table
from testbed.trace_file import write_trace

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
RUNS = Path("runs")

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.add_typer(keys, name="keys")
bench = typer.Typer(help="Look at what a bench's file names, and give it to other tools.")
bench.command(epilog=CHECK_EPILOG)(check)
bench.command(epilog=LABGRID_EPILOG)(labgrid)
app.add_typer(bench, name="bench")
app.command(epilog=EPILOG)(inject)
app.command(epilog=REPLAY_EPILOG)(replay)
app.command(epilog=ORBIT_EPILOG)(orbit)
app.command(epilog=DOCTOR_EPILOG)(doctor)
app.command(epilog=SERVE_EPILOG)(serve)
app.command(epilog=REPORT_EPILOG)(report)


@app.callback()
def testbed() -> None:
    """Prove a language model in orbit on the ground: prompt up, inference on board, answer down."""


@app.command(
    epilog=f"Shipped scenarios: {', '.join(shipped_scenarios())}. "
    "Exit status: 0 answered, 1 no answer or a rig that failed, 2 an option or a file that cannot be used."
)
def ask(
    prompt: Annotated[str, typer.Argument(help="The question.")],
    rig: Annotated[
        str, typer.Option(help=f"What runs the link: {', '.join(rig_names())}, or a bench's .toml file.")
    ] = "zmq",
    scenario: Annotated[
        str, typer.Option(help="A shipped scenario or a .toml file; its paths start here.")
    ] = "default",
    seed: Annotated[int, typer.Option(help="Seed of noise, fading, prompt ids and sampling.")] = 1,
    max_tokens: Annotated[int, typer.Option(help="Longest answer, in tokens.")] = 128,
    temperature: Annotated[float, typer.Option(help="0 takes the likeliest token each time.")] = 0.0,
    out: Annotated[
        Path | None, typer.Option(help="Folder for trace.json, report.html and run.json; runs/... if left out.")
    ] = None,
    is_recorded: Annotated[
        bool, typer.Option("--record", help="Keep what both ends receive in that folder, for 'testbed replay'.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Bring a whole rig up, ask one question over the link, and take the rig down.

    The answer is shown as it comes down; then where the time went, and the path of the report.

    Example: testbed ask "What is the capital of France?" --rig gnuradio
    """
    request = AskRequest(prompt, max_tokens, temperature, seed)
    console = Console(stderr=as_json)
    folder = out or RUNS / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    recordings = folder if is_recorded else None
    try:
        _check(request)
        _check_folder(out or RUNS)
        chosen = Scenario.load(scenario)
        for suspicion in suspicions(chosen):
            print(f"testbed: {suspicion}", file=sys.stderr)
        listener = SilentListener() if as_json else ScreenListener(console)
        with listener:
            record = ask_once(rig, chosen, seed, request, listener, recordings)
        _write(record, folder)
    except (ScenarioError, SettingsError) as error:
        raise _failed(error, STATUS_MISTAKE, recordings) from None
    except TestbedError as error:
        raise _failed(error, EXIT_FAILED, recordings) from None
    except KeyboardInterrupt:
        print("testbed: interrupted", file=sys.stderr)
        _tell_recordings(recordings)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        print(json.dumps(record.to_json()))  # plain ASCII: whatever the encoding of the output, the same text
    else:
        _show(console, record, folder)
        if is_recorded:
            console.print(f"radio   {folder}  (testbed replay)", soft_wrap=True)
    if record.outcome.finish_reason == "refused":
        raise typer.Exit(EXIT_FAILED)


@app.command(
    epilog=f"Shipped campaigns: {', '.join(shipped_campaigns())}. "
    "Exit status: 0 every point within its predicted band, 1 a point outside of it or workers that failed, "
    "2 an option or a file that cannot be used, 130 interrupted: what is finished is kept, the same command goes on."
)
def campaign(
    file: Annotated[str, typer.Argument(help="A shipped campaign or a .toml file; its paths start here.")],
    workers: Annotated[
        int | None, typer.Option(help="Processes of this machine; as many as it has processors if left out.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="A dask scheduler to work on instead, tcp://HOST:PORT; its workers need this package."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random: the same on any number of workers.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for results.json, report.md and plots; runs/campaign-... if left out.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Forget what the folder holds and measure again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure error rates point by point, and fail where one leaves the band predicted for it.

    A campaign file sweeps Eb/N0, Doppler, fading and profile. Each point runs until it has enough errors, or its most
    frames, and is drawn with its interval on theory and on the bound that no code of its length passes.

    Example: testbed campaign quick --workers 2
    """
    from testbed.campaign.command import CampaignRequest, run_command  # takes a second, which no other command needs

    try:
        request = CampaignRequest(file, seed, workers, scheduler, out, anew)
        _check_folder(out or RUNS)
        has_passed = run_command(request, as_json=as_json)
    except (ScenarioError, SettingsError) as error:
        raise _failed(error, STATUS_MISTAKE) from None
    except TestbedError as error:
        raise _failed(error, EXIT_FAILED) from None
    except KeyboardInterrupt:
        print("testbed: interrupted; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if not has_passed:
        raise typer.Exit(EXIT_FAILED)


def _check(request: AskRequest) -> None:
    """Refuse what no station would send, before a rig is started for it."""
    try:
        check_prompt(request.text)
    except RequestError as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    if _lone_surrogates(request.text):
        raise ScenarioError("prompt", request.text, "text, in UTF-8")
    for field, value, lowest, highest in (
        ("max-tokens", request.max_tokens, 1, 65_535),
        ("temperature", request.temperature, 0, 10),
        ("seed", request.seed, 0, 2**31 - 1),
    ):
        if not lowest <= value <= highest:
            raise ScenarioError(field, value, f"{lowest} to {highest}")


def _check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written, before a run is made for it."""
    try:
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        usable = there.is_dir() and os.access(there, os.W_OK | os.X_OK) and not _lone_surrogates(str(folder))
    except OSError:
        usable = False
    if not usable:
        raise ScenarioError("out", str(folder), "a folder that can be written, or made")


def _lone_surrogates(text: str) -> bool:
    """Whether a text stands for octets on the command line that are no UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _write(record: RunRecord, folder: Path) -> None:
    from testbed.report import write_report  # it loads matplotlib, which other commands do not need

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps(record.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        write_trace(record, folder / "trace.json")
        write_report(record, folder / "report.html")
    except OSError as error:
        raise ScenarioError("out", str(folder), f"a folder that can be written ({error.strerror})") from None


def _show(console: Console, record: RunRecord, folder: Path) -> None:
    console.print()
    console.print(timeline_table(record))
    console.print(f"seed    {record.seed}")
    console.print(f"link    telecommands {record.security}, telemetry authenticated")
    console.print(f"report  {folder / 'report.html'}", soft_wrap=True)
    console.print(f"trace   {folder / 'trace.json'}  (opens in ui.perfetto.dev)", soft_wrap=True)


def main() -> int:
    """Run the command line; return its exit status."""
    return run_app(app, "testbed")


def _failed(error: TestbedError, status: int, recordings: Path | None = None) -> typer.Exit:
    print(f"testbed: {error}", file=sys.stderr)
    if isinstance(error, NoAnswerError) and error.partial:
        print(f"testbed: the answer so far: {printable(error.partial)}", file=sys.stderr)
    _tell_recordings(recordings)
    return typer.Exit(status)


def _tell_recordings(folder: Path | None) -> None:
    """Say where a run without an answer was recorded, if it was."""
    if folder is not None and any(folder.glob("*.sigmf-meta")):
        print(f"testbed: what both ends received: testbed replay {folder}", file=sys.stderr)
