"""What a station tells on its line-stream, and when."""

from dataclasses import asdict
from typing import Any

from ground.journal import Journal
from ground.station import Station
from ground.told_inquiry import told_inquiry
from protocol.journey import Milestone
from protocol.messages import Health
from protocol.model_messages import ModelStatus
from radio.worker import Worker

TIME_PERIOD_S = 1.0
"""Link time between two tellings of it."""


class StationEvents:
    """Writes an event for each thing that happens."""

    def __init__(self, worker: Worker, from_s: float) -> None:
        """Take the link time from which on it is told."""
        self._worker = worker
        self._time_due_s = from_s
        self._trouble = ""
        self._uplink_state = ""

    def begun(self, station: dict[str, Any], journal: Journal) -> None:
        """Tell what there is, and which prompts wait from before, before anything is told of them."""
        self._worker.emit("station", **station)
        self._worker.emit("queue", prompts=[told_inquiry(kept) for kept in journal.restore() if kept.state.open])

    def time(self, now_s: float) -> None:
        """Tell link time when it is time."""
        if now_s >= self._time_due_s:
            self._time_due_s = now_s + TIME_PERIOD_S
            self._worker.emit("time", link_time_s=now_s)

    def changes(self, station: Station, now_s: float) -> None:
        """Say once that something is wrong, and each time that the telecommand service comes to stand elsewhere."""
        if station.keeping.trouble != self._trouble:
            self._trouble = station.keeping.trouble
            if self._trouble:
                self._worker.warn(self._trouble)
        state = station.link.sender.state.name.lower()
        if state != self._uplink_state:
            self._uplink_state = state
            self._worker.emit("uplink", link_time_s=now_s, state=state)

    def milestone(self, milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
        """Tell what happened to a prompt."""
        self._worker.emit(
            "milestone", name=milestone.value, prompt_id=prompt_id.hex(), link_time_s=link_s, detail=detail
        )

    def text(self, prompt_id: bytes, at: int, text: str) -> None:
        """Tell words of an answer, and where in it they begin."""
        self._worker.emit("text", prompt_id=prompt_id.hex(), at=at, text=text)

    def sending(self, prompt_id: bytes, frames: int, acknowledged: int, link_s: float) -> None:
        """Tell how many of a prompt's frames there are, and are confirmed."""
        counts = {"frames": frames, "acknowledged": acknowledged}
        self._worker.emit("sending", prompt_id=prompt_id.hex(), link_time_s=link_s, **counts)

    def health(self, health: Health, link_s: float) -> None:
        """Tell how the spacecraft is."""
        self._worker.emit("health", link_time_s=link_s, **asdict(health))

    def model_sent(self, name: str, fault: str) -> None:
        """Tell that a package is on board, or why it will not be."""
        self._worker.emit("model_sent", name=name, fault=fault)

    def model_status(self, status: ModelStatus) -> None:
        """Tell what the spacecraft says of a model."""
        fields = {**asdict(status), "state": status.state.value, "model_id": status.model_id.hex()}
        self._worker.emit("model", **fields | {"fault": status.fault.value if status.fault else None})
