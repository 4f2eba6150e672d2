"""Security associations (CCSDS 355.0-B-2 4.2.2): what both ends of a channel agree on."""

from dataclasses import dataclass
from enum import Enum

from protocol.checks import check_int
from protocol.errors import LocalError

MAX_SPI = 0xFFFE  # 4.1.1.2.3: 0 and 65535 are reserved
MAX_KEY_ID = 0xFFFF
MAX_WINDOW = 1 << 48
_MAX_VCID = {"telecommand": 63, "telemetry": 7}


class Direction(Enum):
    """Which frames an association protects."""

    TELECOMMAND = "telecommand"
    TELEMETRY = "telemetry"


class Service(Enum):
    """What an association does, one thing and no other (CCSDS 355.0-B-2 4.2.2.4)."""

    AUTHENTICATION = "authentication"
    AUTHENTICATED_ENCRYPTION = "authenticated encryption"


@dataclass(frozen=True, slots=True)
class SecurityAssociation:
    """One key's use on one virtual channel.

    `spi` is 1 to 65534, `key_id` 1 to 65535, `scid` 0 to 1023, `vcid` 0 to 63 (telemetry: 7), `window` 1 to 2**48:
    how far ahead of the last one accepted a sequence number may be. Telemetry is authenticated only. Raises
    LocalError otherwise.
    """

    spi: int
    key_id: int
    direction: Direction
    service: Service
    scid: int
    vcid: int
    window: int

    def __post_init__(self) -> None:
        check_int("spi", self.spi, 1, MAX_SPI)
        check_int("key_id", self.key_id, 1, MAX_KEY_ID)
        check_int("scid", self.scid, 0, 1023)
        check_int("vcid", self.vcid, 0, _MAX_VCID[self.direction.value])
        check_int("window", self.window, 1, MAX_WINDOW)
        if self.direction is Direction.TELEMETRY and self.service is not Service.AUTHENTICATION:
            raise LocalError("service", self.service.value, "authentication, for telemetry")
