"""A model, or a LoRA adapter, as it lies on the ground's disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ground.errors import RequestError
from protocol.errors import LocalError, RemoteError
from protocol.model_package.lora_settings import CONFIG_FILE, parse_lora_settings
from protocol.model_package.manifest import ADAPTER_FILES, FileEntry, check_model_files, describe, is_model_file

_ACCEPTED = "a directory with config.json and *.safetensors, a .gguf file, or the directory of a LoRA adapter"
_GGUF_VERSIONS = (2, 3)
_MAX_HEADER_OCTETS = 100_000_000


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Files of a model, or of an adapter; `paths` are relative to `directory`."""

    directory: Path
    paths: tuple[str, ...]

    @property
    def is_adapter(self) -> bool:
        """Whether it is a LoRA adapter."""
        return self.paths == ADAPTER_FILES

    def open(self, path: str) -> BinaryIO:
        """Open one of the files. Raises OSError."""
        return (self.directory / path).open("rb")

    def describe(self, base: ModelSource | None = None) -> tuple[FileEntry, ...]:
        """Return an entry for each file, with the file of `base` that it may be a change of. Raises OSError.

        Raises LocalError for a name that no package may have.
        """
        return tuple(self._entry(path, base) for path in self.paths)

    def _entry(self, path: str, base: ModelSource | None) -> FileEntry:
        with self.open(path) as file:
            return describe(path, file, base._counterpart(path) if base else None)

    def _counterpart(self, path: str) -> str | None:
        """Return the file of the same name; a GGUF file is the model, whatever it is called."""
        if path.endswith(".gguf"):
            return next((own for own in self.paths if own.endswith(".gguf")), None)
        return path if path in self.paths else None


def find_source(source: Path, field: str) -> ModelSource:
    """Return the files of `source`, an option called `field`; raise RequestError if one is not what it should be."""
    model = _find(source, field)
    try:
        if not model.is_adapter:
            check_model_files(model.paths)
        for path in model.paths:
            _check_file(model, path, field)
    except LocalError as error:
        raise RequestError(field, str(source), _ACCEPTED) from error
    return model


def _find(source: Path, field: str) -> ModelSource:
    if source.is_dir():
        found = (path.relative_to(source).as_posix() for path in sorted(source.rglob("*")) if path.is_file())
        paths = tuple(path for path in found if is_model_file(path))
        is_adapter = set(ADAPTER_FILES) <= set(paths) and "config.json" not in paths
        return ModelSource(source, ADAPTER_FILES if is_adapter else paths)
    if source.is_file() and source.suffix == ".gguf":
        return ModelSource(source.parent, (source.name,))
    raise RequestError(field, str(source), _ACCEPTED)


def _check_file(model: ModelSource, path: str, field: str) -> None:
    with model.open(path) as file:
        head = file.read(8)
        if path.endswith(".gguf") and (head[:4] != b"GGUF" or int.from_bytes(head[4:], "little") not in _GGUF_VERSIONS):
            raise RequestError(field, str(model.directory / path), "a file that begins as GGUF of version 2 or 3 does")
        if path.endswith(".safetensors"):
            _check_header(file, int.from_bytes(head, "little"), str(model.directory / path), field)
    if path == CONFIG_FILE:
        _check_adapter(model.directory / path, field)
    elif path.endswith(".json"):
        _check_json((model.directory / path).read_bytes(), str(model.directory / path), field)


def _check_header(file: BinaryIO, length: int, path: str, field: str) -> None:
    if length > _MAX_HEADER_OCTETS:
        raise RequestError(field, path, "a safetensors file; this has no header")
    _check_json(file.read(length), path, field)


def _check_json(octets: bytes, path: str, field: str) -> None:
    try:
        json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise RequestError(field, path, f"JSON; this is not: {error}") from error


def _check_adapter(path: Path, field: str) -> None:
    try:
        parse_lora_settings(path.read_bytes())
    except RemoteError as error:
        raise RequestError(field, str(path), f"an adapter that can be added to the weights: {error.detail}") from error
