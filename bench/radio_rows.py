"""Ours beside theirs: what the radio's benchmark measures, as a table and as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.table import Table

from bench.figures import times_s

REPETITIONS = 5
Work = Callable[[], object]


class PeerError(Exception):
    """Somebody else's tool that is there, but does not do what is asked of it."""


ABSENCES = (ImportError, OSError, AttributeError, TypeError, ValueError, RuntimeError, PeerError)
"""What a peer raises that is not installed, or of another version, or does something else."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's tool at the same task, or why it is not there."""

    name: str
    work: Work | None
    absent: str = ""
    least_ratio: float | None = None
    """How many times as fast we are to be."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a peer reached; nothing if it is absent."""

    name: str
    measured: tuple[float, ...]
    absent: str = ""
    least_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Repeated measurements of one thing and of its peers at the same.

    The median of ours is to be at least ``least``, or all of ours at most ``most``.
    """

    what: str
    unit: str
    ours: tuple[float, ...]
    beside: tuple[Beside, ...] = ()
    least: float | None = None
    most: float | None = None

    @property
    def wanted(self) -> str:
        """The bound and whether it is met, in words; empty if there is none."""
        if self.least is not None:
            return _verdict(">=", self.least, median(self.ours) >= self.least)
        return "" if self.most is None else _verdict("<=", self.most, max(self.ours) <= self.most)

    def ratio(self, peer: Beside) -> float | None:
        """Return how many times a peer's rate ours is; None if it is absent."""
        return median(self.ours) / median(peer.measured) if peer.measured else None

    def ratio_wanted(self, peer: Beside) -> str:
        """The bound of the ratio and whether it is met, in words; empty if there is none."""
        ratio = self.ratio(peer)
        if peer.least_ratio is None or ratio is None:
            return ""
        return _verdict("ratio >=", peer.least_ratio, ratio >= peer.least_ratio)


def peer(name: str, make: Callable[[], Work], least_ratio: float | None = None) -> Peer:
    """Return the peer whose work ``make`` sets up; an absent one if it cannot."""
    try:
        return Peer(name, make(), least_ratio=least_ratio)
    except ABSENCES as error:
        return Peer(name, None, f"{type(error).__name__}: {error}", least_ratio)


def compared(
    what: str, unit: str, amount: float, ours: Work, peers: Sequence[Peer] = (), least: float | None = None
) -> Row:
    """Return the row of works that all do the same ``amount`` of something, as amount per processor second."""
    works = [each.work for each in peers if each.work]
    ours_s, *theirs_s = times_s(ours, *works, repetitions=REPETITIONS)
    measured = iter(theirs_s)
    beside = tuple(
        Beside(each.name, tuple(amount / next(measured)) if each.work else (), each.absent, each.least_ratio)
        for each in peers
    )
    return Row(what, unit, tuple(amount / ours_s), beside, least)


def rows_table(title: str, rows: Sequence[Row]) -> Table:
    """Return the rows as a terminal shows them: a line for each peer."""
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("medians; Msps, Mbit/s: per processor second", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for column in ("ours", "theirs", "ratio"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("whose", ratio=1)
    table.add_column("wanted", no_wrap=True)
    for row in rows:
        first = (row.what, row.unit, _number(median(row.ours)))
        wanted = row.wanted
        if not row.beside:
            table.add_row(*first, "-", "-", "", wanted, style=_style(wanted))
        for index, each in enumerate(row.beside):
            ratio_wanted = row.ratio_wanted(each)
            both = ", ".join(filter(None, (wanted if index == 0 else "", ratio_wanted)))
            table.add_row(*(first if index == 0 else ("", "", "")), *_beside_cells(row, each), both, style=_style(both))
    return table


def rows_object(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows for JSON."""
    return [
        {
            **asdict(row),
            "median": median(row.ours),
            "wanted": row.wanted,
            "beside": [
                {
                    **asdict(each),
                    "median": median(each.measured) if each.measured else None,
                    "ratio": row.ratio(each),
                    "wanted": row.ratio_wanted(each),
                }
                for each in row.beside
            ],
        }
        for row in rows
    ]


def _beside_cells(row: Row, each: Beside) -> tuple[str, str, str]:
    ratio = row.ratio(each)
    if ratio is None:
        return "-", "-", f"{each.name}: {each.absent}"
    return _number(median(each.measured)), _number(ratio), each.name


def _verdict(sign: str, bound: float, is_met: bool) -> str:
    return f"{sign} {bound:g} {'met' if is_met else 'not met'}"


def _style(wanted: str) -> str:
    return "bold red" if "not met" in wanted else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:#.3g}"
