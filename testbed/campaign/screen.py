"""What a campaign shows on the terminal while it works, and when it is over."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from testbed.campaign.plan import Point
from testbed.campaign.result import CampaignResult, PointResult, judged
from testbed.campaign.rows import COLUMNS, lines, measure_name, row, sentence, sweeps
from testbed.campaign.tally import Tally

_SHOWN = ("Eb/N0 dB", "Es/N0 dB", "errors", "rate", "interval", "dB from theory", "verdict")


class CampaignScreen:
    """A line for each point as it ends, and under them a bar: points done, errors so far, time left."""

    def __init__(self, console: Console, confidence: float) -> None:
        self._console, self._confidence = console, confidence
        self._bar = Progress(
            TextColumn("{task.fields[said]}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("points", total=1.0, said="starting the workers")

    def __enter__(self) -> "CampaignScreen":
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def found(self, units: int, tallies: list[Tally]) -> None:
        """So many units were there from before."""
        done = sum(tally.is_over for tally in tallies)
        if units:
            said = f"going on with {units} work units found, {done} of {len(tallies)} points done"
            again = "; nothing is measured again without --anew" if done == len(tallies) else ""
            self._console.print(said + again, style="dim", soft_wrap=True)

    def progress(self, tallies: list[Tally]) -> None:
        """A unit has ended."""
        done, errors = sum(tally.is_over for tally in tallies), sum(tally.errors for tally in tallies)
        said = f"{done} of {len(tallies)} points, {errors} errors"
        self._bar.update(self._task, completed=sum(tally.fraction for tally in tallies) / len(tallies), said=said)

    def point_over(self, point: Point, tally: Tally) -> None:
        """A point has been measured."""
        result = judged(point, tally, self._confidence)
        style = "bold red" if result.has_failed else "dim"
        self._console.print(sentence(result), style=style, markup=False, highlight=False, soft_wrap=True)


def tables(result: CampaignResult) -> list[Table]:
    """Return a table for each line of each sweep, narrow enough for a terminal; the page has all columns."""
    return [_table(name, label, own) for name, points in sweeps(result) for label, own in lines(points)]


def _table(sweep: str, label: str, points: list[PointResult]) -> Table:
    title = f"{sweep}, {label}: {measure_name(points[0])}"
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in _SHOWN:
        table.add_column(column, justify="left" if column == "verdict" else "right")
    for each in points:
        texts = dict(zip(COLUMNS, row(each), strict=True))
        table.add_row(*(Text(texts[column]) for column in _SHOWN), style="bold red" if each.has_failed else None)
    return table
