"""What the spacecraft says of prompts, taken in."""

from collections.abc import Callable

from ground.inquiry import Inquiry, InquiryEvent, InquiryState
from ground.prompts import Prompts
from ground.safekeeping import Safekeeping
from protocol.errors import RemoteError
from protocol.journey import Milestone, Observer
from protocol.messages import Accepted, AnswerSegment, Message, Refusal, RefusalReason

_MAX_DOUBLINGS = 2
"""How often the silence timeout is doubled while all that is heard is that the prompt waits."""

Reply = Accepted | AnswerSegment | Refusal


class Replies:
    """Puts answers together, and sets the timers by which what is missing is asked for.

    A segment is in the journal before it is shown.
    """

    def __init__(
        self,
        prompts: Prompts,
        observe: Observer,
        on_text: Callable[[bytes, int, str], None],
        keeping: Safekeeping,
        silence_timeout_s: float,
    ) -> None:
        """Take ``on_text``, called as a station's."""
        self._prompts, self._observe, self._on_text, self._keeping = prompts, observe, on_text, keeping
        self._silence_timeout_s = silence_timeout_s

    def count_frame(self, messages: list[Message]) -> None:
        """Count a frame for each prompt that it has words for."""
        for prompt_id in {message.prompt_id for message in messages if isinstance(message, AnswerSegment)}:
            if inquiry := self._prompts.awaiting(prompt_id):
                inquiry.downlink_frames += 1

    def take(self, reply: Reply, now_s: float) -> None:
        """Take what is said of a prompt; of one that nobody waits for it changes nothing."""
        inquiry = self._prompts.awaiting(reply.prompt_id)
        if inquiry is None:
            return
        match reply:
            case Accepted(queue_position=position):
                self._take_accepted(inquiry, position, now_s)
            case AnswerSegment():
                self._take_segment(inquiry, reply, now_s)
            case Refusal():
                self._take_refusal(inquiry, reply, now_s)

    def _take_accepted(self, inquiry: Inquiry, queue_position: int, now_s: float) -> None:
        """It arrived, and the model is at work on it or on another; or there is no news since it was asked."""
        self._acknowledge(inquiry, now_s, {"queue_position": queue_position})
        if not (inquiry.has_gap() or inquiry.cancelling):
            doublings = min(inquiry.requests, _MAX_DOUBLINGS)
            inquiry.due_s = now_s + self._silence_timeout_s * 2.0**doublings

    def _acknowledge(self, inquiry: Inquiry, now_s: float, detail: dict[str, object]) -> None:
        if inquiry.happen(InquiryEvent.ACCEPTED):
            inquiry.requests = 0
            self._keeping.accepted(inquiry.prompt.prompt_id)
            self._observe(Milestone.UPLINK_ACKED, inquiry.prompt.prompt_id, now_s, detail)

    def _take_segment(self, inquiry: Inquiry, segment: AnswerSegment, now_s: float) -> None:
        self._acknowledge(inquiry, now_s, {})  # its turn has come: how many were before it is not known any more
        gap_known = inquiry.has_gap()
        if not self._keeping.segment(segment):
            return  # it is as if it had been lost, and will be asked for again
        try:
            text = inquiry.take_segment(segment)
        except RemoteError:
            return  # contradicts what came before: the first word stands
        self._observe(Milestone.SEGMENT_RECEIVED, inquiry.prompt.prompt_id, now_s, {"index": segment.index})
        self._show(inquiry, text, now_s)
        self._follow_gap(inquiry, gap_known, now_s)
        if inquiry.state is InquiryState.ANSWERED:
            self._prompts.answered(inquiry, now_s)

    def _show(self, inquiry: Inquiry, text: str, now_s: float) -> None:
        if not text:
            return
        at = len(inquiry.assembler.text) - len(text)
        if at == 0:
            self._observe(Milestone.FIRST_WORD_SHOWN, inquiry.prompt.prompt_id, now_s, {})
        self._on_text(inquiry.prompt.prompt_id, at, text)

    def _follow_gap(self, inquiry: Inquiry, gap_known: bool, now_s: float) -> None:
        """A new gap is asked for at once. For a known one, or a Cancel, a request is under way: its timer runs on."""
        inquiry.requests = 0
        if inquiry.cancelling:
            return
        if not inquiry.has_gap():
            inquiry.due_s = now_s + self._silence_timeout_s
        elif not gap_known:
            inquiry.due_s = now_s

    def _take_refusal(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        """A prompt that the spacecraft does not know (any more) is sent again, unless it is no longer wanted."""
        if refusal.reason is not RefusalReason.UNKNOWN_PROMPT:
            self._prompts.refuse(inquiry, refusal, now_s)
        elif inquiry.cancelling:
            settled = Refusal(refusal.prompt_id, RefusalReason.CANCELLED, "unknown on board")
            self._prompts.refuse(inquiry, settled, now_s)
        elif inquiry.happen(InquiryEvent.UNKNOWN):
            self._keeping.began_anew(refusal.prompt_id)
            inquiry.begin_anew()
            inquiry.due_s = now_s
