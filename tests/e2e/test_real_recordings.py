"""Frames of real satellites, out of the recordings that others made, against what another decoder found in them.

The recordings (daniestevez/satellite-recordings, public domain) are looked for in the folder that
FLATSAT_TESTBED_RECORDINGS names (or beside the project), with the manifest of what they hold.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from edge.command_line import run_app
from ground.cli import app

BESIDE = Path(__file__).parents[3] / "shared" / "recordings"
FOLDER = Path(os.environ.get("FLATSAT_TESTBED_RECORDINGS", BESIDE))
MANIFEST = FOLDER / "manifest.json"
SATELLITES = {"Astrocast 0.1": "astrocast-0.1", "OPS-SAT": "ops-sat"}

pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason=f"no recordings in {FOLDER}")


def manifest(satellite: str) -> dict:
    (entry,) = [each for each in json.loads(MANIFEST.read_text()) if each["satellite"] == satellite]
    return entry


@pytest.mark.parametrize("satellite", SATELLITES)
def test_a_recording_is_decoded_frame_for_frame(satellite: str, capsys: pytest.CaptureFixture[str]) -> None:
    entry = manifest(satellite)
    status = run_app(
        app, "ground", ["receive", str(FOLDER / entry["file"]), "--satellite", SATELLITES[satellite], "--json"]
    )
    told = json.loads(capsys.readouterr().out)
    frames = [bytes.fromhex(each["hex"]) for each in told["frames"]]
    assert status == 0
    assert [len(frame) for frame in frames] == [each["length"] for each in entry["frames"]]
    assert [hashlib.sha256(frame).hexdigest() for frame in frames] == [each["sha256"] for each in entry["frames"]]
    assert frames[0].hex() == entry["first_frame_hex"]
    assert [bool(each["fecf_ok"]) for each in told["frames"]] == [each["fecf_crc16_ok"] for each in entry["frames"]]
    assert (told["undecoded"], told["samples_unusable"]) == (0, 0)
