"""The command line of the flatsat."""

import math
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE, run_app
from edge.database_errors import DatabaseError
from flatsat.build import EngineSettings
from flatsat.energy.energy_policy import AtLimit, EnergyLimits
from flatsat.energy.energy_settings import EnergySettings
from flatsat.energy.energy_source import EnergySource
from flatsat.errors import ConfigError, FlatsatError
from flatsat.serve import FlatsatSettings
from flatsat.serve import serve as serve_flatsat
from radio.errors import RadioError
from radio.open_port import heard_at, open_port
from radio.profile import Profile
from radio.recording.recorder import UTC_FORMATS, RecordSettings
from radio.recording.replay_port import ReplaySettings
from radio.worker import Worker
from radio.zmq_iq import ANY_PORT

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def flatsat() -> None:
    """The spacecraft's side: receives prompts, runs the model, sends answers down."""


@app.command()
def serve(
    keys: Annotated[Path, typer.Option(help="The flatsat's key file, from 'testbed keys new'.")],
    journal: Annotated[Path, typer.Option(help="Where prompts and answers are kept; made if it is not there.")],
    rx: Annotated[str | None, typer.Option(help="ZeroMQ endpoint that gives the received samples.")] = None,
    tx: Annotated[str, typer.Option(help="ZeroMQ endpoint to offer the transmitted samples on.")] = ANY_PORT,
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    front_end: Annotated[
        str, typer.Option(help="What moves the samples: zmq, gnuradio, or a front end file (.toml) with devices.")
    ] = "zmq",
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
    energy: Annotated[
        str | None,
        typer.Option(help="What meters answers: board, tegrastats, hwmon[:NAME], rapl, model:IDLE_W,BUSY_W; none."),
    ] = None,
    lowest_charge: Annotated[float | None, typer.Option(help="Of the battery, 0 to 1: no answer begins below.")] = None,
    lowest_bus_v: Annotated[float | None, typer.Option(help="Bus voltage: no answer begins below.")] = None,
    highest_temperature_c: Annotated[
        float | None, typer.Option(help="Of the payload: no answer begins above, or while it throttles itself.")
    ] = None,
    at_limit: Annotated[
        AtLimit, typer.Option(help="Whether prompts that come in at a limit wait, or are refused.")
    ] = AtLimit.DEFER,
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
    record: Annotated[
        Path | None, typer.Option(help="Folder to keep what is received in, as SigMF; keys do not go there.")
    ] = None,
    start_utc: Annotated[
        datetime | None,
        typer.Option(formats=UTC_FORMATS, help="UTC at link time 0, for --record; else the wall clock's."),
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
) -> None:
    """Run the spacecraft between a source and a sink of IQ samples (gr-zeromq's wire format).

    Events leave as JSON lines on standard output until SIGINT or SIGTERM. Example, with a sky that listens on port
    5701 and a board on /dev/ttyACM0:

    flatsat serve --rx tcp://127.0.0.1:5701 --tx tcp://127.0.0.1:5702 --board /dev/ttyACM0

    Exit status: 0 when stopped, 2 for an option that cannot be used.
    """
    worker = Worker.on_standard_streams(until_stdin_closes)
    try:
        _check_options(sample_rate_hz, block)
        loading = (device, dtype, threads, tokens_per_s, own_process, scrub_period_s, memory_limit_mib)
        answering = EngineSettings(engine, model, gguf_file, *loading)
        air = Profile.load(profile)
        models = models or journal.parent / "models"
        recording = RecordSettings(record, start_utc) if record else None
        replaying = ReplaySettings(replay, not replay_fast) if replay else None
        files = (keys, journal, models, hold_keys)
        limits = EnergyLimits(lowest_charge, lowest_bus_v, highest_temperature_c, at_limit)
        metering = EnergySettings(EnergySource.parse(energy) if energy else None, limits)
        more = (recording, replaying, metering)
        settings = FlatsatSettings(air, sample_rate_hz, answering, board, hold, *files, *more)
        heard = heard_at(front_end, rx, replay, ConfigError)
        serve_flatsat(
            worker, settings, partial(open_port, front_end, heard, tx, block, sample_rate_hz, worker.warn, replaying)
        )
    except (FlatsatError, RadioError, DatabaseError) as error:
        worker.emit("error", message=str(error))
        print(f"flatsat: {error}", file=sys.stderr)
        raise typer.Exit(STATUS_MISTAKE) from error


def main() -> int:
    """Run the command line; return its exit status."""
    return run_app(app, "flatsat")


def _check_options(sample_rate_hz: float, block: int) -> None:
    if not 0 < sample_rate_hz < math.inf:
        raise ConfigError("sample-rate-hz", sample_rate_hz, "more than 0")
    if block < 1:
        raise ConfigError("block", block, "1 or more")
