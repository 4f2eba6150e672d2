"""A million inputs for each parser, without guidance: a valid value or its typed error, and bounded memory.

python -m fuzz.million [NAME ...] [--inputs 1000000] [--seconds 600] [--seed 0]
"""

import hashlib
import sys
import traceback
import warnings
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from time import process_time
from typing import Annotated

import typer

from fuzz.inputs import inputs
from fuzz.limits import begin_input, limit_memory, limited_time, peak_octets
from fuzz.parser import Parser
from fuzz.targets import TARGETS, parsers_of

FINDINGS = Path("runs/fuzz")
_MIB = 1 << 20
_MOST_FAULTS = 10


@dataclass(slots=True)
class Tally:
    """What came of a parser's inputs; `faults` are inputs with what they raised, one for each place."""

    inputs: int = 0
    valid: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    grown_octets: int = 0
    faults: dict[str, tuple[bytes, BaseException]] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """Inputs that met a typed error."""
        return self.inputs - self.valid


def tally(parser: Parser, count: int, most_s: float, seed: int) -> Tally:
    """Give a parser `count` inputs, fewer if they take longer than `most_s` of the processor's time."""
    told, rng = Tally(), Random(f"{parser.name} {seed}")
    before, start_s = peak_octets(), process_time()
    last_s = start_s
    with limited_time():
        for octets in islice(inputs(parser.examples(), rng), count):
            _give(parser, octets, told)
            now_s = process_time()
            told.slowest_s, last_s = max(told.slowest_s, now_s - last_s), now_s
            if now_s - start_s > most_s or len(told.faults) >= _MOST_FAULTS:
                break
    told.seconds, told.grown_octets = last_s - start_s, peak_octets() - before
    return told


def _give(parser: Parser, octets: bytes, told: Tally) -> None:
    told.inputs += 1
    begin_input()
    try:
        told.valid += parser.accepts(octets)
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # noqa: BLE001 - whatever it is, it is what is looked for
        place = traceback.extract_tb(fault.__traceback__)[-1]
        told.faults.setdefault(f"{type(fault).__name__} at {place.filename}:{place.lineno}", (octets, fault))


def _chosen(names: set[str]) -> list[Parser]:
    """Return the parsers of those names, and all of the targets of those names; the others are not even loaded."""
    searched = TARGETS if names - set(TARGETS) else [target for target in TARGETS if target in names]
    return [each for target in searched for each in parsers_of(target) if {target, each.name} & names]


def _row(parser: Parser, told: Tally) -> str:
    numbers = f"{told.inputs:>9,}{told.valid:>10,}{told.refused:>10,}{told.seconds:>9.1f}"
    return (
        f"{parser.name:34}{numbers}{1e3 * told.slowest_s:>12.1f}{told.grown_octets / _MIB:>10.1f}{len(told.faults):>8}"
    )


def _keep(parser: Parser, told: Tally) -> None:
    FINDINGS.mkdir(parents=True, exist_ok=True)
    for place, (octets, fault) in told.faults.items():
        path = FINDINGS / hashlib.sha256(octets).hexdigest()[:16]
        path.write_bytes(octets)
        print(f"    {parser.name}: {place}: {fault!s:.200}; the input is {path}")


def main(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME ...]", help="Parsers or targets.")] = None,
    count: Annotated[int, typer.Option("--inputs", min=1, help="Inputs for each parser.")] = 1_000_000,
    seconds: Annotated[float, typer.Option(help="At most, of the processor's time, for each parser.")] = 600.0,
    seed: Annotated[int, typer.Option(help="Of the inputs.")] = 0,
) -> None:
    """Print what came of each parser's inputs; exit with status 1 if anything else than a value or its error did."""
    warnings.simplefilter("ignore")  # of arithmetic on what is no number
    chosen = _chosen(set(names or TARGETS))
    for parser in chosen:  # compiled, and the first of each library's own memory taken
        for example in parser.examples():
            parser.accepts(example)
    limit_memory()
    print(
        f"{'parser':34}{'inputs':>9}{'valid':>10}{'refused':>10}{'s':>9}{'slowest ms':>12}{'MiB more':>10}{'faults':>8}"
    )
    faults = 0
    for parser in chosen:
        told = tally(parser, count, seconds, seed)
        print(_row(parser, told), flush=True)
        _keep(parser, told)
        faults += len(told.faults)
    sys.exit(faults > 0)


if __name__ == "__main__":
    typer.run(main)
