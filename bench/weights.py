"""Bits flipped in the weights of a model: each found by scrubbing, and what answers become if none is.

python -m bench.weights [--model PATH] [--found 2000] [--per-pass 20] [--per-kind 333] [--seed 1] [--json FILE]

Exit status: 0 if every flip was found in one pass and repaired, 1 if not.
"""

import json
import math
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.figures import machine
from flatsat.engine import GenerationRequest
from flatsat.hugging_face.engine import TransformersEngine
from flatsat.weights.campaign import (
    GARBAGE_NATS,
    STRATA,
    Outcome,
    Stratum,
    bits_in,
    expected_shares,
    find_flips,
    try_flips,
)

QUESTION = "What is the capital of France?"


def main(
    model: Annotated[Path | None, typer.Option(help="The packaged model if left out.")] = None,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    found: Annotated[int, typer.Option(min=0, help="Bits to flip and find.")] = 2000,
    per_pass: Annotated[int, typer.Option(min=1, help="Bits flipped before each pass.")] = 20,
    per_kind: Annotated[int, typer.Option(min=0, help="Bits of each of the six kinds to flip and leave.")] = 333,
    tokens: Annotated[int, typer.Option(min=1, help="Of each answer.")] = 12,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE")] = None,
) -> None:
    """Flip, scrub and ask; print two tables."""
    engine = TransformersEngine(model, dtype=dtype)
    console = Console(highlight=False)
    searched = _search(engine, found, per_pass, seed)
    console.print(
        f"{searched['found']} of {found} flips were found in one pass and repaired; "
        f"a pass over {searched['octets'] / 1e6:.0f} MB takes {searched['pass_s']:.2f} s",
    )
    counts = _leave(engine, dtype, per_kind, tokens, seed)
    bits = {stratum: bits_in(engine.weights, dtype, stratum) for stratum in STRATA}
    console.print(_table(counts, bits, f"{QUESTION!r}, {tokens} tokens, greedy, {dtype}"))
    engine.close()
    if json_file:
        told = {stratum.name: {o.value: count[o] for o in Outcome} for stratum, count in counts.items()}
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps({"machine": machine(), **searched, "left": told}, indent=1) + "\n")
    raise typer.Exit(searched["found"] != found)


def _search(engine: TransformersEngine, count: int, per_pass: int, seed: int) -> dict[str, Any]:
    begin_s = time.perf_counter()
    engine.scrubber.scrub()
    pass_s = time.perf_counter() - begin_s
    found = find_flips(engine.weights, engine.scrubber.scrub, count, per_pass, seed)
    passes = math.ceil(count / per_pass)
    return {
        "flips": count,
        "found": sum(track(found, "scrubbing", total=passes)),
        "pass_s": pass_s,
        "octets": sum(w.octets for w in engine.weights),
    }


def _leave(
    engine: TransformersEngine, dtype: str, per_kind: int, tokens: int, seed: int
) -> dict[Stratum, Counter[Outcome]]:
    request = GenerationRequest(QUESTION, tokens)
    tried = try_flips(
        engine.weights,
        dtype,
        lambda: engine.direct_answer(request),
        lambda said: engine.surprise(QUESTION, said),
        per_kind,
        seed,
    )
    counts: dict[Stratum, Counter[Outcome]] = {stratum: Counter() for stratum in STRATA}
    for stratum, _, outcome in track(tried, "asking", total=per_kind * len(STRATA)):
        counts[stratum][outcome] += 1
    return counts


def _table(counts: dict[Stratum, Counter[Outcome]], bits: dict[Stratum, int], title: str) -> Table:
    table = Table(title=f"flips that nobody found: {title}", title_justify="left", pad_edge=False)
    table.add_column("bits")
    table.add_column("of all", justify="right")
    for outcome in Outcome:
        table.add_column(outcome.value, justify="right")
    total = sum(bits.values())
    for stratum, count in counts.items():
        told = (f"{count[outcome]}" for outcome in Outcome)
        table.add_row(stratum.name, f"{bits[stratum] / total:.3%}", *told)
    table.add_section()
    shares = expected_shares(counts, bits)
    table.add_row("anywhere", "100 %", *(f"{shares[outcome]:.2%}" for outcome in Outcome))
    table.caption = f"garbage: the intact model finds it less likely than {GARBAGE_NATS:g} nats a token"
    return table


if __name__ == "__main__":
    typer.run(main)
