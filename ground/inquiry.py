"""One prompt on the ground: from the operator's return key to the last word."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from ground.link_use import LinkUse, link_use, told_ending
from protocol.answer import AnswerAssembler
from protocol.errors import RemoteError
from protocol.messages import AnswerSegment, Cancel, Message, Missing, Prompt, Refusal
from protocol.telecommand import OutgoingPacket


class InquiryState(Enum):
    """What the ground waits for."""

    WAITING_TO_SEND = "waiting to send"
    SENT = "sent"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REFUSED = "refused"

    @property
    def open(self) -> bool:
        """Whether it still waits for something."""
        return self not in (InquiryState.ANSWERED, InquiryState.REFUSED)


class InquiryEvent(Enum):
    """What can change it."""

    SENT = "the prompt is given to the uplink"
    ACCEPTED = "a sign that it arrived"
    UNKNOWN = "the spacecraft knows nothing of it any more"
    COMPLETED = "the last word is here"
    REFUSED = "it will not be answered, or not any further"


# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[InquiryState, InquiryEvent], InquiryState] = {
    (InquiryState.WAITING_TO_SEND, InquiryEvent.SENT): InquiryState.SENT,
    (InquiryState.WAITING_TO_SEND, InquiryEvent.ACCEPTED): InquiryState.ACCEPTED,
    (InquiryState.WAITING_TO_SEND, InquiryEvent.REFUSED): InquiryState.REFUSED,
    (InquiryState.SENT, InquiryEvent.ACCEPTED): InquiryState.ACCEPTED,
    (InquiryState.SENT, InquiryEvent.UNKNOWN): InquiryState.WAITING_TO_SEND,
    (InquiryState.SENT, InquiryEvent.REFUSED): InquiryState.REFUSED,
    (InquiryState.ACCEPTED, InquiryEvent.UNKNOWN): InquiryState.WAITING_TO_SEND,
    (InquiryState.ACCEPTED, InquiryEvent.COMPLETED): InquiryState.ANSWERED,
    (InquiryState.ACCEPTED, InquiryEvent.REFUSED): InquiryState.REFUSED,
}


@dataclass(slots=True)
class Inquiry:
    """A prompt, its answer as far as it is here, and the timer that brings what is missing."""

    prompt: Prompt
    queued_s: float
    state: InquiryState = InquiryState.WAITING_TO_SEND
    refusal: Refusal | None = None
    cancelling: bool = False
    transmissions: int = 0
    requests: int = 0
    """What was sent for it since there was news of it."""
    due_s: float = field(init=False)
    """Link time from which there is something to send for it; infinity while that is on its way."""
    assembler: AnswerAssembler = field(init=False)
    begun_before: bool = False
    """Whether it was sent before a restart of the station, so that not all of its frames are known."""
    packets: list[OutgoingPacket] = field(default_factory=list)
    """Its prompt's, one for each time that it was sent."""
    downlink_frames: int = 0
    """Frames in which words of its answer ended."""
    told_progress: tuple[int, int] | None = None
    """Of the prompt's frames, when somebody was told last."""
    _shown: int = 0
    """Characters of the answer that were given out."""

    def __post_init__(self) -> None:
        self.due_s = self.queued_s
        self.assembler = AnswerAssembler(self.prompt.prompt_id)

    @property
    def open(self) -> bool:
        """Whether it still waits for something."""
        return self.state.open

    @property
    def to_be_sent(self) -> bool:
        """Whether its prompt is what there is to send."""
        return self.state is InquiryState.WAITING_TO_SEND and not self.cancelling

    @property
    def deadline_s(self) -> float:
        """Link time after which its answer is of no use; infinity if it always is."""
        return inf if self.prompt.deadline_s is None else self.queued_s + self.prompt.deadline_s

    @property
    def within_contact(self) -> bool:
        """Whether its answer is to be short enough to be here before the contact ends in which it is sent."""
        return self.prompt.contact_left_s is not None

    def happen(self, event: InquiryEvent) -> bool:
        """Take the event's transition; return whether there was one."""
        following = TRANSITIONS.get((self.state, event))
        self.state = following or self.state
        return following is not None

    def leave(self) -> list[Message]:
        """Return what there is to send now, which thereby is on its way."""
        messages = self._messages()
        if self.prompt in messages:
            self.happen(InquiryEvent.SENT)
            self.transmissions += 1
        self.requests += 1
        self.due_s = inf
        return messages

    def take_segment(self, segment: AnswerSegment) -> str:
        """Return the text that became readable, less what was given out before. Raises as AnswerAssembler.receive."""
        self.assembler.receive(segment)
        if self.assembler.complete:
            self.happen(InquiryEvent.COMPLETED)
        text = self.assembler.text[self._shown :]
        self._shown += len(text)
        return text

    def take_restored(self, segments: Iterable[AnswerSegment]) -> str:
        """Return the text of an answer as far as it was here before a restart; it counts as given out."""
        self.assembler = assembled(self.prompt.prompt_id, segments)
        self._shown = len(self.assembler.text)
        return self.assembler.text

    def begin_anew(self) -> None:
        """The spacecraft lost the prompt: its new answer is cut into other segments."""
        self.assembler = AnswerAssembler(self.prompt.prompt_id)
        self.requests = 0

    def has_gap(self) -> bool:
        """Whether a segment is missing that a later one proves to exist."""
        return bool(self.assembler.missing_indices)

    @property
    def progress(self) -> tuple[int, int] | None:
        """Of its prompt's TC frames, how many there are and how many COP-1 has confirmed; None before they go up."""
        return (len(self.packets[-1].segments), self.packets[-1].confirmed) if self.packets else None

    @property
    def link_use(self) -> LinkUse | None:
        """The frames that it took, None if not all are known."""
        return None if self.begun_before else link_use(self.packets, self.downlink_frames)

    def ending(self) -> dict[str, object]:
        """Return how the answer ended, as plain values; what was not measured is left out."""
        return told_ending(self.assembler.end, self.link_use) if self.assembler.end else {}

    def _messages(self) -> list[Message]:
        """A cancelled answer is asked for, too: its end may have been lost before the Cancel came.

        So is one of which there is no sign though its prompt was delivered: the reply tells what became of it.
        """
        missing = None if self.state is InquiryState.WAITING_TO_SEND else self._missing()
        if self.cancelling:
            cancel = Cancel(self.prompt.prompt_id)
            return [cancel, missing] if missing else [cancel]
        return [missing or self.prompt]

    def _missing(self) -> Missing | None:
        """At news of a gap the gap alone: what follows it may be on its way. After silence, everything."""
        gaps = self.assembler.gaps() if self.requests == 0 else None
        return gaps or self.assembler.missing()


def assembled(prompt_id: bytes, segments: Iterable[AnswerSegment]) -> AnswerAssembler:
    """Return an answer as far as it was kept.

    What contradicts a segment before it is left out: it was kept before it was looked at.
    """
    answer = AnswerAssembler(prompt_id)
    for segment in segments:
        with suppress(RemoteError):
            answer.receive(segment)
    return answer
