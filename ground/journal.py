"""What the ground must not lose: prompts that were asked, and what came of them."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from math import isnan, nan
from pathlib import Path
from typing import TypeVar

from edge.record_log import Kinds, RecordLog, octets_in_file, read_records
from ground.inquiry import InquiryState
from ground.link_use import LinkUse
from protocol.messages import AnswerSegment, Message, Prompt, Refusal, decode, encode

DEFAULT_OCTETS = 64 * 2**20
DEFAULT_REMEMBERED = 10_000
"""Prompts that have ended and are kept for the operator."""

_TOKEN_OCTETS = 16  # of text, on the average of an answer: four times what English takes
_SEGMENT_HEAD_OCTETS = 48  # an AnswerSegment with its end, less its text

_MessageT = TypeVar("_MessageT", bound=Message)


class _Kind(IntEnum):
    """What a record says of its prompt. Numbers in files: new ones go last."""

    ASKED = 1  # when, by when it is wanted (NaN: no matter), and the Prompt
    SENT = 2  # how often
    ACCEPTED = 3
    SEGMENT = 4  # an AnswerSegment; its part is its index
    # 5 was how many characters had been shown
    CANCELLING = 6
    ANSWERED = 7  # when, and the LinkUse if it is known
    REFUSED = 8  # when, and the Refusal
    CONFIRMED = 9


_OVER = (_Kind.CONFIRMED, _Kind.REFUSED)


@dataclass(frozen=True, slots=True)
class JournalledInquiry:
    """A prompt as the journal knows it; its times are on the clock of whoever wrote them."""

    prompt: Prompt
    asked_s: float
    deadline_s: float | None
    state: InquiryState
    transmissions: int = 0
    segments: tuple[AnswerSegment, ...] = ()
    """By ascending index; some may be missing."""
    cancelling: bool = False
    refusal: Refusal | None = None
    ended_s: float | None = None
    confirmed: bool = False
    """Whether the spacecraft was told that it may drop the answer."""
    link_use: LinkUse | None = None
    """Of one that was answered, if it is known."""


class Journal(RecordLog):
    """The ground's journal. Each change is durable when its method returns, in a `batch` when that ends.

    Kept for the operator are the newest `remembered` of those that were refused, or answered and confirmed to the
    spacecraft; fewer when the journal is full: then the oldest are forgotten. Others never are. When these fill it,
    `asked` raises DatabaseStateError with the reason FULL; each that was asked has room reserved for its answer.
    """

    def __init__(self, path: Path, max_octets: int = DEFAULT_OCTETS, remembered: int = DEFAULT_REMEMBERED) -> None:
        """Open the journal, or make it. Raises DatabaseSettingError or DatabaseStateError."""
        super().__init__(path, max_octets)
        self._remembered = remembered

    def asked(self, prompt: Prompt, asked_s: float, deadline_s: float | None = None) -> None:
        """Keep a prompt, before it is queued. Raises DatabaseStateError, also when there is no room."""
        times = struct.pack(">dd", asked_s, nan if deadline_s is None else deadline_s)
        body = times + encode(prompt)
        owed = prompt.max_tokens * octets_in_file(_SEGMENT_HEAD_OCTETS + _TOKEN_OCTETS)
        with self.batch():
            self._make_room(octets_in_file(len(body)) + owed, _OVER)
            self._put(prompt.prompt_id, _Kind.ASKED, body)
            self._reserve(prompt.prompt_id, owed)

    def sent(self, prompt_id: bytes, transmissions: int) -> None:
        """Keep how often it was sent, before it is."""
        self._replace(prompt_id, _Kind.SENT, transmissions.to_bytes(4, "big"))

    def accepted(self, prompt_id: bytes) -> None:
        """The spacecraft has it."""
        self._note(prompt_id, _Kind.ACCEPTED)

    def began_anew(self, prompt_id: bytes) -> None:
        """The spacecraft lost it: its new answer will be cut into other segments."""
        with self.batch():
            self._drop(prompt_id, _Kind.ACCEPTED)
            self._drop(prompt_id, _Kind.SEGMENT)

    def segment(self, segment: AnswerSegment) -> None:
        """Keep a segment, before its text is shown."""
        self._put(segment.prompt_id, _Kind.SEGMENT, encode(segment), segment.index)

    def cancelling(self, prompt_id: bytes) -> None:
        """The operator no longer wants it."""
        self._note(prompt_id, _Kind.CANCELLING)

    def answered(self, prompt_id: bytes, ended_s: float, use: LinkUse | None = None) -> None:
        """The last word is here; `use` is None if not all of its frames are known."""
        self._end(prompt_id, _Kind.ANSWERED, struct.pack(">d", ended_s) + (use.encode() if use else b""))

    def refused(self, refusal: Refusal, ended_s: float) -> None:
        """It will not be answered, or not any further."""
        body = struct.pack(">d", ended_s) + encode(refusal)
        self._end(refusal.prompt_id, _Kind.REFUSED, body)

    def confirmed(self, prompt_id: bytes) -> None:
        """The spacecraft was told that it may drop the answer."""
        self._end(prompt_id, _Kind.CONFIRMED, b"")

    def knows(self, prompt_id: bytes) -> bool:
        """Return whether a prompt of this id was asked."""
        return self._count(prompt_id, _Kind.ASKED) > 0

    def find(self, prompt_id: bytes) -> JournalledInquiry | None:
        """Return what is known of a prompt, None if nothing is."""
        found = _inquiries({prompt_id: self._records_of(prompt_id)})
        return found[0] if found else None

    def restore(self) -> list[JournalledInquiry]:
        """Return what is known of all prompts, in the order in which they were asked."""
        return _inquiries(self._records())

    def _note(self, prompt_id: bytes, kind: _Kind) -> None:
        self._put(prompt_id, kind, b"")

    def _end(self, prompt_id: bytes, kind: _Kind, body: bytes) -> None:
        with self.batch():
            self._put(prompt_id, kind, body)
            self._reserve(prompt_id, 0)
            self._keep_newest(_OVER, self._remembered)


def read_queue(path: Path) -> list[JournalledInquiry]:
    """Return what a journal holds that a station may be writing at the same time.

    Raises DatabaseStateError if there is none or it cannot be read.
    """
    return _inquiries(read_records(path))


def _inquiries(records: dict[bytes, Kinds]) -> list[JournalledInquiry]:
    """Leave out what damage took the prompt of: there is nothing to be sent, nor to be shown."""
    return [_inquiry(found) for found in records.values() if _Kind.ASKED in found]


def _read(octets: bytes, kind: type[_MessageT]) -> _MessageT:
    message = decode(octets)
    assert isinstance(message, kind)  # under its record's seal
    return message


def _inquiry(found: Kinds) -> JournalledInquiry:
    asked = found[_Kind.ASKED][0]
    asked_s, deadline_s = struct.unpack(">dd", asked[:16])
    refused = found.get(_Kind.REFUSED)
    answered = found.get(_Kind.ANSWERED)
    ended = refused or answered
    return JournalledInquiry(
        _read(asked[16:], Prompt),
        asked_s,
        None if isnan(deadline_s) else deadline_s,
        _state(found),
        transmissions=_number(found, _Kind.SENT),
        segments=tuple(_read(body, AnswerSegment) for body in found.get(_Kind.SEGMENT, [])),
        cancelling=_Kind.CANCELLING in found,
        refusal=_read(refused[0][8:], Refusal) if refused else None,
        ended_s=struct.unpack(">d", ended[0][:8])[0] if ended else None,
        confirmed=_Kind.CONFIRMED in found,
        link_use=LinkUse.parse(answered[0][8:]) if answered else None,
    )


# The first of these kinds that there is a record of.
_STATES = {
    _Kind.REFUSED: InquiryState.REFUSED,
    _Kind.ANSWERED: InquiryState.ANSWERED,
    _Kind.SEGMENT: InquiryState.ACCEPTED,
    _Kind.ACCEPTED: InquiryState.ACCEPTED,
    _Kind.SENT: InquiryState.SENT,
    _Kind.ASKED: InquiryState.WAITING_TO_SEND,
}


def _state(found: Kinds) -> InquiryState:
    return next(state for kind, state in _STATES.items() if kind in found)


def _number(found: Kinds, kind: _Kind) -> int:
    return int.from_bytes(found[kind][0], "big") if kind in found else 0
