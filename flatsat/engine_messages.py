"""What an engine is asked and says as JSON objects: what passes between the flatsat and its engine's process."""

from dataclasses import asdict
from typing import Any

from flatsat.engine import (
    Event,
    Finished,
    GenerationRequest,
    Lost,
    Notice,
    NoticeKind,
    PrefillDone,
    PromptTooLong,
    Token,
)
from protocol.messages import FinishReason

_EVENTS: dict[str, type[Event]] = {
    "prefill_done": PrefillDone,
    "token": Token,
    "finished": Finished,
    "prompt_too_long": PromptTooLong,
    "lost": Lost,
}
_NAMES = {kind: name for name, kind in _EVENTS.items()}


def request_from_json(fields: dict[str, Any]) -> GenerationRequest:
    """Return the request of which these are the fields. Raises ConfigError for one that cannot be answered."""
    return GenerationRequest(**{**fields, "stop": tuple(fields["stop"]), "turns": tuple(fields["turns"])})


def event_to_json(event: Event) -> dict[str, Any]:
    """Return an event's fields, with its `kind`."""
    return {"kind": _NAMES[type(event)], **asdict(event)}


def event_from_json(fields: dict[str, Any]) -> Event:
    """Return the event. Raises KeyError, TypeError or ValueError for what is none."""
    fields = dict(fields)
    kind = _EVENTS[fields.pop("kind")]
    if kind is Finished:
        fields["reason"] = FinishReason(fields["reason"])
    return kind(**fields)


def notice_to_json(notice: Notice) -> dict[str, Any]:
    """Return a notice's `kind` and `detail`."""
    return {"kind": notice.kind.value, "detail": notice.detail}


def notice_from_json(fields: dict[str, Any]) -> Notice:
    """Return the notice. Raises KeyError or ValueError for what is none."""
    return Notice(NoticeKind(fields["kind"]), fields["detail"])
