"""A recording of one end of our link: what it received, and the frames that it found in it then."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radio.modem.reception import Reception
from radio.profile import LinkProfile
from radio.recording.open_recording import open_recording
from radio.recording.run_fields import NAMESPACE, EndFields, ReceptionFields
from radio.recording.timeline import Timeline, metadata_of, sigmf_timeline


@dataclass(frozen=True, slots=True)
class Heard:
    """A burst, or a unit of a stream, that a receiver followed to its end; without a frame if it was not decoded."""

    started_s: float
    """Link time."""
    ended_s: float
    es_n0_db: float
    frame: bytes | None

    @classmethod
    def of(cls, reception: Reception) -> "Heard":
        """Return what a reception comes to."""
        quality = reception.quality
        return cls(quality.started_s, quality.ended_s, quality.es_n0_db, reception.frame)


@dataclass(frozen=True, slots=True)
class LinkRecording:
    """Samples, and what was heard in them."""

    name: str
    end: str
    """Of the link: ground or flatsat."""
    link: LinkProfile
    timeline: Timeline
    heard: tuple[Heard, ...]


def open_link_recording(meta: Path) -> LinkRecording:
    """Return what ``--record`` wrote. Raises RecordingError for another recording, and for one that was changed."""
    recording, metadata = open_recording(meta), metadata_of(meta)
    told = EndFields.of(metadata["global"])
    timeline = sigmf_timeline(recording, metadata["captures"], min(told.sample_count, recording.count))
    rate_hz = recording.sample_rate_hz
    heard = tuple(_heard(each, rate_hz) for each in metadata["annotations"] if f"{NAMESPACE}:link_time_s" in each)
    return LinkRecording(meta.name.removesuffix(".sigmf-meta"), told.end, told.link, timeline, heard)


def _heard(annotation: dict[str, Any], rate_hz: float) -> Heard:
    told = ReceptionFields.of(annotation)
    ended_s = told.link_time_s + annotation.get("core:sample_count", 0) / rate_hz
    es_n0_db = float("nan") if told.es_n0_db is None else told.es_n0_db
    return Heard(told.link_time_s, ended_s, es_n0_db, None if told.frame is None else bytes.fromhex(told.frame))
