"""Answers in the form of OpenAI's API: a completion, the chunks of a stream, and where the time went."""

import json
import time
from typing import Any

from ground.gateway.api_error import DO_NOT_RETRY, INVALID, LIMIT, NO_ANSWER, SERVER, ApiError
from ground.gateway.desk_prompt import ANSWERED, REFUSED, DeskPrompt
from ground.gateway.link_clock import LinkClock

MODEL = "flatsat"
"""Whatever model answers on board."""
DONE = "data: [DONE]\n\n"
_ID_PREFIX = "chatcmpl-"
_WHOLE = ("stop", "length")
"""Endings of an answer that the API knows, too."""
_LINK_MILESTONES = ("queued", "aos", "uplink_first_sample", "uplink_acked", "first_word_shown", "done")


def model_object() -> dict[str, Any]:
    """Return the one model there is, as /v1/models lists it."""
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "flatsat"}


def completion(prompt: DeskPrompt) -> dict[str, Any]:
    """Return a whole answer."""
    message = {"role": "assistant", "content": prompt.answer, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish_reason(prompt)}
    head = _head(prompt, "chat.completion")
    return {**head, "choices": [choice], "usage": usage(prompt), "link": link_object(prompt)}


class Chunks:
    """Makes the events of one stream."""

    def __init__(self, prompt: DeskPrompt, include_usage: bool) -> None:
        self._prompt = prompt
        self._head = _head(prompt, "chat.completion.chunk")
        self._include_usage = include_usage

    def role(self) -> str:
        """Return the chunk that comes before all words."""
        return self._event([_delta({"role": "assistant", "content": "", "refusal": None})])

    def words(self, text: str) -> str:
        """Return a chunk with words."""
        return self._event([_delta({"content": text})])

    def end(self) -> str:
        """Return what ends the stream of an answer that is whole; the last chunk says where the time went."""
        choices = [_delta({}, _finish_reason(self._prompt))]
        link = {"link": link_object(self._prompt)}
        if not self._include_usage:
            return self._event(choices, **link) + DONE
        return self._event(choices) + self._event([], usage=usage(self._prompt), **link) + DONE

    def _event(self, choices: list[dict[str, Any]], **more: object) -> str:
        if self._include_usage:
            more = {"usage": None, **more}
        return sse_data({**self._head, "choices": choices, **more})


def sse_data(value: dict[str, Any]) -> str:
    """Return a server-sent event (WHATWG HTML, 9.2) with one JSON object."""
    return f"data: {json.dumps(value)}\n\n"


def sse_comment(text: str) -> str:
    """Return a comment, which clients ignore: it keeps the connection, and says where the prompt is to who looks."""
    return f": {' '.join(text.split())}\n\n"


def usage(prompt: DeskPrompt) -> dict[str, int]:
    """Return how many tokens were read and written."""
    ending = prompt.ending or {}
    read, written = ending.get("prompt_tokens", 0), ending.get("completion_tokens", 0)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def link_object(prompt: DeskPrompt) -> dict[str, Any]:
    """Return where the time of an answer went, and what it took; null where that is not known.

    All times but those of `wall_clock` are seconds of link time.
    """
    ending, milestones = prompt.ending or {}, prompt.milestones
    queued_s = milestones.get("queued", prompt.asked_s)
    e2e_s = _since(queued_s, prompt.ended_s)
    inference_s, waited_s = ending.get("inference_s"), ending.get("waited_s")
    link_s = e2e_s - inference_s - (waited_s or 0.0) if e2e_s is not None and inference_s is not None else None
    return {
        "prompt_id": prompt.prompt_id,
        "ttft_s": _since(queued_s, milestones.get("first_word_shown")),
        "e2e_s": e2e_s,
        "link_s": _rounded(None if link_s is None else max(0.0, link_s)),  # two clocks: less where link time was slow
        "inference_s": inference_s,
        "waited_s": waited_s,
        "prefill_s": ending.get("prefill_s"),
        "uplink_frames": ending.get("uplink_frames"),
        "retransmissions": ending.get("uplink_resent"),
        "downlink_frames": ending.get("downlink_frames"),
        "eb_n0_db": _rounded(prompt.eb_n0_db, 2),
        "energy_j": ending.get("energy_j"),
        "peak_temperature_c": ending.get("peak_temperature_c"),
        "shortened_to": ending.get("shortened_to"),
        "link_clock": {f"{name}_s": milestones.get(name) for name in _LINK_MILESTONES},
        "wall_clock": {"asked_s": prompt.asked_wall_s, "ended_s": prompt.ended_wall_s},
    }


def prompt_object(prompt: DeskPrompt, status: str, clock: LinkClock) -> dict[str, Any]:
    """Return where a prompt is, for the URL that a queued one is given."""
    return {
        "id": _ID_PREFIX + prompt.prompt_id,
        "object": "prompt",
        "prompt_id": prompt.prompt_id,
        "url": prompt_url(prompt.prompt_id),
        "state": prompt.state,
        "status": status,
        "cancelling": prompt.cancelling,
        "answer": prompt.answer,
        "finish_reason": (prompt.ending or {}).get("finish_reason"),
        "refusal": prompt.refusal,
        "next_aos": next_aos(clock),
        "link": link_object(prompt),
    }


def prompt_url(prompt_id: str) -> str:
    """Return where the state of a prompt is to be had."""
    return f"/v1/prompts/{prompt_id}"


def next_aos(clock: LinkClock) -> dict[str, Any] | None:
    """Return when the next contact begins, None if none is left."""
    aos_s = clock.next_aos_s
    if aos_s is None:
        return None
    utc = clock.utc(aos_s)
    in_s = round(aos_s - (clock.link_time_s or 0.0), 3)
    return {"link_time_s": aos_s, "in_s": in_s, "utc": utc.isoformat(timespec="seconds") if utc else None}


def failure(prompt: DeskPrompt) -> ApiError | None:
    """Return the error of a prompt that ended without a whole answer, None for any other."""
    if prompt.state == REFUSED:
        return _refusal(prompt)
    reason = (prompt.ending or {}).get("finish_reason")
    if prompt.state != ANSWERED or reason in _WHOLE:
        return None
    message = f"the answer ended before its end: {_ENDINGS.get(str(reason), reason)}"
    return _error(409 if reason == "cancelled" else 504, NO_ANSWER, message, str(reason), prompt)


_ENDINGS = {
    "cancelled": "it was cancelled",
    "deadline": "its deadline passed",
    "error": "the model broke off on board",
}

# The status and type for a refusal's reason (RefusalReason); what is not here is the spacecraft's trouble.
_REFUSALS = {
    "queue_full": (429, LIMIT),
    "prompt_too_long": (400, INVALID),
    "deadline_past": (504, NO_ANSWER),
    "cancelled": (409, NO_ANSWER),
    "journal_full": (503, SERVER),
    "low_battery": (503, NO_ANSWER),
    "too_hot": (503, NO_ANSWER),
}


def _refusal(prompt: DeskPrompt) -> ApiError:
    refusal = prompt.refusal or {}
    reason, detail = refusal.get("reason", "unknown"), refusal.get("detail", "")
    status, kind = _REFUSALS.get(reason, (502, NO_ANSWER))
    code = "context_length_exceeded" if reason == "prompt_too_long" else reason
    words = reason.replace("_", " ")
    return _error(status, kind, f"the prompt was refused: {words}" + (f" ({detail})" if detail else ""), code, prompt)


def _error(status: int, kind: str, message: str, code: str, prompt: DeskPrompt) -> ApiError:
    """What has ended stays as it ended: to ask for it again brings the same."""
    return ApiError(status, kind, message, code=code, headers=DO_NOT_RETRY, prompt_id=prompt.prompt_id)


def _head(prompt: DeskPrompt, kind: str) -> dict[str, Any]:
    created = int(prompt.asked_wall_s or time.time())
    return {"id": _ID_PREFIX + prompt.prompt_id, "object": kind, "created": created, "model": MODEL}


def _delta(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _finish_reason(prompt: DeskPrompt) -> str:
    return str((prompt.ending or {}).get("finish_reason", "stop"))


def _since(begin_s: float | None, end_s: float | None) -> float | None:
    return None if begin_s is None or end_s is None else _rounded(end_s - begin_s)


def _rounded(value: float | None, digits: int = 6) -> float | None:
    return None if value is None else round(value, digits)
