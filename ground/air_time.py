"""When a message will have gone over a link that is there in contacts only."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from ground.contact import Contact
from ground.errors import RequestError
from protocol.messages import Prompt, encode
from protocol.space_packet import PACKET_OVERHEAD_OCTETS


@dataclass(frozen=True, slots=True)
class Transmission:
    """Frames in a row: they begin in `contact`, and those that would not end in it go in later ones."""

    contact: Contact
    begin_s: float
    end_s: float
    """Infinity: there is no contact left for all of them."""

    @property
    def across_passes(self) -> bool:
        """Whether there is a loss of signal before the last frame."""
        return self.end_s > self.contact.los_s


@dataclass(frozen=True, slots=True)
class FrameRate:
    """How fast one leg carries packets if nothing is lost: the air time of its longest frame, and what is in it.

    Raises RequestError for a frame in which there is no room.
    """

    frame_s: float
    packet_octets: int
    """In a frame, less what frame, security and segment take."""

    def __post_init__(self) -> None:
        if self.packet_octets < 1:
            raise RequestError("packet_octets", self.packet_octets, "frames with room for 1 octet or more")

    def frames(self, octets: int) -> int:
        """Return how many frames so many octets of packets take."""
        return -(-octets // self.packet_octets)

    def transmission(self, contacts: Iterable[Contact], from_s: float, octets: int) -> Transmission | None:
        """Return when so many octets go, from `from_s` or the next AOS on; None if no contact is left.

        Like the station's, no frame begins that would not end before LOS.
        """
        first: tuple[Contact, float] | None = None
        frames = self.frames(octets)
        for contact in sorted(contacts, key=lambda contact: contact.aos_s):
            begin_s = max(from_s, contact.aos_s)
            room = (contact.los_s - begin_s) / self.frame_s  # infinite where contact is never lost
            if room < 1:
                continue
            first = first or (contact, begin_s)
            if frames <= room:
                return Transmission(*first, min(begin_s + frames * self.frame_s, contact.los_s))
            frames -= int(room)
            from_s = contact.los_s
        return Transmission(*first, inf) if first else None


def prompt_octets(prompt: Prompt) -> int:
    """Return the octets of a prompt's packet."""
    return PACKET_OVERHEAD_OCTETS + len(encode(prompt))
