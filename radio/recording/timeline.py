"""A recording by link time: its samples as a receiver got them, leaps and silences included."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio.errors import RecordingError
from radio.recording.open_recording import open_recording
from radio.recording.recording import Recording
from radio.recording.run_fields import NAMESPACE, SegmentFields


@dataclass(frozen=True, slots=True)
class Segment:
    """Samples first..first + count - 1 of a recording, which follow one another without a leap."""

    first: int
    count: int
    link_time_s: float
    """Of the first sample."""
    silence: int = 0
    """Samples received before it that were zero."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A recording and its segments, in the order of their samples."""

    recording: Recording
    segments: tuple[Segment, ...]

    @property
    def begin_s(self) -> float:
        """The link time at which the first sample was received."""
        first = self.segments[0]
        return first.link_time_s - first.silence / self.recording.sample_rate_hz

    @property
    def count(self) -> int:
        """How many samples were received, silent ones included."""
        return sum(segment.count + segment.silence for segment in self.segments)

    def blocks(self, size: int) -> Iterator[tuple[NDArray[np.complex64], float]]:
        """Give complex64[size], or fewer at a segment's end, and the link time up to which they were received."""
        rate_hz, octets = self.recording.sample_rate_hz, self.recording.format.octets
        for segment in self.segments:
            first_octet = self.recording.first_octet + segment.first * octets
            part = replace(self.recording, first_octet=first_octet, octets=segment.count * octets)
            received = -segment.silence
            for samples in chain(_silence(segment.silence, size), part.blocks(size)):
                received += len(samples)
                yield samples, segment.link_time_s + received / rate_hz


def open_timeline(path: Path, sample_rate_hz: float | None = None) -> Timeline:
    """Return any recording, as ``open_recording`` takes them; only SigMF knows segments. Raises RecordingError."""
    recording = open_recording(path, sample_rate_hz)
    if not path.suffix.lower().startswith(".sigmf"):
        return Timeline(recording, (Segment(0, recording.count, 0.0),))
    return sigmf_timeline(recording, metadata_of(path)["captures"], recording.count)


def metadata_of(path: Path) -> dict[str, Any]:
    """Return the metadata of a SigMF recording; ``path`` is one of its two files. Raises RecordingError."""
    from radio.recording.sigmf_file import read_metadata  # its schema checker takes a fifth of a second to load

    try:
        return read_metadata(path.with_suffix(".sigmf-meta"))
    except OSError as error:
        raise RecordingError("file", str(path), f"a readable file ({error.strerror})") from None


def sigmf_timeline(recording: Recording, captures: list[dict[str, Any]], count: int) -> Timeline:
    """Return the first ``count`` samples by the link time that their captures tell.

    Where none is told, SigMF's own count of samples tells it. Raises RecordingError for fields that cannot be used.
    """
    starts = [_start(capture, recording.sample_rate_hz) for capture in captures or [{}]]
    ends = [*(after.first for after in starts[1:]), count]
    segments = [replace(start, count=min(end, count) - start.first) for start, end in zip(starts, ends, strict=True)]
    kept = tuple(segment for segment in segments if segment.count > 0)
    if not kept:
        raise RecordingError("captures", len(starts), f"one that begins before sample {count}")
    return Timeline(recording, kept)


def _start(capture: dict[str, Any], rate_hz: float) -> Segment:
    """Return where a segment begins."""
    first = int(capture.get("core:sample_start", 0))
    told = {f"{NAMESPACE}:link_time_s": int(capture.get("core:global_index", first)) / rate_hz, **capture}
    fields = SegmentFields.of(told)
    return Segment(first, 0, fields.link_time_s, fields.silence_samples)


def _silence(count: int, size: int) -> Iterator[NDArray[np.complex64]]:
    for start in range(0, count, size):
        yield np.zeros(min(size, count - start), dtype=np.complex64)
