"""A package made into a directory: the model's files, and the manifests of package and files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from flatsat.models.lora import merge_adapter
from flatsat.models.tree import describe_model, model_paths
from protocol.errors import RemoteError
from protocol.model_package.manifest import FileEntry, Manifest, PackageKind
from protocol.model_package.package import Progress, read_manifest, read_package, write_manifest

_MANIFESTS = "manifests"


def unpack_model(
    package: BinaryIO, manifest: Manifest, base: Path | None, directory: Path, on_progress: Progress
) -> None:
    """Fill `directory` with the model that follows from a package, read up to its manifest, and the files of its base.

    Raises RemoteError if it is not what its manifest says, ModelError if an adapter does not fit, OSError.
    """
    if manifest.kind is not PackageKind.LORA or base is None:
        _unpack_files(package, manifest, base, files_of(directory), on_progress)
        _write_manifests(directory, manifest, manifest)
        return
    adapter = directory / "adapter"
    _unpack_files(package, manifest, None, adapter, on_progress)
    merge_adapter(base, adapter, files_of(directory))
    shutil.rmtree(adapter)
    merged = describe_model(files_of(directory), model_paths(files_of(directory)))
    _write_manifests(directory, manifest, Manifest(manifest.name, PackageKind.FULL, merged))


def files_of(directory: Path) -> Path:
    """Return where the files are of the model that was unpacked into `directory`."""
    return directory / "files"


def read_manifests(directory: Path) -> tuple[Manifest, Manifest]:
    """Return what the package said, and what the files are. Raises OSError, RemoteError."""
    with (directory / _MANIFESTS).open("rb") as file:
        return read_manifest(file), read_manifest(file)


def _write_manifests(directory: Path, package: Manifest, contents: Manifest) -> None:
    with (directory / _MANIFESTS).open("wb") as file:
        write_manifest(file, package)
        write_manifest(file, contents)


def _unpack_files(
    package: BinaryIO, manifest: Manifest, base: Path | None, target: Path, on_progress: Progress
) -> None:
    def create(entry: FileEntry) -> BinaryIO:
        path = target / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")

    def open_base(path: str) -> BinaryIO:
        if base is None or not (base / path).is_file():
            raise RemoteError("model package", f"the base has no {path}")
        return (base / path).open("rb")

    read_package(package, manifest, open_base, create, on_progress)
