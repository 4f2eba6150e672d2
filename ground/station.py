"""The ground-station program: sends prompts, puts answers together, asks again for what the link lost."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import TypeVar

from edge.database_errors import DatabaseStateError, trouble_with
from ground.air_time import FrameRate, prompt_octets
from ground.contact import Contact
from ground.errors import RequestError
from ground.inquiry import Inquiry, InquiryEvent, InquiryState
from ground.journal import Journal, JournalledInquiry
from ground.model_orders import Order
from ground.model_uplink import ModelUplink
from ground.schedule import UplinkSchedule
from ground.told_inquiry import told_refusal
from protocol.errors import LocalError, RemoteError
from protocol.journey import Milestone, Observer
from protocol.link import GroundLink
from protocol.messages import (
    MAX_CONFIRMED_IDS,
    Accepted,
    AnswerSegment,
    Confirm,
    Health,
    Message,
    Prompt,
    Refusal,
    RefusalReason,
    encode,
)
from protocol.model_messages import ListModels, ModelStatus, RemoveModel, SwitchModel
from protocol.telecommand import OutgoingPacket

MAX_PROMPT_OCTETS = 16_384
"""Of all that the model is to read: beyond the context of any small one, and 16 s of uplink at 9600 baud."""
_MAX_DOUBLINGS = 2
"""How often the silence timeout is doubled while all that is heard is that the prompt waits."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StationSettings:
    """What an operator can set."""

    uplink_frame_s: float = 0.35
    """Air time of the longest uplink frame: none begins that would not end before LOS."""
    uplink_packet_octets: int = 218
    """Of a prompt, in that frame."""
    response_timeout_s: float = 0.6
    """Light time both ways, the spacecraft's work and two downlink frames: one on the air, one with the reply."""
    silence_timeout_s: float = 2.0
    """After this long without a sign of life the ground asks for the rest of an answer."""
    light_s: float = 0.02
    """Light time one way, at the most: that of 6000 km, farther than a low orbit is at the horizon."""

    @property
    def uplink(self) -> FrameRate:
        """How fast prompts go up."""
        return FrameRate(self.uplink_frame_s, self.uplink_packet_octets)


class Station:
    """The link layer of the ground's transceiver. ``tick`` is called for every span of samples.

    The uplink is given one message at a time, made when its turn comes: what is asked for is what is missing then.
    COP-1 brings it up whole and in order; a timer for the reply runs from when it has.

    A prompt is in the journal before it is queued, a segment before it is shown, so that a station which takes up the
    journal of one that was killed goes on where it was.
    """

    def __init__(
        self,
        link: GroundLink,
        contacts: list[Contact],
        new_prompt_id: Callable[[], bytes],
        observe: Observer,
        on_text: Callable[[bytes, int, str], None],
        journal: Journal,
        settings: StationSettings,
        now_s: float = 0.0,
        models: ModelUplink | None = None,
    ) -> None:
        """Take ``contacts``, the spans in which to transmit.

        ``on_text`` is called with a prompt's id, a place in its answer, in characters, and the words that begin there;
        after a restart with all that was there before it, of what has not ended. Raises DatabaseStateError if the
        journal cannot be read.
        """
        self._link, self._contacts, self._new_prompt_id = link, contacts, new_prompt_id
        self._observe, self._on_text, self._settings = observe, on_text, settings
        self._journal = journal
        self._models = models
        self._schedule = UplinkSchedule(settings.response_timeout_s)
        self._inquiries: dict[bytes, Inquiry] = {}
        self._to_confirm: dict[bytes, None] = {}  # a queue without duplicates
        self._on_the_way: dict[int, Inquiry | Confirm | Order] = {}
        """By the number that the link gave the message."""
        self.health: Health | None = None
        self.on_health: Callable[[Health, float], None] | None = None
        self.on_sending: Callable[[bytes, int, int, float], None] | None = None
        """Called when it changes, with a prompt's id, its TC frames, how many COP-1 has confirmed, and link time."""
        self.prompts_resent = 0
        self.trouble = ""
        """Why the journal, or the store of sequence numbers, could not be written the last time."""
        self._restore(now_s)

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
        within_contact: bool = False,
        system: str | None = None,
        turns: tuple[str, ...] = (),
        prompt_id: bytes | None = None,
    ) -> bytes:
        """Queue a prompt and return its id. Raise RequestError naming the field that cannot be sent.

        ``deadline_s`` counts from now. A prompt that cannot be on board by then is refused here and never sent; what
        is on board the spacecraft ends by it. With ``within_contact`` the spacecraft shortens ``max_tokens`` to what
        can be down before the contact ends in which the prompt comes up. A ``prompt_id`` that is known already asks
        for the same prompt again: nothing happens.
        """
        check_prompt(text)
        if not all(stop):
            raise RequestError("stop", stop, "strings of at least one character")
        if not isinstance(within_contact, bool):
            raise RequestError("within_contact", within_contact, "true or false")
        left_s = 0.0 if within_contact else None  # how much it is shows when the prompt is sent
        named = self._new_prompt_id() if prompt_id is None else prompt_id
        how = (max_tokens, temperature, seed, stop, deadline_s, left_s, system, turns)
        try:
            prompt = Prompt(named, text, *how)
        except LocalError as error:
            raise RequestError(error.field, error.value, error.accepted) from None
        _check_octets(prompt)
        if prompt_id is not None and (kept := self.find(prompt_id)):
            _check_same(prompt, kept.prompt)
        else:
            self._queue(prompt, now_s)
        return named

    def _queue(self, prompt: Prompt, now_s: float) -> None:
        deadline_s = None if prompt.deadline_s is None else now_s + prompt.deadline_s
        _reaching_journal(lambda: self._journal.asked(prompt, now_s, deadline_s))
        self._inquiries[prompt.prompt_id] = Inquiry(prompt, now_s)
        self._observe(Milestone.QUEUED, prompt.prompt_id, now_s, {"text": prompt.text})

    def find(self, prompt_id: bytes) -> JournalledInquiry | None:
        """Return what is known of a prompt, of one that has ended, too; None if nothing is.

        Raise RequestError if the journal cannot be read.
        """
        return _reaching_journal(lambda: self._journal.find(prompt_id))

    def cancel(self, prompt_id: bytes, now_s: float) -> None:
        """Stop wanting an answer; what has come of it stays. Raise RequestError if there is no such prompt."""
        inquiry = self._inquiries.get(prompt_id)
        if inquiry is None:
            raise RequestError("prompt_id", prompt_id.hex(), "the id of a prompt that was asked and has not ended")
        if inquiry.cancelling or not inquiry.open:
            return
        inquiry.cancelling = True
        inquiry.requests = 0
        self._keep(lambda: self._journal.cancelling(prompt_id))
        if inquiry.transmissions == 0:
            self._refuse(inquiry, Refusal(prompt_id, RefusalReason.CANCELLED, "before it was sent"), now_s)
        else:
            inquiry.due_s = -inf  # before all that is due: it gives the model back

    def inquiry(self, prompt_id: bytes) -> Inquiry:
        """Return where a prompt stands."""
        return self._inquiries[prompt_id]

    def forget(self, prompt_id: bytes) -> None:
        """Drop an inquiry that has been read to its end."""
        self._inquiries.pop(prompt_id, None)

    @property
    def inquiries(self) -> Iterable[Inquiry]:
        """The prompts that are known, in the order in which they were asked."""
        return self._inquiries.values()

    def contact(self, now_s: float) -> Contact | None:
        """Return the contact under way, if there is one."""
        return next((c for c in self._contacts if c.aos_s <= now_s < c.los_s), None)

    @property
    def link(self) -> GroundLink:
        """The link, to be looked at."""
        return self._link

    @property
    def frames_received(self) -> int:
        """Good frames, repeated ones included."""
        return self._link.receiver.frames_received + self._link.receiver.frames_repeated

    @property
    def uplink_state(self) -> str:
        """Where the telecommand service stands, in FOP-1's words; active when a prompt would leave at once."""
        return self._link.sender.state.name.lower()

    @property
    def uplink_ready(self) -> bool:
        """Whether the telecommand service stands."""
        return self._link.sender.ready

    def summary(self) -> dict[str, int]:
        """Return the counts of what the program has done."""
        return {"frames_received": self.frames_received, "retransmissions": self._link.sender.frames_resent}

    # -- the transceiver's side ------------------------------------------------------------------------------------

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:  # noqa: ARG002
        """Take in what the frame's messages say; return whether it was a good frame."""
        rejected = self._link.receiver.frames_rejected
        messages = self._link.receive(frame, now_s)
        self._tell_sending(now_s)
        self._count_frame(messages)
        for message in messages:
            self._schedule.heard()
            self._take(message, now_s)
        pdus = self._link.received_pdus()
        if self._models is not None:
            self._models.heard(pdus, now_s)
        self._take_deliveries(now_s)
        return self._link.receiver.frames_rejected == rejected

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Give the next frame, if it ends while the spacecraft is in view."""
        contact = self.contact(now_s)
        if contact is None or now_s + self._settings.uplink_frame_s > contact.los_s:
            return None
        if self._link.sender.ready and not self._link.sender.backlog:
            self._begin_message(contact, now_s)
            self._tell_sending(now_s)
        try:
            return self._link.next_frame(now_s)
        except OSError as error:
            self.trouble = f"no sequence number can be reserved: {error.strerror}"
            return None

    def tick(self, now_s: float) -> None:
        """Let the link's timers run while the spacecraft is in view, and deadlines always."""
        self._give_up_overdue(now_s)
        in_contact = self.contact(now_s) is not None
        if in_contact:
            self._link.tick(now_s)
            self._tell_sending(now_s)
        if self._models is not None:
            self._models.tick(now_s, in_contact)

    # -- sending ---------------------------------------------------------------------------------------------------

    def _begin_message(self, contact: Contact, now_s: float) -> None:
        inquiry = self._schedule.take(self._inquiries.values(), now_s)
        if inquiry is not None and inquiry.to_be_sent:
            self._send_prompt(inquiry, contact, now_s)
        elif inquiry is not None:
            self._send(inquiry, inquiry.leave())
        elif self._to_confirm:
            self._send_confirmation()
        elif self._models is not None:
            self._send_of_models(self._models, now_s)

    def _send_of_models(self, models: ModelUplink, now_s: float) -> None:
        """Files go up where nothing else does, one PDU at a time."""
        if (message := models.next_message(now_s)) is not None:
            number = self._link.send(message)
            if not isinstance(message, ListModels):
                self._on_the_way[number] = message
        elif (pdu := models.next_pdu(now_s)) is not None:
            self._link.send_pdu(pdu)

    def _send_prompt(self, inquiry: Inquiry, contact: Contact, now_s: float) -> None:
        """Begin, though it may go on in the next contact only; on board its deadline counts from the reception."""
        prompt = inquiry.prompt
        if prompt.deadline_s is not None:
            left_s = inquiry.deadline_s - self._on_board_s(prompt, now_s)
            if left_s <= 0:
                self._refuse_late(inquiry, "the deadline is past before it can be on board", now_s)
                return
            prompt = replace(prompt, deadline_s=left_s)
        if inquiry.within_contact:
            prompt = replace(prompt, contact_left_s=self._contact_left_s(self._on_board_s(prompt, now_s)))
        inquiry.leave()
        inquiry.packets.append(self._send(inquiry, [prompt]))
        self._keep(lambda: self._journal.sent(prompt.prompt_id, inquiry.transmissions))
        self._observe_transmission(inquiry, contact, now_s)

    def _on_board_s(self, prompt: Prompt, now_s: float) -> float:
        uplink = self._settings.uplink.transmission(self._contacts, now_s, prompt_octets(prompt))
        return uplink.end_s if uplink else inf

    def _contact_left_s(self, uplinked_s: float) -> float | None:
        """Return for how long after its reception words can leave that are here before LOS, None if there is none."""
        los_s = next((contact.los_s for contact in self._contacts if contact.aos_s <= uplinked_s <= contact.los_s), inf)
        return None if los_s == inf else max(0.0, los_s - uplinked_s - 2 * self._settings.light_s)

    def _send(self, inquiry: Inquiry, messages: list[Message]) -> OutgoingPacket:
        """Send messages about an inquiry, one or more; return the last one's packet."""
        for message in messages:
            number = self._link.send(message)
        self._on_the_way[number] = inquiry
        packet = self._link.sender.packet(number)
        assert packet is not None  # nothing of it has left
        return packet

    def _tell_sending(self, now_s: float) -> None:
        for inquiry in self._inquiries.values():
            progress = inquiry.progress
            if progress is not None and progress != inquiry.told_progress:
                inquiry.told_progress = progress
                if self.on_sending:
                    self.on_sending(inquiry.prompt.prompt_id, *progress, now_s)

    def _give_up_overdue(self, now_s: float) -> None:
        """What is not on its way goes no more; what is, or was answered in part, the spacecraft ends."""
        for inquiry in tuple(self._inquiries.values()):  # whoever is told of the end may forget it
            if inquiry.to_be_sent and now_s >= inquiry.deadline_s:
                self._refuse_late(inquiry, "the deadline passed on the ground", now_s)

    def _refuse_late(self, inquiry: Inquiry, detail: str, now_s: float) -> None:
        self._refuse(inquiry, Refusal(inquiry.prompt.prompt_id, RefusalReason.DEADLINE_PAST, detail), now_s)

    def _send_confirmation(self) -> None:
        confirm = Confirm(tuple(self._to_confirm)[:MAX_CONFIRMED_IDS])
        for prompt_id in confirm.prompt_ids:
            del self._to_confirm[prompt_id]
        self._on_the_way[self._link.send(confirm)] = confirm

    def _take_deliveries(self, now_s: float) -> None:
        for number in self._link.delivered():
            match self._on_the_way.pop(number, None):
                case Inquiry() as inquiry:
                    self._schedule.delivered(inquiry, now_s)
                case Confirm(prompt_ids=prompt_ids):
                    self._confirmed(prompt_ids)
                case SwitchModel() | RemoveModel() as order if self._models is not None:
                    self._models.orders.delivered(order, now_s)

    def _confirmed(self, prompt_ids: tuple[bytes, ...]) -> None:
        for prompt_id in prompt_ids:
            self._keep(partial(self._journal.confirmed, prompt_id))

    def _observe_transmission(self, inquiry: Inquiry, contact: Contact, now_s: float) -> None:
        prompt_id = inquiry.prompt.prompt_id
        if inquiry.transmissions == 1:
            self._observe(Milestone.AOS, prompt_id, max(contact.aos_s, inquiry.queued_s), {})
        self.prompts_resent += inquiry.transmissions > 1
        detail: dict[str, object] = {"transmission": inquiry.transmissions}
        self._observe(Milestone.UPLINK_FIRST_SAMPLE, prompt_id, now_s, detail)

    # -- receiving -------------------------------------------------------------------------------------------------

    def _take(self, message: Message, now_s: float) -> None:
        match message:
            case Health():
                self.health = message
                if self.on_health:
                    self.on_health(message, now_s)
            case Accepted(prompt_id=prompt_id, queue_position=position):
                if inquiry := self._awaiting(prompt_id):
                    self._take_accepted(inquiry, position, now_s)
            case AnswerSegment(prompt_id=prompt_id):
                if inquiry := self._awaiting(prompt_id):
                    self._take_segment(inquiry, message, now_s)
            case Refusal(prompt_id=prompt_id):
                if inquiry := self._awaiting(prompt_id):
                    self._take_refusal(inquiry, message, now_s)
            case ModelStatus() if self._models is not None:
                self._models.take(message, now_s)
            case _:  # a message of the uplink, heard on the downlink: not for us
                return

    def _count_frame(self, messages: list[Message]) -> None:
        """Count a frame for each prompt that it has words for."""
        for prompt_id in {message.prompt_id for message in messages if isinstance(message, AnswerSegment)}:
            if inquiry := self._awaiting(prompt_id):
                inquiry.downlink_frames += 1

    def _awaiting(self, prompt_id: bytes) -> Inquiry | None:
        """Return the inquiry that a message can be about: something was sent for it, and it has not ended."""
        inquiry = self._inquiries.get(prompt_id)
        return inquiry if inquiry and inquiry.open and (inquiry.transmissions or inquiry.cancelling) else None

    def _take_accepted(self, inquiry: Inquiry, queue_position: int, now_s: float) -> None:
        """It arrived, and the model is at work on it or on another; or there is no news since it was asked."""
        self._acknowledge(inquiry, now_s, {"queue_position": queue_position})
        if not (inquiry.has_gap() or inquiry.cancelling):
            doublings = min(inquiry.requests, _MAX_DOUBLINGS)
            inquiry.due_s = now_s + self._settings.silence_timeout_s * 2.0**doublings

    def _acknowledge(self, inquiry: Inquiry, now_s: float, detail: dict[str, object]) -> None:
        if inquiry.happen(InquiryEvent.ACCEPTED):
            inquiry.requests = 0
            self._keep(lambda: self._journal.accepted(inquiry.prompt.prompt_id))
            self._observe(Milestone.UPLINK_ACKED, inquiry.prompt.prompt_id, now_s, detail)

    def _take_segment(self, inquiry: Inquiry, segment: AnswerSegment, now_s: float) -> None:
        self._acknowledge(inquiry, now_s, {})  # its turn has come: how many were before it is not known any more
        gap_known = inquiry.has_gap()
        if not self._keep(lambda: self._journal.segment(segment)):
            return  # it is as if it had been lost, and will be asked for again
        try:
            text = inquiry.take_segment(segment)
        except RemoteError:
            return  # contradicts what came before: the first word stands
        self._observe(Milestone.SEGMENT_RECEIVED, inquiry.prompt.prompt_id, now_s, {"index": segment.index})
        self._show(inquiry, text, now_s)
        self._follow_gap(inquiry, gap_known, now_s)
        if inquiry.state is InquiryState.ANSWERED:
            self._end(inquiry, now_s)

    def _end(self, inquiry: Inquiry, now_s: float) -> None:
        prompt_id = inquiry.prompt.prompt_id
        self._observe(Milestone.DONE, prompt_id, now_s, inquiry.ending())
        self._keep(
            lambda: self._journal.answered(prompt_id, now_s, inquiry.link_use)
        )  # rather told twice than not at all
        self._to_confirm[prompt_id] = None

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
        at = len(inquiry.assembler.text) - len(text)
        if at == 0:
            self._observe(Milestone.FIRST_WORD_SHOWN, inquiry.prompt.prompt_id, now_s, {})
        self._on_text(inquiry.prompt.prompt_id, at, text)

    def _take_refusal(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        """A prompt that the spacecraft does not know (any more) is sent again, unless it is no longer wanted."""
        if refusal.reason is not RefusalReason.UNKNOWN_PROMPT:
            self._refuse(inquiry, refusal, now_s)
        elif inquiry.cancelling:
            self._refuse(inquiry, Refusal(refusal.prompt_id, RefusalReason.CANCELLED, "unknown on board"), now_s)
        elif inquiry.happen(InquiryEvent.UNKNOWN):
            self._keep(lambda: self._journal.began_anew(refusal.prompt_id))
            inquiry.begin_anew()
            inquiry.due_s = now_s

    def _refuse(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        inquiry.happen(InquiryEvent.REFUSED)
        inquiry.refusal = refusal
        self._observe(Milestone.REFUSED, refusal.prompt_id, now_s, told_refusal(refusal))
        self._keep(lambda: self._journal.refused(refusal, now_s))

    # -- the journal -----------------------------------------------------------------------------------------------

    def _restore(self, now_s: float) -> None:
        for kept in self._journal.restore():
            prompt_id = kept.prompt.prompt_id
            inquiry = Inquiry(kept.prompt, min(kept.asked_s, now_s), kept.state, kept.refusal, kept.cancelling)
            inquiry.transmissions, inquiry.due_s = kept.transmissions, -inf if kept.cancelling else now_s
            inquiry.begun_before = kept.transmissions > 0
            if inquiry.open:
                self._inquiries[prompt_id] = inquiry
                if text := inquiry.take_restored(kept.segments):
                    self._on_text(prompt_id, 0, text)
                if inquiry.assembler.complete and inquiry.happen(InquiryEvent.COMPLETED):
                    self._end(inquiry, now_s)
            elif inquiry.state is InquiryState.ANSWERED and not kept.confirmed:
                self._to_confirm[prompt_id] = None

    def _keep(self, write: Callable[[], None]) -> bool:
        """Write to the journal; return whether it could be. What is not kept may have to be done again one day."""
        self.trouble = trouble_with(write)
        return not self.trouble


def check_prompt(text: str) -> None:
    """Raise RequestError if a prompt is empty or too long to send."""
    if not isinstance(text, str):
        raise RequestError("prompt", text, "text")
    octets = len(text.encode(errors="surrogatepass"))
    if not text.strip() or octets > MAX_PROMPT_OCTETS:
        shown = text if octets < 60 else f"{octets} octets"
        raise RequestError("prompt", shown, f"text of 1 to {MAX_PROMPT_OCTETS} octets of UTF-8")


def _check_octets(prompt: Prompt) -> None:
    """Raise RequestError if a prompt and what comes before it are too long to send."""
    if (octets := prompt.conversation_octets) > MAX_PROMPT_OCTETS:
        field = "turns" if prompt.turns else "system"
        accepted = f"at most {MAX_PROMPT_OCTETS} octets of UTF-8"
        raise RequestError(field, f"{octets} octets with the prompt", accepted)


def _check_same(prompt: Prompt, kept: Prompt) -> None:
    """Raise RequestError if a prompt is not the one that was asked under its id before."""
    if encode(prompt) != encode(kept):
        raise RequestError("prompt_id", prompt.prompt_id.hex(), "the same prompt again, or another id")


def _reaching_journal(work: Callable[[], _T]) -> _T:
    """Raise RequestError if the journal cannot do it."""
    try:
        return work()
    except DatabaseStateError as error:
        accepted = f"a journal that can be written ({error.path}: {error.detail})"
        raise RequestError("journal", error.reason.value, accepted) from None
