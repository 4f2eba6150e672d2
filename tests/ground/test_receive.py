import json
import wave
from pathlib import Path

import numpy as np
import pytest

from edge.command_line import run_app
from ground.cli import app
from protocol.crc import append_crc16
from protocol.tc_frame import TcFrame
from radio.coding.cadu import CaduCode
from radio.coding.reed_solomon import ReedSolomon
from radio.profile import Profile
from radio.transceiver import Transceiver

BAUD, RATE_HZ = 9600, 48000
SATELLITE = """
name = "A satellite"
norad_id = 1
signal = "fm-audio"
symbol_rate_baud = 9600
[framing]
kind = "cadu"
frame_octets = 60
fecf = true
"""
CODE = CaduCode(60, ReedSolomon())
FRAMES = [append_crc16(np.random.default_rng(k).bytes(58)) for k in range(3)]


@pytest.fixture
def satellite(tmp_path: Path) -> str:
    path = tmp_path / "satellite.toml"
    path.write_text(SATELLITE)
    return str(path)


def write_audio(path: Path, frames: list[bytes], seconds_cut: float = 0.0) -> str:
    rng = np.random.default_rng(9)
    quiet = rng.choice([-1, 1], 300)
    symbols = np.concatenate((quiet, *(CODE.encode(frame) for frame in frames), quiet))
    x = np.repeat(symbols, RATE_HZ // BAUD) + 0.2 * rng.standard_normal(len(symbols) * RATE_HZ // BAUD)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((8000 * x[: len(x) - int(seconds_cut * RATE_HZ)]).astype("<i2").tobytes())
    return str(path)


def receive(*arguments: str) -> int:
    return run_app(app, "ground", ["receive", *arguments])


def received(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    status = receive(*arguments, "--json")
    told: dict = json.loads(capsys.readouterr().out)
    assert status == (0 if told["count"] else 1)
    return told


def test_each_frame_is_told_with_its_time_and_how_it_was_received(tmp_path, satellite, capsys) -> None:
    told = received(capsys, write_audio(tmp_path / "pass.wav", FRAMES), "--satellite", satellite)
    assert [frame["hex"] for frame in told["frames"]] == [frame.hex() for frame in FRAMES]
    assert [frame["octets"] for frame in told["frames"]] == [60, 60, 60]
    unit_s = (len(CODE.marker) + CODE.payload_symbols) / BAUD
    starts = [frame["started_s"] for frame in told["frames"]]
    assert starts == pytest.approx([300 / BAUD + k * unit_s for k in range(3)], abs=1 / BAUD)
    assert {frame["fecf_ok"] for frame in told["frames"]} == {True}
    assert all(frame["es_n0_db"] > 10 for frame in told["frames"])
    assert (told["count"], told["undecoded"], told["fecf_wrong"]) == (3, 0, 0)
    assert told["source"] == "A satellite"


def test_without_json_there_is_a_line_for_each_frame_and_a_count(tmp_path, satellite, capsys) -> None:
    assert receive(write_audio(tmp_path / "pass.wav", FRAMES), "--satellite", satellite) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == [frame.hex() for frame in FRAMES]
    assert all("FECF ok" in line for line in lines)
    assert last.startswith("A satellite: 3 frames in ")


def test_a_frame_whose_fecf_is_wrong_is_not_given(tmp_path, satellite, capsys) -> None:
    bad = bytes(60)
    told = received(capsys, write_audio(tmp_path / "pass.wav", [FRAMES[0], bad]), "--satellite", satellite)
    assert [frame["hex"] for frame in told["frames"]] == [FRAMES[0].hex()]
    assert told["fecf_wrong"] == 1


def test_a_recording_that_ends_in_a_frame_gives_those_before_it(tmp_path, satellite, capsys) -> None:
    path = write_audio(tmp_path / "pass.wav", FRAMES, seconds_cut=0.05)
    told = received(capsys, path, "--satellite", satellite)
    assert [frame["hex"] for frame in told["frames"]] == [frame.hex() for frame in FRAMES[:2]]
    assert told["undecoded"] == 1


def test_what_was_discarded_is_counted(tmp_path, satellite, capsys) -> None:
    path = Path(write_audio(tmp_path / "pass.wav", FRAMES[:1]))
    path.write_bytes(path.read_bytes()[:-101])
    told = received(capsys, str(path), "--satellite", satellite)
    assert (told["count"], told["octets_missing"], told["octets_discarded"]) == (1, 101, 1)
    assert receive(str(path), "--satellite", satellite) == 0
    assert "101 octets promised by the header and not there" in capsys.readouterr().out


def test_a_recording_of_something_else_ends_with_status_1(tmp_path, satellite, capsys) -> None:
    assert receive(write_audio(tmp_path / "pass.wav", []), "--satellite", satellite) == 1
    assert "0 frames" in capsys.readouterr().out


def test_iq_with_samples_that_are_no_numbers_is_received_and_they_are_counted(tmp_path, satellite, capsys) -> None:
    symbols = np.concatenate((np.resize([1, -1], 300), CODE.encode(FRAMES[0]), np.resize([1, -1], 300)))
    x = np.exp(1j * np.pi * 0.5 / 5 * np.cumsum(np.repeat(symbols, 5))).astype("<c8")
    x[[5, 9]] = np.nan
    path = tmp_path / "pass.cf32"
    path.write_bytes(x.tobytes())
    told = received(capsys, str(path), "--satellite", satellite, "--signal", "iq", "--sample-rate-hz", "48000")
    assert ([frame["hex"] for frame in told["frames"]], told["samples_unusable"]) == ([FRAMES[0].hex()], 2)


class OneFrame:
    """A link layer with one frame to send."""

    def __init__(self, frame: bytes) -> None:
        self._frames = [frame]

    def frame_received(self, *_: object) -> bool:
        return False

    def frame_to_send(self, _: float) -> bytes | None:
        return self._frames.pop() if self._frames else None


@pytest.mark.parametrize(
    ("leg", "frame"),
    [
        ("downlink", append_crc16(bytes(range(221)))),
        (
            "uplink",
            TcFrame(scid=0x1A5, vcid=1, bypass=True, control_command=False, sequence_number=0, data=b"up").encode(),
        ),
    ],
)
def test_our_own_link_is_received_by_its_profile(tmp_path, capsys, leg: str, frame: bytes) -> None:
    profile = Profile.load("leo-bpsk")
    legs = (profile.uplink, profile.downlink) if leg == "uplink" else (profile.downlink, profile.uplink)
    transmitter = Transceiver(*legs, 240e3, OneFrame(frame), lambda *_: None)
    x = np.concatenate([transmitter.step(np.zeros(2400, np.complex64), 0.01 * k) for k in range(20)])
    rng = np.random.default_rng(3)
    x = x + 0.1 * (rng.standard_normal(len(x)) + 1j * rng.standard_normal(len(x)))
    path = tmp_path / "pass.fc32"
    path.write_bytes(x.astype("<c8").tobytes())
    told = received(capsys, str(path), "--profile", "leo-bpsk", "--leg", leg, "--sample-rate-hz", "240e3")
    assert [(each["hex"], each["fecf_ok"]) for each in told["frames"]] == [(frame.hex(), True)]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["nowhere.wav", "--satellite", "ops-sat"], "file"),
        (["pass.wav"], "satellite"),
        (["pass.wav", "--satellite", "ops-sat", "--profile", "leo-bpsk"], "satellite"),
        (["pass.wav", "--satellite", "sputnik"], "satellite"),
        (["pass.wav", "--profile", "nope"], "profile"),
        (["pass.wav", "--satellite", "ops-sat", "--signal", "usb"], "signal"),
        (["pass.wav", "--satellite", "ops-sat", "--signal", "iq"], "signal"),
        (["pass.wav", "--profile", "leo-bpsk"], "signal"),
        (["pass.cs8", "--satellite", "ops-sat", "--sample-rate-hz", "48e3"], "signal"),
        (["pass.cs8", "--profile", "leo-bpsk", "--leg", "sidelink", "--sample-rate-hz", "240e3"], "leg"),
        (["pass.cs8", "--satellite", "ops-sat", "--signal", "iq"], "sample_rate_hz"),
        (["pass.cs8", "--satellite", "ops-sat", "--signal", "iq", "--sample-rate-hz", "9600"], "sample_rate_hz"),
        (["pass.wav", "--satellite", "ops-sat", "--sample-rate-hz", "44100"], "sample_rate_hz"),
    ],
)
def test_an_input_that_cannot_be_used_is_named(tmp_path, capsys, monkeypatch, arguments: list[str], field: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_audio(tmp_path / "pass.wav", [])
    (tmp_path / "pass.cs8").write_bytes(bytes(1000))
    assert receive(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("ground: ")
    assert field in said.err
    assert "accepted: " in said.err
    assert said.err.count("\n") == 1
