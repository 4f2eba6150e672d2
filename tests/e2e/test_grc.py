"""The example flowgraph of GNU Radio Companion: compiled, run without a screen, frames decoded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "downlink.grc"
BLOCKS = ROOT / "radio" / "gnuradio_blocks"
FRAMES = 3
SECONDS = 60.0

pytestmark = [
    pytest.mark.gnuradio,
    pytest.mark.skipif(shutil.which("grcc") is None, reason="GNU Radio Companion's compiler grcc is not installed"),
]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    found = {**os.environ, "GRC_BLOCKS_PATH": str(BLOCKS)}
    command = ["grcc", "-o", str(tmp_path), str(EXAMPLE)]
    ended = subprocess.run(command, env=found, capture_output=True, text=True, timeout=SECONDS)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return tmp_path / "downlink.py"


def test_the_example_decodes_its_frames(program: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-u", str(program)], stdin=pipe, stdout=pipe, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            said = []
            while sum("pdu length" in line for line in said) < FRAMES and (line := running.stdout.readline()):
                said.append(line)
            running.stdin.write("\n")  # "press enter to quit"
            running.stdin.close()
            rest = running.stdout.read()
            assert running.wait(SECONDS) == 0
        finally:
            running.kill()
    text = "".join(said) + rest
    assert text.count("pdu length =        223 bytes") >= FRAMES
    assert "0000: 00 01 02 03 04 05 06 07" in text
