"""What a station sends, and when: prompts, requests, confirmations, and whatever concerns models."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from ground.air_time import prompt_octets
from ground.contact import Contact
from ground.inquiry import Inquiry
from ground.model_orders import Order
from ground.model_uplink import ModelUplink
from ground.prompts import Prompts
from ground.safekeeping import Safekeeping
from ground.schedule import UplinkSchedule
from ground.station_settings import StationSettings
from protocol.journey import Milestone, Observer
from protocol.link import GroundLink
from protocol.messages import Confirm, Message, Prompt
from protocol.model_messages import ListModels, RemoveModel, SwitchModel
from protocol.telecommand import OutgoingPacket


class Uplink:
    """Gives the link one message at a time, made when its turn comes: what is asked for is what is missing then.

    COP-1 brings it up whole and in order; a timer for the reply runs from when it has.
    """

    def __init__(
        self,
        link: GroundLink,
        contacts: list[Contact],
        prompts: Prompts,
        observe: Observer,
        keeping: Safekeeping,
        settings: StationSettings,
        models: ModelUplink | None,
    ) -> None:
        self._link, self._contacts, self._prompts, self._models = link, contacts, prompts, models
        self._observe, self._keeping, self._settings = observe, keeping, settings
        self._schedule = UplinkSchedule(settings.response_timeout_s)
        self._on_the_way: dict[int, Inquiry | Confirm | Order] = {}
        """By the number that the link gave the message."""
        self.on_sending: Callable[[bytes, int, int, float], None] | None = None
        """Called when it changes, with a prompt's id, its TC frames, how many COP-1 has confirmed, and link time."""

    def heard(self) -> None:
        """Note that the spacecraft is not silent."""
        self._schedule.heard()

    def begin_message(self, contact: Contact, now_s: float) -> None:
        """Hand the link a message if it has sent the one before, and anything is due."""
        if self._link.sender.ready and not self._link.sender.backlog:
            self._begin_due(contact, now_s)
            self.tell_sending(now_s)

    def take_deliveries(self, now_s: float) -> None:
        """Await replies to what is on board from now on."""
        for number in self._link.delivered():
            match self._on_the_way.pop(number, None):
                case Inquiry() as inquiry:
                    self._schedule.delivered(inquiry, now_s)
                case Confirm() as confirm:
                    self._prompts.confirmations.delivered(confirm)
                case SwitchModel() | RemoveModel() as order if self._models is not None:
                    self._models.orders.delivered(order, now_s)

    def tell_sending(self, now_s: float) -> None:
        """Tell how far prompts have come, where that has changed."""
        for inquiry in self._prompts.inquiries:
            progress = inquiry.progress
            if progress is not None and progress != inquiry.told_progress:
                inquiry.told_progress = progress
                if self.on_sending:
                    self.on_sending(inquiry.prompt.prompt_id, *progress, now_s)

    def _begin_due(self, contact: Contact, now_s: float) -> None:
        inquiry = self._schedule.take(self._prompts.inquiries, now_s)
        if inquiry is not None and inquiry.to_be_sent:
            self._send_prompt(inquiry, contact, now_s)
        elif inquiry is not None:
            self._send(inquiry, inquiry.leave())
        elif (confirm := self._prompts.confirmations.next_message()) is not None:
            self._on_the_way[self._link.send(confirm)] = confirm
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
        """Begin, though it may go on in the next contact only."""
        on_board_s = self._on_board_s(inquiry.prompt, now_s)
        if inquiry.prompt.deadline_s is not None and on_board_s >= inquiry.deadline_s:
            self._prompts.refuse_late(inquiry, "the deadline is past before it can be on board", now_s)
            return
        prompt = self._as_sent(inquiry, on_board_s)
        inquiry.leave()
        inquiry.packets.append(self._send(inquiry, [prompt]))
        self._keeping.sent(prompt.prompt_id, inquiry.transmissions)
        self._observe_transmission(inquiry, contact, now_s)

    def _on_board_s(self, prompt: Prompt, now_s: float) -> float:
        transmission = self._settings.uplink.transmission(self._contacts, now_s, prompt_octets(prompt))
        return transmission.end_s if transmission else inf

    def _as_sent(self, inquiry: Inquiry, on_board_s: float) -> Prompt:
        """Return the prompt; on board its times count from the reception."""
        prompt = inquiry.prompt
        if prompt.deadline_s is not None:
            prompt = replace(prompt, deadline_s=inquiry.deadline_s - on_board_s)
        if inquiry.within_contact:
            prompt = replace(prompt, contact_left_s=self._contact_left_s(on_board_s))
        return prompt

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

    def _observe_transmission(self, inquiry: Inquiry, contact: Contact, now_s: float) -> None:
        prompt_id = inquiry.prompt.prompt_id
        if inquiry.transmissions == 1:
            self._observe(Milestone.AOS, prompt_id, max(contact.aos_s, inquiry.queued_s), {})
        detail: dict[str, object] = {"transmission": inquiry.transmissions}
        self._observe(Milestone.UPLINK_FIRST_SAMPLE, prompt_id, now_s, detail)
