"""Any recording, by the end of its name."""

from pathlib import Path

from radio.errors import RecordingError
from radio.recording.recording import Recording
from radio.recording.sample_format import SampleFormat
from radio.recording.wav import open_wav

_RAW = {".cf32": "cf32_le", ".fc32": "cf32_le", ".cs16": "ci16_le", ".cs8": "ci8", ".cu8": "cu8"}
_SIGMF = (".sigmf-meta", ".sigmf-data")


def open_recording(path: Path, sample_rate_hz: float | None = None) -> Recording:
    """Return the recording at ``path``: .wav, .sigmf-meta (or -data), or raw IQ (.cf32 .fc32 .cs16 .cs8 .cu8).

    ``sample_rate_hz`` has to be told for raw IQ; where the file tells it too, it must be the same. Raises
    RecordingError.
    """
    try:
        return _open_raw(path, sample_rate_hz) if path.suffix.lower() in _RAW else _open_told(path, sample_rate_hz)
    except OSError as error:
        raise RecordingError("file", str(path), f"a readable file ({error.strerror})") from None


def _open_raw(path: Path, sample_rate_hz: float | None) -> Recording:
    suffix = path.suffix.lower()
    if sample_rate_hz is None:
        raise RecordingError("sample_rate_hz", None, f"a rate: a {suffix} file does not tell it")
    return Recording(path, SampleFormat.named(_RAW[suffix]), sample_rate_hz, 0, path.stat().st_size)


def _open_told(path: Path, sample_rate_hz: float | None) -> Recording:
    """Open a file that tells its own sample rate."""
    suffix = path.suffix.lower()
    if suffix == ".wav":
        found = open_wav(path)
    elif suffix in _SIGMF:
        from radio.recording.sigmf_file import open_sigmf  # its schema checker takes a fifth of a second to load

        found = open_sigmf(path)
    else:
        raise RecordingError("file", path.name, f"a name that ends in {', '.join(('.wav', *_SIGMF, *_RAW))}")
    if sample_rate_hz not in (None, found.sample_rate_hz):
        raise RecordingError("sample_rate_hz", sample_rate_hz, f"{found.sample_rate_hz:g}, as the file says")
    return found
