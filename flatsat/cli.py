"""The command line of the flatsat."""

import math
import sys
from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE, run_app
from edge.database_errors import DatabaseError
from flatsat.build import EngineSettings
from flatsat.errors import ConfigError, FlatsatError
from flatsat.serve import FlatsatSettings
from flatsat.serve import serve as serve_flatsat
from radio.errors import RadioError
from radio.profile import Profile
from radio.worker import Worker
from radio.zmq_iq import ANY_PORT

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def flatsat() -> None:
    """The spacecraft's side: receives prompts, runs the model, sends answers down."""


@app.command()
def serve(
    rx: Annotated[str, typer.Option(help="ZeroMQ endpoint that gives the received samples.")],
    keys: Annotated[Path, typer.Option(help="The flatsat's key file, from 'testbed keys new'.")],
    journal: Annotated[Path, typer.Option(help="Where prompts and answers are kept; made if it is not there.")],
    tx: Annotated[str, typer.Option(help="ZeroMQ endpoint to offer the transmitted samples on.")] = ANY_PORT,
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    front_end: Annotated[str, typer.Option(help="What moves the samples: zmq or gnuradio.")] = "zmq",
    sample_rate_hz: Annotated[float, typer.Option(help="Samples per second.")] = 240e3,
    block: Annotated[int, typer.Option(help="Samples per step.")] = 2400,
    models: Annotated[
        Path | None, typer.Option(help="Folder of the models sent up; 'models' beside the journal if left out.")
    ] = None,
    board: Annotated[str | None, typer.Option(help="Serial device of the board; none if left out.")] = None,
    hold: Annotated[str | None, typer.Option(help="The sky's endpoint for holding link time.")] = None,
    hold_keys: Annotated[
        Path | None, typer.Option(help="control-flatsat.toml, from 'testbed keys new': for a sky on another machine.")
    ] = None,
    engine: Annotated[str, typer.Option(help="transformers, or scripted for link tests.")] = "transformers",
    model: Annotated[
        str | None, typer.Option(help="Hugging Face directory or .gguf file; SmolLM2-135M-Instruct if left out.")
    ] = None,
    gguf_file: Annotated[str | None, typer.Option(help="Name of the .gguf file in the model's directory.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    threads: Annotated[int, typer.Option(help="CPU threads of the model.")] = 1,
    tokens_per_s: Annotated[float, typer.Option(help="Pace of the scripted engine.")] = 25.0,
    own_process: Annotated[
        bool | None,
        typer.Option("--own-process/--in-process", help="Where the engine runs; a model in a process of its own."),
    ] = None,
    scrub_period_s: Annotated[float, typer.Option(help="Seconds between two passes over the weights.")] = 10.0,
    memory_limit_mib: Annotated[
        int | None, typer.Option(help="What the model's process may take; no limit if left out.")
    ] = None,
    until_stdin_closes: Annotated[
        bool,
        typer.Option("--until-stdin-closes", help="For a rig: begin when told on standard input, stop when it ends."),
    ] = False,
) -> None:
    """Run the spacecraft between a source and a sink of IQ samples (gr-zeromq's wire format).

    Events leave as JSON lines on standard output until SIGINT or SIGTERM. Example, with a sky that listens on port
    5701 and a board on /dev/ttyACM0:

    flatsat serve --rx tcp://127.0.0.1:5701 --tx tcp://127.0.0.1:5702 --board /dev/ttyACM0

    Exit status: 0 when stopped, 2 for an option that cannot be used.
    """
    worker = Worker.on_standard_streams(until_stdin_closes)
    try:
        _check_options(sample_rate_hz, block, front_end)
        loading = (device, dtype, threads, tokens_per_s, own_process, scrub_period_s, memory_limit_mib)
        answering = EngineSettings(engine, model, gguf_file, *loading)
        air = Profile.load(profile)
        models = models or journal.parent / "models"
        settings = FlatsatSettings(air, sample_rate_hz, block, answering, board, hold, keys, journal, models, hold_keys)
        serve_flatsat(worker, settings, front_end, rx, tx)
    except (FlatsatError, RadioError, DatabaseError) as error:
        worker.emit("error", message=str(error))
        print(f"flatsat: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


def main() -> int:
    """Run the command line; return its exit status."""
    return run_app(app, "flatsat")


def _check_options(sample_rate_hz: float, block: int, front_end: str) -> None:
    if not 0 < sample_rate_hz < math.inf:
        raise ConfigError("sample-rate-hz", sample_rate_hz, "more than 0")
    if block < 1:
        raise ConfigError("block", block, "1 or more")
    if front_end not in ("zmq", "gnuradio"):
        raise ConfigError("front-end", front_end, "zmq or gnuradio")
