"""Faults of frames: what comes out of the air in the place of what went in."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from protocol.crc import CRC_OCTETS, append_crc16
from testbed.errors import ScenarioError

_MOST_BITS = 8


@dataclass(frozen=True, slots=True)
class FrameFaultSettings:
    """How often each happens to a frame: probabilities. Raises ScenarioError for one out of range."""

    loss: float = 0.0
    duplicates: float = 0.0
    """Of those that arrive, how many do so twice."""
    reordering: float = 0.0
    """At the boundary of a pass, how many come behind the next frame, and be that in the next pass."""
    flips: float = 0.0
    """How many have 1 to 8 bits flipped."""
    fecf_put_right: bool = False
    """Whether the frame error control field fits the flipped bits, so that the MAC alone can tell."""

    def __post_init__(self) -> None:
        for field in ("loss", "duplicates", "reordering", "flips"):
            value = getattr(self, field)
            if not 0 <= value <= 1:
                raise ScenarioError(field, value, "a probability, 0 to 1")


@dataclass(slots=True)
class FrameFaultCount:
    """What was done to frames."""

    carried: int = 0
    """Given to the receiver, duplicates included."""
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    flipped: int = 0


class FrameFaults:
    """One direction of a link that does this to its frames. The same generator gives the same faults."""

    def __init__(
        self, settings: FrameFaultSettings, rng: random.Random, at_boundary: Callable[[float], bool] = lambda _: True
    ) -> None:
        """Take `at_boundary`, which tells of a link time whether a pass begins or ends near it."""
        self.settings = settings
        self.count = FrameFaultCount()
        self._rng, self._at_boundary = rng, at_boundary
        self._held: list[bytes] = []

    def pass_on(self, frame: bytes, now_s: float) -> list[bytes]:
        """Return the frames that arrive when this one would."""
        if self._happens(self.settings.loss):
            self.count.lost += 1
            return []
        arriving = self._doubled(self._flipped(frame))
        if self._happens(self.settings.reordering) and self._at_boundary(now_s):
            self.count.reordered += 1
            self._held += arriving
            return []
        arriving += self._held
        self._held = []
        self.count.carried += len(arriving)
        return arriving

    def _doubled(self, frame: bytes) -> list[bytes]:
        doubled = self._happens(self.settings.duplicates)
        self.count.duplicated += doubled
        return [frame, frame] if doubled else [frame]

    def _flipped(self, frame: bytes) -> bytes:
        if not self._happens(self.settings.flips):
            return frame
        self.count.flipped += 1
        flipped = bytearray(frame)
        for bit in self._rng.sample(range(8 * (len(frame) - CRC_OCTETS)), self._rng.randint(1, _MOST_BITS)):
            flipped[bit // 8] ^= 0x80 >> bit % 8
        return append_crc16(bytes(flipped[:-CRC_OCTETS])) if self.settings.fecf_put_right else bytes(flipped)

    def _happens(self, probability: float) -> bool:
        return self._rng.random() < probability
