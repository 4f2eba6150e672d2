"""The two control commands that a BC frame carries (CCSDS 232.0-B 4.1.3.3)."""

from dataclasses import dataclass

from protocol.checks import check_int
from protocol.errors import RemoteError

_UNLOCK = b"\x00"
_SET_VR = b"\x82\x00"


@dataclass(frozen=True, slots=True)
class Unlock:
    """Ends the receiver's lockout and takes back its flags."""

    def encode(self) -> bytes:
        """Return the frame's data: 1 octet."""
        return _UNLOCK


@dataclass(frozen=True, slots=True)
class SetVr:
    """Sets the number of the frame that the receiver expects, 0 to 255. Raises LocalError otherwise."""

    v_r: int

    def __post_init__(self) -> None:
        check_int("v_r", self.v_r, 0, 255)

    def encode(self) -> bytes:
        """Return the frame's data: 3 octets."""
        return _SET_VR + bytes([self.v_r])


ControlCommand = Unlock | SetVr


def parse_control_command(octets: bytes) -> ControlCommand:
    """Return the command that `octets`, a BC frame's data, are. Raises RemoteError if they are neither."""
    if octets == _UNLOCK:
        return Unlock()
    if len(octets) == len(_SET_VR) + 1 and octets.startswith(_SET_VR):
        return SetVr(octets[-1])
    raise RemoteError("control command", f"{octets.hex(' '):.40}, neither Unlock nor Set V(R)")
