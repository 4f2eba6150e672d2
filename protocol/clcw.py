"""Communications link control word (CCSDS 232.0-B 4.2), the telecommand channel's report in the OCF."""

from dataclasses import dataclass

from protocol.checks import check_bool, check_int
from protocol.errors import RemoteError

CLCW_OCTETS = 4


@dataclass(frozen=True, slots=True)
class Clcw:
    """A version-1 CLCW of type 0; the defaults report a clean channel (CCSDS 232.0-B 4.2.1).

    `vcid` is 0 to 63, `status` 0 to 7, `cop_in_effect` 0 to 3, `farm_b_counter` 0 to 3 (type-B frames
    accepted, modulo 4), `report_value` N(R) 0 to 255. Raises LocalError otherwise.
    """

    vcid: int
    status: int = 0
    cop_in_effect: int = 1
    no_rf_available: bool = False
    no_bit_lock: bool = False
    lockout: bool = False
    wait: bool = False
    retransmit: bool = False
    farm_b_counter: int = 0
    report_value: int = 0

    def __post_init__(self) -> None:
        check_int("vcid", self.vcid, 0, 63)
        check_int("status", self.status, 0, 7)
        check_int("cop_in_effect", self.cop_in_effect, 0, 3)
        for name in ("no_rf_available", "no_bit_lock", "lockout", "wait", "retransmit"):
            check_bool(name, getattr(self, name))
        check_int("farm_b_counter", self.farm_b_counter, 0, 3)
        check_int("report_value", self.report_value, 0, 255)

    def encode(self) -> bytes:
        """Return the 4 octets of the word."""
        word = self.status << 26 | self.cop_in_effect << 24 | self.vcid << 18
        word |= self.no_rf_available << 15 | self.no_bit_lock << 14 | self.lockout << 13
        word |= self.wait << 12 | self.retransmit << 11 | self.farm_b_counter << 9 | self.report_value
        return word.to_bytes(CLCW_OCTETS, "big")

    @classmethod
    def parse(cls, octets: bytes) -> "Clcw":
        """Return the CLCW in the 4 octets of an OCF; its spare bits are ignored.

        Raises RemoteError if they are not 4 octets, not of type 0 or not of version 1 (00).
        """
        if len(octets) != CLCW_OCTETS:
            raise RemoteError("CLCW", f"{len(octets)} octets, not {CLCW_OCTETS}")
        word = int.from_bytes(octets, "big")
        if word >> 29:
            raise RemoteError("CLCW", f"type and version {word >> 29:03b}, not 000")
        return cls(
            vcid=word >> 18 & 0x3F,
            status=word >> 26 & 0x7,
            cop_in_effect=word >> 24 & 0x3,
            no_rf_available=bool(word & 1 << 15),
            no_bit_lock=bool(word & 1 << 14),
            lockout=bool(word & 1 << 13),
            wait=bool(word & 1 << 12),
            retransmit=bool(word & 1 << 11),
            farm_b_counter=word >> 9 & 0x3,
            report_value=word & 0xFF,
        )
