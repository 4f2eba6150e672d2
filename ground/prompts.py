"""The prompts of a station: asked, cancelled, ended, and taken up again after a restart."""

from collections.abc import Callable, Iterable
from math import inf

from ground.confirmations import Confirmations
from ground.errors import RequestError
from ground.inquiry import Inquiry, InquiryEvent, InquiryState
from ground.journal import JournalledInquiry
from ground.prompt_checks import check_limits, check_prompt, check_same, checked_prompt
from ground.safekeeping import Safekeeping
from ground.told_inquiry import told_refusal
from protocol.journey import Milestone, Observer
from protocol.messages import Prompt, Refusal, RefusalReason


class Prompts:
    """The prompts that are known, in the order in which they were asked, until they are forgotten.

    A prompt is in the journal before it is queued, so that a station which takes up the journal of one that was killed
    goes on where it was.
    """

    def __init__(
        self,
        new_prompt_id: Callable[[], bytes],
        observe: Observer,
        on_text: Callable[[bytes, int, str], None],
        keeping: Safekeeping,
    ) -> None:
        """Take ``on_text``, called as a station's."""
        self._new_prompt_id, self._observe, self._on_text, self._keeping = new_prompt_id, observe, on_text, keeping
        self._inquiries: dict[bytes, Inquiry] = {}
        self.confirmations = Confirmations(keeping)

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
        check_limits(stop, within_contact)
        left_s = 0.0 if within_contact else None  # how much it is shows when the prompt is sent
        named = self._new_prompt_id() if prompt_id is None else prompt_id
        prompt = checked_prompt(named, text, max_tokens, temperature, seed, stop, deadline_s, left_s, system, turns)
        if prompt_id is not None and (kept := self.find(prompt_id)):
            check_same(prompt, kept.prompt)
        else:
            self._queue(prompt, now_s)
        return named

    def _queue(self, prompt: Prompt, now_s: float) -> None:
        deadline_s = None if prompt.deadline_s is None else now_s + prompt.deadline_s
        self._keeping.asked(prompt, now_s, deadline_s)
        self._inquiries[prompt.prompt_id] = Inquiry(prompt, now_s)
        self._observe(Milestone.QUEUED, prompt.prompt_id, now_s, {"text": prompt.text})

    def find(self, prompt_id: bytes) -> JournalledInquiry | None:
        """Return what is known of a prompt, of one that has ended, too; None if nothing is.

        Raise RequestError if the journal cannot be read.
        """
        return self._keeping.find(prompt_id)

    def cancel(self, prompt_id: bytes, now_s: float) -> None:
        """Stop wanting an answer; what has come of it stays. Raise RequestError if there is no such prompt."""
        inquiry = self._inquiries.get(prompt_id)
        if inquiry is None:
            raise RequestError("prompt_id", prompt_id.hex(), "the id of a prompt that was asked and has not ended")
        if inquiry.cancelling or not inquiry.open:
            return
        inquiry.cancelling = True
        inquiry.requests = 0
        self._keeping.cancelling(prompt_id)
        if inquiry.transmissions == 0:
            self.refuse(inquiry, Refusal(prompt_id, RefusalReason.CANCELLED, "before it was sent"), now_s)
        else:
            inquiry.due_s = -inf  # before all that is due: it gives the model back

    def inquiry(self, prompt_id: bytes) -> Inquiry:
        """Return where a prompt stands. Raise KeyError for one that is not known."""
        return self._inquiries[prompt_id]

    @property
    def inquiries(self) -> Iterable[Inquiry]:
        """Where each prompt stands."""
        return self._inquiries.values()

    def forget(self, prompt_id: bytes) -> None:
        """Drop an inquiry that has been read to its end."""
        self._inquiries.pop(prompt_id, None)

    def forget_ended(self) -> None:
        """Drop all that have ended: whoever is to know of them has been told."""
        for inquiry in tuple(self._inquiries.values()):
            if not inquiry.open:
                self.forget(inquiry.prompt.prompt_id)

    # -- the link's side -------------------------------------------------------------------------------------------

    def awaiting(self, prompt_id: bytes) -> Inquiry | None:
        """Return the inquiry that a message can be about: something was sent for it, and it has not ended."""
        inquiry = self._inquiries.get(prompt_id)
        return inquiry if inquiry and inquiry.open and (inquiry.transmissions or inquiry.cancelling) else None

    def answered(self, inquiry: Inquiry, now_s: float) -> None:
        """Its last word is here."""
        prompt_id = inquiry.prompt.prompt_id
        self._observe(Milestone.DONE, prompt_id, now_s, inquiry.ending())
        self._keeping.answered(prompt_id, now_s, inquiry.link_use)  # rather told twice than not at all
        self.confirmations.answered(prompt_id)

    def refuse(self, inquiry: Inquiry, refusal: Refusal, now_s: float) -> None:
        """It will not be answered, or not any further."""
        inquiry.happen(InquiryEvent.REFUSED)
        inquiry.refusal = refusal
        self._observe(Milestone.REFUSED, refusal.prompt_id, now_s, told_refusal(refusal))
        self._keeping.refused(refusal, now_s)

    def refuse_late(self, inquiry: Inquiry, detail: str, now_s: float) -> None:
        """It is not to be sent any more."""
        self.refuse(inquiry, Refusal(inquiry.prompt.prompt_id, RefusalReason.DEADLINE_PAST, detail), now_s)

    def tick(self, now_s: float) -> None:
        """Give up what is overdue. What is on its way, or was answered in part, the spacecraft ends."""
        for inquiry in tuple(self._inquiries.values()):  # whoever is told of the end may forget it
            if inquiry.to_be_sent and now_s >= inquiry.deadline_s:
                self.refuse_late(inquiry, "the deadline passed on the ground", now_s)

    # -- a restart -------------------------------------------------------------------------------------------------

    def restore(self, journalled: Iterable[JournalledInquiry], now_s: float) -> None:
        """Take up what has not ended, and what has not been confirmed."""
        for kept in journalled:
            if kept.state.open:
                self._take_up(kept, now_s)
            elif kept.state is InquiryState.ANSWERED and not kept.confirmed:
                self.confirmations.answered(kept.prompt.prompt_id)

    def _take_up(self, kept: JournalledInquiry, now_s: float) -> None:
        inquiry = _restored(kept, now_s)
        self._inquiries[kept.prompt.prompt_id] = inquiry
        if text := inquiry.take_restored(kept.segments):
            self._on_text(kept.prompt.prompt_id, 0, text)
        if inquiry.assembler.complete and inquiry.happen(InquiryEvent.COMPLETED):
            self.answered(inquiry, now_s)


def _restored(kept: JournalledInquiry, now_s: float) -> Inquiry:
    """Return where a prompt stood; it was not asked in the future, though link time may have begun anew."""
    inquiry = Inquiry(kept.prompt, min(kept.asked_s, now_s), kept.state, cancelling=kept.cancelling)
    inquiry.transmissions, inquiry.due_s = kept.transmissions, -inf if kept.cancelling else now_s
    inquiry.begun_before = kept.transmissions > 0
    return inquiry
