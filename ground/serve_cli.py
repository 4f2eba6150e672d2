"""The commands that run a station, with a gateway or without, and the one that shows a finished run again."""

import math
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.command_line import STATUS_MISTAKE
from edge.database_errors import DatabaseError
from ground.contact import Contact
from ground.errors import GroundError, RequestError
from ground.serve import GroundSettings
from ground.serve import serve as serve_ground
from linkbudget.errors import LinkInputError
from radio.errors import RadioError
from radio.open_port import heard_at, open_port
from radio.profile import Profile
from radio.recording.recorder import UTC_FORMATS, RecordSettings
from radio.recording.replay_port import ReplaySettings
from radio.worker import Worker
from radio.zmq_iq import ANY_PORT

_OF_GATEWAY = (
    "http",
    "api_keys",
    "no_link",
    "cancel_after_s",
    "max_prompts",
    "max_prompts_of_key",
    "events",
    "forecast",
    "services",
)
"""Options of `serve` that a station has no use for."""
_HTTP_HELP = "HOST:PORT of the gateway: OpenAI's API, the live page. Port 0 is any that is free."
_FORECAST_HELP = "Passes that the page shows: a .json file from 'ground passes --forecast', or a link-budget study."
_KEYS_HELP = 'TOML file, yours alone to read: [keys], and NAME = "KEY" for each who may use the gateway.'


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command("replay-events")(replay_events)


def serve(
    context: typer.Context,
    keys: Annotated[Path, typer.Option(help="The ground's key file, from 'testbed keys new'.")],
    journal: Annotated[Path, typer.Option(help="Where prompts and answers are kept; made if it is not there.")],
    rx: Annotated[str | None, typer.Option(help="ZeroMQ endpoint that gives the received samples.")] = None,
    outbox: Annotated[
        Path | None, typer.Option(help="Folder of model packages to send up; 'outbox' beside the journal if left out.")
    ] = None,
    tx: Annotated[str, typer.Option(help="ZeroMQ endpoint to offer the transmitted samples on.")] = ANY_PORT,
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    front_end: Annotated[
        str, typer.Option(help="What moves the samples: zmq, gnuradio, or a front end file (.toml) with devices.")
    ] = "zmq",
    sample_rate_hz: Annotated[float, typer.Option(help="Samples per second.")] = 240e3,
    block: Annotated[int, typer.Option(help="Samples per step.")] = 2400,
    contact: Annotated[
        list[str] | None,
        typer.Option(help="AOS:LOS in seconds of link time, repeatable. In view all the time if left out."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the prompt ids; never the same ids if left out.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Folder to keep what is received in, as SigMF; keys do not go there.")
    ] = None,
    start_utc: Annotated[
        datetime | None,
        typer.Option(formats=UTC_FORMATS, help="UTC at link time 0, if it is not the wall clock's."),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="A recording to receive in place of --rx; what is transmitted goes nowhere.")
    ] = None,
    replay_fast: Annotated[
        bool, typer.Option("--replay-fast", help="As fast as it goes, not at the pace of the recording.")
    ] = False,
    until_stdin_closes: Annotated[
        bool,
        typer.Option("--until-stdin-closes", help="For a rig: begin when told on standard input, stop when it ends."),
    ] = False,
    http: Annotated[str | None, typer.Option(help=_HTTP_HELP)] = None,
    api_keys: Annotated[Path | None, typer.Option(help=f"With --http: {_KEYS_HELP}")] = None,
    no_link: Annotated[
        str,
        typer.Option(help="With --http: while nothing can be sent, a request will wait, queue (202) or fail (503)."),
    ] = "wait",
    cancel_after_s: Annotated[
        float, typer.Option(help="With --http: for how long a prompt outlives the last client that waited for it.")
    ] = 5.0,
    max_prompts: Annotated[int, typer.Option(help="With --http: prompts that may be open; more are refused.")] = 64,
    max_prompts_of_key: Annotated[int, typer.Option(help="With --http: the same for each API key.")] = 64,
    events: Annotated[
        Path | None, typer.Option(help="With --http: file to add every event to, for 'ground replay-events'.")
    ] = None,
    forecast: Annotated[str | None, typer.Option(help=f"With --http: {_FORECAST_HELP}")] = None,
    services: Annotated[
        Path | None,
        typer.Option(
            help="With --http: .toml file with [hamlib] and [mission_control]; docs/ground-station.md has one."
        ),
    ] = None,
) -> None:
    """Run the station between a source and a sink of IQ samples (gr-zeromq's wire format).

    Commands come as JSON lines on standard input, events leave as JSON lines on standard output, until SIGINT or
    SIGTERM. Example of a command:

    {"command": "ask", "text": "What is the capital of France?", "max_tokens": 32}

    With --http, a gateway runs the station as its child: any client of OpenAI's API can ask, and a browser shows the
    link. Lines go in and out as without. Example, and what a client is told:

    ground serve --keys ground.toml --journal ground.journal --rx tcp://127.0.0.1:5555 --http 127.0.0.1:8000

    OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="none"), model "flatsat"

    Exit status: 0 when stopped, 2 for an option that cannot be used.
    """
    if http is not None:
        told = http, api_keys, no_link, cancel_after_s, max_prompts, max_prompts_of_key, services
        raise typer.Exit(_serve_with_gateway(context, told, events, forecast))
    _check_no_gateway(context)
    worker = Worker.on_standard_streams(until_stdin_closes)
    try:
        _check_numbers(sample_rate_hz, block, seed)
        air, contacts = Profile.load(profile), [Contact.of(item) for item in contact or ["0:inf"]]
        recording = RecordSettings(record, start_utc) if record else None
        replaying = ReplaySettings(replay, not replay_fast) if replay else None
        outbox = outbox or journal.parent / "outbox"
        settings = GroundSettings(
            air, sample_rate_hz, contacts, keys, journal, outbox, seed, recording, replaying, start_utc
        )
        heard = heard_at(front_end, rx, replay, RequestError)
        serve_ground(
            worker, settings, partial(open_port, front_end, heard, tx, block, sample_rate_hz, worker.warn, replaying)
        )
    except (GroundError, RadioError, DatabaseError) as error:
        worker.emit("error", message=str(error))
        print(f"ground: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


def replay_events(
    events: Annotated[Path, typer.Argument(help="What 'ground serve --http ... --events FILE' kept.")],
    http: Annotated[str, typer.Option(help=_HTTP_HELP)] = "127.0.0.1:8000",
    api_keys: Annotated[Path | None, typer.Option(help=_KEYS_HELP)] = None,
    speed: Annotated[float, typer.Option(help="How many times as fast as it was.")] = 1.0,
    forecast: Annotated[Path | None, typer.Option(help="The forecast that the run had, as a .json file.")] = None,
) -> None:
    """Show a finished run again, on the page and to whatever else reads a gateway. Nobody is there to be asked.

    Exit status: 0 when stopped, 2 for a file or an option that cannot be used.
    """
    from ground.gateway_command import GatewayOptions, run_replay  # it loads what a station has no use for

    try:
        status = run_replay(GatewayOptions(http, api_keys), events, speed, forecast)
    except GroundError as error:
        print(f"ground: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error
    raise typer.Exit(status)


def _serve_with_gateway(
    context: typer.Context, told: tuple[Any, ...], events: Path | None, forecast: str | None
) -> int:
    """Run the gateway, which starts the station; return its exit status. ``told`` are the GatewayOptions."""
    from ground.gateway_command import GatewayOptions, run_gateway  # it loads what a station has no use for

    given = context.params
    try:
        return run_gateway(
            GatewayOptions(*told),
            _station_arguments(context),
            forecast,
            Profile.load(given["profile"]),
            given["start_utc"],
            events,
            has_contacts=bool(given["contact"]),
            until_stdin_closes=given["until_stdin_closes"],
        )
    except (GroundError, RadioError, LinkInputError) as error:
        print(f"ground: {error}", file=sys.stderr)
        return STATUS_MISTAKE


def _station_arguments(context: typer.Context) -> list[str]:
    """Return the options that were given, but the gateway's, as they can be given to a station."""
    options = {option.name: option.opts[0] for option in context.command.params if option.name}
    values = {name: value for name, value in context.params.items() if name not in (*_OF_GATEWAY, "until_stdin_closes")}
    return [part for name, value in values.items() for part in _as_typed(options[name], value)]


def _as_typed(option: str, value: object) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return [option]
    each = value if isinstance(value, list) else [value]
    return [f"{option}={one.isoformat() if isinstance(one, datetime) else one}" for one in each]


def _check_no_gateway(context: typer.Context) -> None:
    """End with status 2 for an option that has no meaning without a gateway."""
    for option in context.command.params:
        if option.name in _OF_GATEWAY and context.params[option.name] != option.default:
            print(f"ground: {option.name} is given; accepted: together with --http", file=sys.stderr)
            raise typer.Exit(STATUS_MISTAKE)


def _check_numbers(sample_rate_hz: float, block: int, seed: int | None) -> None:
    if not 0 < sample_rate_hz < math.inf:
        raise RequestError("sample-rate-hz", sample_rate_hz, "more than 0")
    if block < 1:
        raise RequestError("block", block, "1 or more")
    if seed is not None and seed < 0:
        raise RequestError("seed", seed, "0 or more")
