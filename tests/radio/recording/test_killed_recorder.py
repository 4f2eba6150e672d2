"""A process that is killed while it records: what is left can be read, by SigMF's own package too."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import sigmf

from radio.recording.link_recording import open_link_recording

RECORDING = """
import sys
from pathlib import Path

import numpy as np

from radio.modem.reception import FrameQuality, Reception
from radio.profile import Profile
from radio.recording.recorder import Recorder, RecordSettings

link = Profile.load("leo-bpsk").downlink
recorder = Recorder(RecordSettings(Path(sys.argv[1])), "ground", link, 240e3, print)
points = np.ones(4, np.complex64)
for number in range(10**9):
    codes = (np.arange(2 * 2400) + number) % 256
    now_s = (number + 1) * 0.01
    recorder._pause_s = 0.0  # as often as it can
    recorder.hear(((codes - 127.5) / 127.5).astype(np.float32).view(np.complex64), now_s)
    frame = number.to_bytes(4, "big") * 50
    recorder.add(Reception(frame, FrameQuality(now_s - 0.005, now_s, 9.0, 1.0, 1.0, 0, points)), True)
    if number == 50:
        print("recording", flush=True)
"""


def test_what_is_left_can_be_read_whenever_it_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", RECORDING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "recording\n"
    process.kill()
    process.communicate()
    found = open_link_recording(tmp_path / "ground.sigmf-meta")
    blocks = found.timeline.count // 2400
    assert blocks >= 50
    assert [each.frame for each in found.heard] == [number.to_bytes(4, "big") * 50 for number in range(blocks)]
    octets = np.memmap(tmp_path / "ground.sigmf-data", np.uint8)
    assert len(octets) >= 4800 * blocks
    expected = (np.arange(4800) + np.arange(blocks)[:, None]) % 256
    assert np.array_equal(octets[: 4800 * blocks].reshape(blocks, 4800), expected)
    sigmf.fromfile(str(tmp_path / "ground.sigmf-meta")).validate()
    names = {path.name for path in tmp_path.iterdir()}
    assert names - {"ground.sigmf-meta.part"} == {"ground.sigmf-data", "ground.sigmf-meta"}
