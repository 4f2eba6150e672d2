"""SigMF recordings read: samples in one file, what they are in another. The only importer of sigmf."""

import json
import warnings
from pathlib import Path
from typing import Any

from jsonschema.exceptions import ValidationError
from sigmf.error import SigMFError
from sigmf.hashing import calculate_sha512
from sigmf.validate import validate

from radio.errors import RecordingError
from radio.recording.recording import Recording
from radio.recording.sample_format import SampleFormat
from radio.recording.sigmf_writer import SigmfWriter as SigmfWriter


def open_sigmf(path: Path) -> Recording:
    """Return the recording of which ``path`` is one of the two files.

    Raises RecordingError naming the field of the metadata that is wrong or that the samples contradict, OSError.
    """
    meta, data = path.with_suffix(".sigmf-meta"), path.with_suffix(".sigmf-data")
    content = read_metadata(meta)
    told, captures = content["global"], content["captures"]
    if told.get("core:num_channels", 1) != 1:
        raise RecordingError("core:num_channels", told["core:num_channels"], "1")
    if "core:sample_rate" not in told:
        raise RecordingError("core:sample_rate", None, "a rate in samples per second")
    header = sum(capture.get("core:header_bytes", 0) for capture in captures[:1])
    octets = data.stat().st_size - header - told.get("core:trailing_bytes", 0)
    if "core:sha512" in told and told["core:sha512"] != calculate_sha512(data):
        raise RecordingError("core:sha512", told["core:sha512"], f"that of {data.name}: it was cut short or changed")
    rate_hz = float(told["core:sample_rate"])
    return Recording(data, SampleFormat.named(told["core:datatype"]), rate_hz, header, octets)


def read_metadata(meta: Path) -> dict[str, Any]:
    """Return what a .sigmf-meta file says. Raises RecordingError naming the field that is wrong, OSError."""
    try:
        content: dict[str, Any] = json.loads(meta.read_text(encoding="utf-8"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of undeclared extensions: read all the same
            validate(content)
    except (ValueError, RecursionError) as error:
        raise RecordingError("metadata", meta.name, f"JSON ({error})") from None
    except ValidationError as error:
        field = ".".join(str(part) for part in error.absolute_path) or "metadata"
        raise RecordingError(field, error.instance, error.message) from None
    except SigMFError as error:
        raise RecordingError("metadata", meta.name, str(error)) from None
    return content
