"""The command line of the ground station."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE, run_app
from ground import operator_cli, serve_cli
from ground.errors import GroundError, RequestError
from radio.errors import RadioError
from radio.front_end_errors import DeviceError, ToneError

STATUS_NOTHING = 1

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def ground() -> None:
    """The ground station: sends prompts up, puts answers together."""


serve_cli.register(app)
operator_cli.register(app)


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


def _check_tone(tone_hz: float) -> None:
    lowest_hz, highest_hz = 1e5, 100e9
    if not lowest_hz <= tone_hz <= highest_hz:
        raise RequestError("tone-hz", tone_hz, f"{lowest_hz:g} to {highest_hz:g}")
