"""A run's timeline on the terminal."""

from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from testbed.measure import E2E, GOODPUT_TOKENS, ITL, TTFT
from testbed.record import RunRecord
from testbed.timeline import light_time_s, origin_s, phases, rows

_STYLES = {"ground": "cyan", "flatsat": "yellow", "link": "magenta"}
_WIDEST_BAR = 44


def timeline_table(record: RunRecord) -> Table:
    """Return a run's milestones, and below them where its time went, for a terminal of 80 columns or more."""
    grid = Table.grid()
    grid.add_row(_milestones(record))
    grid.add_row(_breakdown(record))
    return grid


def _milestones(record: RunRecord) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("event", no_wrap=True)
    table.add_column("where")
    for heading in ("link s", "+ s", "wall s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("detail", style="dim", overflow="fold")
    for row in rows(record):
        times = (f"{row.link_s:.3f}", f"{row.delta_s:.3f}", f"{row.wall_s:.3f}")
        table.add_row(row.event, _place(row.where), *times, Text(row.detail))
    return table


def _breakdown(record: RunRecord) -> Table:
    """Each phase with a bar that shows when it was."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("where the time went", no_wrap=True)
    table.add_column("where")
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("", min_width=10, max_width=_WIDEST_BAR)
    found, start_s = phases(record), origin_s(record)
    total_s = sum(phase.duration_s for phase in found)
    for phase in found:
        share = f"{phase.duration_s / total_s:.1%}" if total_s else ""
        bar = Bar(total_s or 1.0, phase.start_s - start_s, phase.end_s - start_s, color=_STYLES[phase.where])
        table.add_row(phase.name, _place(phase.where), f"{phase.duration_s:.3f}", share, bar)
    table.add_section()
    for name, figure, meaning in _figures(record):
        table.add_row(name, "", Text(figure, style="bold"), "", Text(meaning, style="dim"))
    return table


def _figures(record: RunRecord) -> list[tuple[str, str, str]]:
    latency = record.latency
    figures = (
        (E2E.label, latency.e2e_s, "return key to last word"),
        (TTFT.label, latency.ttft_s, "return key to first word"),
        (ITL.label, latency.itl_s, "from words to words, median"),
        (GOODPUT_TOKENS.label, latency.goodput_token_s, "tokens per second of E2E"),
        ("inference", latency.inference_s, "by the engine's own clock"),
        ("light time", light_time_s(record), "both ways"),
        ("link limit", latency.link_limit_s, "no link could be faster"),
        ("overhead ratio", latency.overhead_ratio, "E2E over link limit"),
    )
    return [(name, "-" if value is None else f"{value:.3f}", meaning) for name, value, meaning in figures]


def _place(where: str) -> Text:
    return Text(where, style=_STYLES.get(where, ""))
