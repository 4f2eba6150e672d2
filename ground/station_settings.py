"""What an operator can set of a station."""

from dataclasses import dataclass

from ground.air_time import FrameRate


@dataclass(frozen=True, slots=True)
class StationSettings:
    """What an operator can set."""

    uplink_frame_s: float = 0.35
    """Air time of the longest uplink frame: none begins that would not end before LOS."""
    uplink_packet_octets: int = 218
    """Of a prompt, in that frame."""
    response_timeout_s: float = 0.6
    """Light time both ways, the spacecraft's work and two downlink frames: one on the air, one with the reply."""
    silence_timeout_s: float = 2.0
    """After this long without a sign of life the ground asks for the rest of an answer."""
    light_s: float = 0.02
    """Light time one way, at the most: that of 6000 km, farther than a low orbit is at the horizon."""

    @property
    def uplink(self) -> FrameRate:
        """How fast prompts go up."""
        return FrameRate(self.uplink_frame_s, self.uplink_packet_octets)
