"""What a node receives, kept as SigMF while it runs: samples, when they came, and the frames in them."""

import errno
import math
import shutil
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radio.errors import RecordingError
from radio.finite import finite_or_none
from radio.modem.reception import Reception
from radio.profile import LinkProfile
from radio.recording.eight_bits import octets_of
from radio.recording.run_fields import EXTENSION, EndFields, ReceptionFields, SegmentFields
from radio.recording.sigmf_writer import Datatype, SigmfWriter

LEAST_FREE_OCTETS = 32 << 20
"""Left on a disk: a journal beside the recording needs them more."""
UTC_FORMATS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]
"""Of a moment on a command line; Z is an offset, too."""
_PUBLISH_S = 1.0
_PUBLISH_SHARE = 0.01
"""Of the time, at most, that goes into metadata: those of a long run take long to write."""
_SAME_MOMENT_S = 1e-6
_REMEMBERED_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Where to record, and when it is. Raises RecordingError for a moment that is none."""

    folder: Path
    start_utc: datetime | None = None
    """UTC at link time 0; if left out, the wall clock tells it when the first samples come."""

    def __post_init__(self) -> None:
        start = self.start_utc
        if start is not None and (start.tzinfo is None or not 1970 <= start.year < 3000):
            raise RecordingError("start_utc", str(start), "a moment from 1970 to 2999, with its offset from UTC")


class Recorder:
    """Writes samples and receptions of one end of the link into a folder, as they come.

    Octets where the samples are an 8-bit converter's, single-precision numbers otherwise. A leap of link time begins a
    capture segment, and so do samples that are all zero, which are not kept. What goes wrong with the disk is told
    once and ends the recording: never the run.
    """

    def __init__(
        self,
        settings: RecordSettings,
        end: str,
        link: LinkProfile,
        sample_rate_hz: float,
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the first free name of ``end``, ``end``-2, ...; raise RecordingError if the folder cannot be written."""
        self._end, self._link, self._rate_hz, self._warn, self._clock = end, link, sample_rate_hz, warn, clock
        self._start_utc = settings.start_utc
        self.path = _claim(settings.folder, end)
        self._coding_gain_db = 10 * math.log10(link.symbol_rate_baud / link.information_rate_bit_s)  # Es/N0 to Eb/N0
        self._writer: SigmfWriter | None = None
        self._ended = False
        self._published_s = -math.inf
        self._pause_s = 0.0
        """Until the metadata are published again, at least."""
        self._has_news = False
        self._first_s = 0.0
        self._next_s = math.inf
        """Link time of the sample that goes on from the last one."""
        self._silence = 0
        self._segment_due = True
        self._segments: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED_SEGMENTS)
        """Of the latest ones, the link time and the number of their first sample."""

    def hear(self, samples: NDArray[np.complex64], now_s: float) -> None:
        """Take every block of samples, complex64[n], received up to ``now_s``: before the receiver gets it."""
        self._attempt(lambda: self._take(samples, now_s))

    def add(self, reception: Reception, accepted: bool) -> None:
        """Take a reception, and whether the link layer found its frame good."""
        self._attempt(lambda: self._annotate(reception, accepted))

    def close(self) -> None:
        """Complete the metadata; nothing is left of a recording of nothing."""
        self._attempt(self._complete)
        self._ended = True

    def _attempt(self, work: Callable[[], None]) -> None:
        """Write, as long as that goes well."""
        if self._ended:
            return
        try:
            work()
        except (OSError, RecordingError) as error:
            self._ended = True
            self._warn(f"the recording {self.path} ends: {getattr(error, 'strerror', None) or error}")
            with suppress(OSError):
                self._complete()

    def _complete(self) -> None:
        if self._writer is None:
            self.path.with_suffix(".sigmf-data").unlink(missing_ok=True)
        else:
            self._tell_count(self._writer)
            self._writer.close()

    # -- samples ---------------------------------------------------------------------------------------------------

    def _take(self, samples: NDArray[np.complex64], now_s: float) -> None:
        start_s = now_s - len(samples) / self._rate_hz
        if abs(start_s - self._next_s) > _SAME_MOMENT_S:
            self._segment_due, self._silence = True, 0
        self._next_s = now_s
        self._publish_if_due()
        done = 0
        for part, is_kept in self._parts(samples):
            if is_kept:
                self._keep(part, start_s + done / self._rate_hz)
            else:
                self._segment_due = True
                self._silence += len(part)
            done += len(part)

    def _parts(self, samples: NDArray[np.complex64]) -> list[tuple[NDArray[np.complex64], bool]]:
        """Return samples in parts, and of each whether it is kept: silence is, among single-precision numbers only."""
        if self._writer is not None and self._writer.datatype == "cf32_le":
            return [(samples, True)]
        heard = samples != 0
        parts = [samples] if heard.all() else np.split(samples, np.flatnonzero(np.diff(heard)) + 1)
        return [(part, bool(part[:1].any())) for part in parts]

    def _keep(self, samples: NDArray[np.complex64], start_s: float) -> None:
        writer = self._writer or self._begin(samples, start_s)
        if self._segment_due:
            self._begin_segment(writer, start_s)
        writer.write(samples)

    def _begin(self, samples: NDArray[np.complex64], start_s: float) -> SigmfWriter:
        """Begin the files: these samples are the first, and tell of which kind all are."""
        datatype: Datatype = "cf32_le" if octets_of(samples) is None else "cu8"
        description = f"what {self._end} received"
        self._writer = SigmfWriter(self.path, self._rate_hz, self._link.carrier_hz, description, datatype)
        self._writer.told |= {"core:recorder": "flatsat-testbed", "core:extensions": [EXTENSION]}
        self._first_s = start_s
        self._start_utc = self._start_utc or datetime.now(timezone.utc) - timedelta(seconds=self._next_s)
        return self._writer

    def _begin_segment(self, writer: SigmfWriter, start_s: float) -> None:
        assert self._start_utc is not None
        moment = (self._start_utc + timedelta(seconds=start_s)).astimezone(timezone.utc)
        writer.capture(
            {
                "core:global_index": max(round((start_s - self._first_s) * self._rate_hz), writer.sample_count),
                "core:datetime": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                **SegmentFields(link_time_s=start_s, silence_samples=self._silence).told(),
            }
        )
        self._segments.append((start_s, writer.sample_count))
        self._segment_due, self._silence = False, 0

    # -- what they are ---------------------------------------------------------------------------------------------

    def _annotate(self, reception: Reception, accepted: bool) -> None:
        if self._writer is None:
            return
        quality, frame = reception.quality, reception.frame
        start, end = self._place(quality.started_s), self._place(quality.ended_s)
        told = ReceptionFields(
            link_time_s=quality.started_s,
            frame=None if frame is None else frame.hex(),
            accepted=accepted,
            es_n0_db=finite_or_none(quality.es_n0_db),
            eb_n0_db=finite_or_none(quality.es_n0_db + self._coding_gain_db),
            first_offset_hz=finite_or_none(quality.first_offset_hz),
            last_offset_hz=finite_or_none(quality.last_offset_hz),
            corrected=quality.corrected,
            symbols=quality.symbols,
            symbol_errors=quality.symbol_errors,
        ).told()
        self._writer.annotate(start, max(1, end - start), _label(frame, accepted), told)
        self._has_news = True

    def _place(self, link_s: float) -> int:
        """Return the number of the sample that was received at a moment."""
        after = bisect_right(self._segments, (link_s + _SAME_MOMENT_S, math.inf))
        start_s, first = self._segments[max(after - 1, 0)]
        return max(0, first + round((link_s - start_s) * self._rate_hz))

    def _publish_if_due(self) -> None:
        """Publish what was heard, and once a second that nothing was; more seldom what takes long."""
        began_s = self._clock()
        due_s = self._published_s + max(self._pause_s, 0.0 if self._has_news else _PUBLISH_S)
        if self._writer is None or began_s < due_s:
            return
        if shutil.disk_usage(self.path.parent).free < LEAST_FREE_OCTETS:
            raise OSError(errno.ENOSPC, f"less than {LEAST_FREE_OCTETS >> 20} MiB are left on the disk")
        self._tell_count(self._writer)
        self._writer.publish()
        self._published_s, self._has_news = self._clock(), False
        self._pause_s = (self._published_s - began_s) / _PUBLISH_SHARE

    def _tell_count(self, writer: SigmfWriter) -> None:
        writer.told |= EndFields(end=self._end, link=self._link, sample_count=writer.sample_count).told()


@contextmanager
def recording(
    settings: RecordSettings | None, end: str, link: LinkProfile, sample_rate_hz: float, warn: Callable[[str], None]
) -> Iterator[Recorder | None]:
    """Give a recorder that is closed afterwards, or None where nothing is to be recorded."""
    recorder = Recorder(settings, end, link, sample_rate_hz, warn) if settings else None
    try:
        yield recorder
    finally:
        if recorder:
            recorder.close()


def _claim(folder: Path, end: str) -> Path:
    """Make an empty file of the first free name; a program that is started again does not overwrite what was there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _names(end):
            with suppress(FileExistsError):
                (folder / f"{name}.sigmf-data").touch(exist_ok=False)
                return folder / name
    except OSError as error:
        raise RecordingError("folder", str(folder), f"a folder that can be written ({error.strerror})") from None
    raise AssertionError("there is always another number")


def _names(end: str) -> Iterator[str]:
    yield end
    yield from (f"{end}-{number}" for number in count(2))


def _label(frame: bytes | None, accepted: bool) -> str:
    if frame is None:
        return "not decoded"
    return "frame" if accepted else "frame, refused"
