"""How fast the radio is, and how near to theory, beside GNU Radio, gr-satellites and libfec, in one run.

python -m bench.radio [--json FILE]
"""

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from bench import radio_channel, radio_decoders, radio_loop, radio_loss, radio_receivers
from bench.figures import machine
from bench.radio_loss import Losses
from bench.radio_rows import REPETITIONS, Row, rows_object, rows_table
from edge.command_line import finite

_WIDTH = 160  # where there is no terminal
_Told = TypeVar("_Told", Row, Losses)
_NOTES = f"""\
Msps, Mbit/s of information: medians of {REPETITIONS} repetitions, over the time that all threads of a work take of the
processors; ours and theirs take turns on the same samples. They vary by a tenth, and by more beside other work.
Receivers give out frames, demodulators symbols. Loop: median of 3 runs with a scripted engine on all cores, link time
over time on the clock. First frame: median of 15 runs, each of which is to keep the bound; from the first sample sent
to the frame, the processor's time included, less the air time of marker and frame.
Loss: once settled, 25 Hz off, no Doppler. GNU Radio's loops, and gr-satellites' where narrowed, are as narrow as still
settles. After a slip theirs are told the phase anew every 2000 symbols; ours pays to the end of a frame, 8192 bits."""


def main(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there, as JSON.")
    ] = None,
) -> None:
    """Measure, and print two tables."""
    parts = (radio_receivers, radio_channel, radio_decoders, radio_loop)
    rows = list(_told(chain.from_iterable(part.rows() for part in parts)))
    losses = list(_told(radio_loss.losses()))
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    console.print(rows_table(", ".join(f"{name} {value}" for name, value in machine().items()), rows))
    console.print(radio_loss.losses_table(losses))
    console.print(_NOTES, style="dim")
    if json_file:
        measured = {
            "machine": machine(),
            "repetitions": REPETITIONS,
            "rows": rows_object(rows),
            "losses": radio_loss.losses_object(losses),
        }
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(finite(measured), indent=1) + "\n", encoding="utf-8")


def _told(measured: Iterator[_Told]) -> Iterator[_Told]:
    """Say on standard error what has been measured, as it comes."""
    for each in measured:
        print(f"measured: {each.what}", file=sys.stderr, flush=True)  # noqa: T201
        yield each


if __name__ == "__main__":
    typer.run(main)
