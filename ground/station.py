"""The ground-station program: sends prompts, puts answers together, asks again for what the link lost."""

from collections.abc import Callable

from ground.contact import Contact
from ground.journal import Journal
from ground.model_uplink import ModelUplink
from ground.prompts import Prompts
from ground.replies import Replies
from ground.safekeeping import Safekeeping
from ground.station_settings import StationSettings
from ground.uplink import Uplink
from protocol.journey import Observer
from protocol.link import GroundLink
from protocol.messages import Accepted, AnswerSegment, Health, Message, Refusal
from protocol.model_messages import ModelStatus


class Station:
    """The link layer of the ground's transceiver. ``tick`` is called for every span of samples."""

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
        self.link = link
        self._contacts, self._models, self._frame_s = contacts, models, settings.uplink_frame_s
        self.keeping = Safekeeping(journal)
        self.prompts = Prompts(new_prompt_id, observe, on_text, self.keeping)
        self.uplink = Uplink(link, contacts, self.prompts, observe, self.keeping, settings, models)
        self._replies = Replies(self.prompts, observe, on_text, self.keeping, settings.silence_timeout_s)
        self.on_health: Callable[[Health, float], None] | None = None
        self.prompts.restore(journal.restore(), now_s)

    def contact(self, now_s: float) -> Contact | None:
        """Return the contact under way, if there is one."""
        return next((c for c in self._contacts if c.aos_s <= now_s < c.los_s), None)

    def summary(self) -> dict[str, int]:
        """Return the counts of what the program has done: of good frames, repeated ones included."""
        received = self.link.receiver.frames_received + self.link.receiver.frames_repeated
        return {"frames_received": received, "retransmissions": self.link.sender.frames_resent}

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:  # noqa: ARG002
        """Take in what the frame's messages say; return whether it was a good frame."""
        rejected = self.link.receiver.frames_rejected
        messages = self.link.receive(frame, now_s)
        self.uplink.tell_sending(now_s)
        self._replies.count_frame(messages)
        for message in messages:
            self.uplink.heard()
            self._take(message, now_s)
        pdus = self.link.received_pdus()
        if self._models is not None:
            self._models.heard(pdus, now_s)
        self.uplink.take_deliveries(now_s)
        return self.link.receiver.frames_rejected == rejected

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Give the next frame, if it ends while the spacecraft is in view."""
        contact = self.contact(now_s)
        if contact is None or now_s + self._frame_s > contact.los_s:
            return None
        self.uplink.begin_message(contact, now_s)
        try:
            return self.link.next_frame(now_s)
        except OSError as error:
            self.keeping.trouble = f"no sequence number can be reserved: {error.strerror}"
            return None

    def tick(self, now_s: float) -> None:
        """Let the link's timers run while the spacecraft is in view, and deadlines always."""
        self.prompts.tick(now_s)
        in_contact = self.contact(now_s) is not None
        if in_contact:
            self.link.tick(now_s)
            self.uplink.tell_sending(now_s)
        if self._models is not None:
            self._models.tick(now_s, in_contact)

    def _take(self, message: Message, now_s: float) -> None:
        match message:
            case Accepted() | AnswerSegment() | Refusal():
                self._replies.take(message, now_s)
            case Health() if self.on_health:
                self.on_health(message, now_s)
            case ModelStatus() if self._models is not None:
                self._models.take(message, now_s)
            case _:  # a message of the uplink, heard on the downlink: not for us
                return
