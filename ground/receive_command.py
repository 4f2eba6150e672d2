"""The command that decodes a recording."""

from pathlib import Path

from ground.errors import RequestError
from ground.receive import Source, profile_source, receive, satellite_source
from ground.receive_report import ReceiveReport
from radio.recording.open_recording import open_recording
from radio.recording.recording import Recording


def receive_file(
    file: Path,
    satellite: str | None,
    profile: str | None,
    leg: str,
    signal: str | None,
    sample_rate_hz: float | None,
    *,
    as_json: bool,
) -> int:
    """Show the frames of a satellite, or of a profile's leg, in a recording; return how many there were.

    Raises RequestError, and any RadioError for a file that cannot be used.
    """
    recording = open_recording(file, sample_rate_hz)
    report = ReceiveReport(recording, source := _source(recording, satellite, profile, leg, signal), as_json)
    with report.bar:
        count = receive(recording, source, report.progress, report.frame)
    return report.end(count)


def _source(recording: Recording, satellite: str | None, profile: str | None, leg: str, signal: str | None) -> Source:
    if satellite and not profile:
        return satellite_source(satellite, signal, recording)
    if profile and not satellite:
        return profile_source(profile, leg, recording)
    raise RequestError("satellite", satellite, "either --satellite or --profile")
