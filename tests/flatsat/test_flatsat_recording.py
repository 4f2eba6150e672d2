"""What the flatsat receives, kept while it serves, and served again from what was kept."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flatsat.cli import app
from protocol.sdls.link_keys import SecurityMode
from radio.modem.modulator import Modulator
from radio.profile import Profile
from radio.recording.link_recording import open_link_recording
from radio.worker import Worker
from testbed.keys import FLATSAT, key_path, new_keys

RATE_HZ = 240e3
BLOCK = 2400
UPLINK = Profile.load("leo-bpsk").uplink


def uplink() -> np.ndarray:
    """A burst in noise."""
    rng, code = np.random.default_rng(1), UPLINK.code()
    burst = Modulator(UPLINK, RATE_HZ).burst(np.concatenate((code.acquisition, code.encode(rng.bytes(60)))))
    signal = np.zeros((len(burst) // BLOCK + 10) * BLOCK, np.complex64)
    signal[BLOCK : BLOCK + len(burst)] = burst
    return signal + np.float32(0.1) * rng.standard_normal(2 * len(signal), dtype=np.float32).view(np.complex64)


class Port:
    """Gives the flatsat what it is to hear."""

    tx_endpoint = "tcp://127.0.0.1:1"
    latency_s = 0.0

    def __init__(self, worker: Worker) -> None:
        self._worker, self._samples = worker, uplink()

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
    files = ["--keys", str(key_path(quick_path, FLATSAT)), "--journal", str(quick_path / "journal")]

    def run(*options: str, status: int = 0) -> list[dict[str, Any]]:
        worker = Worker(io.StringIO(), sys.stdout, until_input_closes=False)
        monkeypatch.setattr(Worker, "on_standard_streams", lambda _: worker)
        monkeypatch.setattr("radio.open_port.ZmqNode", lambda *_: Port(worker))
        with pytest.raises(SystemExit) as ended:
            app(["serve", "--engine", "scripted", *files, *options])
        assert ended.value.code == status
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_what_it_receives_is_kept_and_received_again(serve: Serve, quick_path: Path) -> None:
    serve("--rx", "", "--record", str(quick_path / "run"))
    meta = quick_path / "run" / "flatsat.sigmf-meta"
    found = open_link_recording(meta)
    assert (found.end, found.link) == ("flatsat", UPLINK)
    assert np.array_equal(np.fromfile(meta.with_suffix(".sigmf-data"), "<c8"), uplink())
    (heard,) = found.heard
    assert heard.frame is not None
    summary = serve("--replay", str(meta), "--replay-fast")[-1]
    assert (summary["event"], [burst["started_s"] for burst in summary["bursts"]]) == ("summary", [heard.started_s])


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "rx is None"),
        (("--rx", "tcp://127.0.0.1:9", "--replay", "x.sigmf-meta"), "rx is 'tcp"),
        (("--replay", "missing.sigmf-meta"), "missing.sigmf-meta"),
        (("--rx", "", "--record", "/proc/nowhere"), "/proc/nowhere"),
    ],
)
def test_what_cannot_be_recorded_or_replayed_is_told(serve: Serve, options: tuple[str, ...], named: str) -> None:
    (error,) = serve(*options, status=2)
    assert error["event"] == "error"
    assert named in error["message"]
