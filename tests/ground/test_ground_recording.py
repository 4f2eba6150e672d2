"""What the ground receives, kept while it serves, and served again from what was kept."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ground.cli import app
from protocol.sdls.link_keys import SecurityMode
from radio.modem.modulator import Modulator
from radio.pacer import Pacer
from radio.profile import Profile
from radio.recording.link_recording import open_link_recording
from radio.worker import Worker
from testbed.keys import GROUND, key_path, new_keys

RATE_HZ = 240e3
BLOCK = 2400
DOWNLINK = Profile.load("leo-bpsk").downlink


def downlink() -> np.ndarray:
    """Three bursts, and what else a receiver of 8 bits gives."""
    rng, code, parts = np.random.default_rng(1), DOWNLINK.code(), []
    for _ in range(3):
        symbols = np.concatenate((code.acquisition, code.encode(rng.bytes(223))))
        parts += [
            np.zeros(BLOCK, np.complex64),
            Modulator(DOWNLINK, RATE_HZ).burst(symbols),
            np.zeros(9000, np.complex64),
        ]
    signal = np.concatenate(parts)[: -(sum(map(len, parts)) % BLOCK)]
    noisy = 20 * signal.view(np.float32) + 4 * rng.standard_normal(2 * len(signal), dtype=np.float32)
    return ((np.floor(noisy) + np.float32(0.5)) / np.float32(127.5)).view(np.complex64)


class Port:
    """Gives the ground what it is to hear."""

    tx_endpoint = "tcp://127.0.0.1:1"
    latency_s = 0.0

    def __init__(self, worker: Worker) -> None:
        self._worker, self._samples = worker, downlink()

    def run(self, step: Callable[..., Any], begin_s: float, interrupted: Callable[[], bool]) -> None:
        for start in range(0, len(self._samples), BLOCK):
            step(self._samples[start : start + BLOCK], begin_s + (start + BLOCK) / RATE_HZ)
        self._worker.stopping.set()

    def report(self) -> dict[str, object]:
        return {}

    def close(self) -> None:
        """Nothing is open."""


Serve = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quick_path: Path) -> Serve:
    """Run the command in this process until it ends; return its events."""
    new_keys(quick_path, SecurityMode.ENCRYPTED)
    files = ["--keys", str(key_path(quick_path, GROUND)), "--journal", str(quick_path / "journal")]

    def run(*options: str, status: int = 0) -> list[dict[str, Any]]:
        worker = Worker(io.StringIO(), sys.stdout, until_input_closes=False)
        monkeypatch.setattr(Worker, "on_standard_streams", lambda _: worker)
        monkeypatch.setattr("radio.open_port.ZmqNode", lambda *_: Port(worker))
        with pytest.raises(SystemExit) as ended:
            app(["serve", *files, *options])
        assert ended.value.code == status
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture
def recorded(serve: Serve, quick_path: Path) -> Path:
    folder = quick_path / "run"
    options = ("--rx", "", "--record", str(folder), "--start-utc", "2024-01-22T09:18:20Z")
    assert "warning" not in {event["event"] for event in serve(*options)}
    return folder / "ground.sigmf-meta"


def test_what_it_receives_is_kept(recorded: Path) -> None:
    found = open_link_recording(recorded)
    assert (found.end, found.link) == ("ground", DOWNLINK)
    assert found.timeline.count == len(downlink())
    assert np.array_equal(np.concatenate([samples for samples, _ in found.timeline.blocks(10**6)]), downlink())
    assert [each.frame is not None for each in found.heard] == [True] * 3
    told = json.loads(recorded.read_text())
    assert told["captures"][0]["core:datetime"] == "2024-01-22T09:18:20.000000Z"
    assert {each["flatsat_testbed:accepted"] for each in told["annotations"]} == {False}, "nobody signed them"
    assert "core:sha512" in told["global"]


def test_keys_stay_where_they_are(recorded: Path) -> None:
    assert {path.suffix for path in recorded.parent.iterdir()} == {".sigmf-data", ".sigmf-meta"}


def test_it_receives_the_same_from_the_recording_and_ends(recorded: Path, serve: Serve) -> None:
    summary = serve("--replay", str(recorded), "--replay-fast")[-1]
    assert summary["event"] == "summary"
    assert [burst["started_s"] for burst in summary["bursts"]] == [
        each.started_s for each in open_link_recording(recorded).heard
    ]
    assert summary["link_time_s"] == pytest.approx(len(downlink()) / RATE_HZ)


@pytest.mark.parametrize(("options", "realtime"), [((), True), (("--replay-fast",), False)])
def test_it_keeps_the_recordings_pace_unless_told_otherwise(
    recorded: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], realtime: bool
) -> None:
    paces: set[bool] = set()
    monkeypatch.setattr("radio.recording.replay_port.Pacer", lambda given: paces.add(given) or Pacer(realtime=False))
    serve("--replay", str(recorded), *options)
    assert paces == {realtime}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "rx is None"),
        (("--rx", "tcp://127.0.0.1:9", "--replay", "x.sigmf-meta"), "rx is 'tcp"),
        (("--replay", "missing.sigmf-meta"), "missing.sigmf-meta"),
        (("--rx", "", "--record", "/proc/nowhere"), "/proc/nowhere"),
        (("--rx", "", "--record", ".", "--start-utc", "1492-10-12T00:00:00Z"), "start_utc"),
    ],
)
def test_what_cannot_be_recorded_or_replayed_is_told(serve: Serve, options: tuple[str, ...], named: str) -> None:
    (error,) = serve(*options, status=2)
    assert error["event"] == "error"
    assert named in error["message"]


def test_a_recording_of_another_rate_is_told(recorded: Path, serve: Serve) -> None:
    (error,) = serve("--replay", str(recorded), "--sample-rate-hz", "96e3", status=2)
    assert "sample_rate_hz is 96000" in error["message"]
