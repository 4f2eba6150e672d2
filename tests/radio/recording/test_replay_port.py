"""A recording in place of a port: the same promises as those of what moves samples."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from radio.node import Node, Port
from radio.profile import LinkProfile
from radio.recording.recorder import Recorder
from radio.recording.replay_port import ReplayPort, ReplaySettings, open_replay

RATE_HZ = 240e3
BLOCK = 2400

Noise = Callable[..., np.ndarray]
Record = Callable[..., Recorder]


class Listener:
    """A program that sends nothing and keeps every frame."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:
        self.frames.append(frame)
        return True

    def frame_to_send(self, now_s: float) -> bytes | None:
        return None

    def tick(self, now_s: float) -> None:
        """Nothing is due."""


@pytest.fixture
def path(record: Record, noise: Noise) -> Path:
    """Half a tenth of a second, a leap of 100 s, and as much again."""
    recorder = record()
    for part, begin_s in ((1, 1.0), (2, 101.05)):
        for number in range(5):
            recorder.hear(noise(BLOCK, 10 * part + number), begin_s + (number + 1) * BLOCK / RATE_HZ)
    recorder.close()
    return recorder.path.with_suffix(".sigmf-meta")


def port(path: Path, *, realtime: bool = False, block: int = BLOCK) -> ReplayPort:
    return open_replay(ReplaySettings(path, realtime), block, RATE_HZ)


def run(opened: Port, begin_s: float = 0.0, most: int = 10**6) -> list[tuple[np.ndarray, float]]:
    steps: list[tuple[np.ndarray, float]] = []

    def step(samples: np.ndarray, now_s: float) -> np.ndarray:
        steps.append((samples, now_s))
        return samples

    opened.run(step, begin_s, lambda: len(steps) >= most)
    opened.close()
    return steps


def test_the_step_gets_what_was_recorded_at_its_link_time(path: Path, noise: Noise) -> None:
    steps = run(port(path))
    expected = [noise(BLOCK, 10 * part + number) for part in (1, 2) for number in range(5)]
    assert np.array_equal([samples for samples, _ in steps], expected)
    assert [now_s for _, now_s in steps] == pytest.approx(
        [1.01, 1.02, 1.03, 1.04, 1.05] + [101.06 + k / 100 for k in range(5)]
    )


def test_it_begins_where_it_is_told_to(path: Path) -> None:
    assert [now_s for _, now_s in run(port(path), 1.03)] == pytest.approx(
        [1.04, 1.05] + [101.06 + k / 100 for k in range(5)]
    )
    assert run(port(path), 200.0) == []


def test_it_may_be_run_again(path: Path) -> None:
    opened = port(path)
    assert len(run(opened)) == len(run(opened)) == 10


def test_it_stops_when_it_is_told_to(path: Path) -> None:
    assert len(run(port(path), most=3)) == 3


def test_in_real_time_it_takes_its_time_and_nobody_waits_through_a_leap(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: 5.0 + sum(slept), sleep=slept.append)
    monkeypatch.setattr("radio.recording.replay_port.time", clock)
    assert len(run(port(path, realtime=True), 1.0)) == 10
    assert sum(slept) == pytest.approx(0.08), "of each part all but its first block, which comes at once"
    slept.clear()
    assert len(run(port(path), 1.0)) == 10
    assert slept == []


def test_it_stops_while_it_waits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("radio.recording.replay_port.time.sleep", slept.append)
    opened, steps = port(path, realtime=True, block=5 * BLOCK), []
    monkeypatch.setattr("radio.recording.replay_port.Pacer.wait_s", lambda *_: 3600.0)

    def step(samples: np.ndarray, now_s: float) -> np.ndarray:
        steps.append(now_s)
        return samples

    opened.run(step, 0.0, lambda: len(slept) >= 3)
    assert (len(slept), max(slept), steps) == (3, 0.1, [])


def test_a_node_hears_the_frames_again(
    record: Record, link: LinkProfile, heard_samples: np.ndarray, sent_frames: list[bytes]
) -> None:
    first, second, recorder = Listener(), Listener(), record()
    node = Node(first, link, link, RATE_HZ)
    node.ears.append(recorder)
    for start in range(0, len(heard_samples), BLOCK):
        block = heard_samples[start : start + BLOCK]
        node.step(block, 5.0 + (start + len(block)) / RATE_HZ)
    recorder.close()
    again = Node(second, link, link, RATE_HZ)
    port(recorder.path.with_suffix(".sigmf-meta"), block=777).run(again.step, 0.0, lambda: False)
    assert first.frames == second.frames == sent_frames
    assert list(node.log.bursts) == list(again.log.bursts), "to the last bit, although in other blocks"
    assert len(again.log.bursts) == len(sent_frames)
