"""One prompt on the ground: from the operator's return key to the last word."""

from dataclasses import asdict, dataclass, field
from enum import Enum

from protocol.answer import AnswerAssembler
from protocol.messages import AnswerSegment, Cancel, Message, Missing, Prompt, Refusal


class InquiryState(Enum):
    """What the ground waits for."""

    WAITING_TO_SEND = "waiting to send"
    SENT = "sent"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REFUSED = "refused"


@dataclass(slots=True)
class Inquiry:
    """A prompt, its answer as far as it is here, and the timer that brings what is missing."""

    prompt: Prompt
    queued_s: float
    state: InquiryState = InquiryState.WAITING_TO_SEND
    refusal: Refusal | None = None
    cancelling: bool = False
    transmissions: int = 0
    heard_s: float = 0.0
    """Link time of the last sign of life, or of the last request for one."""
    assembler: AnswerAssembler = field(init=False)

    def __post_init__(self) -> None:
        self.assembler = AnswerAssembler(self.prompt.prompt_id)

    @property
    def open(self) -> bool:
        """Whether it still waits for something."""
        return self.state not in (InquiryState.ANSWERED, InquiryState.REFUSED)

    def take_segment(self, segment: AnswerSegment) -> str:
        """Return the text that became readable."""
        text = self.assembler.receive(segment)
        self.state = InquiryState.ANSWERED if self.assembler.complete else InquiryState.ACCEPTED
        return text

    def has_gap(self) -> bool:
        """Whether a segment is missing that a later one proves to exist."""
        return bool(self.assembler.missing_indices)

    def ending(self) -> dict[str, object]:
        """Return how the answer ended, as plain values."""
        end = self.assembler.end
        return {**asdict(end), "finish_reason": end.finish_reason.value} if end else {}

    def request(self) -> Message:
        """Return what to say to the spacecraft to be brought on."""
        if self.state in (InquiryState.WAITING_TO_SEND, InquiryState.SENT):
            return self.prompt
        if self.cancelling:
            return Cancel(self.prompt.prompt_id)
        return self.assembler.missing() or Missing(self.prompt.prompt_id, (), self.assembler.next_index)
