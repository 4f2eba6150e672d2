"""One prompt as the station's events tell of it."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

WAITING, SENT, ACCEPTED, ANSWERED, REFUSED = "waiting to send", "sent", "accepted", "answered", "refused"
"""The states of ground.inquiry.InquiryState, as events spell them."""
_TOLD = ("deadline_s", "asked_s", "ended_s", "state", "cancelling", "transmissions", "ending", "refusal")
_ASKED = ("text", "system", "turns", "max_tokens", "temperature", "seed", "stop")


@dataclass(slots=True)
class DeskPrompt:
    """A prompt, its answer as far as it is here, and what is known of its way. Times are link time."""

    prompt_id: str
    text: str = ""
    system: str | None = None
    turns: list[str] = field(default_factory=list)
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: list[str] = field(default_factory=list)
    deadline_s: float | None = None
    asked_s: float | None = None
    asked_wall_s: float | None = None
    """On the wall clock, POSIX time; None if it was asked before the gateway began."""
    ended_wall_s: float | None = None
    ended_s: float | None = None
    state: str = WAITING
    cancelling: bool = False
    transmissions: int = 0
    answer: str = ""
    ending: dict[str, Any] | None = None
    """As in the detail of milestone `done`."""
    refusal: dict[str, Any] | None = None
    milestones: dict[str, float] = field(default_factory=dict)
    """When each came first."""
    frames: int = 0
    """TC frames that the prompt goes up in; 0 before that is known."""
    acknowledged: int = 0
    """Of these, how many COP-1 has confirmed."""
    queue_position: int = 0
    """Prompts that were to be answered before it when it came on board."""
    frames_heard: int = 0
    eb_n0_db: float | None = None
    """Mean over the frames heard while its answer came."""

    @property
    def open(self) -> bool:
        """Whether it still waits for something."""
        return self.state not in (ANSWERED, REFUSED)

    def take_inquiry(self, inquiry: dict[str, Any], wall_time_s: float | None) -> None:
        """Take all that the station knows of it."""
        for name in (*_ASKED, *_TOLD):
            setattr(self, name, inquiry.get(name))
        self.turns, self.stop = list(inquiry.get("turns") or ()), list(inquiry.get("stop") or ())
        self.asked_wall_s = self.asked_wall_s or wall_time_s
        self.answer = max(inquiry["answer"] or "", self.answer, key=len)

    def take_milestone(self, name: str, link_time_s: float, detail: dict[str, Any]) -> None:
        """Take a milestone; those that say nothing of where it stands are dated only."""
        self.milestones.setdefault(name, link_time_s)
        match name:
            case "queued":
                self.asked_s, self.text = link_time_s, detail.get("text") or self.text
            case "uplink_first_sample":
                self.state, self.frames, self.acknowledged = SENT, 0, 0
                self.transmissions = detail.get("transmission", self.transmissions + 1)
            case "uplink_acked":
                self.state, self.queue_position = ACCEPTED, detail.get("queue_position") or 0
            case "done":
                self.state, self.ended_s, self.ending = ANSWERED, link_time_s, detail
            case "refused":
                self.state, self.ended_s, self.refusal = REFUSED, link_time_s, detail

    def take_text(self, at: int, text: str) -> None:
        """Take words from character `at` on; after a restart of the station they come again from 0."""
        self.answer = max(self.answer[:at] + text, self.answer, key=len)

    def take_reception(self, eb_n0_db: float) -> None:
        """Take how well a frame was heard while the answer came."""
        self.frames_heard += 1
        mean_db = self.eb_n0_db or 0.0
        self.eb_n0_db = mean_db + (eb_n0_db - mean_db) / self.frames_heard

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def of(cls, prompt: dict[str, Any]) -> "DeskPrompt":
        """Return what `to_json` made a dictionary of; what is not of that is left out."""
        return cls(**{each.name: prompt[each.name] for each in fields(cls)})
