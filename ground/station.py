"""The ground-station program: sends prompts, puts answers together, asks again for what the link lost."""

from collections.abc import Callable
from dataclasses import dataclass

from ground.errors import RequestError
from ground.inquiry import Inquiry, InquiryState
from protocol.errors import LocalError, RemoteError
from protocol.journey import Milestone, Observer
from protocol.link import GroundLink
from protocol.messages import (
    Accepted,
    AnswerSegment,
    Cancel,
    Health,
    Message,
    Prompt,
    Refusal,
    RefusalReason,
)

MAX_PROMPT_OCTETS = 16_384
"""Beyond the context of any small model, and 16 s of uplink at 9600 baud."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A span of link time in which the spacecraft is in view."""

    aos_s: float
    los_s: float


@dataclass(frozen=True, slots=True)
class StationSettings:
    """What an operator can set."""

    uplink_frame_s: float = 0.35
    """Air time of the longest uplink frame."""
    response_timeout_s: float = 0.6
    """Light time both ways, the spacecraft's work and two downlink frames: one on the air, one with the reply."""
    silence_timeout_s: float = 2.0
    """After this long without a sign of life the ground asks for the rest of an answer."""


class Station:
    """The link layer of the ground's transceiver. ``tick`` is called for every span of samples."""

    def __init__(
        self,
        link: GroundLink,
        contacts: list[Contact],
        new_prompt_id: Callable[[], bytes],
        observe: Observer,
        on_text: Callable[[bytes, str], None],
        settings: StationSettings,
    ) -> None:
        """Take ``contacts``, the spans in which to transmit, in link time, and ``on_text``, called with an answer's next words."""
        self._link, self._contacts, self._new_prompt_id = link, contacts, new_prompt_id
        self._observe, self._on_text, self._settings = observe, on_text, settings
        self._inquiries: dict[bytes, Inquiry] = {}
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
        try:
            prompt = Prompt(self._new_prompt_id(), text, max_tokens, temperature, seed, stop, deadline_s)
        except LocalError as error:
            raise RequestError(error.field, error.value, error.accepted) from None
        self._inquiries[prompt.prompt_id] = Inquiry(prompt, now_s)
        self._observe(Milestone.QUEUED, prompt.prompt_id, now_s, {})
        return prompt.prompt_id

    def cancel(self, prompt_id: bytes, now_s: float) -> None:
        """Stop wanting an answer; what has come of it stays."""
        inquiry = self._inquiries[prompt_id]
        if inquiry.open and not inquiry.cancelling:
            inquiry.cancelling = True
            inquiry.heard_s = now_s
            self._link.send(Cancel(prompt_id))

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

    # -- the transceiver's side ------------------------------------------------------------------------------------

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> None:  # noqa: ARG002
        """Take in what the frame's messages say."""
        for message in self._link.receive(frame):
            self._take(message, now_s)

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Give the next frame while the spacecraft is in view."""
        contact = self.contact(now_s)
        if contact is None:
            return None
        frame = self._link.next_frame()
        if frame is None:
            self._send_waiting(contact, now_s)
            frame = self._link.next_frame()
        return frame

    def tick(self, now_s: float) -> None:
        """Ask again for what is overdue."""
        if self.contact(now_s) is None:
            return
        for inquiry in self._inquiries.values():
            if inquiry.open and inquiry.state is not InquiryState.WAITING_TO_SEND:
                self._tick_inquiry(inquiry, now_s)

    # -- sending ---------------------------------------------------------------------------------------------------

    def _send_waiting(self, contact: Contact, now_s: float) -> None:
        """Send the first prompt that waits; its timer starts when its frames are on the air."""
        for inquiry in self._inquiries.values():
            if inquiry.state is InquiryState.WAITING_TO_SEND:
                self._send_prompt(inquiry, contact, now_s)
                return

    def _send_prompt(self, inquiry: Inquiry, contact: Contact, now_s: float) -> None:
        prompt_id = inquiry.prompt.prompt_id
        if inquiry.transmissions == 0:
            self._observe(Milestone.AOS, prompt_id, max(contact.aos_s, inquiry.queued_s), {})
        self._link.send(inquiry.prompt)
        inquiry.state = InquiryState.SENT
        inquiry.heard_s = now_s
        inquiry.transmissions += 1
        self.retransmissions += inquiry.transmissions > 1
        detail: dict[str, object] = {"transmission": inquiry.transmissions}
        self._observe(Milestone.UPLINK_FIRST_SAMPLE, prompt_id, now_s, detail)

    def _tick_inquiry(self, inquiry: Inquiry, now_s: float) -> None:
        if now_s - inquiry.heard_s < self._timeout_s(inquiry):
            return
        inquiry.heard_s = now_s
        if inquiry.state is InquiryState.SENT and not inquiry.cancelling:
            inquiry.state = InquiryState.WAITING_TO_SEND
        else:
            self._link.send(inquiry.request())

    def _timeout_s(self, inquiry: Inquiry) -> float:
        """A known gap is asked for at once; silence may only mean that the model is thinking."""
        settings = self._settings
        if inquiry.state is InquiryState.SENT or inquiry.cancelling:
            frames = -(-len(inquiry.prompt.text.encode()) // 200)
            return frames * settings.uplink_frame_s + settings.response_timeout_s
        if inquiry.has_gap():
            return settings.uplink_frame_s + settings.response_timeout_s
        return settings.silence_timeout_s

    # -- receiving -------------------------------------------------------------------------------------------------

    def _take(self, message: Message, now_s: float) -> None:
        match message:
            case Health():
                self.health = message
                if self.on_health:
                    self.on_health(message, now_s)
            case Accepted(prompt_id=prompt_id):
                if inquiry := self._open(prompt_id):
                    self._take_accepted(inquiry, now_s)
            case AnswerSegment(prompt_id=prompt_id):
                if inquiry := self._open(prompt_id):
                    self._take_segment(inquiry, message, now_s)
            case Refusal(prompt_id=prompt_id):
                if inquiry := self._open(prompt_id):
                    self._take_refusal(inquiry, message, now_s)
            case _:  # a message of the uplink, heard on the downlink: not for us
                return

    def _open(self, prompt_id: bytes) -> Inquiry | None:
        inquiry = self._inquiries.get(prompt_id)
        return inquiry if inquiry and inquiry.open else None

    def _take_accepted(self, inquiry: Inquiry, now_s: float) -> None:
        self._acknowledge(inquiry, now_s)
        inquiry.heard_s = now_s

    def _acknowledge(self, inquiry: Inquiry, now_s: float) -> None:
        if inquiry.state in (InquiryState.WAITING_TO_SEND, InquiryState.SENT):
            inquiry.state = InquiryState.ACCEPTED
            self._observe(Milestone.UPLINK_ACKED, inquiry.prompt.prompt_id, now_s, {})

    def _take_segment(self, inquiry: Inquiry, segment: AnswerSegment, now_s: float) -> None:
        self._acknowledge(inquiry, now_s)
        gap_known = inquiry.has_gap()
        try:
            text = inquiry.take_segment(segment)
        except RemoteError:
            return  # contradicts what came before: the first word stands
        prompt_id = inquiry.prompt.prompt_id
        self._observe(Milestone.SEGMENT_RECEIVED, prompt_id, now_s, {"index": segment.index})
        self._show(inquiry, text, now_s)
        if inquiry.has_gap() and not gap_known:
            self._link.send(inquiry.request())
        if not (inquiry.has_gap() and gap_known):  # a request for a known gap is under way: its timer runs on
            inquiry.heard_s = now_s
        if inquiry.state is InquiryState.ANSWERED:
            self._observe(Milestone.DONE, prompt_id, now_s, inquiry.ending())

    def _show(self, inquiry: Inquiry, text: str, now_s: float) -> None:
        if not text:
            return
        if len(inquiry.assembler.text) == len(text):
            self._observe(Milestone.FIRST_WORD_SHOWN, inquiry.prompt.prompt_id, now_s, {})
        self._on_text(inquiry.prompt.prompt_id, text)

    def _take_refusal(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        """A prompt that the spacecraft does not know (any more) is sent again, unless it is no longer wanted."""
        if refusal.reason is RefusalReason.UNKNOWN_PROMPT and not inquiry.cancelling:
            inquiry.state = InquiryState.WAITING_TO_SEND
            return
        inquiry.refusal = refusal
        inquiry.state = InquiryState.REFUSED
        self._observe(
            Milestone.REFUSED,
            refusal.prompt_id,
            now_s,
            {"reason": refusal.reason.value, "detail": refusal.detail},
        )


def check_prompt(text: str) -> None:
    """Raise RequestError if a prompt is empty or too long to send."""
    octets = len(text.encode(errors="surrogatepass"))
    if not text.strip() or octets > MAX_PROMPT_OCTETS:
        shown = text if octets < 60 else f"{octets} octets"
        raise RequestError("prompt", shown, f"text of 1 to {MAX_PROMPT_OCTETS} octets of UTF-8")
