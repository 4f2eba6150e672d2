"""What an event changed on the desk that the event itself does not tell, for watchers without a desk of their own."""

from typing import Any

from ground.gateway.desk import Desk, Event

_NEVER = (float("-inf"), 0.0)


class DeskNews:
    """Tells where each prompt is, in words, and the means of what was measured, whenever they change. Pure."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._statuses: dict[str, str] = {}
        self._newest: dict[str, tuple[float, float]] = {}

    def after(self, event: Event) -> list[Event]:
        """Return the events that are due after one that the desk has taken, dated as that."""
        news: list[dict[str, Any]] = []
        if event["event"] == "queue":  # the station begins: its prompts are heard of anew
            self._statuses.clear()
        if event["event"] != "view":  # which moves no prompt, and comes most often
            news += [{"event": "status", "prompt_id": each, "status": words} for each, words in self._moved()]
        if event["event"] in ("view", "health") and (series := self._measured()):
            news.append({"event": "measured", "series": series})
        return [each | {"wall_time_s": event["wall_time_s"]} for each in news]

    def _moved(self) -> list[tuple[str, str]]:
        before = self._statuses
        self._statuses = {each.prompt_id: self._desk.status(each) for each in self._desk.prompts.values()}
        return [(prompt_id, words) for prompt_id, words in self._statuses.items() if before.get(prompt_id) != words]

    def _measured(self) -> dict[str, list[tuple[float, float]]]:
        """Return the seconds of each series that are new, and the one that was told last if its mean has changed."""
        fresh: dict[str, list[tuple[float, float]]] = {}
        for name, means in self._desk.history.series.items():
            told = self._newest.get(name, _NEVER)
            has_begun_anew = bool(means.times_s) and means.times_s[-1] < told[0]
            points = means.since(_NEVER[0] if has_begun_anew else told[0])
            if points := [point for point in points if point != told]:
                fresh[name], self._newest[name] = points, points[-1]
        return fresh
