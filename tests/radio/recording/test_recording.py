"""Recordings as files hold them, read back as samples."""

import contextlib
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import RecordingError
from radio.recording.open_recording import open_recording
from radio.recording.recording import Recording
from radio.recording.sample_format import SampleFormat

IQ = np.array([0.5 - 0.25j, -1.0 + 0.75j, 0.0, 0.125 + 0.5j], dtype=np.complex64)


def all_of(recording: Recording, size: int = 3) -> np.ndarray:
    return np.concatenate(list(recording.blocks(size)))


def interleaved(samples: np.ndarray) -> np.ndarray:
    return samples.view(np.float32)


def refused(path: Path, sample_rate_hz: float | None = None) -> RecordingError:
    with pytest.raises(RecordingError) as told:
        open_recording(path, sample_rate_hz)
    assert told.value.field in str(told.value)
    return told.value


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".cf32", interleaved(IQ).astype("<f4")),
        (".fc32", interleaved(IQ).astype("<f4")),
        (".cs16", (interleaved(IQ) * 32768).astype("<i2")),
        (".cs8", (interleaved(IQ) * 128).astype("i1")),
    ],
)
def test_raw_iq_is_read_by_its_suffix(tmp_path: Path, suffix: str, content: np.ndarray) -> None:
    path = tmp_path / f"pass{suffix}"
    path.write_bytes(content.tobytes())
    recording = open_recording(path, 240e3)
    assert (recording.count, recording.sample_rate_hz, recording.octets_discarded) == (4, 240e3, 0)
    assert np.array_equal(all_of(recording), IQ)


def test_octets_of_an_rtl_sdr_are_centred_between_two_steps(tmp_path: Path) -> None:
    path = tmp_path / "pass.cu8"
    path.write_bytes(bytes([0, 255, 127, 128]))
    assert all_of(open_recording(path, 1e6)) == pytest.approx(np.array([-1 + 1j, (-0.5 + 0.5j) / 127.5]), abs=1e-7)


@given(st.integers(1, 9))
def test_blocks_are_of_the_size_asked_for_and_the_last_is_the_rest(size: int) -> None:
    recording = Recording(Path(__file__), SampleFormat.named("ci8"), 1.0, 0, 2 * 25)
    blocks = [len(block) for block in recording.blocks(size)]
    assert sum(blocks) == 25
    assert set(blocks[:-1]) <= {size}


def test_a_sample_cut_in_two_is_discarded_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "pass.cf32"
    path.write_bytes(interleaved(IQ).tobytes()[:-3])
    recording = open_recording(path, 1e6)
    assert (recording.count, recording.octets_discarded) == (3, 5)
    assert np.array_equal(all_of(recording), IQ[:3])


def test_numbers_too_large_are_given_as_infinite() -> None:
    samples = SampleFormat.named("cf64_le").samples(np.array([1e300, -1.0], "<f8").tobytes())
    assert np.isinf(samples[0].real)
    assert samples[0].imag == -1.0


@pytest.mark.parametrize(
    "datatype", ["cf32_le", "cf32_be", "ci16_be", "ci32_le", "cf64_le", "rf32_le", "ri16_le", "ri8"]
)
def test_sigmfs_datatypes_are_read(datatype: str) -> None:
    form = SampleFormat.named(datatype)
    values = interleaved(IQ) if form.is_complex else IQ.real
    scale = 1.0 if form.number.kind == "f" else 2.0 ** (8 * form.number.itemsize - 1)
    limited = np.clip(values * scale, -scale, scale - 1) if scale > 1 else values
    samples = form.samples(limited.astype(form.number).tobytes())
    assert samples == pytest.approx(IQ if form.is_complex else IQ.real, abs=0.01)


@pytest.mark.parametrize("datatype", ["", "cf32", "cf16_le", "ci8_le", "cu64_le", "xf32_le", "cf32_le "])
def test_other_datatypes_are_refused(datatype: str) -> None:
    with pytest.raises(RecordingError, match="datatype"):
        SampleFormat.named(datatype)


@pytest.mark.parametrize(
    ("name", "rate_hz", "field"),
    [
        ("pass.cf32", None, "sample_rate_hz"),
        ("pass.cf32", 0.0, "sample_rate_hz"),
        ("pass.cf32", float("nan"), "sample_rate_hz"),
        ("empty.cf32", 1e6, "samples"),
        ("missing.cf32", 1e6, "file"),
        ("missing.wav", None, "file"),
        ("missing.sigmf-meta", None, "file"),
        ("pass.mp3", None, "file"),
        ("pass", 1e6, "file"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, rate_hz: float | None, field: str) -> None:
    (tmp_path / "pass.cf32").write_bytes(interleaved(IQ).tobytes())
    (tmp_path / "empty.cf32").write_bytes(b"")
    (tmp_path / "pass.mp3").write_bytes(b"ID3")
    assert refused(tmp_path / name, rate_hz).field == field


def test_a_file_that_becomes_shorter_ends_in_an_error(tmp_path: Path) -> None:
    path = tmp_path / "pass.cs8"
    path.write_bytes(bytes(1000))
    recording = open_recording(path, 1e6)
    path.write_bytes(bytes(100))
    with pytest.raises(RecordingError, match="samples"):
        all_of(recording, 40)


def wav(
    samples: np.ndarray, channels: int, kind: int = 1, rate: int = 48000, chunks: bytes = b"", size: int = -1
) -> bytes:
    bits = 8 * samples.itemsize
    align = channels * samples.itemsize
    layout = struct.pack("<HHIIHH", kind, channels, rate, rate * align, align, bits)
    data = samples.tobytes()
    content = b"WAVEfmt " + struct.pack("<I", 16) + layout + chunks
    content += b"data" + struct.pack("<I", len(data) if size < 0 else size) + data
    return b"RIFF" + struct.pack("<I", len(content)) + content


@pytest.fixture
def wav_file(tmp_path: Path) -> Path:
    return tmp_path / "pass.wav"


def test_a_wav_of_one_channel_is_real(wav_file: Path) -> None:
    wav_file.write_bytes(wav((IQ.real * 32768).astype("<i2"), 1))
    recording = open_recording(wav_file)
    assert (recording.sample_rate_hz, recording.format.is_complex) == (48000, False)
    assert np.array_equal(all_of(recording), IQ.real)


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [((interleaved(IQ) * 32768).clip(-32768, 32767).astype("<i2"), 1), (interleaved(IQ).astype("<f4"), 3)],
)
def test_a_wav_of_two_channels_is_iq(wav_file: Path, numbers: np.ndarray, kind: int) -> None:
    wav_file.write_bytes(wav(numbers, 2, kind, chunks=b"LIST\x03\x00\x00\x00abc\x00"))
    recording = open_recording(wav_file)
    assert recording.format.is_complex
    assert all_of(recording) == pytest.approx(IQ, abs=1e-4)


def with_layout(layout: bytes, samples: np.ndarray) -> bytes:
    padded = layout + b"\x00" * (len(layout) % 2)
    content = b"WAVEfmt " + struct.pack("<I", len(layout)) + padded + b"data" + struct.pack("<I", samples.nbytes)
    return b"RIFF" + struct.pack("<I", len(content) + samples.nbytes) + content + samples.tobytes()


def test_a_wav_of_the_extensible_kind_is_read(wav_file: Path) -> None:
    layout = struct.pack("<HHIIHHHHIH14s", 0xFFFE, 2, 48000, 384000, 8, 32, 22, 32, 3, 3, bytes(14))
    wav_file.write_bytes(with_layout(layout, interleaved(IQ).astype("<f4")))
    assert np.array_equal(all_of(open_recording(wav_file)), IQ)


def test_a_wav_whose_layout_has_an_odd_length_is_read(wav_file: Path) -> None:
    layout = struct.pack("<HHIIHHHx", 1, 1, 48000, 96000, 2, 16, 1)
    wav_file.write_bytes(with_layout(layout, (IQ.real * 32768).astype("<i2")))
    assert np.array_equal(all_of(open_recording(wav_file)), IQ.real)


def test_a_wav_cut_short_is_read_as_far_as_it_goes_and_says_what_is_missing(wav_file: Path) -> None:
    wav_file.write_bytes(wav(np.arange(100, dtype="<i2"), 1)[:-51])
    recording = open_recording(wav_file)
    assert (recording.count, recording.octets_missing, recording.octets_discarded) == (74, 51, 1)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_whose_length_was_never_written_reaches_to_the_end(wav_file: Path, size: int) -> None:
    wav_file.write_bytes(wav(np.arange(100, dtype="<i2"), 1, size=size))
    recording = open_recording(wav_file)
    assert (recording.count, recording.octets_missing) == (100, 0)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", "header"),
        (b"RIFFxxxxAVI LIST", "header"),
        (wav(np.zeros(4, "<i2"), 1)[:30], "chunk 'fmt '"),
        (wav(np.zeros(4, "<i2"), 1)[:40], "chunk"),
        (wav(np.zeros(6, "<i2"), 3), "channels"),
        (wav(np.zeros(4, "<i2"), 1, kind=2), "bits_per_sample"),
        (wav(np.zeros(4, "<i2"), 1, rate=0), "sample_rate_hz"),
        (wav(np.zeros(0, "<i2"), 1), "samples"),
    ],
)
def test_a_wav_that_is_none_is_refused(wav_file: Path, content: bytes, field: str) -> None:
    wav_file.write_bytes(content)
    assert refused(wav_file).field == field


@given(st.binary(max_size=60), st.integers(0, 60))
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory, noise: bytes, at: int) -> None:
    path = tmp_path_factory.mktemp("noise") / "pass.wav"
    good = wav(np.arange(20, dtype="<i2"), 1)
    path.write_bytes(good[:at] + noise + good[at + len(noise) :])
    with contextlib.suppress(RecordingError):
        assert len(all_of(open_recording(path))) <= len(good)


def test_a_rate_that_contradicts_the_file_is_refused(wav_file: Path) -> None:
    wav_file.write_bytes(wav(np.zeros(4, "<i2"), 1))
    assert refused(wav_file, 44100.0).field == "sample_rate_hz"
    assert open_recording(wav_file, 48000.0).count == 4


def test_a_layout_that_claims_4_gib_takes_no_memory(wav_file: Path) -> None:
    wav_file.write_bytes(with_layout(bytes(16), np.zeros(4, "<i2")).replace(b"fmt \x10\0\0\0", b"fmt \xff\xff\xff\xff"))
    tracemalloc.start()
    try:
        assert refused(wav_file).field == "channels"
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


def test_fewer_samples_than_none_are_refused() -> None:
    with pytest.raises(RecordingError, match="samples"):
        Recording(Path("pass.sigmf-data"), SampleFormat.named("ci8"), 1.0, 100, -50)
