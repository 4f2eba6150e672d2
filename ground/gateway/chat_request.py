"""A request for a chat completion, read from the body that OpenAI's clients send."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ground.gateway.api_error import INVALID, ApiError, invalid

DEFAULT_MAX_TOKENS = 128
_MAX_TOKENS, _MAX_SEED, _MAX_TEMPERATURE, _MAX_STOPS, _MAX_SPAN_S = 65_535, 2**32 - 1, 2.0, 16, 1e9
_TEXT = "a string or a list of text parts"


class LinkPolicy(str, Enum):
    """What to do with a prompt while nothing can be sent."""

    WAIT = "wait"
    QUEUE = "queue"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked, as `ask` of a station takes it, and how the answer is wanted."""

    text: str
    system: str | None
    turns: tuple[str, ...]
    max_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...]
    deadline_s: float | None
    within_contact: bool
    stream: bool
    include_usage: bool
    policy: LinkPolicy | None

    @classmethod
    def of(cls, octets: bytes, model: str) -> "ChatRequest":
        """Read a body. Raise ApiError naming the field that cannot be served; unknown ones are ignored."""
        body = _Fields(_object(octets))
        _check_model(body.get("model"), model)
        _check_unsupported(body)
        system, turns, text = _conversation(body.get("messages"))
        is_streamed = body.flag("stream")
        return cls(
            text=text,
            system=system,
            turns=turns,
            max_tokens=_max_tokens(body),
            temperature=body.number("temperature", 0.0, _MAX_TEMPERATURE) or 0.0,
            seed=body.integer("seed", 0, _MAX_SEED) or 0,
            stop=_stop(body.get("stop")),
            deadline_s=body.number("deadline_s", 0.0, _MAX_SPAN_S),
            within_contact=body.flag("within_contact"),
            stream=is_streamed,
            include_usage=_include_usage(body.get("stream_options"), is_streamed),
            policy=policy_of("link_policy", body.get("link_policy")),
        )

    def to_ask(self) -> dict[str, Any]:
        """Return the fields of the station's command; what is left out has no say in the answer."""
        fields = ("text", "max_tokens", "temperature", "seed")
        asked = {name: getattr(self, name) for name in fields} | {"stop": list(self.stop)}
        given = {
            "system": self.system or None,
            "turns": list(self.turns) or None,
            "deadline_s": self.deadline_s,
            "within_contact": self.within_contact or None,
        }
        return asked | {name: value for name, value in given.items() if value is not None}


def policy_of(param: str, value: object) -> LinkPolicy | None:
    """Return the policy that is asked for, if one is. Raise ApiError for one that does not exist."""
    if value is None:
        return None
    try:
        return LinkPolicy(value)
    except ValueError:
        raise invalid(param, value, ", ".join(policy.value for policy in LinkPolicy)) from None


class _Fields:
    """A body's fields; null is as good as nothing."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def get(self, name: str) -> Any:
        return self._body.get(name)

    def flag(self, name: str) -> bool:
        if not isinstance(value := self.get(name), bool | None):
            raise invalid(name, value, "true or false")
        return bool(value)

    def number(self, name: str, low: float, high: float) -> float | None:
        value = self.get(name)
        if value is not None and (type(value) not in (int, float) or not low <= value <= high):
            raise invalid(name, value, f"a number from {low:g} to {high:g}")
        return None if value is None else float(value)

    def integer(self, name: str, low: int, high: int) -> int | None:
        value = self.get(name)
        if value is not None and (type(value) is not int or not low <= value <= high):
            raise invalid(name, value, f"an integer from {low} to {high}")
        return value


def _object(octets: bytes) -> dict[str, Any]:
    try:
        body = json.loads(octets)
        octets_again = json.dumps(body, ensure_ascii=False).encode()  # lone surrogates cannot be sent
    except (ValueError, RecursionError) as error:
        raise ApiError(400, INVALID, f"the body is not JSON in UTF-8: {error}", code="invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError(400, INVALID, f"the body is {octets_again[:60]!r}; accepted: a JSON object", code="invalid_json")
    return body


def _check_model(value: object, model: str) -> None:
    if not isinstance(value, str):
        raise invalid("model", value, model)
    if value != model:
        message = f"the model {value[:200]!r} does not exist; accepted: {model}"
        raise ApiError(404, INVALID, message, param="model", code="model_not_found")


_NEUTRAL: dict[str, tuple[object, ...]] = {
    "n": (1,),
    "tools": ([],),
    "functions": ([],),
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "modalities": (["text"],),
    "audio": (),
    "logit_bias": ({},),
    "top_p": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "web_search_options": (),
}
"""Fields that change an answer, with what they hold when they do not: nothing else can be honoured."""


def _check_unsupported(body: _Fields) -> None:
    for name, neutral in _NEUTRAL.items():
        value = body.get(name)
        if value is not None and not any(_is_same(value, each) for each in neutral):
            accepted = " or ".join(json.dumps(each) for each in neutral) or "nothing: it is not supported"
            raise invalid(name, value, accepted, code="unsupported_parameter")


def _is_same(value: object, other: object) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)  # True is no 1 here


def _max_tokens(body: _Fields) -> int:
    """The newer name counts before the older one."""
    newer = body.integer("max_completion_tokens", 1, _MAX_TOKENS)
    older = body.integer("max_tokens", 1, _MAX_TOKENS)
    return newer or older or DEFAULT_MAX_TOKENS


def _stop(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(stops, list) or len(stops) > _MAX_STOPS or not all(isinstance(s, str) and s for s in stops):
        raise invalid("stop", value, f"a string, or a list of at most {_MAX_STOPS}, of one character or more")
    return tuple(stops)


def _include_usage(options: object, is_streamed: bool) -> bool:
    if options is None:
        return False
    if not isinstance(options, dict) or not is_streamed:
        raise invalid("stream_options", options, "an object, when stream is true")
    return _Fields(options).flag("include_usage")


def _conversation(messages: object) -> tuple[str | None, tuple[str, ...], str]:
    """Return what the system says, the turns of user and assistant so far, and what the user says now.

    What one of them says in several messages is one text with blank lines between.
    """
    if not isinstance(messages, list) or not messages:
        raise invalid("messages", messages, "a list of at least one message")
    said: list[tuple[str, str]] = []
    for index, message in enumerate(messages):
        role, text = _message(f"messages[{index}]", message)
        if role == "system" and said and said[-1][0] != "system":
            raise invalid(f"messages[{index}].role", message["role"], "system messages before all others")
        if said and said[-1][0] == role:
            said[-1] = (role, f"{said[-1][1]}\n\n{text}")
        else:
            said.append((role, text))
    system = said.pop(0)[1] if said[0][0] == "system" else None
    if len(said) % 2 == 0 or said[0][0] != "user":
        raise invalid("messages", [role for role, _ in said], "user and assistant by turns, user first and last")
    *turns, text = (text for _, text in said)
    return system, tuple(turns), text


_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def _message(place: str, message: object) -> tuple[str, str]:
    if not isinstance(message, dict):
        raise invalid(place, message, "an object with role and content")
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise invalid(f"{place}.role", role, ", ".join(_ROLES))
    if message.get("tool_calls") or message.get("function_call"):
        raise invalid(f"{place}.tool_calls", "a call", "none: tools are not supported", code="unsupported_parameter")
    return _ROLES[role], _content(f"{place}.content", message.get("content"))


def _content(place: str, content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not content:
        raise invalid(place, content, _TEXT)
    return "".join(_part(f"{place}[{index}]", part) for index, part in enumerate(content))


def _part(place: str, part: object) -> str:
    if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
        raise invalid(place, part, "a part of type text", code="unsupported_content")
    return str(part["text"])
