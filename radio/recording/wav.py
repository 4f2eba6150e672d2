"""WAV files: one channel of real samples (FM-demodulated audio), or two of IQ."""

import struct
from pathlib import Path
from typing import BinaryIO

from radio.errors import RecordingError
from radio.recording.recording import Recording
from radio.recording.sample_format import SampleFormat

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_NUMBERS = {(_PCM, 8): "u8", (_PCM, 16): "i16_le", (_PCM, 32): "i32_le", (_FLOAT, 32): "f32_le", (_FLOAT, 64): "f64_le"}
_CHANNELS = {1: "r", 2: "c"}
_LONGEST_LAYOUT = 40
"""Octets of a chunk 'fmt ' that say anything: a cut or damaged file may claim 4 GiB."""
_STREAMED = (0, 0xFFFFFFFF)
"""The length of the data in a header that was never completed: they reach to the end of the file."""


def open_wav(path: Path) -> Recording:
    """Return the recording in a RIFF/WAVE file; raises RecordingError naming the header's field, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        riff = file.read(12)
        if riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
            raise RecordingError("header", riff[:12].hex(), "RIFF and WAVE, as a WAV file begins")
        start, found = _chunk(file, b"fmt ")
        rate_hz, number = _layout(file.read(min(found, _LONGEST_LAYOUT)))
        file.seek(start + found + found % 2)  # chunks begin at even places
        first, promised = _chunk(file, b"data")
    if promised in _STREAMED:
        promised = size - first
    held = min(promised, size - first)
    return Recording(path, number, rate_hz, first, held, octets_missing=promised - held)


def _chunk(file: BinaryIO, name: bytes) -> tuple[int, int]:
    """Go to the content of the next chunk of that name; return where it begins and how long it says it is."""
    while len(head := file.read(8)) == 8:
        size = int.from_bytes(head[4:], "little")
        if head[:4] == name:
            return file.tell(), size
        file.seek(size + size % 2, 1)
    raise RecordingError("chunk", None, f"a chunk {name.decode()!r}: the file may be cut short")


def _layout(chunk: bytes) -> tuple[float, SampleFormat]:
    if len(chunk) < 16:
        raise RecordingError("chunk 'fmt '", len(chunk), "16 octets or more: the file may be cut short")
    kind, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        kind = int.from_bytes(chunk[24:26], "little")
    if channels not in _CHANNELS:
        raise RecordingError("channels", channels, "1 (real) or 2 (IQ)")
    if (kind, bits) not in _NUMBERS:
        raise RecordingError("bits_per_sample", bits, "8, 16 or 32 of PCM, 32 or 64 of floating point")
    return float(rate_hz), SampleFormat.named(_CHANNELS[channels] + _NUMBERS[kind, bits])
