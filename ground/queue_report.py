"""What is shown of the ground's queue."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.command_line import print_json
from edge.printable import printable
from ground.contact import Contact
from ground.journal import JournalledInquiry
from ground.plan import PlannedPrompt

_SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A prompt, the contact that it waits for or is in, and its plan while it waits to be sent."""

    kept: JournalledInquiry
    contact: Contact | None
    in_view: bool
    planned: PlannedPrompt | None

    def remark(self) -> str:
        """Return what else is to be known of it, in words."""
        kept, uplink = self.kept, self.planned.uplink if self.planned else None
        if kept.refusal is not None:
            return ": ".join(filter(None, (kept.refusal.reason.value, kept.refusal.detail)))
        if not kept.state.open:
            return ""
        if kept.cancelling:
            return "cancelling"
        if self.planned and self.planned.too_late:
            return "cannot be on board before its deadline"
        if self.contact is None:
            return "no contact left"
        if uplink and uplink.across_passes:
            return "no contact left for all of it" if uplink.end_s == inf else "goes on at the AOS after"
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values; times are link time."""
        kept, planned = self.kept, self.planned
        refusal, uplink = kept.refusal, planned.uplink if planned else None
        return {
            "prompt_id": kept.prompt.prompt_id.hex(),
            "text": kept.prompt.text,
            "state": kept.state.value,
            "cancelling": kept.cancelling,
            "transmissions": kept.transmissions,
            "segments": len(kept.segments),
            "asked_s": kept.asked_s,
            "deadline_s": kept.deadline_s,
            "ended_s": kept.ended_s,
            "confirmed": kept.confirmed,
            "refusal": {"reason": refusal.reason.value, "detail": refusal.detail} if refusal else None,
            "contact": {"aos_s": self.contact.aos_s, "los_s": self.contact.los_s} if self.contact else None,
            "uplink": {"begin_s": uplink.begin_s, "end_s": uplink.end_s} if uplink else None,
            "too_late": planned is not None and planned.too_late,
            "answer_s": planned.answer_s if planned else None,
            "remark": self.remark(),
        }


def print_queue(rows: list[QueueRow], now_s: float, *, as_json: bool) -> None:
    """Print a table with a row for each prompt, in the order given, or one JSON object."""
    if as_json:
        print_json({"now_s": now_s, "prompts": [row.to_json() for row in rows]})
    else:
        console = Console(highlight=False)
        console.print(_table(rows) if rows else "nothing waits")
        console.print(f"link time {now_s:.1f} s")


def _table(rows: list[QueueRow]) -> Table:
    """Two lines a prompt, for a terminal of 80 columns or more. Leave out a column in which nothing stands."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=0)
    table.add_column("id\nstate", no_wrap=True)
    table.add_column("prompt\nremark", overflow="fold")
    columns = {heading: [cell(row) for row in rows] for heading, cell in _NUMBERS.items()}
    shown = {heading: cells for heading, cells in columns.items() if any(cells)}
    for heading in shown:
        table.add_column(heading, justify="right", no_wrap=True)
    for row, *cells in zip(rows, *shown.values(), strict=True):
        table.add_row(_names(row), _words(row), *cells)
    return table


def _names(row: QueueRow) -> Text:
    return Text(f"{row.kept.prompt.prompt_id.hex()}\n{row.kept.state.value}")


def _words(row: QueueRow) -> Text:
    """Return the first words, on one line, and the remark."""
    text = " ".join(row.kept.prompt.text.split())
    first = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS].rstrip() + "…"
    return Text.assemble(printable(first), "\n", (printable(row.remark()), "dim"))


def _deadline(row: QueueRow) -> str:
    return "" if row.kept.deadline_s is None else f"{row.kept.deadline_s:.1f}"


def _next_aos(row: QueueRow) -> str:
    """Return when it can be spoken of, and when it will be sent."""
    if row.contact is None:
        return ""
    aos = "in view" if row.in_view else f"{row.contact.aos_s:.1f}"
    uplink = row.planned.uplink if row.planned else None
    return f"{aos}\n{uplink.begin_s:.1f}" if uplink else aos


def _answer(row: QueueRow) -> str:
    """Return when it can be here, if not in the pass in which the prompt goes up, in words, too."""
    planned = row.planned
    if planned is None or planned.uplink is None or planned.answer_s == inf:
        return ""
    return f"{planned.answer_s:.1f}" + ("\nnext pass" if planned.answer_s > planned.uplink.contact.los_s else "")


_NUMBERS: dict[str, Callable[[QueueRow], str]] = {
    "sent\nsegments": lambda row: f"{row.kept.transmissions}\n{len(row.kept.segments)}",
    "deadline s": _deadline,
    "next AOS s\nuplink s": _next_aos,
    "answer s": _answer,
}
