"""A recording in place of a port: a node's receiver hears it again. What the node transmits goes nowhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radio.pacer import Pacer
from radio.recording.timeline import Timeline, open_timeline
from radio.zmq_iq import Step

_NAP_S = 0.1


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """What to replay, and how fast."""

    recording: Path
    realtime: bool = True
    """Held to the wall clock; else as fast as it goes."""


class ReplayPort:
    """Calls a step for each block of a recording, at the link time at which it was received."""

    tx_endpoint = ""
    latency_s = 0.0

    def __init__(self, timeline: Timeline, block: int, realtime: bool) -> None:
        self._timeline, self._block, self._realtime = timeline, block, realtime

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Give what was received from link time ``begin_s`` on, until it ends or is interrupted."""
        pacer, due_s = Pacer(self._realtime), begin_s
        for samples, now_s in self._timeline.blocks(self._block):
            start_s = now_s - len(samples) / self._timeline.recording.sample_rate_hz
            if start_s < begin_s - _SAME_MOMENT_S:
                continue
            if start_s > due_s + _SAME_MOMENT_S:
                pacer = Pacer(self._realtime)  # nobody waits through a leap
            due_s = now_s
            while (wait_s := pacer.wait_s(now_s, time.monotonic())) > 0 and not interrupted():
                time.sleep(min(wait_s, _NAP_S))
            if interrupted():
                return
            step(samples, now_s)

    def report(self) -> dict[str, Any]:
        """Return nothing: there is no device."""
        return {}

    def close(self) -> None:
        """Nothing is open between two runs."""


_SAME_MOMENT_S = 1e-6


def open_replay(settings: ReplaySettings, block: int, sample_rate_hz: float) -> ReplayPort:
    """Return a port that replays a recording; raise RecordingError if it cannot be used, or has another rate."""
    return ReplayPort(open_timeline(settings.recording, sample_rate_hz), block, settings.realtime)
