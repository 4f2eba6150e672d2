"""What a node wrote, read back with the link it was received on."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radio.errors import RecordingError
from radio.modem.open_receiver import open_receiver
from radio.modem.reception import FrameQuality, Reception
from radio.profile import LinkProfile, Profile, shipped_profiles
from radio.recording.link_recording import Heard, LinkRecording, open_link_recording
from radio.recording.recorder import Recorder, RecordSettings

RATE_HZ = 240e3
BLOCK = 2400
NAME = "flatsat_testbed"
POINTS = np.ones(4, dtype=np.complex64)
EXACT = Reception(b"\x01\xff", FrameQuality(1 / 3, 1 / 3 + 480 / RATE_HZ, 9.1, 1.0, 2.0, 0, POINTS))
UNTOLD = Reception(None, FrameQuality(0.5, 0.51, float("nan"), 1.0, 2.0, 0, POINTS))

Noise = Callable[..., np.ndarray]


@pytest.fixture
def meta(tmp_path: Path, link: LinkProfile, noise: Noise) -> Path:
    """A recording of two receptions, whose file goes on behind what its metadata tell."""
    recorder = Recorder(RecordSettings(tmp_path), "ground", link, RATE_HZ, pytest.fail, clock=lambda: 0.0)
    recorder.hear(noise(BLOCK), BLOCK / RATE_HZ)
    recorder.add(EXACT, accepted=True)
    recorder.add(UNTOLD, accepted=False)
    recorder.hear(noise(BLOCK), 2 * BLOCK / RATE_HZ)
    meta = tmp_path / "ground.sigmf-meta"
    published = meta.read_text()
    recorder.close()
    meta.write_text(published)  # as a process that is killed leaves it
    return meta


def changed(meta: Path, place: str, field: str, value: object) -> Path:
    content = json.loads(meta.read_text())
    table = content[place] if place == "global" else content[place][0]
    table[field] = value
    meta.write_text(json.dumps({**content, place: table if place == "global" else [table]}))
    return meta


def test_what_was_heard_is_told_exactly(meta: Path, link: LinkProfile) -> None:
    found = open_link_recording(meta)
    assert (found.name, found.end, found.link) == ("ground", "ground", link)
    first, second = found.heard
    assert first == Heard.of(EXACT)
    assert (second.frame, second.started_s) == (None, 0.5)
    assert np.isnan(second.es_n0_db)


def test_only_the_samples_count_whose_frames_are_told(meta: Path) -> None:
    assert open_link_recording(meta).timeline.count == BLOCK
    assert meta.with_suffix(".sigmf-data").stat().st_size == 2 * 2 * BLOCK
    assert open_link_recording(changed(meta, "global", f"{NAME}:sample_count", 10**9)).timeline.count == 2 * BLOCK


@pytest.mark.parametrize("profile", shipped_profiles())
def test_a_recording_needs_no_profile_beside_it(tmp_path: Path, noise: Noise, profile: str) -> None:
    for leg in ("uplink", "downlink"):
        link = getattr(Profile.load(profile), leg)
        recorder = Recorder(RecordSettings(tmp_path), leg, link, RATE_HZ, pytest.fail)
        recorder.hear(noise(BLOCK), 1.0)
        recorder.close()
        found = open_link_recording(tmp_path / f"{leg}.sigmf-meta")
        assert found.link == link
        assert found.link.code().marker.tolist() == link.code().marker.tolist()
        open_receiver(found.link, 240e3)


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        ("global", f"{NAME}:end", 5),
        ("global", f"{NAME}:sample_count", -1),
        ("global", f"{NAME}:sample_count", "all"),
        ("global", f"{NAME}:link", None),
        ("global", f"{NAME}:link", {"carrier_hz": 437e6, "colour": "red"}),
        ("annotations", f"{NAME}:frame", "0g"),
        ("annotations", f"{NAME}:frame", "012"),
        ("annotations", f"{NAME}:link_time_s", None),
        ("annotations", f"{NAME}:accepted", "yes"),
    ],
)
def test_a_field_that_was_changed_is_named(meta: Path, place: str, field: str, value: object) -> None:
    with pytest.raises(RecordingError, match=f"{NAME}:{field.split(':')[1]}"):
        open_link_recording(changed(meta, place, field, value))


def test_another_recording_is_told_from_ours(meta: Path) -> None:
    content = json.loads(meta.read_text())
    content["global"] = {name: value for name, value in content["global"].items() if name.startswith("core:")}
    meta.write_text(json.dumps(content))
    with pytest.raises(RecordingError, match=f"{NAME}:end is None"):
        open_link_recording(meta)


def test_an_annotation_of_somebody_else_is_left_alone(meta: Path) -> None:
    content = json.loads(meta.read_text())
    content["annotations"].insert(0, {"core:sample_start": 0, "core:label": "a note"})
    meta.write_text(json.dumps(content))
    found: LinkRecording = open_link_recording(meta)
    assert len(found.heard) == 2
