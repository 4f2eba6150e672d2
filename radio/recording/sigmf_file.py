"""SigMF recordings: samples in one file, what they are in another. The only importer of sigmf."""

import json
import math
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from jsonschema.exceptions import ValidationError
from numpy.typing import NDArray
from sigmf import SigMFFile
from sigmf.error import SigMFError
from sigmf.hashing import calculate_sha512
from sigmf.validate import validate

from radio.errors import RecordingError
from radio.recording.recording import Recording
from radio.recording.sample_format import SampleFormat

_DATATYPE = "cf32_le"


def open_sigmf(path: Path) -> Recording:
    """Return the recording of which ``path`` is one of the two files.

    Raises RecordingError naming the field of the metadata that is wrong or that the samples contradict, OSError.
    """
    meta, data = path.with_suffix(".sigmf-meta"), path.with_suffix(".sigmf-data")
    content = _checked(meta)
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


def _checked(meta: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(meta.read_text(encoding="utf-8"))
        validate(content)
    except (ValueError, RecursionError) as error:
        raise RecordingError("metadata", meta.name, f"JSON ({error})") from None
    except ValidationError as error:
        field = ".".join(str(part) for part in error.absolute_path) or "metadata"
        raise RecordingError(field, error.instance, error.message) from None
    except SigMFError as error:
        raise RecordingError("metadata", meta.name, str(error)) from None
    return content


class SigmfWriter:
    """Writes complex64 samples as they come; the metadata are written when it is closed.

    >>> with SigmfWriter(Path("pass"), 240e3, 437.05e6, "downlink") as writer:  # doctest: +SKIP
    ...     writer.write(samples)
    ...     writer.annotate(1200, 26000, "CADU 1")
    """

    def __init__(self, path: Path, sample_rate_hz: float, carrier_hz: float, description: str) -> None:
        """Begin ``path`` with the ends .sigmf-data and .sigmf-meta. Raises RecordingError if it cannot be written."""
        if not 0 < sample_rate_hz < math.inf:
            raise RecordingError("sample_rate_hz", sample_rate_hz, "more than 0")
        self._meta, self._data = path.with_suffix(".sigmf-meta"), path.with_suffix(".sigmf-data")
        self._global = {
            "core:datatype": _DATATYPE,
            "core:sample_rate": sample_rate_hz,
            "core:num_channels": 1,
            "core:description": description,
        }
        self._carrier_hz = carrier_hz
        self._annotations: list[tuple[int, int, str]] = []
        try:
            self._file = self._data.open("wb")
        except OSError as error:
            raise RecordingError("file", str(self._data), f"a file that can be written ({error.strerror})") from None

    def write(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n]."""
        self._file.write(samples.astype("<c8").tobytes())

    def annotate(self, start: int, count: int, label: str) -> None:
        """Say what samples start..start + count - 1 are."""
        self._annotations.append((start, count, label))

    def close(self) -> None:
        """Write the metadata, with the samples' hash."""
        self._file.close()
        recording = SigMFFile(global_info={**self._global, "core:sha512": calculate_sha512(self._data)})
        recording.add_capture(0, metadata={"core:frequency": self._carrier_hz})
        for start, count, label in self._annotations:
            recording.add_annotation(start, count, metadata={"core:label": label})
        recording.tofile(str(self._meta), overwrite=True)

    def __enter__(self) -> "SigmfWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
