"""The command firmware-sim radios."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.command_line import STATUS_MISTAKE
from firmware_sim.errors import FirmwareSimError
from firmware_sim.packet_radio.radio_pair import RadioPair
from firmware_sim.packet_radio.server import serve
from firmware_sim.packet_radio.settings import RadioSettings
from firmware_sim.pty import PseudoTerminal
from firmware_sim.stopping import stdin_fds, stop_signals


def radios(
    ground: Annotated[Path, typer.Option(help="Name under which the ground's terminal appears.")],
    flatsat: Annotated[Path, typer.Option(help="Name under which the flatsat's terminal appears.")],
    framing: Annotated[str, typer.Option(help="kiss or length.")] = "kiss",
    baud: Annotated[int, typer.Option(help="Pace of both lines, in bit/s.")] = 115_200,
    bit_rate: Annotated[float, typer.Option(help="On the air, in bit/s.")] = 9600.0,
    preamble_s: Annotated[float, typer.Option(help="Before each frame, unless a host sets it by KISS.")] = 0.02,
    busy_s: Annotated[float, typer.Option(help="After each frame, in which a radio begins no other.")] = 0.05,
    light_time_s: Annotated[float, typer.Option(help="From one radio to the other.")] = 0.005,
    loss: Annotated[float, typer.Option(help="Share of the frames that are not heard.")] = 0.0,
    bit_error_rate: Annotated[float, typer.Option(help="One wrong bit drops a frame.")] = 0.0,
    half_duplex: Annotated[bool, typer.Option(help="Whether a radio hears nothing while it sends.")] = True,
    buffer_octets: Annotated[int, typer.Option(help="For frames that wait in a radio.")] = 1024,
    largest_frame_octets: Annotated[int, typer.Option(help="What a radio takes for one frame.")] = 256,
    seed: Annotated[int, typer.Option(help="Of what is lost.")] = 0,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="Stop, too, when standard input ends.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Speak in lines of JSON.")] = False,
) -> None:
    """Serve a pair of packet radios until SIGINT, SIGTERM or SIGHUP; remove the links, and say what became of frames.

    Exit status: 0 when stopped, 2 for a setting or a link that cannot be used.
    """
    try:
        settings = RadioSettings(
            framing=framing,  # type: ignore[arg-type]  # checked there
            baud=baud,
            bit_rate_bit_s=bit_rate,
            preamble_s=preamble_s,
            busy_s=busy_s,
            light_time_s=light_time_s,
            loss=loss,
            bit_error_rate=bit_error_rate,
            half_duplex=half_duplex,
            buffer_octets=buffer_octets,
            largest_frame_octets=largest_frame_octets,
        )
        pair = RadioPair(settings, seed)
        stdin = stdin_fds(until_stdin_closes)
        with stop_signals() as signal_fd, PseudoTerminal(ground) as first, PseudoTerminal(flatsat) as second:
            _announce(first, second, as_json)
            serve((first, second), pair, (signal_fd, *stdin))
        _conclude(pair, as_json)
    except FirmwareSimError as error:
        typer.echo(f"firmware-sim: {error}", err=True)
        raise typer.Exit(STATUS_MISTAKE) from error


def _announce(ground: PseudoTerminal, flatsat: PseudoTerminal, as_json: bool) -> None:
    if as_json:
        ends = {"ground": ground, "flatsat": flatsat}
        links = {name: {"link": str(each.link), "device": each.device} for name, each in ends.items()}
        _say({"event": "ready", **links})
    else:
        places = f"{ground.link} ({ground.device}) and {flatsat.link} ({flatsat.device})"
        typer.echo(f"packet radios on {places}; Ctrl-C stops them")


def _conclude(pair: RadioPair, as_json: bool) -> None:
    counts = {name: asdict(each.counters) for name, each in zip(("ground", "flatsat"), pair.radios, strict=True)}
    if as_json:
        _say({"event": "counts", **counts})
        return
    for name, count in counts.items():
        typer.echo(f"{name}: {', '.join(f'{what} {number}' for what, number in count.items())}")


def _say(event: dict[str, Any]) -> None:
    typer.echo(json.dumps(event))
