"""SigMF recordings while they are made: samples stream into one file, what they are into another."""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from radio.errors import RecordingError
from radio.recording.eight_bits import octets_of
from radio.recording.sample_format import SampleFormat
from radio.recording.sorted_spool import SortedSpool

SPECIFICATION = "1.2.0"
"""Of SigMF, the version that the metadata follow (core:version)."""

Datatype = Literal["cf32_le", "cu8"]


class SigmfWriter:
    """Writes complex64 samples as they come. Metadata are whole whenever there are any: they are replaced, not changed.

    Whoever is killed leaves samples as far as they went, and the metadata that were published last.

    >>> with SigmfWriter(Path("pass"), 240e3, 437.05e6, "downlink") as writer:  # doctest: +SKIP
    ...     writer.write(samples)
    ...     writer.annotate(1200, 26000, "CADU 1")
    """

    def __init__(
        self, path: Path, sample_rate_hz: float, carrier_hz: float, description: str, datatype: Datatype = "cf32_le"
    ) -> None:
        """Begin ``path`` with the ends .sigmf-data and .sigmf-meta. Raises RecordingError if it cannot be written."""
        if not 0 < sample_rate_hz < math.inf:
            raise RecordingError("sample_rate_hz", sample_rate_hz, "more than 0")
        self._meta, self._data = path.with_suffix(".sigmf-meta"), path.with_suffix(".sigmf-data")
        self.told: dict[str, Any] = {
            "core:datatype": datatype,
            "core:sample_rate": sample_rate_hz,
            "core:version": SPECIFICATION,
            "core:num_channels": 1,
            "core:description": description,
        }
        """The global object."""
        self.sample_count = 0
        """Samples written so far."""
        self.datatype = datatype
        self._carrier_hz = carrier_hz
        self._octets = SampleFormat.named(datatype).octets
        self._hash = hashlib.sha512()
        self._has_captures = False
        self._opened = ExitStack()
        try:
            self._file = self._opened.enter_context(self._data.open("wb", buffering=0))
            self._captures = self._opened.enter_context(closing(SortedSpool(path.parent)))
            self._annotations = self._opened.enter_context(closing(SortedSpool(path.parent)))
        except OSError as error:
            self._opened.close()
            raise RecordingError("file", str(self._data), f"a file that can be written ({error.strerror})") from None

    def capture(self, fields: Mapping[str, object]) -> None:
        """Begin a capture segment with the next sample."""
        self._has_captures = True
        place = {"core:sample_start": self.sample_count, "core:frequency": self._carrier_hz}
        self._captures.add(self.sample_count, {**place, **fields})

    def write(self, samples: NDArray[np.complex64]) -> None:
        """Add complex64[n]. Raise OSError, and RecordingError for ``cu8`` and samples that no 8-bit converter gives."""
        if not self._has_captures:
            self.capture({})
        octets = self._encode(samples)
        left = memoryview(octets)
        while left:
            left = left[self._file.write(left) :]
        self._hash.update(octets)
        self.sample_count += len(samples)

    def _encode(self, samples: NDArray[np.complex64]) -> bytes:
        octets = samples.astype("<c8").tobytes() if self.datatype == "cf32_le" else octets_of(samples)
        if octets is None:
            raise RecordingError("samples", "of another converter", "those of 8 bits that it began with")
        return octets

    def annotate(self, start: int, count: int, label: str, fields: Mapping[str, object] | None = None) -> None:
        """Say what samples start..start + count - 1 are."""
        place = {"core:sample_start": start, "core:sample_count": count, "core:label": label}
        self._annotations.add(start, {**place, **(fields or {})})

    def publish(self) -> None:
        """Write the metadata of what there is so far, in place of those before. Raise OSError if that cannot be."""
        part = self._meta.with_suffix(".sigmf-meta.part")
        try:
            with part.open("wb") as file:
                file.write(b'{"global": %b,\n"captures": [\n' % json.dumps(self.told, indent=1).encode())
                self._captures.copy_into(file)
                file.write(b'\n],\n"annotations": [\n')
                self._annotations.copy_into(file)
                file.write(b"\n]}\n")
            os.replace(part, self._meta)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Write the metadata for the last time, with the samples' hash. Raise OSError if that cannot be."""
        with self._opened:
            self._file.truncate(self.sample_count * self._octets)  # of a disk that was full, in the midst of a sample
            self.told["core:sha512"] = self._hash.hexdigest()
            self.publish()

    def __enter__(self) -> "SigmfWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
