"""What a program has to know of the air interface, of samples or of frames."""

from dataclasses import dataclass
from typing import Literal, Protocol

from radio.front_end_errors import FrontEndFileError
from radio.front_end_file import SerialRadioTable
from radio.serial_radio.channel_access import FrameLengths, slot_s


class Leg(Protocol):
    """One direction."""

    @property
    def frame_octets(self) -> int:
        """The longest transfer frame."""

    @property
    def longest_frame_s(self) -> float:
        """From the beginning of such a frame to that of the next one."""

    @property
    def transmission(self) -> Literal["burst", "continuous"]:
        """Whether idle frames are sent where there are no others."""


class AirInterface(Protocol):
    """Both directions; a ``Profile`` is one."""

    @property
    def uplink(self) -> Leg:
        """From the ground."""

    @property
    def downlink(self) -> Leg:
        """To the ground."""


@dataclass(frozen=True, slots=True)
class PacketLeg:
    """One direction, by packet radios: each frame is a packet."""

    frame_octets: int
    longest_frame_s: float
    transmission: Literal["burst", "continuous"] = "burst"


@dataclass(frozen=True, slots=True)
class PacketAirInterface:
    """Both directions, by packet radios of a kind. In half duplex it is the ground that yields."""

    radio: SerialRadioTable
    uplink: PacketLeg
    downlink: PacketLeg

    @classmethod
    def of(cls, radio: SerialRadioTable, profile: AirInterface) -> "PacketAirInterface":
        """Return what is left of a profile if such radios carry its frames.

        Raises FrontEndFileError if a frame is longer than a packet.
        """
        up, down = profile.uplink.frame_octets, profile.downlink.frame_octets
        if radio.largest_frame_octets < max(up, down):
            accepted = f"at least {max(up, down)}, the longest frame of the profile; or a profile with shorter frames"
            raise FrontEndFileError("serial_radio.largest_frame_octets", radio.largest_frame_octets, accepted)
        return cls(
            radio,
            PacketLeg(up, slot_s(radio, FrameLengths(up, down), yields=True)),
            PacketLeg(down, slot_s(radio, FrameLengths(down, up), yields=False)),
        )

    @property
    def ground_lengths(self) -> FrameLengths:
        """The frames' lengths as the ground sees them."""
        return FrameLengths(self.uplink.frame_octets, self.downlink.frame_octets)
