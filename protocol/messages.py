"""Messages between ground and spacecraft; a space packet's data is one of them.

On the link a message is a CBOR map (RFC 8949): key 0 holds its type, the others its fields (see `records`).
A field that is None is left out, and keys that the receiver does not know are ignored. Floats travel as
32-bit numbers: a decoded message holds the nearest such value to the one that was encoded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from protocol import cbor
from protocol.checks import check_bool, check_float, check_int, check_octets, check_text
from protocol.errors import LocalError, RemoteError
from protocol.model_messages import ListModels, ModelFault, ModelState, ModelStatus, RemoveModel, SwitchModel
from protocol.records import from_map, read_member, read_tuple, to_map
from protocol.space_packet import PACKET_OVERHEAD_OCTETS

PROMPT_ID_OCTETS = 8
MAX_TEXT_OCTETS = 60_000
MAX_SEGMENT_INDEX = 65_535
MAX_MISSING_INDICES = 64
MAX_TURNS = 64
MAX_STOPS = 16
MAX_STOP_OCTETS = 256
MAX_DETAIL_OCTETS = 1_000
MAX_CONFIRMED_IDS = 16

_MAX_COUNT = 2**32 - 1
_MAX_SPAN_S = 1e9
_MAX_READING = 1000.0
_MAX_ENERGY_J = 1e9
_MAX_OFFSET_HZ = 1e9


class FinishReason(str, Enum):
    """Why an answer ended. A member's number on the link is its place here: new ones go last."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    ERROR = "error"


class RefusalReason(str, Enum):
    """Why a prompt is not answered. A member's number on the link is its place here: new ones go last."""

    QUEUE_FULL = "queue_full"
    PROMPT_TOO_LONG = "prompt_too_long"
    DEADLINE_PAST = "deadline_past"
    UNKNOWN_PROMPT = "unknown_prompt"
    CANCELLED = "cancelled"
    JOURNAL_FULL = "journal_full"
    CONFIRMED = "confirmed"
    LOW_BATTERY = "low_battery"
    TOO_HOT = "too_hot"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to the model. Its times count from reception on board: the ends' clocks differ.

    The answer is of no use after `deadline_s`. With `contact_left_s`, until which the last word must have left the
    spacecraft, it is made short enough for that. What was said before are `turns`: the user's and the model's, in turn,
    at most 64; `system` is what the model is told of its part, None for what its chat template has. With the text they
    have at most 60,000 octets.
    """

    prompt_id: bytes
    text: str
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    deadline_s: float | None = None
    contact_left_s: float | None = None
    system: str | None = None
    turns: tuple[str, ...] = ()

    @property
    def conversation_octets(self) -> int:
        """Octets of all that the model is to read, in UTF-8."""
        return sum(len(text.encode()) for text in (self.text, self.system or "", *self.turns))

    def __post_init__(self) -> None:
        _check_prompt_id(self.prompt_id)
        check_text("text", self.text, MAX_TEXT_OCTETS)
        check_int("max_tokens", self.max_tokens, 1, MAX_SEGMENT_INDEX)
        check_float("temperature", self.temperature, 0.0, 10.0)
        check_int("seed", self.seed, 0, _MAX_COUNT)
        _check_tuple("stop", self.stop, MAX_STOPS)
        for text in self.stop:
            check_text("stop", text, MAX_STOP_OCTETS)
        _check_readings(self, ("deadline_s", "contact_left_s"), 0.0, _MAX_SPAN_S)
        self._check_conversation()

    def _check_conversation(self) -> None:
        if self.system is not None:
            check_text("system", self.system, MAX_TEXT_OCTETS)
        _check_tuple("turns", self.turns, MAX_TURNS)
        for text in self.turns:
            check_text("turns", text, MAX_TEXT_OCTETS)
        if len(self.turns) % 2:
            raise LocalError("turns", self.turns, "the user's and the model's in turn: an even number")
        if (octets := self.conversation_octets) > MAX_TEXT_OCTETS:
            field = "turns" if self.turns else "system"
            raise LocalError(field, f"{octets} octets with the prompt", f"at most {MAX_TEXT_OCTETS} octets of UTF-8")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The prompt is journalled on board; `queue_position` prompts are answered before it."""

    prompt_id: bytes
    queue_position: int

    def __post_init__(self) -> None:
        _check_prompt_id(self.prompt_id)
        check_int("queue_position", self.queue_position, 0, _MAX_COUNT)


@dataclass(frozen=True, slots=True)
class AnswerEnd:
    """How an answer ended and what it took; travels with its last segment.

    `energy_j` and `peak_temperature_c` are what the payload's meter read, None without one. `shortened_to` is the limit
    of tokens that the rest of the contact left room for, if that was lower than the prompt's. `waited_s` is from the
    prompt's reception to the begin of the inference that gave the answer, `prefill_s` from there until the model had
    read the prompt; None where there was none.
    """

    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    inference_s: float
    energy_j: float | None = None
    peak_temperature_c: float | None = None
    shortened_to: int | None = None
    waited_s: float | None = None
    prefill_s: float | None = None

    def __post_init__(self) -> None:
        _check_member("finish_reason", self.finish_reason, FinishReason)
        check_int("prompt_tokens", self.prompt_tokens, 0, _MAX_COUNT)
        check_int("completion_tokens", self.completion_tokens, 0, _MAX_COUNT)
        check_float("inference_s", self.inference_s, 0.0, _MAX_SPAN_S)
        _check_readings(self, ("waited_s", "prefill_s"), 0.0, _MAX_SPAN_S)
        _check_readings(self, ("energy_j",), 0.0, _MAX_ENERGY_J)
        _check_readings(self, ("peak_temperature_c",), -_MAX_READING, _MAX_READING)
        if self.shortened_to is not None:
            check_int("shortened_to", self.shortened_to, 1, MAX_SEGMENT_INDEX)


@dataclass(frozen=True, slots=True)
class AnswerSegment:
    """A part of an answer's text; `index` counts from 0, and the last segment carries `end`."""

    prompt_id: bytes
    index: int
    text: str
    end: AnswerEnd | None = None

    def __post_init__(self) -> None:
        _check_prompt_id(self.prompt_id)
        check_int("index", self.index, 0, MAX_SEGMENT_INDEX)
        check_text("text", self.text, MAX_TEXT_OCTETS)
        if self.end is not None:
            _check_member("end", self.end, AnswerEnd)


@dataclass(frozen=True, slots=True)
class Missing:
    """The segments in `indices` (ascending, at most 64) and all from `from_index` on are still wanted."""

    prompt_id: bytes
    indices: tuple[int, ...]
    from_index: int

    def __post_init__(self) -> None:
        _check_prompt_id(self.prompt_id)
        check_int("from_index", self.from_index, 0, MAX_SEGMENT_INDEX + 1)
        _check_tuple("indices", self.indices, MAX_MISSING_INDICES)
        low = 0
        for index in self.indices:
            check_int("indices", index, low, self.from_index - 1)
            low = index + 1


@dataclass(frozen=True, slots=True)
class Cancel:
    """The prompt's answer is no longer wanted."""

    prompt_id: bytes

    def __post_init__(self) -> None:
        _check_prompt_id(self.prompt_id)


@dataclass(frozen=True, slots=True)
class Confirm:
    """The ground has all of these answers, at most 16: the spacecraft need not keep them any longer."""

    prompt_ids: tuple[bytes, ...]

    def __post_init__(self) -> None:
        _check_tuple("prompt_ids", self.prompt_ids, MAX_CONFIRMED_IDS)
        for prompt_id in self.prompt_ids:
            _check_prompt_id(prompt_id)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The prompt will not be answered, or not any further."""

    prompt_id: bytes
    reason: RefusalReason
    detail: str

    def __post_init__(self) -> None:
        _check_prompt_id(self.prompt_id)
        _check_member("reason", self.reason, RefusalReason)
        check_text("detail", self.detail, MAX_DETAIL_OCTETS)


@dataclass(frozen=True, slots=True)
class Health:
    """The spacecraft's state; what the board measures is None while the board does not answer.

    `temperature_c` is the board's, `payload_temperature_c` that of what computes. `battery_charge` is from 0 to 1.
    `waits_for` says why prompts wait though the model is free, None if none does. `uplink_es_n0_db` and
    `uplink_offset_hz`, of the carrier, are those of the last good frame heard; None before, and where nothing measures.
    """

    uptime_s: float
    queue_depth: int
    inferring: bool
    frames_received: int
    frames_rejected: int
    bus_voltage_v: float | None = None
    current_a: float | None = None
    temperature_c: float | None = None
    payload_rail_on: bool | None = None
    watchdog_resets: int | None = None
    battery_charge: float | None = None
    payload_temperature_c: float | None = None
    waits_for: str | None = None
    uplink_es_n0_db: float | None = None
    uplink_offset_hz: float | None = None

    def __post_init__(self) -> None:
        check_float("uptime_s", self.uptime_s, 0.0, _MAX_SPAN_S)
        for name in ("queue_depth", "frames_received", "frames_rejected"):
            check_int(name, getattr(self, name), 0, _MAX_COUNT)
        check_bool("inferring", self.inferring)
        readings = ("bus_voltage_v", "current_a", "temperature_c", "payload_temperature_c", "uplink_es_n0_db")
        _check_readings(self, readings, -_MAX_READING, _MAX_READING)
        _check_readings(self, ("uplink_offset_hz",), -_MAX_OFFSET_HZ, _MAX_OFFSET_HZ)
        _check_readings(self, ("battery_charge",), 0.0, 1.0)
        if self.payload_rail_on is not None:
            check_bool("payload_rail_on", self.payload_rail_on)
        if self.watchdog_resets is not None:
            check_int("watchdog_resets", self.watchdog_resets, 0, _MAX_COUNT)
        if self.waits_for is not None:
            check_text("waits_for", self.waits_for, MAX_DETAIL_OCTETS)


Message: TypeAlias = (
    Prompt
    | Accepted
    | AnswerSegment
    | Missing
    | Cancel
    | Refusal
    | Health
    | Confirm
    | SwitchModel
    | RemoveModel
    | ListModels
    | ModelStatus
)

_TYPE_KEY = 0

# By type number on the link. A field's key is its place in the class: new fields go last and have a default.
_TYPES: dict[int, type[Message]] = {
    1: Prompt,
    2: Accepted,
    3: AnswerSegment,
    4: Missing,
    5: Cancel,
    6: Refusal,
    7: Health,
    8: Confirm,
    9: SwitchModel,
    10: RemoveModel,
    11: ListModels,
    12: ModelStatus,
}
_TYPE_NUMBERS = {kind: number for number, kind in _TYPES.items()}


def encode(message: Message) -> bytes:
    """Return the message's octets; they always fit into a packet. Raises LocalError if `message` is none."""
    if type(message) not in _TYPE_NUMBERS:
        raise LocalError("message", message, ", ".join(kind.__name__ for kind in _TYPE_NUMBERS))
    return cbor.pack({_TYPE_KEY: _TYPE_NUMBERS[type(message)], **to_map(message)})


def decode(data: bytes) -> Message:
    """Return the message that `data` encodes. Raises RemoteError if it is none."""
    item = cbor.unpack(data)
    number = item.get(_TYPE_KEY)
    if type(number) is not int or number not in _TYPES:
        raise RemoteError("message", f"type {number!r:.20} is unknown")
    return from_map(_TYPES[number], item, _READERS)


def segment_overhead_octets(end: AnswerEnd | None) -> int:
    """Return the most octets that a packet with an AnswerSegment has beyond the UTF-8 octets of its text."""
    longest_head = 2  # CBOR gives a text's length 1 octet at its shortest, 3 up to 65535 octets
    longest_index = AnswerSegment(bytes(PROMPT_ID_OCTETS), MAX_SEGMENT_INDEX, "", end)
    return PACKET_OVERHEAD_OCTETS + len(encode(longest_index)) + longest_head


def _read_end(item: object) -> AnswerEnd:
    return from_map(AnswerEnd, cbor.check_map(item), _READERS)


_READERS: dict[str, Callable[[object], object]] = {
    "stop": read_tuple,
    "turns": read_tuple,
    "indices": read_tuple,
    "prompt_ids": read_tuple,
    "finish_reason": read_member(FinishReason),
    "reason": read_member(RefusalReason),
    "end": _read_end,
    "state": read_member(ModelState),
    "fault": read_member(ModelFault),
}


def _check_prompt_id(value: object) -> None:
    check_octets("prompt_id", value, PROMPT_ID_OCTETS, PROMPT_ID_OCTETS)


def _check_member(field: str, value: object, kind: type) -> None:
    if type(value) is not kind:
        raise LocalError(field, value, f"a {kind.__name__}")


def _check_readings(message: object, fields: tuple[str, ...], low: float, high: float) -> None:
    for field in fields:
        if (value := getattr(message, field)) is not None:
            check_float(field, value, low, high)


def _check_tuple(field: str, value: object, longest: int) -> None:
    if type(value) is not tuple or len(value) > longest:
        raise LocalError(field, value, f"a tuple of at most {longest}")
