"""The commands about a gateway's prompts: where each is, and the end of one."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.command_line import print_json
from edge.printable import printable
from ground.gateway.desk import Desk
from ground.gateway.desk_prompt import DeskPrompt
from ground.gateway_client import GatewayClient
from ground.gateway_errors import NoGatewayError

_SHOWN_CHARACTERS = 60


def show_prompts(gateway: GatewayClient, *, with_ended: bool, as_json: bool) -> int:
    """Show where each prompt of a gateway is; return how many have not ended. Raise a GatewayError."""
    desk = _desk(gateway)
    still_open = desk.open_prompts
    shown = list(desk.prompts.values()) if with_ended else still_open
    if as_json:
        print_json({"now_s": desk.clock.link_time_s, "prompts": [_object(desk, each) for each in shown]})
    else:
        console = Console(highlight=False)
        console.print(_table(desk, shown) if shown else "nothing waits")
        console.print(_now(desk))
    return len(still_open)


def cancel_prompt(gateway: GatewayClient, prompt_id: str, *, as_json: bool) -> None:
    """Have a prompt cancelled and say where it is. Raise a GatewayError."""
    prompt = gateway.cancel(prompt_id)
    if as_json:
        print_json(prompt)
    else:
        words = f"{prompt.get('prompt_id')}: {prompt.get('status')}"
        Console(highlight=False).print(printable(words), markup=False, soft_wrap=True)


def _desk(gateway: GatewayClient) -> Desk:
    snapshot = gateway.get("/api/snapshot")
    try:
        return Desk.of(snapshot)
    except (LookupError, TypeError, ValueError):
        raise NoGatewayError(gateway.url, "what answers there is something else") from None


def _object(desk: Desk, prompt: DeskPrompt) -> dict[str, Any]:
    return {**prompt.to_json(), "status": desk.status(prompt)}


def _table(desk: Desk, prompts: list[DeskPrompt]) -> Table:
    """Two lines a prompt, for a terminal of 80 columns or more."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=0)
    table.add_column("id", no_wrap=True)
    table.add_column("prompt\nwhere it is", overflow="fold")
    for each in prompts:
        where = (printable(desk.status(each)), "dim")
        table.add_row(Text(printable(each.prompt_id)), Text.assemble(first_words(each.text), "\n", where))
    return table


def first_words(text: str, most: int = _SHOWN_CHARACTERS) -> str:
    """Return the first words of a text, on one line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _now(desk: Desk) -> str:
    now_s = desk.clock.link_time_s
    if now_s is None:
        return "the station has not begun yet"
    contact = "in view" if desk.clock.contact else "out of view"
    return f"{desk.clock.in_words(now_s)}, {contact}, link time {now_s:.1f} s"
