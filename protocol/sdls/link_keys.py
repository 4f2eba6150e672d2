"""What one end of a link holds of keys and associations."""

from dataclasses import dataclass
from enum import Enum

from edge.key_file import AssociationTable, KeyFile
from protocol.errors import LocalError
from protocol.sdls.association import Direction, SecurityAssociation, Service
from protocol.sdls.key_ring import KeyRing
from protocol.sdls.receiver import SecurityReceiver
from protocol.sdls.security_store import SecurityStore
from protocol.sdls.sender import SecuritySender


class SecurityMode(Enum):
    """Whether telecommands are hidden from others or, as amateur bands demand, only authenticated."""

    ENCRYPTED = "encrypted"
    CLEAR = "clear"

    def service(self, direction: Direction) -> Service:
        """Return what is done with the frames of a direction: telemetry is always authenticated only."""
        hides = self is SecurityMode.ENCRYPTED and direction is Direction.TELECOMMAND
        return Service.AUTHENTICATED_ENCRYPTION if hides else Service.AUTHENTICATION


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """One end's: what it sends under, what it receives under (the newest first), and their keys.

    Raises LocalError unless something is received, and all of it of the other direction; all are one spacecraft's; no
    SPI and no key serves twice; and each association's key is there.
    """

    send: SecurityAssociation
    receive: tuple[SecurityAssociation, ...]
    keys: KeyRing

    def __post_init__(self) -> None:
        if {each.direction for each in self.receive} != set(Direction) - {self.send.direction}:
            raise LocalError("receive", self.receive, "associations of the other direction than the one to send")
        every = (self.send, *self.receive)
        if len({each.scid for each in every}) > 1:
            raise LocalError("scid", [each.scid for each in every], "one spacecraft's")
        if len({each.spi for each in every}) < len(every):
            raise LocalError("spi", [each.spi for each in every], "one of its own for each association")
        if sorted(each.key_id for each in every) != list(self.keys.key_ids):
            raise LocalError("key_id", [each.key_id for each in every], f"each of the keys {self.keys.key_ids} once")

    @classmethod
    def of(cls, file: KeyFile) -> "LinkKeys":
        """Return what a key file holds."""
        up, down = Direction.TELECOMMAND, Direction.TELEMETRY
        sent, received = (up, down) if file.end == "ground" else (down, up)
        mode = SecurityMode(file.mode)
        send = _association(file.send, sent, mode, file.scid)
        receive = tuple(_association(each, received, mode, file.scid) for each in file.receive)
        return cls(send, receive, KeyRing({int(key_id): bytes.fromhex(key) for key_id, key in file.keys.items()}))

    def file(self) -> KeyFile:
        """Return the same as a key file holds it."""
        return KeyFile(
            end="ground" if self.send.direction is Direction.TELECOMMAND else "flatsat",
            mode=self.mode.value,
            scid=self.send.scid,
            send=_table(self.send),
            receive=tuple(map(_table, self.receive)),
            keys={str(key_id): self.keys.key(key_id).hex() for key_id in self.keys.key_ids},
        )

    @property
    def mode(self) -> SecurityMode:
        """How the newest telecommands are protected: what a screen that shows the link has to say."""
        newest = self.send if self.send.direction is Direction.TELECOMMAND else self.receive[0]
        return SecurityMode.CLEAR if newest.service is Service.AUTHENTICATION else SecurityMode.ENCRYPTED

    def sender(self, store: SecurityStore) -> SecuritySender:
        """Return what protects the frames that this end sends."""
        return SecuritySender(self.send, self.keys, store)

    def receiver(self, store: SecurityStore) -> SecurityReceiver:
        """Return what refuses frames that the other end did not send."""
        return SecurityReceiver(self.receive, self.keys, store)


def _association(table: AssociationTable, direction: Direction, mode: SecurityMode, scid: int) -> SecurityAssociation:
    service = mode.service(direction)
    return SecurityAssociation(table.spi, table.key_id, direction, service, scid, table.vcid, table.window)


def _table(association: SecurityAssociation) -> AssociationTable:
    key_id, vcid, window = association.key_id, association.vcid, association.window
    return AssociationTable(spi=association.spi, key_id=key_id, vcid=vcid, window=window)
