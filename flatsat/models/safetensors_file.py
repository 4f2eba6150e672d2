"""Tensors of a safetensors file, read from and written to their places (format: u64 length, JSON header, data)."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flatsat.models.errors import ModelError
from protocol.model_messages import ModelFault

MAX_HEADER_OCTETS = 100_000_000  # as the format's own library has it

_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """Where a tensor of float32, float16 or bfloat16 lies: its file, offset in octets, type and shape."""

    file: Path
    offset: int
    dtype: str
    shape: tuple[int, ...]

    def read(self) -> NDArray[np.float32]:
        """Return the tensor. Raises ModelError for another type of number."""
        kind = self._kind()
        raw = np.fromfile(self.file, kind, math.prod(self.shape), offset=self.offset)
        values = (raw.astype("<u4") << 16).view("<f4") if self.dtype == "BF16" else raw
        return values.astype(np.float32).reshape(self.shape)

    def write(self, values: NDArray[np.float32]) -> None:
        """Put `values`, rounded to the nearest of the tensor's type, in its place. Raises OSError."""
        raw = _to_bfloat16(values) if self.dtype == "BF16" else values.astype(self._kind())
        with self.file.open("r+b") as file:
            file.seek(self.offset)
            file.write(raw.tobytes())

    def _kind(self) -> np.dtype[Any]:
        if self.dtype not in _DTYPES:
            raise ModelError(ModelFault.NOT_MERGEABLE, f"a tensor of {self.file.name} is of type {self.dtype}")
        return _DTYPES[self.dtype]


def tensor_places(file: Path) -> dict[str, TensorPlace]:
    """Return where each tensor of a file lies. Raises ModelError if it is no safetensors file, OSError."""
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8).ljust(8, b"\xff"))
        header = stream.read(min(length, MAX_HEADER_OCTETS))
    if len(header) < length:
        raise _unreadable(file, "its header has no sensible length")
    try:
        rows = json.loads(header)
        return {name: _place(file, 8 + length, row) for name, row in rows.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _unreadable(file, str(error)) from error


def _place(file: Path, data_offset: int, row: Mapping[str, Any]) -> TensorPlace:
    begin, end = (int(offset) for offset in row["data_offsets"])
    shape = tuple(int(length) for length in row["shape"])
    kind = _DTYPES.get(row["dtype"])
    if min(begin, *shape, 0) < 0 or (kind is not None and end - begin != kind.itemsize * math.prod(shape)):
        raise ValueError("a tensor's size is not that of its shape")
    if not begin <= end <= file.stat().st_size - data_offset:
        raise ValueError("a tensor lies behind its end")
    return TensorPlace(file, data_offset + begin, str(row["dtype"]), shape)


def _to_bfloat16(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the upper halves of float32, rounded to nearest, ties to even."""
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype(np.uint16)


def _unreadable(file: Path, reason: str) -> ModelError:
    return ModelError(ModelFault.MALFORMED, f"{file.name} is no safetensors file: {reason}")
