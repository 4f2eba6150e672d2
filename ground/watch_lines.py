"""The live view as lines, where there is no terminal: what happens, one thing a line."""

from collections.abc import Iterator
from typing import Any

from edge.printable import printable
from ground.gateway.desk_prompt import DeskPrompt
from ground.watch_desk import WatchDesk


class WatchLines:
    """Says what an event changed for the operator."""

    def __init__(self, watch: WatchDesk) -> None:
        self._watch = watch
        self._statuses = {each.prompt_id: watch.desk.status(each) for each in watch.desk.prompts.values()}
        self._in_view = watch.desk.clock.contact is not None

    def after(self, event: dict[str, Any]) -> Iterator[str]:
        """Yield the lines that are due after an event that the desk has taken."""
        yield from (f"{self._time()}  {printable(each)}" for each in self._said(event))

    def _said(self, event: dict[str, Any]) -> Iterator[str]:
        desk = self._watch.desk
        in_view = desk.clock.contact is not None
        if in_view is not self._in_view:
            self._in_view = in_view
            yield "AOS" if in_view else "LOS"
        if event["event"] in ("warning", "error"):
            yield f"{event['event']}: {event['message']}"
        for prompt in desk.prompts.values():
            status = desk.status(prompt)
            if self._statuses.get(prompt.prompt_id) != status:
                self._statuses[prompt.prompt_id] = status
                yield f"{prompt.prompt_id}  {status}"
                yield from _whole(prompt)

    def _time(self) -> str:
        return self._watch.desk.clock.in_words(self._watch.now_s)


def _whole(prompt: DeskPrompt) -> Iterator[str]:
    if not prompt.open and prompt.answer:
        yield f"{prompt.prompt_id}  {' '.join(prompt.answer.split())}"
