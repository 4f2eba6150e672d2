"""What a bench reads: what drivers say to emulated devices, and recordings of what an end of the link heard."""

import json
from pathlib import Path

import numpy as np

from fuzz.parser import Parser
from fuzz.scratch import fresh_folder, scratch_file
from radio.emulated.red_pitaya import TRANSFER_OCTETS, Control, Operation, TransmitSide
from radio.emulated.rtl_state import RtlState
from radio.emulated.rtl_tcp import Command, CommandParser, Op
from radio.errors import RecordingError
from radio.modem.reception import FrameQuality, Reception
from radio.profile import Profile
from radio.recording.link_recording import open_link_recording
from radio.recording.recorder import Recorder, RecordSettings

_RATE_HZ = 240e3
_SAMPLES = 240
_WORD = 4


def _tune_dongle(octets: bytes) -> RtlState:
    parser, state = CommandParser(), RtlState()
    for start in range(0, len(octets), 7):
        for command in parser.feed(octets[start : start + 7]):
            state = state.obeying(command)
            assert state.true_sample_rate_hz > 0
    return state


def _dongle_commands() -> list[bytes]:
    values = {Op.FREQUENCY: 437_050_000, Op.SAMPLE_RATE: 240_000, Op.GAIN_MODE: 1, Op.GAIN: 297, Op.PPM: 2**32 - 40}
    return [b"".join(Command(op, values.get(op, 1)).encode() for op in Op)]


def _tune_red_pitaya(octets: bytes) -> None:
    control = Control()
    for start in range(0, len(octets) - _WORD + 1, _WORD):
        control.obey(int.from_bytes(octets[start : start + _WORD], "little"))
        assert control.tuning.sample_rate_hz > 0


def _red_pitaya_commands() -> list[bytes]:
    words = (10_000_000, Operation.RATE << 28 | 3, Operation.PTT_ON << 28, Operation.PTT_OFF << 28)
    return [b"".join(word.to_bytes(_WORD, "little") for word in words)]


def _transmit_by_red_pitaya(octets: bytes) -> None:
    """Put out a transfer that begins so, and see that nothing is above full scale."""
    side = TransmitSide(0.0)
    side.queue(octets[:TRANSFER_OCTETS].ljust(TRANSFER_OCTETS, b"\0"))
    given = side.advance(1.0)
    assert given is not None
    assert not (np.abs(given.samples.view(np.float32)) > 1).any()


def _open_link_recording(octets: bytes) -> int:
    scratch_file("ground.sigmf-data", bytes(2 * _SAMPLES))
    return len(open_link_recording(scratch_file("ground.sigmf-meta", octets)).heard)


def _link_recordings() -> list[bytes]:
    points = np.ones(4, dtype=np.complex64)
    heard = (b"\x01\xff", None)
    with fresh_folder() as folder:
        link = Profile.load("leo-bpsk").downlink
        recorder = Recorder(RecordSettings(Path(folder)), "ground", link, _RATE_HZ, print, clock=lambda: 0.0)
        recorder.hear(np.full(_SAMPLES, (1 + 1j) / 255, dtype=np.complex64), _SAMPLES / _RATE_HZ)
        for frame in heard:
            recorder.add(Reception(frame, FrameQuality(0.0, 0.001, 9.1, 1.0, 2.0, 0, points)), accepted=True)
        recorder.close()
        told = json.loads(Path(folder, "ground.sigmf-meta").read_bytes())
    told["global"].pop("core:sha512", None)
    return [json.dumps(told).encode()]


PARSERS = (
    Parser("rtl_tcp", _tune_dongle, (), _dongle_commands),
    Parser("Red Pitaya", _tune_red_pitaya, (), _red_pitaya_commands),
    Parser("Red Pitaya's samples", _transmit_by_red_pitaya, (), lambda: [np.full(8, 3 - 2j, "<c8").tobytes()]),
    Parser("recording of a link", _open_link_recording, (RecordingError,), _link_recordings),
)
"""Their order is that of the corpus: new ones go last."""
