"""Writes the state diagrams of docs/cfdp.md anew from the tables that the machines obey: python docs/cfdp_diagrams.py.

Between `<!-- states: NAME -->` and `<!-- end -->` stands what `diagrams()[NAME]` gives; a test compares them.
"""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from protocol.cfdp import receiver, sender

PAGE = Path(__file__).parent / "cfdp.md"


def diagrams() -> dict[str, str]:
    """Return the diagrams, as Mermaid, by name."""
    return {
        "sender": _diagram(sender.TRANSITIONS, sender.SenderState.SENDING),
        "receiver": _diagram(receiver.TRANSITIONS, receiver.ReceiverState.RECEIVING),
    }


def filled(text: str) -> str:
    """Return a page with the diagrams as they are now."""
    for name, diagram in diagrams().items():
        before, marker, rest = text.partition(f"<!-- states: {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        text = before + marker + diagram + end + after
    return text


def _diagram(transitions: Mapping[tuple[Any, Any], Any], first: Enum) -> str:
    states = dict.fromkeys([first, *(before for before, _ in transitions), *transitions.values()])
    last = states.keys() - {before for before, _ in transitions}
    lines = [f"{state.name}: {state.value}" for state in states]
    lines += [f"[*] --> {first.name}"]
    lines += [f"{before.name} --> {after.name}: {event.value}" for (before, event), after in transitions.items()]
    lines += [f"{state.name} --> [*]" for state in states if state in last]
    return "```mermaid\nstateDiagram-v2\n" + "".join(f"    {line}\n" for line in lines) + "```\n"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
