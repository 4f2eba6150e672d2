"""What a recorder keeps of what an end of the link receives."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import sigmf

from radio.errors import RecordingError
from radio.modem.reception import FrameQuality, Reception
from radio.profile import LinkProfile
from radio.recording import recorder as recorder_module
from radio.recording.recorder import Recorder, RecordSettings

RATE_HZ = 240e3
BLOCK = 2400
START = datetime(2024, 1, 22, 9, 18, 20, tzinfo=timezone.utc)
POINTS = np.ones(4, dtype=np.complex64)
NAME = "flatsat_testbed"

Record = Callable[..., Recorder]
Noise = Callable[..., np.ndarray]


def quality(started_s: float, ended_s: float, es_n0_db: float = 9.0) -> FrameQuality:
    return FrameQuality(started_s, ended_s, es_n0_db, 100.5, 90.25, 2, POINTS, 3000, 7)


def hear(recorder: Recorder, samples: np.ndarray, from_s: float) -> None:
    for start in range(0, len(samples), BLOCK):
        block = samples[start : start + BLOCK]
        recorder.hear(block, from_s + (start + len(block)) / RATE_HZ)


def meta(folder: Path, name: str = "ground") -> dict:
    content = json.loads((folder / f"{name}.sigmf-meta").read_text())
    sigmf.SigMFFile(content).validate()
    return content


def stored(folder: Path) -> np.ndarray:
    octets = np.fromfile(folder / "ground.sigmf-data", np.uint8)
    return ((octets.astype(np.float64) - 127.5) / 127.5).astype(np.float32).view(np.complex64)


def test_the_samples_and_when_they_came(tmp_path: Path, record: Record, noise: Noise, link: LinkProfile) -> None:
    recorder = record(start_utc=START)
    hear(recorder, noise(3 * BLOCK), 7.5)
    recorder.close()
    assert np.array_equal(stored(tmp_path), noise(3 * BLOCK))
    told = meta(tmp_path)
    assert (told["global"]["core:datatype"], told["global"]["core:sample_rate"]) == ("cu8", RATE_HZ)
    assert told["global"]["core:extensions"] == [{"name": NAME, "version": "1.0.0", "optional": True}]
    assert told["global"][f"{NAME}:end"] == "ground"
    assert told["global"][f"{NAME}:sample_count"] == 3 * BLOCK
    assert told["captures"] == [
        {
            "core:sample_start": 0,
            "core:frequency": link.carrier_hz,
            "core:global_index": 0,
            "core:datetime": "2024-01-22T09:18:27.500000Z",
            f"{NAME}:link_time_s": 7.5,
            f"{NAME}:silence_samples": 0,
        }
    ]


def test_without_a_start_the_wall_clock_tells_the_time(tmp_path: Path, record: Record, noise: Noise) -> None:
    recorder = record()
    hear(recorder, noise(BLOCK), 1000.0)
    recorder.close()
    told = datetime.strptime(meta(tmp_path)["captures"][0]["core:datetime"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert abs(datetime.now(timezone.utc) - told) < timedelta(minutes=5)


def test_a_leap_of_link_time_begins_a_segment(tmp_path: Path, record: Record, noise: Noise) -> None:
    recorder = record(start_utc=START)
    hear(recorder, noise(2 * BLOCK), 1.0)
    hear(recorder, noise(BLOCK, 2), 1.5)
    hear(recorder, noise(BLOCK, 3), 1.51)
    hear(recorder, noise(BLOCK, 4), 0.25)
    recorder.close()
    captures = meta(tmp_path)["captures"]
    assert [each["core:sample_start"] for each in captures] == [0, 2 * BLOCK, 4 * BLOCK]
    assert [each[f"{NAME}:link_time_s"] for each in captures] == [1.0, 1.5, 0.25]
    assert [each["core:global_index"] for each in captures] == [0, 120_000, 4 * BLOCK]  # no index is less than 0
    assert [each["core:datetime"][-10:-1] for each in captures] == ["21.000000", "21.500000", "20.250000"]


def test_silence_has_no_octets_and_is_told(tmp_path: Path, record: Record, noise: Noise) -> None:
    recorder, silence = record(), np.zeros(BLOCK, np.complex64)
    samples = noise(3 * BLOCK)
    samples[BLOCK + 100 : BLOCK + 400] = 0
    hear(recorder, np.concatenate((silence, silence, samples, silence)), 0.0)
    recorder.close()
    assert np.array_equal(stored(tmp_path), samples[samples != 0])
    captures = meta(tmp_path)["captures"]
    assert [each["core:sample_start"] for each in captures] == [0, BLOCK + 100]
    assert [each[f"{NAME}:silence_samples"] for each in captures] == [2 * BLOCK, 300]
    assert [each["core:global_index"] for each in captures] == [0, BLOCK + 400]
    assert captures[1][f"{NAME}:link_time_s"] == pytest.approx((3 * BLOCK + 400) / RATE_HZ)


def test_silence_before_a_leap_is_not_told_after_it(tmp_path: Path, record: Record, noise: Noise) -> None:
    recorder = record()
    hear(recorder, np.zeros(BLOCK, np.complex64), 0.0)
    hear(recorder, noise(BLOCK), 5.0)
    recorder.close()
    assert [each[f"{NAME}:silence_samples"] for each in meta(tmp_path)["captures"]] == [0]


def test_samples_of_no_8_bit_converter_are_kept_whole(tmp_path: Path, record: Record) -> None:
    samples = np.random.default_rng(1).standard_normal(4 * BLOCK, dtype=np.float32).view(np.complex64)
    samples[BLOCK : BLOCK + 50] = 0
    recorder = record()
    hear(recorder, np.concatenate((np.zeros(BLOCK, np.complex64), samples)), 0.0)
    recorder.close()
    assert np.array_equal(np.fromfile(tmp_path / "ground.sigmf-data", "<c8"), samples)
    told = meta(tmp_path)
    assert told["global"]["core:datatype"] == "cf32_le"
    assert [each[f"{NAME}:silence_samples"] for each in told["captures"]] == [BLOCK]


def test_receptions_are_annotations(tmp_path: Path, record: Record, noise: Noise, link: LinkProfile) -> None:
    recorder = record()
    hear(recorder, noise(BLOCK), 1.0)
    hear(recorder, noise(4 * BLOCK), 3.0)
    recorder.add(Reception(b"\x01\xff", quality(3.001, 3.021)), accepted=True)
    recorder.add(Reception(None, quality(3.021, 3.031, float("-inf"))), accepted=False)
    recorder.add(Reception(b"\x00", quality(3.032, 3.033)), accepted=False)
    recorder.close()
    first, second, third = meta(tmp_path)["annotations"]
    coded_db = 10 * np.log10(2 * 255 / 223)  # two symbols a bit, and check octets: of the bits of a frame
    assert first.pop(f"{NAME}:eb_n0_db") == pytest.approx(9.0 + coded_db, abs=0.2)
    assert first == {
        "core:sample_start": BLOCK + 240,
        "core:sample_count": 4800,
        "core:label": "frame",
        f"{NAME}:link_time_s": 3.001,
        f"{NAME}:frame": "01ff",
        f"{NAME}:accepted": True,
        f"{NAME}:es_n0_db": 9.0,
        f"{NAME}:first_offset_hz": 100.5,
        f"{NAME}:last_offset_hz": 90.25,
        f"{NAME}:corrected": 2,
        f"{NAME}:symbols": 3000,
        f"{NAME}:symbol_errors": 7,
    }
    assert second["core:label"] == "not decoded"
    assert not {f"{NAME}:frame", f"{NAME}:es_n0_db"} & second.keys()
    assert (third["core:label"], third[f"{NAME}:accepted"]) == ("frame, refused", False)
    assert [each["core:sample_start"] for each in (second, third)] == [BLOCK + 5040, BLOCK + 7680]


def test_a_reception_across_silence_begins_where_its_first_sample_is(
    tmp_path: Path, record: Record, noise: Noise
) -> None:
    recorder = record()
    samples = noise(4 * BLOCK)
    samples[BLOCK : 2 * BLOCK] = 0
    hear(recorder, samples, 0.0)
    recorder.add(Reception(b"\x01", quality(0.005, 0.025)), accepted=True)
    recorder.close()
    (told,) = meta(tmp_path)["annotations"]
    assert (told["core:sample_start"], told["core:sample_count"]) == (1200, 2400)


def published_blocks(folder: Path) -> int | None:
    path = folder / "ground.sigmf-meta"
    return meta(folder)["global"][f"{NAME}:sample_count"] // BLOCK if path.exists() else None


def test_metadata_are_published_at_once_and_then_once_a_second(tmp_path: Path, record: Record, noise: Noise) -> None:
    wall_s = [100.0]
    recorder, counts = record(clock=lambda: wall_s[0]), []
    for number in range(8):
        recorder.hear(noise(BLOCK), (number + 1) * BLOCK / RATE_HZ)
        wall_s[0] += 0.3
        counts.append(published_blocks(tmp_path))
    assert counts == [None, 1, 1, 1, 1, 5, 5, 5]
    recorder.close()
    assert published_blocks(tmp_path) == 8


def test_a_frame_is_published_with_the_next_block(tmp_path: Path, record: Record, noise: Noise) -> None:
    recorder, counts = record(clock=lambda: 100.0), []
    for number in range(6):
        recorder.hear(noise(BLOCK), (number + 1) * BLOCK / RATE_HZ)
        if number == 3:
            recorder.add(Reception(b"\x01", quality(0.03, 0.035)), accepted=True)
        counts.append(published_blocks(tmp_path))
    assert counts == [None, 1, 1, 1, 4, 4]
    assert len(meta(tmp_path)["annotations"]) == 1
    recorder.close()


def test_metadata_that_take_long_are_published_more_seldom(tmp_path: Path, record: Record, noise: Noise) -> None:
    wall_s, called = [0.0], []

    def clock() -> float:
        called.append(wall_s[0])
        wall_s[0] += 0.05  # a twentieth of a second between any two looks
        return wall_s[0]

    recorder = record(clock=clock)
    for number in range(200):
        recorder.hear(noise(BLOCK), (number + 1) * BLOCK / RATE_HZ)
    published = meta(tmp_path)["global"][f"{NAME}:sample_count"] // BLOCK
    assert 90 < published < 110, "5 s after the first"
    recorder.close()


def test_one_that_is_started_again_takes_another_name(tmp_path: Path, record: Record, noise: Noise) -> None:
    paths = []
    for _ in range(3):
        recorder = record()
        hear(recorder, noise(BLOCK), 0.0)
        paths.append(recorder.path.name)
        recorder.close()
    assert paths == ["ground", "ground-2", "ground-3"]
    assert meta(tmp_path, "ground-3")["global"][f"{NAME}:sample_count"] == BLOCK


def test_nothing_is_left_of_a_recording_of_nothing(tmp_path: Path, record: Record) -> None:
    recorder = record()
    recorder.hear(np.zeros(BLOCK, np.complex64), 0.01)
    recorder.close()
    assert list(tmp_path.iterdir()) == []


# -- what can go wrong -------------------------------------------------------------------------------------------------


def test_a_disk_that_is_full_ends_the_recording_with_one_warning(
    tmp_path: Path, record: Record, noise: Noise, warnings: list[str]
) -> None:
    recorder = record()
    recorder.path.with_suffix(".sigmf-data").unlink()
    recorder.path.with_suffix(".sigmf-data").symlink_to("/dev/full")
    hear(recorder, noise(3 * BLOCK), 0.0)
    recorder.add(Reception(b"\x01", quality(0.001, 0.002)), accepted=True)
    recorder.close()
    (warning,) = warnings
    assert str(tmp_path / "ground") in warning
    assert "No space left on device" in warning


def test_the_last_of_a_disk_is_left_to_others(
    tmp_path: Path, record: Record, noise: Noise, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = record()
    hear(recorder, noise(BLOCK), 0.0)
    monkeypatch.setattr(recorder_module, "LEAST_FREE_OCTETS", 1 << 60)
    hear(recorder, noise(3 * BLOCK), 0.01)
    recorder.close()
    assert len(warnings) == 1
    assert "left on the disk" in warnings[0]
    assert meta(tmp_path)["global"][f"{NAME}:sample_count"] == BLOCK, "what there is stays readable"
    assert "core:sha512" in meta(tmp_path)["global"]


def test_samples_of_another_converter_end_the_recording(
    tmp_path: Path, record: Record, noise: Noise, warnings: list[str]
) -> None:
    recorder = record()
    hear(recorder, noise(BLOCK), 0.0)
    hear(recorder, np.full(BLOCK, 0.1, np.complex64), 0.01)
    hear(recorder, noise(BLOCK), 0.02)
    recorder.close()
    assert len(warnings) == 1
    assert "8 bits" in warnings[0]
    assert np.array_equal(stored(tmp_path), noise(BLOCK))


def test_a_folder_that_is_gone_ends_the_recording_and_not_the_run(
    tmp_path: Path, record: Record, noise: Noise, warnings: list[str]
) -> None:
    recorder = record()
    hear(recorder, noise(BLOCK), 0.0)
    for path in tmp_path.iterdir():
        path.unlink()
    tmp_path.rmdir()
    hear(recorder, noise(BLOCK), 0.01)
    recorder.close()
    assert len(warnings) == 1


def test_a_folder_that_cannot_be_made_is_named(link: LinkProfile) -> None:
    with pytest.raises(RecordingError, match="/proc/nowhere"):
        Recorder(RecordSettings(Path("/proc/nowhere")), "ground", link, RATE_HZ, print)


@pytest.mark.parametrize("moment", [datetime(2024, 1, 1), START.replace(year=1969), START.replace(year=3000)])
def test_a_start_that_cannot_be_is_named(moment: datetime) -> None:
    with pytest.raises(RecordingError, match="start_utc"):
        RecordSettings(Path(), moment)
