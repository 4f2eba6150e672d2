"""An answer's two ends: cut into segments on board, put together on the ground, whatever the link loses."""

from collections import deque

from protocol.checks import check_octets, check_text
from protocol.errors import LocalError, RemoteError
from protocol.messages import (
    MAX_MISSING_INDICES,
    MAX_SEGMENT_INDEX,
    MAX_TEXT_OCTETS,
    PROMPT_ID_OCTETS,
    AnswerEnd,
    AnswerSegment,
    Missing,
)


class AnswerBuffer:
    """The spacecraft's end: takes token texts as the model makes them, cuts segments as frames have room.

    A segment, once cut, keeps its index and text. `resent` counts the segments handed out again.
    """

    def __init__(self, prompt_id: bytes) -> None:
        check_octets("prompt_id", prompt_id, PROMPT_ID_OCTETS, PROMPT_ID_OCTETS)
        self._prompt_id = prompt_id
        self._tokens: deque[str] = deque()
        self._segments: list[AnswerSegment] = []
        self._resends: dict[int, None] = {}  # a queue without duplicates
        self._end: AnswerEnd | None = None
        self.resent = 0

    @classmethod
    def restored(
        cls, prompt_id: bytes, segments: tuple[AnswerSegment, ...], rest: str, end: AnswerEnd | None
    ) -> "AnswerBuffer":
        """Return a buffer as it was: `segments` are cut, `rest` is the text that is not, `end` None before `finish`."""
        buffer = cls(prompt_id)
        buffer._segments += segments
        buffer.append(rest)
        buffer._end = end
        return buffer

    @property
    def segments(self) -> tuple[AnswerSegment, ...]:
        """The segments cut so far."""
        return tuple(self._segments)

    @property
    def rest(self) -> str:
        """The text that is not cut into segments yet."""
        return "".join(self._tokens)

    @property
    def end(self) -> AnswerEnd | None:
        """How the answer ended, or None before `finish`."""
        return self._end

    @property
    def pending(self) -> bool:
        """Whether `next_segment` has something to send, given room for it."""
        return bool(self._resends or self._tokens or self._end_is_due)

    def append(self, text: str) -> None:
        """Add one token's text. Raises LocalError after `finish`, or if UTF-8 cannot encode it."""
        check_text("text", text, MAX_TEXT_OCTETS)
        if self._end is not None:
            raise LocalError("text", text, "nothing: the answer is finished")
        if text:
            self._tokens.append(text)

    def finish(self, end: AnswerEnd) -> None:
        """End the answer; the last segment will carry `end`. Raises LocalError if it has ended already."""
        if self._end is not None:
            raise LocalError("end", end, "nothing: the answer is finished")
        self._end = end

    def next_segment(self, max_octets: int) -> AnswerSegment | None:
        """Return the next segment to send, or None if nothing is pending that fits.

        Resends go first, whatever their length: the packet then goes on in the next frame. A new segment
        takes the whole tokens that fit into `max_octets` of UTF-8; a first token longer than that is cut
        between characters.
        """
        if self._resends:
            return self._pop_resend()
        text = self._take_text(min(max_octets, MAX_TEXT_OCTETS))
        ends = self._end_is_due and max_octets >= 0
        if not text and not ends:
            return None
        end = self._end if ends else None
        self._segments.append(AnswerSegment(self._prompt_id, len(self._segments), text, end))
        return self._segments[-1]

    def resend(self, missing: Missing) -> None:
        """Queue again those segments already cut that `missing` names; one that waits is not queued twice.

        Raises LocalError if `missing` is about another prompt.
        """
        if missing.prompt_id != self._prompt_id:
            raise LocalError("prompt_id", missing.prompt_id, self._prompt_id.hex())
        cut = len(self._segments)
        wanted = (*(index for index in missing.indices if index < cut), *range(missing.from_index, cut))
        self._resends.update(dict.fromkeys(wanted))

    @property
    def _end_is_due(self) -> bool:
        is_cut = bool(self._segments) and self._segments[-1].end is not None
        return self._end is not None and not self._tokens and not is_cut

    def _pop_resend(self) -> AnswerSegment:
        index = next(iter(self._resends))
        del self._resends[index]
        self.resent += 1
        return self._segments[index]

    def _take_text(self, room: int) -> str:
        taken = []
        while self._tokens and len(self._tokens[0].encode()) <= room:
            taken.append(self._tokens.popleft())
            room -= len(taken[-1].encode())
        if taken or not self._tokens:
            return "".join(taken)
        return self._split_first_token(max(room, 0))

    def _split_first_token(self, room: int) -> str:
        token = self._tokens[0]
        head = token.encode()[:room].decode(errors="ignore")
        self._tokens[0] = token[len(head) :]
        return head


class AnswerAssembler:
    """The ground's end: takes segments in any order, any number of times, and knows which are missing.

    `next_index` is the first index whose text is not yet contiguous.
    """

    def __init__(self, prompt_id: bytes) -> None:
        check_octets("prompt_id", prompt_id, PROMPT_ID_OCTETS, PROMPT_ID_OCTETS)
        self._prompt_id = prompt_id
        self._segments: dict[int, AnswerSegment] = {}
        self._texts: list[str] = []
        self._last: AnswerSegment | None = None
        self.highest_index: int | None = None

    @property
    def next_index(self) -> int:
        """The lowest index not received."""
        return len(self._texts)

    @property
    def text(self) -> str:
        """The answer as far as it is contiguous from its start."""
        return "".join(self._texts)

    @property
    def end(self) -> AnswerEnd | None:
        """How the answer ended, or None until the last segment is here."""
        return self._last.end if self._last else None

    @property
    def complete(self) -> bool:
        """Whether every segment up to the last is here."""
        return self._last is not None and self.next_index > self._last.index

    @property
    def missing_indices(self) -> tuple[int, ...]:
        """The indices below the highest received that are not here."""
        return tuple(index for index in range(self.next_index, self._seen) if index not in self._segments)

    def missing(self) -> Missing | None:
        """Return what to ask for: the first 64 gaps and all after the highest index; None once complete."""
        if self.complete:
            return None
        return Missing(self._prompt_id, self.missing_indices[:MAX_MISSING_INDICES], self._seen)

    def gaps(self) -> Missing | None:
        """Return what to ask for while later segments may still be on their way: the first 64 gaps alone."""
        if not self.missing_indices:
            return None
        return Missing(self._prompt_id, self.missing_indices[:MAX_MISSING_INDICES], MAX_SEGMENT_INDEX + 1)

    def receive(self, segment: AnswerSegment) -> str:
        """Take one segment and return the text that became contiguous by it, possibly ''.

        Raises LocalError if it is of another prompt, RemoteError if it contradicts a segment received before.
        """
        if segment.prompt_id != self._prompt_id:
            raise LocalError("prompt_id", segment.prompt_id, self._prompt_id.hex())
        if segment.index in self._segments:
            self._check_same(segment)
            return ""
        self._check_end(segment)
        self._segments[segment.index] = segment
        self.highest_index = max(segment.index, self._seen - 1)
        if segment.end is not None:
            self._last = segment
        return self._advance()

    @property
    def _seen(self) -> int:
        return 0 if self.highest_index is None else self.highest_index + 1

    def _check_same(self, segment: AnswerSegment) -> None:
        if segment != self._segments[segment.index]:
            raise RemoteError("AnswerSegment", f"index {segment.index} came before with other content")

    def _check_end(self, segment: AnswerSegment) -> None:
        if self._last is not None and segment.index > self._last.index:
            raise RemoteError("AnswerSegment", f"index {segment.index} is after the last, {self._last.index}")
        if segment.end is not None and segment.index < self._seen:
            raise RemoteError("AnswerSegment", f"index {segment.index} is the last, but {self._seen - 1} came")

    def _advance(self) -> str:
        start = self.next_index
        while self.next_index in self._segments:
            self._texts.append(self._segments[self.next_index].text)
        return "".join(self._texts[start:])
