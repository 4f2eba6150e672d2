"""How an entity does CFDP: what the standard keeps in the MIB (CCSDS 727.0-B-5 8)."""

from dataclasses import dataclass
from enum import Enum
from math import inf

from protocol.cfdp.codes import ChecksumType
from protocol.checks import check_bool, check_float, check_int
from protocol.errors import LocalError

MIN_PDU_OCTETS = 64
"""Every directive but Metadata fits in as many, whatever the lengths of ids."""
GROUND_ID = 1
SPACECRAFT_ID = 2


class LinkFault(Enum):
    """What a fault that the link may have caused does to a transaction (4.8): a limit of ACKs, NAKs or inactivity."""

    CANCEL = "cancel"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class CfdpSettings:
    """The settings of one entity towards its peer.

    `pdu_octets` is the longest PDU that it makes, 64 to 65535. Timers are in s; `ack_limit` and `nak_limit` tell how
    many times in a row theirs may expire. `keep_alive_s` is how often a receiver tells of its progress before the EOF,
    `prompt_s` how long a sender waits in silence after it before it asks. Raises LocalError otherwise.
    """

    entity_id: int
    peer_id: int
    pdu_octets: int = 900
    checksum_type: ChecksumType = ChecksumType.CRC_32
    has_crc: bool = False
    entity_octets: int = 1
    sequence_octets: int = 2
    ack_timer_s: float = 5.0
    ack_limit: int = 20
    nak_timer_s: float = 5.0
    nak_limit: int = 20
    keep_alive_s: float = 30.0
    prompt_s: float = 30.0
    inactivity_s: float = 300.0
    on_link_fault: LinkFault = LinkFault.CANCEL
    max_receiving: int = 8

    def __post_init__(self) -> None:
        check_int("entity_octets", self.entity_octets, 1, 8)
        check_int("sequence_octets", self.sequence_octets, 1, 8)
        for name in ("entity_id", "peer_id"):
            check_int(name, getattr(self, name), 0, (1 << 8 * self.entity_octets) - 1)
        if self.entity_id == self.peer_id:
            raise LocalError("peer_id", self.peer_id, "another id than entity_id")
        check_int("pdu_octets", self.pdu_octets, MIN_PDU_OCTETS, 0xFFFF)
        check_bool("has_crc", self.has_crc)
        for name in ("ack_timer_s", "nak_timer_s", "keep_alive_s", "prompt_s", "inactivity_s"):
            check_float(name, getattr(self, name), 1e-3, inf)
        for name in ("ack_limit", "nak_limit", "max_receiving"):
            check_int(name, getattr(self, name), 1, 1000)
