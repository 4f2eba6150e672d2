"""What is known of a station from its events: link, board, and prompts with their answers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ground.gateway.desk_prompt import ACCEPTED, WAITING, DeskPrompt
from ground.gateway.link_clock import LinkClock, Window, posix_s
from ground.gateway.measured_history import MeasuredHistory
from ground.gateway.status_words import STANDING, status_words

MAX_PROMPTS = 200
"""That are kept: open ones always, of the others the newest."""
_MAX_WARNINGS = 20
_ENVELOPE = ("event", "wall_time_s")

Event = dict[str, Any]


class Desk:
    """Takes a station's events in and can be asked how things stand. Pure: it has no clock and does no I/O."""

    def __init__(self) -> None:
        self.clock = LinkClock()
        self.station: Event | None = None
        """What the event `station` said."""
        self.uplink_state = ""
        self.health: Event | None = None
        self.cop1: Event | None = None
        self.channels: Event | None = None
        self.tuned: Event | None = None
        self.rotator: Event | None = None
        """Where the antenna points, if the gateway knows of a rotator."""
        self.viewed_s: float | None = None
        """Up to when the receptions of the downlink are known."""
        self.history = MeasuredHistory()
        self.models: dict[str, Event] = {}
        self.warnings: list[str] = []
        self.prompts: dict[str, DeskPrompt] = {}
        """By id, in the order in which they were heard of."""

    def take(self, event: Event) -> None:
        """Take an event of the station; others change nothing. Raises KeyError, TypeError or ValueError for a bad one.

        Events of a station have no mistakes, those of a file may.
        """
        takers: dict[str, Callable[[Event], None]] = {
            "station": self._take_station,
            "time": self._take_time,
            "queue": self._take_queue,
            "known": self._take_known,
            "milestone": self._take_milestone,
            "sending": self._take_sending,
            "text": self._take_text,
            "uplink": self._take_uplink,
            "health": self._take_health,
            "view": self._take_view,
            "tuned": self._take_tuned,
            "rotator": self._take_rotator,
            "model": self._take_model,
            "warning": self._take_warning,
            "error": self._take_warning,
        }
        if taker := takers.get(event["event"]):
            taker(event)

    # -- how things stand ------------------------------------------------------------------------------------------

    @property
    def is_link_up(self) -> bool:
        """Whether a prompt would leave at once."""
        return self.clock.contact is not None and self.uplink_state in STANDING

    @property
    def open_prompts(self) -> list[DeskPrompt]:
        """The prompts that have not ended, in the order in which they were heard of."""
        return [prompt for prompt in self.prompts.values() if prompt.open]

    def status(self, prompt: DeskPrompt) -> str:
        """Return where a prompt is, in words."""
        waits_for = (self.health or {}).get("waits_for")
        return status_words(prompt, self._before(prompt), self.clock, self.uplink_state, waits_for)

    def snapshot(self) -> dict[str, Any]:
        """Return all of it as plain values, from which `of` makes the same."""
        prompts = [{**prompt.to_json(), "status": self.status(prompt)} for prompt in self.prompts.values()]
        return {
            **self.clock.to_json(),
            "station": self.station,
            "link_up": self.is_link_up,
            "uplink_state": self.uplink_state,
            "health": self.health,
            "cop1": self.cop1,
            "channels": self.channels,
            "tuned": self.tuned,
            "rotator": self.rotator,
            "viewed_s": self.viewed_s,
            "history": self.history.to_json(),
            "models": self.models,
            "warnings": list(self.warnings),
            "prompts": prompts,
        }

    @classmethod
    def of(cls, snapshot: dict[str, Any]) -> "Desk":
        """Return a desk that knows what is in a snapshot."""
        desk = cls()
        desk.clock = LinkClock.of(snapshot)
        for name in ("station", "uplink_state", "health", "cop1", "channels", "tuned", "rotator", "viewed_s"):
            setattr(desk, name, snapshot[name])
        desk.history = MeasuredHistory.of(snapshot["history"])
        desk.models, desk.warnings = dict(snapshot["models"]), list(snapshot["warnings"])
        desk.prompts = {each["prompt_id"]: DeskPrompt.of(each) for each in snapshot["prompts"]}
        return desk

    def _before(self, prompt: DeskPrompt) -> int:
        """Return how many stand before it: of those in its state, and on board no more than were there when it came."""
        if prompt.state not in (WAITING, ACCEPTED):
            return 0
        if prompt.state == WAITING:
            waiting = [each.prompt_id for each in self.open_prompts if each.state == WAITING]
            return waiting.index(prompt.prompt_id) if prompt.prompt_id in waiting else 0
        came_s = prompt.milestones.get("uplink_acked", 0.0)
        on_board = (each for each in self.open_prompts if each.state == ACCEPTED and each is not prompt)
        return min(prompt.queue_position, sum(each.milestones.get("uplink_acked", 0.0) <= came_s for each in on_board))

    # -- events ----------------------------------------------------------------------------------------------------

    def _take_station(self, event: Event) -> None:
        self.station = _content(event)
        start_utc = event.get("start_utc")
        contacts = tuple(map(Window.of, event["contacts"]))
        self.clock = LinkClock(None, contacts, posix_s(start_utc) if start_utc else None)

    def _take_time(self, event: Event) -> None:
        link_time_s = float(event["link_time_s"])
        self.clock = replace(self.clock, link_time_s=link_time_s)
        if not (self.station or {}).get("start_utc"):
            self.clock = replace(self.clock, epoch_utc_s=event["wall_time_s"] - link_time_s)

    def _take_queue(self, event: Event) -> None:
        """The station begins: what it does not name has ended."""
        self.prompts = {prompt_id: prompt for prompt_id, prompt in self.prompts.items() if not prompt.open}
        for inquiry in event["prompts"]:
            self._prompt(inquiry["prompt_id"]).take_inquiry(inquiry, None)

    def _take_known(self, event: Event) -> None:
        inquiry = event["found"]
        self._prompt(inquiry["prompt_id"]).take_inquiry(inquiry, event["wall_time_s"])

    def _take_milestone(self, event: Event) -> None:
        prompt = self._prompt(event["prompt_id"])
        if event["name"] == "queued":
            prompt.asked_wall_s = event["wall_time_s"]
        if event["name"] in ("done", "refused"):
            prompt.ended_wall_s = event["wall_time_s"]
        prompt.take_milestone(event["name"], event["link_time_s"], event["detail"])

    def _take_sending(self, event: Event) -> None:
        prompt = self._prompt(event["prompt_id"])
        prompt.frames, prompt.acknowledged = event["frames"], event["acknowledged"]

    def _take_text(self, event: Event) -> None:
        self._prompt(event["prompt_id"]).take_text(event["at"], event["text"])

    def _take_uplink(self, event: Event) -> None:
        self.uplink_state = event["state"]

    def _take_health(self, event: Event) -> None:
        self.history.take_board(event)
        if event.get("uplink_offset_hz") != (self.health or {}).get("uplink_offset_hz"):  # told again until it changes
            uplink = (self.station or {}).get("uplink") or {}
            self.history.take_uplink(event, uplink, (self.tuned or {}).get("transmit_hz"))
        self.health = _content(event)

    def _take_tuned(self, event: Event) -> None:
        self.tuned = _content(event)

    def _take_rotator(self, event: Event) -> None:
        self.rotator = _content(event)

    def _take_model(self, event: Event) -> None:
        self.models[event["name"]] = _content(event)

    def _take_warning(self, event: Event) -> None:
        self.warnings = [*self.warnings, event["message"]][-_MAX_WARNINGS:]

    def _take_view(self, event: Event) -> None:
        self.cop1, self.channels = event["cop1"], event["channels"]
        for each in event["receptions"]:
            self.history.take_reception(each)
        heard = [each for each in event["receptions"] if each["good"] and each["eb_n0_db"] is not None]
        for prompt in self.prompts.values():
            since_s, until_s = self._span_of_answer(prompt)
            for each in heard:
                if since_s <= each["at_s"] <= until_s:
                    prompt.take_reception(each["eb_n0_db"])
        self.viewed_s = event["link_time_s"]

    def _span_of_answer(self, prompt: DeskPrompt) -> tuple[float, float]:
        """Return when the answer's first frame began, at the earliest, and when its last one ended."""
        first_s = prompt.milestones.get("segment_received", float("inf"))
        return first_s - self._frame_s(), float("inf") if prompt.ended_s is None else prompt.ended_s

    def _frame_s(self) -> float:
        downlink = (self.station or {}).get("downlink") or {}
        octets, rate_bit_s = downlink.get("frame_octets"), downlink.get("information_rate_bit_s")
        return 8 * octets / rate_bit_s if octets and rate_bit_s else 0.0

    def _prompt(self, prompt_id: str) -> DeskPrompt:
        """Return the prompt of an id, new if it was not heard of before, and keep no more than are wanted."""
        if prompt_id not in self.prompts:
            self.prompts[prompt_id] = DeskPrompt(prompt_id)
            ended = [each.prompt_id for each in self.prompts.values() if not each.open]
            for old in ended[: max(0, len(self.prompts) - MAX_PROMPTS)]:
                del self.prompts[old]
        return self.prompts[prompt_id]


def _content(event: Event) -> Event:
    return {name: value for name, value in event.items() if name not in _ENVELOPE}
