"""The command line of the ground station."""

import math
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.command_line import STATUS_MISTAKE, run_app
from edge.database_errors import DatabaseError
from ground.contact import Contact
from ground.errors import GroundError, RequestError
from ground.gateway_client import GatewayClient
from ground.operator_cli import register
from ground.serve import GroundSettings
from ground.serve import serve as serve_ground
from linkbudget.errors import LinkInputError
from radio.errors import RadioError
from radio.front_end_errors import DeviceError, ToneError
from radio.open_port import heard_at
from radio.profile import Profile
from radio.recording.recorder import UTC_FORMATS, RecordSettings
from radio.recording.replay_port import ReplaySettings
from radio.worker import Worker
from radio.zmq_iq import ANY_PORT

STATUS_NOTHING = 1

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

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def ground() -> None:
    """The ground station: sends prompts up, puts answers together."""


@app.command()
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
        air, contacts = Profile.load(profile), [_contact(item) for item in contact or ["0:inf"]]
        recording = RecordSettings(record, start_utc) if record else None
        replaying = ReplaySettings(replay, not replay_fast) if replay else None
        outbox = outbox or journal.parent / "outbox"
        settings = GroundSettings(
            air, sample_rate_hz, block, contacts, keys, journal, outbox, seed, recording, replaying, start_utc
        )
        serve_ground(worker, settings, front_end, heard_at(front_end, rx, replay, RequestError), tx)
    except (GroundError, RadioError, DatabaseError) as error:
        worker.emit("error", message=str(error))
        print(f"ground: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


@app.command("replay-events")
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


register(app)


@app.command()
def xtce() -> None:
    """Print the database of the packets that mission control gets, as XTCE 1.2.

    Example: ground xtce > flatsat.xml
    """
    from ground.mission_control.xtce import xtce_database  # it loads what `serve` has no use for

    print(xtce_database(), end="")


@app.command()
def queue(
    source: Annotated[
        str, typer.Argument(metavar="JOURNAL|URL", help="A station's journal, also while it runs; or its gateway.")
    ],
    contact: Annotated[
        list[str] | None,
        typer.Option(help="AOS:LOS in seconds of link time, repeatable. In view all the time if left out."),
    ] = None,
    now: Annotated[
        float | None, typer.Option(help="Link time in seconds; the latest that the journal tells of if left out.")
    ] = None,
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    tokens_per_s: Annotated[
        float | None, typer.Option(help="The model's pace: says when each whole answer can be here.")
    ] = None,
    with_ended: Annotated[bool, typer.Option("--all", help="Show prompts that were answered or refused, too.")] = False,
    key: Annotated[str | None, typer.Option(envvar="GROUND_API_KEY", help="Your API key of the gateway.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Show where each prompt of a station stands, and the next AOS that it waits for.

    A station's gateway knows the contacts and the time: ground queue http://127.0.0.1:8000

    Of a journal, for a prompt that waits on the ground, the plan: when it goes up and, with --tokens-per-s, when all
    of its answer can be here at the latest if nothing is lost and the model has nothing else to do. Give the contacts
    that the station was given. Example, in the gap between two passes:

    ground queue ground.journal --contact 0:540 --contact 5700:6240 --now 3000

    This command only reads. `ground cancel ID` cancels a prompt of a gateway's. To a station without one, give a line
    on its standard input, with the id that is shown here; out of contact it takes effect at the next AOS:

    {"command": "cancel", "prompt_id": "0123456789abcdef"}

    Exit status: 0 if there are prompts that have not ended, 1 if there is none, 2 for a journal, a gateway or an
    option that cannot be used.
    """
    from ground.prompts_command import show_prompts
    from ground.queue_command import show_queue

    try:
        if "://" in source:
            still_open = show_prompts(GatewayClient(source, key), with_ended=with_ended, as_json=as_json)
        else:
            contacts = [_contact(item) for item in contact or ["0:inf"]]
            plan_of = (Path(source), profile, contacts, _moment(now), tokens_per_s)
            still_open = show_queue(*plan_of, with_ended=with_ended, as_json=as_json)
    except (GroundError, RadioError, DatabaseError) as error:
        print(f"ground: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error
    raise typer.Exit(0 if still_open else STATUS_NOTHING)


@app.command()
def receive(
    file: Annotated[Path, typer.Argument(help=".wav, .sigmf-meta, or raw IQ (.cf32 .fc32 .cs16 .cs8 .cu8).")],
    satellite: Annotated[str | None, typer.Option(help="What sent it: a shipped satellite or a .toml file.")] = None,
    profile: Annotated[str | None, typer.Option(help="Or an air interface of ours: its name or a .toml file.")] = None,
    leg: Annotated[str, typer.Option(help="Of the air interface: downlink or uplink.")] = "downlink",
    signal: Annotated[
        str | None, typer.Option(help="What it holds: iq or fm-audio, if not what the satellite's file says.")
    ] = None,
    sample_rate_hz: Annotated[float | None, typer.Option(help="Samples per second of raw IQ.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Decode the frames in a recording of a real satellite, or of our own link.

    Exit status: 0 if there were frames, 1 if there was none, 2 for an input that cannot be used.
    """
    from ground.receive_command import receive_file  # it loads what `serve` has no use for

    try:
        frames = receive_file(file, satellite, profile, leg, signal, sample_rate_hz, as_json=as_json)
    except (GroundError, RadioError) as error:
        print(f"ground: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error
    raise typer.Exit(0 if frames else STATUS_NOTHING)


@app.command()
def calibrate(
    front_end: Annotated[Path, typer.Option(help="Front end file (.toml) whose receiver is measured.")],
    tone_hz: Annotated[float, typer.Option(help="Where a carrier really is, within the receiver's range.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Measure by how much a receiver's oscillator is too fast: ppm, for [receive] of its front end file.

    Two seconds of a steady carrier whose frequency is known are enough: a signal generator's through an attenuator, or
    a beacon's. What the file says of gain and antenna counts; its frequency, tuning offset and ppm do not. An RTL-SDR
    without a temperature-compensated crystal is off by some tens of ppm, and drifts until it is warm.

    Example: ground calibrate --front-end ground.toml --tone-hz 437e6

    Exit status: 0 measured, 1 a device that cannot be used, or no tone, 2 an option or a file that cannot be used.
    """
    from ground.calibrate_command import calibrate as measure  # it loads what `serve` has no use for

    try:
        _check_tone(tone_hz)
        measure(front_end, tone_hz, as_json=as_json)
    except (GroundError, RadioError) as error:
        print(f"ground: {error}", file=sys.stderr)
        is_device = isinstance(error, DeviceError | ToneError)
        raise typer.Exit(STATUS_NOTHING if is_device else STATUS_MISTAKE) from error


@app.command("uplink-model")
def uplink_model(
    model: Annotated[
        Path, typer.Argument(help="A Hugging Face directory, a .gguf file, or a LoRA adapter's directory.")
    ],
    outbox: Annotated[Path, typer.Option(help="The outbox of the station that is to send it.")],
    name: Annotated[
        str | None, typer.Option(help="What it is called on board; from the file's name if left out.")
    ] = None,
    base: Annotated[
        Path | None, typer.Option(help="A copy of a model that is on board: only what differs from it goes up.")
    ] = None,
    self_test: Annotated[
        list[str] | None, typer.Option(help="PROMPT=PART OF THE ANSWER that it has to give before it is trusted.")
    ] = None,
    switch: Annotated[bool, typer.Option("--switch", help="Have it answer as soon as it is installed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Pack a model and put it into a station's outbox, from where it goes up beside prompts, pass after pass.

    It is installed beside the model that answers, and switched to when ordered: tried first, and given up for the old
    one if it does not load or fails its self-test.

    Example: ground uplink-model my-model/ --base old-model/ --outbox runs/outbox --switch

    Exit status: 0 if it is in the outbox, 2 for a model that cannot be sent.
    """
    from ground.uplink_model_command import put_into_outbox  # it loads what `serve` has no use for

    try:
        put_into_outbox(model, outbox, name, base, self_test or [], switch=switch, as_json=as_json)
    except GroundError as error:
        print(f"ground: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


def main() -> int:
    """Run the command line; return its exit status."""
    return run_app(app, "ground")


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


def _contact(text: str) -> Contact:
    try:
        aos_s, los_s = (float(part) for part in text.split(":"))
    except ValueError:
        raise RequestError("contact", text, "AOS:LOS in seconds, such as 0:540") from None
    return Contact(aos_s, los_s)


def _moment(now_s: float | None) -> float | None:
    if now_s is not None and not 0 <= now_s < math.inf:
        raise RequestError("now", now_s, "0 or more")
    return now_s


def _check_tone(tone_hz: float) -> None:
    lowest_hz, highest_hz = 1e5, 100e9
    if not lowest_hz <= tone_hz <= highest_hz:
        raise RequestError("tone-hz", tone_hz, f"{lowest_hz:g} to {highest_hz:g}")


def _check_numbers(sample_rate_hz: float, block: int, seed: int | None) -> None:
    if not 0 < sample_rate_hz < math.inf:
        raise RequestError("sample-rate-hz", sample_rate_hz, "more than 0")
    if block < 1:
        raise RequestError("block", block, "1 or more")
    if seed is not None and seed < 0:
        raise RequestError("seed", seed, "0 or more")
