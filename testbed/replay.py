"""A recorded run heard again, and how the frames differ that are found in it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from radio.modem.reception import FrameQuality
from radio.recording.link_recording import Heard, LinkRecording
from radio.recording.replay_port import ReplayPort
from radio.transceiver import Transceiver

BLOCK = 65536


class Change(Enum):
    """What became of a frame."""

    LOST = "lost"
    NEW = "new"
    CHANGED = "changed"
    """It has other octets."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A frame that came out of the one hearing only; of one that changed, what was recorded."""

    change: Change
    heard: Heard


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a recording."""

    recording: LinkRecording
    heard: tuple[Heard, ...]
    """Now."""

    @property
    def differences(self) -> list[Difference]:
        """Frames that did not come out as recorded, in the order of their times."""
        return differences(frames_of(self.recording.heard), frames_of(self.heard))


def frames_of(heard: tuple[Heard, ...]) -> list[Heard]:
    """Return what was decoded, in the order of the times at which it began."""
    return sorted((each for each in heard if each.frame is not None), key=lambda each: each.started_s)


class _Nobody:
    """A link layer that sends nothing, and to which every frame is good: to judge them takes the run's keys."""

    def frame_received(self, frame: bytes, quality: FrameQuality, now_s: float) -> bool:  # noqa: ARG002
        return True

    def frame_to_send(self, now_s: float) -> bytes | None:  # noqa: ARG002
        return None


def replay(recording: LinkRecording, on_progress: Callable[[int], None]) -> Replay:
    """Have a new receiver hear a recording; ``on_progress`` is called with the samples done so far.

    Raises RecordingError if the file ends before its time, ProfileError if its link does not fit its sample rate.
    """
    heard: list[Heard] = []
    timeline, link, done = recording.timeline, recording.link, 0
    rate_hz = timeline.recording.sample_rate_hz
    transceiver = Transceiver(link, link, rate_hz, _Nobody(), lambda found, _: heard.append(Heard.of(found)))

    def step(samples: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        nonlocal done
        done += len(samples)
        on_progress(done)
        return transceiver.step(samples, now_s)

    ReplayPort(timeline, BLOCK, realtime=False).run(step, timeline.begin_s, lambda: False)
    return Replay(recording, tuple(heard))


def differences(recorded: list[Heard], replayed: list[Heard]) -> list[Difference]:
    """Compare two lists of frames, both in the order of their times."""
    found, then, now = [], list(reversed(recorded)), list(reversed(replayed))
    while then and now:
        if _same_moment(then[-1], now[-1]):
            old, new = then.pop(), now.pop()
            if old.frame != new.frame:
                found.append(Difference(Change.CHANGED, old))
        elif then[-1].started_s < now[-1].started_s:
            found.append(Difference(Change.LOST, then.pop()))
        else:
            found.append(Difference(Change.NEW, now.pop()))
    found += [Difference(Change.LOST, each) for each in reversed(then)]
    return found + [Difference(Change.NEW, each) for each in reversed(now)]


def _same_moment(one: Heard, other: Heard) -> bool:
    """Whether two frames lie over each other by more than half."""
    shorter_s = min(one.ended_s - one.started_s, other.ended_s - other.started_s)
    return abs(one.started_s - other.started_s) <= shorter_s / 2
