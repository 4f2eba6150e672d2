"""The command that talks with the model: a conversation, every answer with what was said before it."""

from collections.abc import Callable
from contextlib import closing, suppress

from rich.console import Console

from edge.printable import printable
from ground.answer_screen import AnswerScreen
from ground.gateway_client import GatewayClient, Queued, Words
from ground.gateway_errors import GatewayLostError, RefusedError
from ground.question import Wishes

with suppress(ImportError):
    import readline  # noqa: F401 - a line that is typed can be edited, and those before called back

_MARK = "you> "


class Conversation:
    """Asks and keeps what was said, so that each question comes with it."""

    def __init__(self, gateway: GatewayClient, wishes: Wishes) -> None:
        self._gateway, self._wishes = gateway, wishes
        self.said: list[dict[str, str]] = []

    def ask(self, text: str, screen: AnswerScreen) -> None:
        """Ask and show the answer. Raise a GatewayError if there is none, KeyboardInterrupt if the operator has enough.

        What came of an answer that was broken off is part of the conversation; a question without any is not.
        """
        answer = ""
        try:
            with closing(self._gateway.ask(self._wishes.body(text, self.said))) as told:
                for each in told:
                    assert not isinstance(each, Queued)  # the conversation waits
                    answer += each.text if isinstance(each, Words) else ""
                    screen.show(each)
        finally:
            if answer:
                self.said += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]


def chat(gateway: GatewayClient, wishes: Wishes, read: Callable[[str], str] = input) -> None:
    """Talk until the input ends, or Ctrl-C while nothing is being answered. Raise NoGatewayError without a gateway."""
    gateway.get("/v1/models")
    out, aside = Console(highlight=False), Console(stderr=True, highlight=False)
    aside.print("Ctrl-C ends an answer; where none is coming, it leaves.", style="dim")
    conversation = Conversation(gateway, wishes)
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            if text := read(_MARK if out.is_terminal else "").strip():
                _answer(conversation, text, out, aside)
    aside.print()


def _answer(conversation: Conversation, text: str, out: Console, aside: Console) -> None:
    try:
        with AnswerScreen(out, aside) as screen:
            conversation.ask(text, screen)
    except (RefusedError, GatewayLostError) as error:
        aside.print(printable(str(error)), style="red", markup=False, soft_wrap=True)
    except KeyboardInterrupt:
        aside.print("cancelled", style="dim")
