"""SigMF while it is written, as SigMF's own package and numpy read it."""

import json
import random
import resource
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sigmf
from sigmf.validate import main as validate_files

from radio.errors import RecordingError
from radio.recording.sigmf_writer import SigmfWriter

RNG = np.random.default_rng(1)
SAMPLES = (RNG.standard_normal(500) + 1j * RNG.standard_normal(500)).astype(np.complex64)


def begin(folder: Path, datatype: str = "cf32_le") -> SigmfWriter:
    return SigmfWriter(folder / "pass", 240e3, 437.05e6, "a downlink", datatype)  # type: ignore[arg-type]


def meta(folder: Path) -> dict:
    return json.loads((folder / "pass.sigmf-meta").read_text())


def is_valid(folder: Path) -> bool:
    """To sigmf_validate, the hash included."""
    try:
        validate_files((str(folder / "pass.sigmf-meta"),))
    except SystemExit as ended:
        return ended.code in (0, None)
    return True


def test_sigmfs_own_package_takes_it(tmp_path: Path) -> None:
    with begin(tmp_path) as writer:
        writer.write(SAMPLES)
        writer.annotate(100, 50, "CADU 1")
    assert is_valid(tmp_path)
    found = sigmf.fromfile(str(tmp_path / "pass.sigmf-meta"))
    assert np.array_equal(found.read_samples(), SAMPLES)
    assert found.get_captures() == [{"core:sample_start": 0, "core:frequency": 437.05e6}]
    assert [each["core:label"] for each in found.get_annotations()] == ["CADU 1"]


def test_the_check_would_find_a_mistake(tmp_path: Path) -> None:
    with begin(tmp_path) as writer:
        writer.write(SAMPLES)
    (tmp_path / "pass.sigmf-data").write_bytes(bytes(8))
    assert not is_valid(tmp_path)


def test_octets_are_those_of_an_rtl_sdr(tmp_path: Path, noise: Callable[..., np.ndarray]) -> None:
    samples = noise(1000)
    with begin(tmp_path, "cu8") as writer:
        writer.write(samples)
    assert is_valid(tmp_path)
    octets = np.memmap(tmp_path / "pass.sigmf-data", np.uint8)
    assert len(octets) == 2000
    assert ((octets.astype(np.float64) - 127.5) / 127.5).astype(np.float32).view(np.complex64).tolist() == (
        samples.tolist()
    )
    # SigMF's package takes 128 for zero: half a step off
    read = sigmf.fromfile(str(tmp_path / "pass.sigmf-meta")).read_samples()
    assert np.max(np.abs(read - samples)) < 0.01


def test_octets_are_refused_samples_that_are_none(tmp_path: Path, noise: Callable[..., np.ndarray]) -> None:
    writer = begin(tmp_path, "cu8")
    writer.write(noise(10))
    with pytest.raises(RecordingError, match="samples"):
        writer.write(SAMPLES)
    writer.close()
    assert is_valid(tmp_path)
    assert (tmp_path / "pass.sigmf-data").stat().st_size == 20


def test_before_it_is_published_there_are_no_metadata_and_then_they_are_whole(tmp_path: Path) -> None:
    writer = begin(tmp_path)
    writer.write(SAMPLES[:200])
    assert not (tmp_path / "pass.sigmf-meta").exists()
    for number in range(200):
        writer.annotate(number, 1, f"frame {number}")
    writer.publish()
    assert is_valid(tmp_path)
    assert len(meta(tmp_path)["annotations"]) == 200
    writer.write(SAMPLES[200:])
    writer.annotate(300, 1, "frame 200")
    assert len(meta(tmp_path)["annotations"]) == 200
    writer.capture({"core:global_index": 900})
    writer.publish()
    told = meta(tmp_path)
    assert [each["core:label"] for each in told["annotations"]] == [f"frame {number}" for number in range(201)]
    assert [each["core:sample_start"] for each in told["captures"]] == [0, 500]
    assert "core:sha512" not in told["global"]
    writer.close()
    assert is_valid(tmp_path)
    assert "core:sha512" in meta(tmp_path)["global"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pass.sigmf-data", "pass.sigmf-meta"]


def test_what_was_written_is_in_the_file_at_once(tmp_path: Path) -> None:
    writer = begin(tmp_path)
    writer.write(SAMPLES[:7])
    assert (tmp_path / "pass.sigmf-data").read_bytes() == SAMPLES[:7].tobytes()
    writer.close()


def test_annotations_are_sorted_although_they_come_in_another_order(tmp_path: Path) -> None:
    rng = random.Random(1)
    starts = [number + rng.randrange(20) for number in range(480)]
    with begin(tmp_path) as writer:
        writer.write(SAMPLES)
        for number, start in enumerate(starts):
            writer.annotate(start, 1, str(number))
    assert is_valid(tmp_path)
    told = meta(tmp_path)["annotations"]
    assert [each["core:sample_start"] for each in told] == sorted(starts)
    assert sorted(int(each["core:label"]) for each in told) == list(range(480))


def test_a_long_run_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    writer = begin(tmp_path)
    peaks = []
    tracemalloc.start()
    try:
        for _ in range(2):
            tracemalloc.reset_peak()
            for number in range(3000):
                writer.annotate(number, 1, "frame", {"x:frame": "00" * 200})
            writer.publish()
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
        writer.close()
    assert (tmp_path / "pass.sigmf-meta").stat().st_size > 2_000_000
    assert max(peaks) < 500_000


def test_a_file_that_cannot_grow_ends_with_whole_samples_and_their_hash(tmp_path: Path) -> None:
    writer = begin(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3001, before[1]))  # the first write that crosses it is cut short
    try:
        writer.write(SAMPLES[:300])
        with pytest.raises(OSError, match="File too large"):
            writer.write(SAMPLES[300:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / "pass.sigmf-data").stat().st_size == 3001
    writer.close()
    assert is_valid(tmp_path)
    assert (tmp_path / "pass.sigmf-data").read_bytes() == SAMPLES[:300].tobytes()


def test_metadata_that_cannot_be_written_leave_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = begin(tmp_path)
    writer.write(SAMPLES)
    writer.publish()
    writer.annotate(1, 1, "frame")
    (tmp_path / "pass.sigmf-meta.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        writer.publish()
    assert meta(tmp_path)["annotations"] == []
    assert not (tmp_path / "pass.sigmf-meta.part").is_symlink()
    writer.close()
    assert len(meta(tmp_path)["annotations"]) == 1
