"""What the spacecraft must not lose: prompts it accepted, and their answers until the ground has them."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TypeVar

from edge.record_log import Kinds, RecordLog, octets_in_file
from protocol.messages import AnswerEnd, AnswerSegment, Message, Prompt, Refusal, decode, encode

DEFAULT_OCTETS = 256 * 2**20
DEFAULT_REMEMBERED = 4096
"""Prompts that have ended for good and are still known, so that none of them is ever run again."""

_TOKEN_OCTETS = 16  # of text, on the average of an answer: four times what English takes
_SEGMENT_HEAD_OCTETS = 48  # an AnswerSegment with its end, less its text
_CHUNK_CHARACTERS = 15_000  # of 4 octets each at most: the text of one message

_MessageT = TypeVar("_MessageT", bound=Message)


class _Kind(IntEnum):
    """What a record says of its prompt. Numbers in files: new ones go last."""

    PROMPT = 1  # when it was received, and the Prompt
    STARTED = 2  # how often the model began, and which it was
    SEGMENT = 3  # an AnswerSegment; its part is its index
    REST = 4  # what was not cut into segments when the model ended, as AnswerSegments with the index of the next
    REFUSED = 5  # the Refusal; alone
    CONFIRMED = 6  # nothing; alone


_FIRST = {_Kind.PROMPT, _Kind.REFUSED, _Kind.CONFIRMED}


@dataclass(frozen=True, slots=True)
class JournalledJob:
    """A prompt as the journal knows it. One that was refused or confirmed has lost its text."""

    prompt: Prompt
    received_s: float | None
    """On the clock of whoever wrote it; None once it has been refused or confirmed."""
    refusal: Refusal | None = None
    segments: tuple[AnswerSegment, ...] = ()
    """What was cut, from index 0 on."""
    rest: str | None = None
    """What was generated and is not in `segments`; None while the model has not ended."""
    end: AnswerEnd | None = None
    confirmed: bool = False
    attempts: int = 0
    """How often the model began."""
    model: str = ""
    """The model that began last."""


class Journal(RecordLog):
    """The spacecraft's journal. Each change is durable when its method returns, in a `batch` when that ends.

    When it is full, what was confirmed is forgotten, then what was refused, oldest first; what is left never. From then
    on `admit` raises DatabaseStateError with the reason FULL, while each prompt that was admitted has room reserved for
    its answer to the end.
    """

    def __init__(self, path: Path, max_octets: int = DEFAULT_OCTETS, remembered: int = DEFAULT_REMEMBERED) -> None:
        """Open the journal, or make it. Raises DatabaseSettingError or DatabaseStateError."""
        super().__init__(path, max_octets)
        self._remembered = remembered

    def admit(self, prompt: Prompt, received_s: float) -> None:
        """Keep a prompt, before it is said to be accepted. Raises DatabaseStateError, also when there is no room."""
        body = struct.pack(">d", received_s) + encode(prompt)
        owed = _answer_octets(prompt.max_tokens)
        with self.batch():
            self._make_room(octets_in_file(len(body)) + owed, (_Kind.CONFIRMED,), (_Kind.REFUSED,))
            self._put(prompt.prompt_id, _Kind.PROMPT, body)
            self._reserve(prompt.prompt_id, owed)

    def started(self, prompt_id: bytes, model: str) -> None:
        """Note that the model begins, and which."""
        attempts = _attempts(self._body(prompt_id, _Kind.STARTED) or b"") + 1
        self._replace(prompt_id, _Kind.STARTED, attempts.to_bytes(4, "big") + model.encode())

    def segment(self, segment: AnswerSegment) -> None:
        """Keep a segment as it was cut, before it is sent."""
        self._put(segment.prompt_id, _Kind.SEGMENT, encode(segment), segment.index)

    def finished(self, prompt_id: bytes, rest: str, end: AnswerEnd) -> None:
        """Keep what has not been cut into segments yet, once the model has ended: it is never run again."""
        texts = [rest[start : start + _CHUNK_CHARACTERS] for start in range(0, len(rest), _CHUNK_CHARACTERS)] or [""]
        with self.batch():
            next_index = self._count(prompt_id, _Kind.SEGMENT)
            for part, text in enumerate(texts):
                last = part == len(texts) - 1
                chunk = AnswerSegment(prompt_id, next_index, text, end if last else None)
                self._put(prompt_id, _Kind.REST, encode(chunk), part)
            self._reserve(prompt_id, _cut_octets(len(rest.encode())))

    def refuse(self, refusal: Refusal) -> None:
        """Keep a refusal, before it is sent; the prompt's text and answer are dropped."""
        self._end(refusal.prompt_id, _Kind.REFUSED, encode(refusal))

    def confirmed(self, prompt_id: bytes) -> None:
        """Drop an answer that the ground has as a whole, but not that there was one."""
        self._end(prompt_id, _Kind.CONFIRMED, b"")

    def restore(self) -> list[JournalledJob]:
        """Return what is known of all prompts, in the order of arrival.

        A prompt of which damage took a part is deleted: it is unknown then, and the ground sends it again. Segments cut
        anew would contradict those sent before.
        """
        for prompt_id in self._incomplete():
            self._forget(prompt_id)
        return [_job(prompt_id, kinds) for prompt_id, kinds in self._records().items() if kinds.keys() & _FIRST]

    def _end(self, prompt_id: bytes, kind: _Kind, body: bytes) -> None:
        with self.batch():
            self._forget(prompt_id)
            self._put(prompt_id, kind, body)
            self._keep_newest((kind,), self._remembered)


def _job(prompt_id: bytes, kinds: Kinds) -> JournalledJob:
    nameless = Prompt(prompt_id, "", 1)
    if _Kind.CONFIRMED in kinds:
        return JournalledJob(nameless, None, confirmed=True)
    if _Kind.REFUSED in kinds:
        return JournalledJob(nameless, None, refusal=_read(kinds[_Kind.REFUSED][0], Refusal))
    head = kinds[_Kind.PROMPT][0]
    started = kinds.get(_Kind.STARTED, [b""])[0]
    segments = tuple(_read(body, AnswerSegment) for body in kinds.get(_Kind.SEGMENT, []))
    rest, end = _rest(kinds.get(_Kind.REST, []), segments)
    return JournalledJob(
        _read(head[8:], Prompt),
        struct.unpack(">d", head[:8])[0],
        segments=segments,
        rest=rest,
        end=end,
        attempts=_attempts(started),
        model=started[4:].decode(),
    )


def _rest(bodies: list[bytes], segments: tuple[AnswerSegment, ...]) -> tuple[str | None, AnswerEnd | None]:
    """Return what of the text kept at the end has not been cut since."""
    if not bodies:
        return None, None
    chunks = [_read(body, AnswerSegment) for body in bodies]
    cut = sum(len(segment.text) for segment in segments[chunks[0].index :])
    return "".join(chunk.text for chunk in chunks)[cut:], chunks[-1].end


def _read(octets: bytes, kind: type[_MessageT]) -> _MessageT:
    message = decode(octets)
    assert isinstance(message, kind)  # under its record's seal
    return message


def _attempts(started: bytes) -> int:
    return int.from_bytes(started[:4], "big")


def _answer_octets(max_tokens: int) -> int:
    """Return what the file needs for an answer: each token may be a segment, and may be kept as rest before."""
    return max_tokens * 2 * _TOKEN_OCTETS + _cut_octets(max_tokens * _TOKEN_OCTETS)


def _cut_octets(text_octets: int) -> int:
    """Return what the file needs for text that is still to be cut, no finer than into tokens."""
    return (text_octets // _TOKEN_OCTETS + 1) * octets_in_file(_SEGMENT_HEAD_OCTETS + _TOKEN_OCTETS)
