"""What a pair of packet radios is like."""

from dataclasses import dataclass
from typing import Literal

from firmware_sim.errors import SettingError

FRAMINGS = ("kiss", "length")

_ACCEPTED: dict[str, tuple[float, float]] = {
    "bit_rate_bit_s": (50, 10e6),
    "preamble_s": (0, 2.55),
    "busy_s": (0, 10),
    "light_time_s": (0, 10),
    "loss": (0, 1),
    "bit_error_rate": (0, 0.5),
    "buffer_octets": (0, 1 << 20),
    "largest_frame_octets": (16, 4096),
}


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """Both radios, and the air between them.

    Raises SettingError for a value out of range.
    """

    framing: Literal["kiss", "length"] = "kiss"
    baud: int = 115_200
    """Of both serial lines."""
    bit_rate_bit_s: float = 9600
    """On the air."""
    preamble_s: float = 0.02
    """Before each frame; a host may set another by KISS."""
    busy_s: float = 0.05
    """After each frame, in which the radio begins no other."""
    light_time_s: float = 0.005
    loss: float = 0.0
    """Share of the frames that are not heard at all."""
    bit_error_rate: float = 0.0
    """One wrong bit, and the radio's own check drops the frame."""
    half_duplex: bool = True
    """Whether a radio hears nothing while it sends."""
    buffer_octets: int = 1024
    """For frames that wait; one that finds no room is lost."""
    largest_frame_octets: int = 256

    def __post_init__(self) -> None:
        if self.framing not in FRAMINGS:
            raise SettingError("framing", self.framing, " or ".join(FRAMINGS))
        for field, (lowest, highest) in _ACCEPTED.items():
            if not lowest <= getattr(self, field) <= highest:
                raise SettingError(field, getattr(self, field), f"{lowest:g} to {highest:g}")

    def air_time_s(self, frame_octets: int, preamble_s: float) -> float:
        """Return how long a frame is on the air."""
        return preamble_s + 8 * frame_octets / self.bit_rate_bit_s

    def error_probability(self, frame_octets: int) -> float:
        """Return the probability that a frame has a wrong bit: 1 - (1 - p)^n."""
        return 1 - (1 - self.bit_error_rate) ** (8 * frame_octets)
