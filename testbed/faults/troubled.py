"""A program behind a link that loses, doubles, reorders and flips frames."""

import random
from collections.abc import Callable, Sequence

from radio.modem.reception import FrameQuality
from radio.node import Program
from testbed.faults.fault import FrameTrouble
from testbed.faults.frames import FrameFaults

_LENGTH_MASK = 0x3FF


class TroubledProgram:
    """Stands between a transceiver and its program, and gives the program what is left of the frames that came."""

    def __init__(
        self,
        program: Program,
        leg: str,
        troubles: Sequence[FrameTrouble],
        rng: random.Random,
        at_boundary: Callable[[float], bool],
    ) -> None:
        """Take `leg`, uplink or downlink, and of the troubles those that are about it."""
        self._program, self._leg = program, leg
        self._faults = [
            (each, FrameFaults(each.settings(), random.Random(rng.getrandbits(64)), at_boundary))
            for each in troubles
            if each.on(leg)
        ]

    def frame_received(self, frame: bytes, quality: FrameQuality, now_s: float) -> bool:
        """Give on what comes in the place of this frame; return whether the last of it was good: nothing is not."""
        arriving = [without_fill(frame) if self._leg == "uplink" else frame]
        for trouble, faults in self._faults:
            if trouble.from_s <= now_s < trouble.until_s:
                arriving = [each for one in arriving for each in faults.pass_on(one, now_s)]
        good = False
        for each in arriving:
            good = self._program.frame_received(each, quality, now_s)
        return good

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Give the program's next frame."""
        return self._program.frame_to_send(now_s)

    def tick(self, now_s: float) -> None:
        """Let the program do what is due."""
        self._program.tick(now_s)


def without_fill(octets: bytes) -> bytes:
    """Return a telecommand frame, by the length in its header, without its CLTU's fill (CCSDS 232.0-B 4.1.2.7)."""
    return octets[: (int.from_bytes(octets[2:4], "big") & _LENGTH_MASK) + 1]
