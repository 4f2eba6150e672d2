"""The files of a model in a directory, and what they are."""

from __future__ import annotations

from pathlib import Path

from protocol.model_package.manifest import FileEntry, describe, is_model_file


def model_paths(model: Path) -> list[str]:
    """Return the paths, relative to the directory, of the files that an engine reads. Raises OSError."""
    files = (path.relative_to(model).as_posix() for path in sorted(model.rglob("*")) if path.is_file())
    return [path for path in files if is_model_file(path)]


def describe_model(directory: Path, paths: list[str]) -> tuple[FileEntry, ...]:
    """Return an entry for each of the files. Raises LocalError for a path that no package may have, OSError."""
    return tuple(_entry(directory, path) for path in paths)


def _entry(directory: Path, path: str) -> FileEntry:
    with (directory / path).open("rb") as file:
        return describe(path, file)
