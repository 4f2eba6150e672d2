"""What is shown of the frames out of a recording."""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from edge.command_line import print_json
from ground.receive import Count, ReceivedFrame, Source
from radio.recording.recording import Recording


class ReceiveReport:
    """A line for each frame and one at the end; or, at the end, one JSON object. A bar on a terminal meanwhile."""

    def __init__(self, recording: Recording, source: Source, as_json: bool) -> None:
        self._recording, self._source, self._as_json = recording, source, as_json
        self._frames: list[dict[str, Any]] = []
        self._out = Console(highlight=False, markup=False, soft_wrap=True)
        terminal = Console(stderr=True)
        columns = (TextColumn("receiving"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)
        self._task = self.bar.add_task("receive", total=recording.count)

    def progress(self, samples: int) -> None:
        """So many samples are done."""
        self.bar.update(self._task, completed=samples)

    def frame(self, received: ReceivedFrame) -> None:
        """A frame was received."""
        quality = received.quality
        row = {
            "started_s": round(quality.started_s, 6),
            "ended_s": round(quality.ended_s, 6),
            "octets": len(received.frame),
            "es_n0_db": round(quality.es_n0_db, 2),
            "corrected": quality.corrected,
            "fecf_ok": received.fecf_ok,
            "hex": received.frame.hex(),
        }
        self._frames.append(row)
        if not self._as_json:
            self._out.print(_line(row))

    def end(self, count: Count) -> int:
        """Say how many frames there were, and what was lost; return how many there were."""
        summary = {
            "source": self._source.name,
            "recording": self._recording.path.name,
            "sample_rate_hz": self._recording.sample_rate_hz,
            "duration_s": round(self._recording.count / self._recording.sample_rate_hz, 6),
            "count": len(self._frames),
            "undecoded": count.undecoded,
            "fecf_wrong": count.fecf_wrong,
            "samples_unusable": self._source.receiver.samples_unusable,
            "octets_discarded": self._recording.octets_discarded,
            "octets_missing": self._recording.octets_missing,
        }
        if self._as_json:
            print_json({**summary, "frames": self._frames})
        else:
            self._out.print(_said(summary))
        return len(self._frames)


_LOSSES = {
    "undecoded": "markers without a frame",
    "fecf_wrong": "frames with a wrong FECF",
    "samples_unusable": "samples that are no numbers, taken as zero",
    "octets_discarded": "octets at the end, which make no sample",
    "octets_missing": "octets promised by the header and not there",
}


def _said(summary: dict[str, Any]) -> str:
    lost = [f"{summary[field]} {words}" for field, words in _LOSSES.items() if summary[field]]
    return "; ".join([f"{summary['source']}: {summary['count']} frames in {summary['duration_s']:.3f} s", *lost])


def _line(row: dict[str, Any]) -> str:
    fecf = "  FECF ok" if row["fecf_ok"] else ""
    length, ratio = f"{row['octets']:5d} octets", f"{row['es_n0_db']:5.1f} dB"
    return f"{row['started_s']:10.3f} s  {length}  {ratio}  {row['corrected']:3d} corrected{fecf}  {row['hex']}"
