"""What a program that serves a terminal says once it does."""

import json

from firmware_sim.pty import PseudoTerminal


def announce(terminal: PseudoTerminal, as_json: bool) -> None:
    """Say on standard output where the board is."""
    if as_json:
        line = json.dumps({"event": "ready", "link": str(terminal.link), "device": terminal.device})
    else:
        line = f"board on {terminal.link} ({terminal.device}); Ctrl-C stops it"
    print(line, flush=True)  # noqa: T201
