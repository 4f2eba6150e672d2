"""The ground-station program: sends prompts, puts answers together, asks again for what the link lost."""

from collections.abc import Callable
from dataclasses import dataclass

from ground.errors import RequestError
from ground.inquiry import Inquiry, InquiryEvent, InquiryState
from ground.schedule import UplinkSchedule
from protocol.errors import LocalError, RemoteError
from protocol.journey import Milestone, Observer
from protocol.link import GroundLink
from protocol.messages import (
    Accepted,
    AnswerSegment,
    Health,
    Message,
    Prompt,
    Refusal,
    RefusalReason,
)

MAX_PROMPT_OCTETS = 16_384
"""Beyond the context of any small model, and 16 s of uplink at 9600 baud."""
_MAX_DOUBLINGS = 2
"""How often the silence timeout is doubled while all that is heard is that the prompt waits."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A span of link time in which the spacecraft is in view. Raises RequestError unless it has a length."""

    aos_s: float
    los_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.aos_s < self.los_s:
            raise RequestError("contact", f"{self.aos_s:g}:{self.los_s:g}", "an AOS of 0 s or more and a later LOS")


@dataclass(frozen=True, slots=True)
class StationSettings:
    """What an operator can set."""

    uplink_frame_s: float = 0.35
    """Air time of the longest uplink frame: none begins that would not end before LOS."""
    response_timeout_s: float = 0.6
    """Light time both ways, the spacecraft's work and two downlink frames: one on the air, one with the reply."""
    silence_timeout_s: float = 2.0
    """After this long without a sign of life the ground asks for the rest of an answer."""


class Station:
    """The link layer of the ground's transceiver. ``tick`` is called for every span of samples.

    The uplink is given one message at a time, made when its turn comes: what is asked for is what is missing then. A
    timer runs from the end of its message's last frame. One prompt is under way at a time, so that prompts arrive in
    the order in which they were asked.
    """

    def __init__(
        self,
        link: GroundLink,
        contacts: list[Contact],
        new_prompt_id: Callable[[], bytes],
        observe: Observer,
        on_text: Callable[[bytes, str], None],
        settings: StationSettings,
    ) -> None:
        """Take ``contacts``, the spans in which to transmit, and ``on_text``, called with an answer's next words."""
        self._link, self._contacts, self._new_prompt_id = link, contacts, new_prompt_id
        self._observe, self._on_text, self._settings = observe, on_text, settings
        self._inquiries: dict[bytes, Inquiry] = {}
        self._schedule = UplinkSchedule(settings.response_timeout_s)
        self.health: Health | None = None
        self.on_health: Callable[[Health, float], None] | None = None
        self.retransmissions = 0

    # -- the operator's side ---------------------------------------------------------------------------------------

    def ask(
        self,
        text: str,
        now_s: float,
        max_tokens: int = 128,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        deadline_s: float | None = None,
    ) -> bytes:
        """Queue a prompt and return its id. Raise RequestError naming the field that cannot be sent."""
        check_prompt(text)
        if not all(stop):
            raise RequestError("stop", stop, "strings of at least one character")
        try:
            prompt = Prompt(self._new_prompt_id(), text, max_tokens, temperature, seed, stop, deadline_s)
        except LocalError as error:
            raise RequestError(error.field, error.value, error.accepted) from None
        self._inquiries[prompt.prompt_id] = Inquiry(prompt, now_s)
        self._observe(Milestone.QUEUED, prompt.prompt_id, now_s, {})
        return prompt.prompt_id

    def cancel(self, prompt_id: bytes, now_s: float) -> None:
        """Stop wanting an answer; what has come of it stays. Raise RequestError if there is no such prompt."""
        inquiry = self._inquiries.get(prompt_id)
        if inquiry is None:
            raise RequestError("prompt_id", prompt_id.hex(), "the id of a prompt that was asked and has not ended")
        if inquiry.cancelling or not inquiry.open:
            return
        inquiry.cancelling = True
        inquiry.requests = 0
        if inquiry.transmissions == 0:
            self._refuse(inquiry, Refusal(prompt_id, RefusalReason.CANCELLED, "before it was sent"), now_s)
        else:
            inquiry.due_s = now_s

    def inquiry(self, prompt_id: bytes) -> Inquiry:
        """Return where a prompt stands."""
        return self._inquiries[prompt_id]

    def forget(self, prompt_id: bytes) -> None:
        """Drop an inquiry that has been read to its end."""
        del self._inquiries[prompt_id]

    def contact(self, now_s: float) -> Contact | None:
        """Return the contact under way, if there is one."""
        return next((c for c in self._contacts if c.aos_s <= now_s < c.los_s), None)

    @property
    def frames_received(self) -> int:
        """Good frames, repeated ones included."""
        return self._link.receiver.frames_received + self._link.receiver.frames_repeated

    def summary(self) -> dict[str, int]:
        """Return the counts of what the program has done."""
        return {"frames_received": self.frames_received, "retransmissions": self.retransmissions}

    # -- the transceiver's side ------------------------------------------------------------------------------------

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:  # noqa: ARG002
        """Take in what the frame's messages say; return whether it was a good frame."""
        rejected = self._link.receiver.frames_rejected
        for message in self._link.receive(frame):
            self._schedule.heard()
            self._take(message, now_s)
        return self._link.receiver.frames_rejected == rejected

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Give the next frame, if it ends while the spacecraft is in view."""
        contact = self.contact(now_s)
        if contact is None or now_s + self._settings.uplink_frame_s > contact.los_s:
            return None
        return self._link.next_frame() or self._begin_message(contact, now_s)

    def tick(self, now_s: float) -> None:
        """Give up waiting for a sign that a prompt arrived, when it is overdue."""
        for inquiry in self._inquiries.values():
            if now_s >= inquiry.due_s:
                inquiry.happen(InquiryEvent.OVERDUE)

    # -- sending ---------------------------------------------------------------------------------------------------

    def _begin_message(self, contact: Contact, now_s: float) -> bytes | None:
        inquiry = self._schedule.take(self._inquiries.values(), now_s)
        if inquiry is None:
            return None
        self._send(inquiry, contact, now_s)
        return self._link.next_frame()

    def _send(self, inquiry: Inquiry, contact: Contact, now_s: float) -> None:
        transmissions = inquiry.transmissions
        for message in inquiry.leave():
            self._link.send(message)
        if inquiry.transmissions > transmissions:
            self._observe_transmission(inquiry, contact, now_s)

    def _observe_transmission(self, inquiry: Inquiry, contact: Contact, now_s: float) -> None:
        prompt_id = inquiry.prompt.prompt_id
        if inquiry.transmissions == 1:
            self._observe(Milestone.AOS, prompt_id, max(contact.aos_s, inquiry.queued_s), {})
        self.retransmissions += inquiry.transmissions > 1
        detail: dict[str, object] = {"transmission": inquiry.transmissions}
        self._observe(Milestone.UPLINK_FIRST_SAMPLE, prompt_id, now_s, detail)

    # -- receiving -------------------------------------------------------------------------------------------------

    def _take(self, message: Message, now_s: float) -> None:
        match message:
            case Health():
                self.health = message
                if self.on_health:
                    self.on_health(message, now_s)
            case Accepted(prompt_id=prompt_id):
                if inquiry := self._awaiting(prompt_id):
                    self._take_accepted(inquiry, now_s)
            case AnswerSegment(prompt_id=prompt_id):
                if inquiry := self._awaiting(prompt_id):
                    self._take_segment(inquiry, message, now_s)
            case Refusal(prompt_id=prompt_id):
                if inquiry := self._awaiting(prompt_id):
                    self._take_refusal(inquiry, message, now_s)
            case _:  # a message of the uplink, heard on the downlink: not for us
                return

    def _awaiting(self, prompt_id: bytes) -> Inquiry | None:
        """Return the inquiry that a message can be about: one that was sent and has not ended."""
        inquiry = self._inquiries.get(prompt_id)
        return inquiry if inquiry and inquiry.open and inquiry.transmissions else None

    def _take_accepted(self, inquiry: Inquiry, now_s: float) -> None:
        """It arrived, and the model is at work on it or on another; or there is no news since it was asked."""
        self._acknowledge(inquiry, now_s)
        if not (inquiry.has_gap() or inquiry.cancelling):
            doublings = min(inquiry.requests, _MAX_DOUBLINGS)
            inquiry.due_s = now_s + self._settings.silence_timeout_s * 2.0**doublings

    def _acknowledge(self, inquiry: Inquiry, now_s: float) -> None:
        if inquiry.happen(InquiryEvent.ACCEPTED):
            inquiry.requests = 0
            self._observe(Milestone.UPLINK_ACKED, inquiry.prompt.prompt_id, now_s, {})

    def _take_segment(self, inquiry: Inquiry, segment: AnswerSegment, now_s: float) -> None:
        self._acknowledge(inquiry, now_s)
        gap_known = inquiry.has_gap()
        try:
            text = inquiry.take_segment(segment)
        except RemoteError:
            return  # contradicts what came before: the first word stands
        self._observe(Milestone.SEGMENT_RECEIVED, inquiry.prompt.prompt_id, now_s, {"index": segment.index})
        self._show(inquiry, text, now_s)
        self._follow_gap(inquiry, gap_known, now_s)
        if inquiry.state is InquiryState.ANSWERED:
            self._observe(Milestone.DONE, inquiry.prompt.prompt_id, now_s, inquiry.ending())

    def _follow_gap(self, inquiry: Inquiry, gap_known: bool, now_s: float) -> None:
        """A new gap is asked for at once. For a known one, or a Cancel, a request is under way: its timer runs on."""
        inquiry.requests = 0
        if inquiry.cancelling:
            return
        if not inquiry.has_gap():
            inquiry.due_s = now_s + self._settings.silence_timeout_s
        elif not gap_known:
            inquiry.due_s = now_s

    def _show(self, inquiry: Inquiry, text: str, now_s: float) -> None:
        if not text:
            return
        if len(inquiry.assembler.text) == len(text):
            self._observe(Milestone.FIRST_WORD_SHOWN, inquiry.prompt.prompt_id, now_s, {})
        self._on_text(inquiry.prompt.prompt_id, text)

    def _take_refusal(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        """A prompt that the spacecraft does not know (any more) is sent again, unless it is no longer wanted."""
        if refusal.reason is not RefusalReason.UNKNOWN_PROMPT:
            self._refuse(inquiry, refusal, now_s)
        elif inquiry.cancelling:
            self._refuse(inquiry, Refusal(refusal.prompt_id, RefusalReason.CANCELLED, "unknown on board"), now_s)
        elif inquiry.happen(InquiryEvent.UNKNOWN):
            inquiry.begin_anew()
            inquiry.due_s = now_s

    def _refuse(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        inquiry.happen(InquiryEvent.REFUSED)
        inquiry.refusal = refusal
        detail: dict[str, object] = {"reason": refusal.reason.value, "detail": refusal.detail}
        self._observe(Milestone.REFUSED, refusal.prompt_id, now_s, detail)


def check_prompt(text: str) -> None:
    """Raise RequestError if a prompt is empty or too long to send."""
    if not isinstance(text, str):
        raise RequestError("prompt", text, "text")
    octets = len(text.encode(errors="surrogatepass"))
    if not text.strip() or octets > MAX_PROMPT_OCTETS:
        shown = text if octets < 60 else f"{octets} octets"
        raise RequestError("prompt", shown, f"text of 1 to {MAX_PROMPT_OCTETS} octets of UTF-8")
