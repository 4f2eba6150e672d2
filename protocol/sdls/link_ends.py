"""The keys of both ends of a link: how they are made, and made anew."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from protocol.errors import LocalError
from protocol.sdls.association import Direction, SecurityAssociation
from protocol.sdls.key_ring import KEY_OCTETS, KeyRing
from protocol.sdls.link_keys import LinkKeys, SecurityMode

TELECOMMAND_WINDOW = 1 << 20
TELEMETRY_WINDOW = 1 << 32

DrawOctets = Callable[[int], bytes]
"""Returns so many octets that nobody can foretell, such as `secrets.token_bytes`."""


@dataclass(frozen=True, slots=True)
class LinkEnds:
    """The keys of both ends.

    Raises LocalError unless the ground sends telecommands and each end receives under what the other sends under.
    """

    ground: LinkKeys
    flatsat: LinkKeys

    def __post_init__(self) -> None:
        if self.ground.send.direction is not Direction.TELECOMMAND:
            raise LocalError("ground.send", self.ground.send.direction.value, "telecommand")
        for name, sender, receiver in (
            ("ground.send", self.ground, self.flatsat),
            ("flatsat.send", self.flatsat, self.ground),
        ):
            if not _hears(receiver, sender):
                raise LocalError(name, sender.send.spi, "an association of the other end, with the same key")

    def rotated(self, draw: DrawOctets) -> "LinkEnds":
        """Return ends that send under new keys and still receive under those of today, but no older ones."""
        every = [each for end in (self.ground, self.flatsat) for each in (end.send, *end.receive)]
        spi, key_id = max(each.spi for each in every), max(each.key_id for each in every)
        up, down = self.ground.send, self.flatsat.send
        new_up, new_down = replace(up, spi=spi + 1, key_id=key_id + 1), replace(down, spi=spi + 2, key_id=key_id + 2)
        old = {up.key_id: self.ground.keys.key(up.key_id), down.key_id: self.flatsat.keys.key(down.key_id)}
        return _ends((new_up, up), (new_down, down), old | _drawn((new_up, new_down), draw))


def new_link_ends(
    scid: int, telecommand_vcid: int, telemetry_vcid: int, mode: SecurityMode, draw: DrawOctets
) -> LinkEnds:
    """Return both ends of a link that never was. Raises LocalError if a number is out of range."""
    up, down = Direction.TELECOMMAND, Direction.TELEMETRY
    ground = SecurityAssociation(1, 1, up, mode.service(up), scid, telecommand_vcid, TELECOMMAND_WINDOW)
    flatsat = SecurityAssociation(2, 2, down, mode.service(down), scid, telemetry_vcid, TELEMETRY_WINDOW)
    return _ends((ground,), (flatsat,), _drawn((ground, flatsat), draw))


_Generations = tuple[SecurityAssociation, ...]  # the newest first


def _ends(up: _Generations, down: _Generations, keys: dict[int, bytes]) -> LinkEnds:
    return LinkEnds(_end(up[0], down, keys), _end(down[0], up, keys))


def _end(send: SecurityAssociation, receive: _Generations, keys: dict[int, bytes]) -> LinkKeys:
    return LinkKeys(send, receive, KeyRing({each.key_id: keys[each.key_id] for each in (send, *receive)}))


def _drawn(associations: _Generations, draw: DrawOctets) -> dict[int, bytes]:
    return {each.key_id: draw(KEY_OCTETS) for each in associations}


def _hears(receiver: LinkKeys, sender: LinkKeys) -> bool:
    key_id = sender.send.key_id
    return sender.send in receiver.receive and receiver.keys.key(key_id) == sender.keys.key(key_id)
