"""Telecommand transfer frames (CCSDS 232.0-B)."""

from dataclasses import dataclass

from protocol.checks import check_bool, check_int, check_octets
from protocol.crc import CRC_OCTETS, append_crc16, crc16_matches
from protocol.errors import LocalError, RemoteError

HEADER_OCTETS = 5
MIN_FRAME_OCTETS = HEADER_OCTETS + 1 + CRC_OCTETS
MAX_FRAME_OCTETS = 1024
OVERHEAD_OCTETS = HEADER_OCTETS + CRC_OCTETS


@dataclass(frozen=True, slots=True)
class TcFrame:
    """A TC transfer frame with frame error control (CCSDS 232.0-B 4.1).

    `scid` is 0 to 1023, `vcid` 0 to 63, `data` (the frame data field) 1 to 1017 octets. `bypass` and
    `control_command` select type AD (neither), BD (bypass) or BC (both); `sequence_number` N(S) is 0 to
    255, and 0 on types BD and BC (4.1.2.8). Raises LocalError otherwise.
    """

    scid: int
    vcid: int
    bypass: bool
    control_command: bool
    sequence_number: int
    data: bytes

    def __post_init__(self) -> None:
        check_int("scid", self.scid, 0, 1023)
        check_int("vcid", self.vcid, 0, 63)
        check_bool("bypass", self.bypass)
        check_bool("control_command", self.control_command)
        check_int("sequence_number", self.sequence_number, 0, 255)
        check_octets("data", self.data, 1, MAX_FRAME_OCTETS - OVERHEAD_OCTETS)
        if self.control_command and not self.bypass:  # 4.1.2.3.3: reserved
            raise LocalError("control_command", True, "False on a frame without bypass")
        if self.bypass and self.sequence_number:
            raise LocalError("sequence_number", self.sequence_number, "0 on a bypass frame")

    def encode(self) -> bytes:
        """Return the frame's octets: header (5), data, FECF (2)."""
        flags = self.bypass << 13 | self.control_command << 12
        length = len(self.data) + OVERHEAD_OCTETS - 1  # 4.1.2.7: one less than the octets in the frame
        words = (flags | self.scid).to_bytes(2, "big") + (self.vcid << 10 | length).to_bytes(2, "big")
        return append_crc16(words + bytes([self.sequence_number]) + self.data)

    @classmethod
    def parse(cls, octets: bytes) -> "TcFrame":
        """Return the frame at the start of `octets`; what follows it is the CLTU's fill and is dropped.

        Raises RemoteError if no frame of this kind stands there or its FECF does not match.
        """
        frame = _cut_to_length(octets)
        word = int.from_bytes(frame[:2], "big")
        if word >> 14:
            raise RemoteError("transfer frame version number", f"{word >> 14}, not 0")
        if word & 0x0C00:  # 4.1.2.4
            raise RemoteError("reserved spare", f"{word >> 10 & 3:02b}, not 00")
        if not crc16_matches(frame):
            raise RemoteError("FECF", "CRC-16 does not match")
        data = bytes(frame[HEADER_OCTETS:-CRC_OCTETS])
        try:
            return cls(word & 0x3FF, frame[2] >> 2, bool(word & 0x2000), bool(word & 0x1000), frame[4], data)
        except LocalError as error:
            raise RemoteError("TC transfer frame", str(error)) from error


def _cut_to_length(octets: bytes) -> bytes:
    if len(octets) < MIN_FRAME_OCTETS:
        raise RemoteError("TC transfer frame", f"{len(octets)} octets, fewer than {MIN_FRAME_OCTETS}")
    length = (int.from_bytes(octets[2:4], "big") & 0x3FF) + 1
    if not MIN_FRAME_OCTETS <= length <= len(octets):
        raise RemoteError("frame length", f"{length} octets, not {MIN_FRAME_OCTETS} to {len(octets)}")
    return octets[:length]
