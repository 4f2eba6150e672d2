"""What a benchmark measured: figures with their targets, as a table and as JSON."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
from rich.table import Table

from linkbudget.decibels import Floats


@dataclass(frozen=True, slots=True)
class Figure:
    """Repeated measurements of one thing, none if it could not be measured; their median is to be at most the target.

    Differences between results that ought to be the same are `vital`: each is to be at most the target, or the other
    figures mean nothing.
    """

    name: str
    unit: str
    measured: tuple[float, ...]
    target: float | None = None
    note: str = ""
    vital: bool = False

    @property
    def verdict(self) -> str:
        """Whether the target is met: empty if there is none, or nothing was measured."""
        if self.target is None or not self.measured:
            return ""
        counts = max(self.measured) if self.vital else median(self.measured)
        return "met" if counts <= self.target else "not met"


def times_s(*works: Callable[[], object], repetitions: int) -> Floats:
    """Return the processor's time for each work, float64[works, repetitions], after each was done once for warmth.

    That is the time on the clock where nothing else runs. The works take turns, so that what does burdens all alike.
    """
    for work in works:
        work()
    return np.array([[_time_s(work) for work in works] for _ in range(repetitions)]).T


def figures_table(title: str, figures: Sequence[Figure]) -> Table:
    """Return the figures as a terminal shows them."""
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("processor time, and what goes with it")
    for column in ("median", "least", "most"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("target", no_wrap=True)
    table.add_column("", style="dim", ratio=1)
    for each in figures:
        spread = (median(each.measured), min(each.measured), max(each.measured)) if each.measured else ()
        numbers = [_number_text(value) for value in spread] or ["-"] * 3
        target = "" if each.target is None else f"<= {each.target:g} {each.verdict}"
        style = "bold red" if each.verdict == "not met" else ""
        table.add_row(each.name, *numbers, each.unit, target, each.note, style=style)
    return table


def figures_object(figures: Sequence[Figure], **context: object) -> dict[str, Any]:
    """Return the figures, and what they were measured on and with, for JSON."""
    return {
        **context,
        "machine": machine(),
        "figures": [
            {**asdict(each), "median": median(each.measured) if each.measured else None, "verdict": each.verdict}
            for each in figures
        ],
    }


def machine() -> dict[str, object]:
    """Return what the figures depend on, and how busy it was with other things."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _number_text(value: float) -> str:
    return f"{value:,.0f}" if value >= 100.0 else f"{value:#.3g}"


def _time_s(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
