"""``ground calibrate`` as a user meets it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.command_line import run_app
from ground.cli import app
from tests.radio.sdr.conftest import CARRIER_HZ, RATE_HZ, EmulatedDevice, emulated, needs

__all__ = ["emulated"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        status = run_app(app, "ground", ["calibrate", *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def written(folder: Path, device: str, driver: str = "osmosdr") -> Path:
    path = folder / "front.toml"
    path.write_text(
        f'[receive]\ndriver = "{driver}"\ndevice = "{device}"\n'
        + ("" if driver == "zmq" else f"sample_rate_hz = 240e3\nfrequency_hz = {CARRIER_HZ}\ngain_db = 29.7\n")
    )
    return path


@pytest.mark.gnuradio
@needs("gnuradio", "gnuradio")
@needs("osmosdr", "gr-osmosdr")
def test_a_tone_is_measured(emulated: Callable[..., EmulatedDevice], run: Run, tmp_path: Path) -> None:
    found_hz = CARRIER_HZ / (1 + 40e-6) - CARRIER_HZ
    tone = 3 * np.exp(2j * np.pi * found_hz / RATE_HZ * np.arange(30 * RATE_HZ))
    device = emulated("rtl_tcp", tone)
    device.play()
    status, out, _ = run("--front-end", written(tmp_path, device.rtl_tcp), "--tone-hz", CARRIER_HZ, "--json")
    assert status == 0
    assert json.loads(out)["ppm"] == pytest.approx(40.0, abs=0.01)


@pytest.mark.gnuradio
@needs("gnuradio", "gnuradio")
@needs("osmosdr", "gr-osmosdr")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_device_or_a_tone_that_is_not_there_is_told_with_status_1(
    is_there: bool, emulated: Callable[..., EmulatedDevice], run: Run, tmp_path: Path
) -> None:
    device = emulated().rtl_tcp if is_there else "rtl_tcp=127.0.0.1:9"
    status, out, err = run("--front-end", written(tmp_path, device), "--tone-hz", CARRIER_HZ)
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].startswith("ground: no tone at" if is_there else "ground: device rtl_tcp=127.0.0.1:9")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("driver", "tone_hz", "words"),
    [
        ("zmq", "437e6", ["front-end", "osmosdr or soapy"]),
        ("moon", "437e6", ["front end file", "moon"]),
        ("osmosdr", "nan", ["tone-hz", "nan"]),
        ("osmosdr", "-1", ["tone-hz", "-1"]),
        ("osmosdr", "x", ["tone-hz", "number"]),
    ],
)
def test_a_mistake_costs_one_line_and_status_2(
    driver: str, tone_hz: str, words: list[str], run: Run, tmp_path: Path
) -> None:
    status, out, err = run("--front-end", written(tmp_path, "tcp://127.0.0.1:9", driver), "--tone-hz", tone_hz)
    assert (status, out, err.count("\n")) == (2, "", 1)
    for word in (*words, "accepted"):
        assert word in err


def test_help_teaches(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    for word in ("Example:", "ppm", "--front-end", "--tone-hz", "Exit status"):
        assert word in out
