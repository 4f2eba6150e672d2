"""Writes the state diagrams and tables in docs/cop1.md anew, from the tables that the machines run on.

Between `<!-- cop1: NAME -->` and `<!-- end -->` stands what `sections()[NAME]` gives; a test compares them.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

from protocol.cop1.farm_table import FARM_ROWS, FarmState
from protocol.cop1.fop_table import FOP_ROWS, AlertReason, FopAction, FopState

PAGE = Path(__file__).parent / "cop1.md"

Rows = Mapping[Any, tuple[tuple[tuple[Enum, ...], IntEnum], ...]]


def sections() -> dict[str, str]:
    """Return what stands in each generated section."""
    return {
        "farm-diagram": _diagram(FARM_ROWS, FarmState, initial=FarmState.OPEN),
        "farm-table": _table(FARM_ROWS, FarmState),
        "fop-diagram": _diagram(FOP_ROWS, FopState, initial=FopState.INITIAL),
        "fop-table": _table(FOP_ROWS, FopState),
    }


def renewed(text: str) -> str:
    """Return a page with its generated sections as they are now."""
    made = sections()
    return re.sub(
        r"(<!-- cop1: ([\w-]+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{made[found[2]]}\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def _diagram(rows: Rows, states: type[IntEnum], initial: IntEnum) -> str:
    """Return a Mermaid diagram of the events that change the state."""
    edges: dict[tuple[IntEnum, IntEnum, str], list[str]] = defaultdict(list)
    for event, row in rows.items():
        for state, (actions, following) in zip(states, row, strict=True):
            if following is not state:
                edges[state, following, _ending(actions)].append(event.name)
    lines = ["stateDiagram-v2", *(f'state "{_name(state)}" as S{state:d}' for state in states), f"[*] --> S{initial:d}"]
    for (state, following, ending), events in sorted(edges.items()):
        lines.append(f"S{state:d} --> S{following:d}: {ending}{' '.join(events)}")
    return "```mermaid\n" + "\n    ".join(lines) + "\n```\n"


def _ending(actions: tuple[Enum, ...]) -> str:
    """Return how a service ends with these actions, if it does."""
    if any(isinstance(action, AlertReason) for action in actions):
        return "Alert at "
    return "Suspend at " if FopAction.SUSPEND in actions else ""


def _name(state: IntEnum) -> str:
    return f"S{state:d} " + state.name.capitalize().replace("_", " ").replace("bc", "BC")


def _table(rows: Rows, states: type[IntEnum]) -> str:
    head = ["Event", *(_name(state) for state in states)]
    body = [[f"**{event.name}** {event.value}", *map(_cell, row)] for event, row in rows.items()]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ["---"] * len(head), *body))


def _cell(cell: tuple[tuple[Enum, ...], IntEnum]) -> str:
    actions, state = cell
    return ", ".join(_action(action) for action in actions) + f" (S{state:d})"


def _action(action: Enum) -> str:
    return f"Alert[{action.value}]" if isinstance(action, AlertReason) else action.value


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
