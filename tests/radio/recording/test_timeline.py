"""Recordings by link time: what is given is what was heard, whatever was not kept."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.errors import RecordingError
from radio.profile import Profile
from radio.recording.recorder import Recorder, RecordSettings
from radio.recording.sigmf_writer import SigmfWriter
from radio.recording.timeline import Segment, open_timeline

RATE_HZ = 240e3
BLOCK = 1000
LINK = Profile.load("leo-bpsk").downlink
NAME = "flatsat_testbed"


def octets(count: int, seed: int) -> np.ndarray:
    codes = np.random.default_rng(seed).integers(0, 256, 2 * count)
    return ((codes - 127.5) / 127.5).astype(np.float32).view(np.complex64)


def recorded(folder: Path, blocks: list[tuple[np.ndarray, float]]) -> Path:
    recorder = Recorder(RecordSettings(folder), "ground", LINK, RATE_HZ, pytest.fail)
    for samples, now_s in blocks:
        recorder.hear(samples, now_s)
    recorder.close()
    return recorder.path.with_suffix(".sigmf-meta")


def by_moment(blocks: list[tuple[np.ndarray, float]]) -> dict[int, complex]:
    """Each sample by the number that it has at its link time."""
    return {
        round(now_s * RATE_HZ) - len(samples) + at: complex(sample)
        for samples, now_s in blocks
        for at, sample in enumerate(samples)
    }


SPANS = st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["noise", "silence", "leap"])), min_size=1, max_size=12)


@settings(max_examples=50)
@given(SPANS, st.integers(1, 40), st.booleans())
def test_what_was_heard_comes_again_at_its_time(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, str]], size: int, is_octets: bool
) -> None:
    blocks, place = [], 500
    for number, (count, kind) in enumerate([(3, "noise"), *spans, (1, "noise")]):
        place += count
        if kind != "leap":
            heard = octets(count, number) if is_octets else octets(count, number) * np.float32(0.7)
            blocks.append((heard if kind == "noise" else np.zeros(count, np.complex64), place / RATE_HZ))
    expected = by_moment(blocks)
    found = list(open_timeline(recorded(tmp_path_factory.mktemp("run"), blocks)).blocks(size))
    given_again = by_moment(found)
    lost = expected.keys() - given_again.keys()
    assert {moment: expected[moment] for moment in given_again} == given_again
    assert all(expected[moment] == 0 for moment in lost), "silence before a leap, after which nothing goes on"
    assert max((len(samples) for samples, _ in found), default=0) <= size


def test_where_it_begins_and_how_long_it_is(tmp_path: Path) -> None:
    silence = np.zeros(BLOCK, np.complex64)
    timeline = open_timeline(recorded(tmp_path, [(silence, 2.0), (octets(BLOCK, 1), 2.0 + BLOCK / RATE_HZ)]))
    assert timeline.begin_s == pytest.approx(2.0 - BLOCK / RATE_HZ)
    assert timeline.count == 2 * BLOCK


def test_the_metadata_of_another_recorder_tell_segments_by_sigmfs_index(tmp_path: Path) -> None:
    with SigmfWriter(tmp_path / "pass", RATE_HZ, 437e6, "by others") as writer:
        writer.capture({})
        writer.write(octets(10, 1))
        writer.capture({"core:global_index": 24_000})
        writer.write(octets(20, 2))
        writer.capture({"core:global_index": 30_000})
    timeline = open_timeline(tmp_path / "pass.sigmf-data")
    assert timeline.segments == (Segment(0, 10, 0.0), Segment(10, 20, 0.1))


def test_a_file_that_ends_before_its_last_segment_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    meta = recorded(tmp_path, [(octets(BLOCK, 1), 1.0), (octets(BLOCK, 2), 2.0)])
    content = json.loads(meta.read_text())
    del content["global"]["core:sha512"]  # of a run that was killed
    meta.write_text(json.dumps(content))
    with meta.with_suffix(".sigmf-data").open("r+b") as data:
        data.truncate(2 * 300)
    (segment,) = open_timeline(meta).segments
    assert (segment.first, segment.count) == (0, 300)


def test_a_recording_without_segments_is_one(tmp_path: Path) -> None:
    (tmp_path / "pass.cu8").write_bytes(bytes(200))
    assert open_timeline(tmp_path / "pass.cu8", RATE_HZ).segments == (Segment(0, 100, 0.0),)
    with SigmfWriter(tmp_path / "pass", RATE_HZ, 437e6, "") as writer:
        writer.write(octets(10, 1))
    content = json.loads((tmp_path / "pass.sigmf-meta").read_text())
    (tmp_path / "pass.sigmf-meta").write_text(json.dumps({**content, "captures": []}))
    assert open_timeline(tmp_path / "pass.sigmf-meta").segments == (Segment(0, 10, 0.0),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (f"{NAME}:link_time_s", "soon"),
        (f"{NAME}:link_time_s", 1e300),
        (f"{NAME}:silence_samples", -1),
        (f"{NAME}:silence_samples", 1.5),
        ("core:sample_start", 5000),
    ],
)
def test_a_segment_that_cannot_be_is_named(tmp_path: Path, field: str, value: object) -> None:
    meta = recorded(tmp_path, [(octets(BLOCK, 1), 1.0)])
    content = json.loads(meta.read_text())
    content["captures"][0][field] = value
    meta.write_text(json.dumps(content))
    with pytest.raises(RecordingError, match="captures" if field.startswith("core") else field):
        open_timeline(meta)


@pytest.mark.parametrize("suffix", [".sigmf-meta", ".sigmf-data"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, suffix: str) -> None:
    meta = recorded(tmp_path, [(octets(BLOCK, 1), 1.0)])
    meta.with_suffix(suffix).unlink()
    with pytest.raises(RecordingError, match=str(tmp_path)):
        open_timeline(meta)


def test_another_rate_than_asked_for_is_refused(tmp_path: Path, noise: Callable[..., np.ndarray]) -> None:
    with pytest.raises(RecordingError, match="sample_rate_hz"):
        open_timeline(recorded(tmp_path, [(noise(BLOCK), 1.0)]), 48e3)
