"""Who waits for which answer: one that nobody waits for any more is cancelled."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ground.gateway.station_line import StationLine


class Audience:
    """Counts the clients of each prompt. When the last one has gone, another may come for the time of the grace."""

    def __init__(self, line: StationLine, grace_s: float) -> None:
        self._line, self._grace_s = line, grace_s
        self._clients: Counter[str] = Counter()
        self._kept: set[str] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def keep(self, prompt_id: str) -> None:
        """Never cancel a prompt for want of clients: somebody will come and ask for its answer."""
        self._kept.add(prompt_id)
        self._kept &= {prompt.prompt_id for prompt in self._line.desk.open_prompts}

    def expect(self, prompt_id: str) -> None:
        """Say that a client is about to wait; if it does not, it has gone away."""
        if prompt_id not in self._clients and prompt_id not in self._timers:
            self._start_grace(prompt_id)

    @contextmanager
    def waiting(self, prompt_id: str) -> Iterator[None]:
        """Count a client for as long as it waits."""
        if timer := self._timers.pop(prompt_id, None):
            timer.cancel()
        self._clients[prompt_id] += 1
        try:
            yield
        finally:
            self._leave(prompt_id)

    def _leave(self, prompt_id: str) -> None:
        self._clients[prompt_id] -= 1
        if self._clients[prompt_id]:
            return
        del self._clients[prompt_id]
        self._start_grace(prompt_id)

    def _start_grace(self, prompt_id: str) -> None:
        if self._is_unwanted(prompt_id):
            loop = asyncio.get_running_loop()
            self._timers[prompt_id] = loop.call_later(self._grace_s, self._cancel, prompt_id)

    def _cancel(self, prompt_id: str) -> None:
        del self._timers[prompt_id]
        if self._is_unwanted(prompt_id):
            self._line.command("cancel", prompt_id=prompt_id)

    def _is_unwanted(self, prompt_id: str) -> bool:
        """Whether a prompt is open that is not kept. A gateway that ends leaves prompts to the one after it."""
        prompt = self._line.desk.prompts.get(prompt_id)
        return prompt is not None and prompt.open and prompt_id not in self._kept and not self._line.is_closed
