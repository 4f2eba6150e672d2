import json
from pathlib import Path

import numpy as np
import pytest

from radio.errors import RecordingError
from radio.recording.open_recording import open_recording
from radio.recording.sigmf_file import SigmfWriter

RNG = np.random.default_rng(1)
SAMPLES = (RNG.standard_normal(500) + 1j * RNG.standard_normal(500)).astype(np.complex64)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with SigmfWriter(tmp_path / "pass", 240e3, 437.05e6, "a downlink") as writer:
        writer.write(SAMPLES[:200])
        writer.write(SAMPLES[200:])
        writer.annotate(300, 50, "CADU 2")
        writer.annotate(100, 50, "CADU 1")
    return tmp_path / "pass.sigmf-meta"


def changed(meta: Path, part: str, **fields: object) -> Path:
    content = json.loads(meta.read_text())
    table = content["global"] if part == "global" else content[part][0]
    table.pop("core:sha512", None)
    table.update({f"core:{name}": value for name, value in fields.items()})
    meta.write_text(json.dumps(content))
    return meta


def field_refused(path: Path) -> str:
    with pytest.raises(RecordingError) as told:
        open_recording(path)
    return told.value.field


@pytest.mark.parametrize("suffix", [".sigmf-meta", ".sigmf-data"])
def test_what_was_written_is_read_back(written: Path, suffix: str) -> None:
    recording = open_recording(written.with_suffix(suffix))
    assert recording.sample_rate_hz == 240e3
    assert np.array_equal(np.concatenate(list(recording.blocks(77))), SAMPLES)


def test_the_metadata_say_what_it_is(written: Path) -> None:
    content = json.loads(written.read_text())
    assert content["global"]["core:datatype"] == "cf32_le"
    assert content["global"]["core:description"] == "a downlink"
    assert content["captures"] == [{"core:sample_start": 0, "core:frequency": 437.05e6}]
    assert [each["core:label"] for each in content["annotations"]] == ["CADU 1", "CADU 2"]


def test_an_extension_that_is_not_declared_does_no_harm(written: Path) -> None:
    content = json.loads(written.read_text())
    content["global"]["somebody:thing"] = 1
    written.write_text(json.dumps(content))
    assert open_recording(written).sample_rate_hz == 240e3


def test_eight_bit_samples_behind_a_header_are_read(written: Path) -> None:
    written.with_suffix(".sigmf-data").write_bytes(b"HEAD" + bytes([0, 255, 255, 0]) + b"END")
    changed(written, "global", datatype="cu8", trailing_bytes=3, dataset="pass.sigmf-data")
    recording = open_recording(changed(written, "captures", header_bytes=4))
    assert np.concatenate(list(recording.blocks(10))).tolist() == [-1 + 1j, 1 - 1j]


@pytest.mark.parametrize("cut", [1, 8, 3999])
def test_data_cut_short_are_refused_by_their_hash(written: Path, cut: int) -> None:
    data = written.with_suffix(".sigmf-data")
    data.write_bytes(data.read_bytes()[:-cut])
    assert field_refused(written) == "core:sha512"


def test_data_that_are_not_there_are_named(written: Path) -> None:
    written.with_suffix(".sigmf-data").unlink()
    assert field_refused(written) == "file"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"datatype": "cf31_le"}, "core:datatype"),
        ({"datatype": 7}, "core:datatype"),
        ({"sample_rate": -1}, "core:sample_rate"),
        ({"sample_rate": "fast"}, "core:sample_rate"),
        ({"num_channels": 2}, "core:num_channels"),
    ],
)
def test_a_wrong_field_is_named(written: Path, fields: dict[str, object], named: str) -> None:
    assert named in field_refused(changed(written, "global", **fields))


def test_a_rate_left_out_is_named(written: Path) -> None:
    content = json.loads(written.read_text())
    del content["global"]["core:sample_rate"]
    written.write_text(json.dumps(content))
    assert field_refused(written) == "core:sample_rate"


@pytest.mark.parametrize("content", ["", "[1, 2]", "{", '{"global": {}}', "\x00\x01"])
def test_metadata_that_are_none_are_refused(written: Path, content: str) -> None:
    written.write_text(content)
    assert field_refused(written)


def test_nothing_written_is_a_recording_without_samples(tmp_path: Path) -> None:
    with SigmfWriter(tmp_path / "pass", 240e3, 437e6, "") as writer:
        writer.write(SAMPLES[:0])
    assert field_refused(tmp_path / "pass.sigmf-meta") == "samples"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="file"):
        SigmfWriter(tmp_path / "nowhere" / "pass", 240e3, 437e6, "")


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("inf")])
def test_a_rate_that_there_is_not_is_refused(tmp_path: Path, rate_hz: float) -> None:
    with pytest.raises(RecordingError, match="sample_rate_hz"):
        SigmfWriter(tmp_path / "pass", rate_hz, 437e6, "")


def test_a_header_that_is_longer_than_the_file_is_refused(written: Path) -> None:
    assert field_refused(changed(written, "captures", header_bytes=4001)) == "samples"


def test_metadata_nested_without_end_are_refused(written: Path) -> None:
    written.write_text("[" * 100_000)
    assert field_refused(written) == "metadata"
