"""The command that asks one question through a gateway."""

from contextlib import closing
from typing import Any

from rich.console import Console

from edge.command_line import print_json
from edge.printable import printable
from ground.answer_screen import AnswerScreen
from ground.gateway_client import Ended, GatewayClient, Queued, Telling, Words
from ground.question import Wishes


def ask(
    gateway: GatewayClient, text: str, wishes: Wishes, idempotency_key: str | None, *, wait: bool, as_json: bool
) -> None:
    """Ask, and show the answer as it comes. Raise a GatewayError if there will be none.

    Without `wait` a prompt that cannot be sent now is left to the gateway.
    """
    body = wishes.body(text) | {"link_policy": "wait" if wait else "queue"}
    show = _as_json if as_json else _on_screen
    with closing(gateway.ask(body, idempotency_key)) as told:
        try:
            show(told)
        except KeyboardInterrupt:
            goes_on = "the prompt goes on: ask again with the same key for its answer"
            Console(stderr=True).print(goes_on if idempotency_key else "cancelled", style="dim")
            raise


def _on_screen(told: Telling) -> None:
    with AnswerScreen(Console(highlight=False), Console(stderr=True, highlight=False)) as screen:
        for each in told:
            if isinstance(each, Queued):
                _say_queued(each.prompt)
            else:
                screen.show(each)


def _say_queued(prompt: dict[str, Any]) -> None:
    prompt_id = printable(str(prompt.get("prompt_id")))
    console = Console(highlight=False)
    console.print(f"{prompt_id}: {printable(str(prompt.get('status')))}", markup=False, soft_wrap=True)


def _as_json(told: Telling) -> None:
    answer = ""
    for each in told:
        match each:
            case Words(text):
                answer += text
            case Ended(finish_reason, usage, link):
                print_json({"answer": answer, "finish_reason": finish_reason, "usage": usage, "link": link})
            case Queued(prompt):
                print_json(prompt)
