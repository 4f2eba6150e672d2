"""The models on board: each in a directory of its own, which is there whole or not at all."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from flatsat.errors import ConfigError
from flatsat.models.durable import is_part, new_directory, remove_directory, remove_parts, sync
from flatsat.models.errors import ModelError
from flatsat.models.pointers import Pointers, load_pointers, save_pointers
from flatsat.models.tree import describe_model, model_paths
from flatsat.models.unpacking import files_of, read_manifests, unpack_model
from protocol.errors import LocalError, RemoteError
from protocol.model_messages import ModelFault
from protocol.model_package.manifest import BUILT_IN, FileEntry, Manifest, PackageKind, model_id
from protocol.model_package.package import Progress, read_manifest

AsSafetensors: TypeAlias = Callable[[Path], Path]
"""Returns a directory with the model of a GGUF file in safetensors; raises ModelError if there is none."""

_POINTERS = "pointers"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """How much a store may hold besides the built-in model.

    A model for which there is no room is refused; nothing is removed that the ground did not name. Raises
    ConfigError.
    """

    models: int = 4
    octets: int = 8 << 30
    free_octets: int = 256 << 20
    """What stays free on the disk, for journals and logs."""

    def __post_init__(self) -> None:
        for name, low in (("models", 1), ("octets", 1), ("free_octets", 0)):
            if getattr(self, name) < low:
                raise ConfigError(f"model_store.{name}", getattr(self, name), f"{low} or more")


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that an engine can load; `files` are those in `directory`, which a package or a merge gave."""

    name: str
    directory: Path
    files: tuple[FileEntry, ...]
    package: Manifest | None = None
    """What it came with; None for the built-in one."""

    @property
    def path(self) -> Path:
        """What to give an engine: the GGUF file, or the directory."""
        gguf = next((entry.path for entry in self.files if entry.path.endswith(".gguf")), None)
        return self.directory / gguf if gguf else self.directory

    @property
    def model_id(self) -> bytes:
        """What names its content."""
        return model_id(self.files)

    @property
    def octets(self) -> int:
        """Its size on disk."""
        return sum(entry.octets for entry in self.files)


class ModelStore:
    """Models in a directory, and the pointers to the one that answers and the one to fall back on."""

    def __init__(
        self, directory: Path, built_in: Path | None, limits: StoreLimits, as_safetensors: AsSafetensors | None = None
    ) -> None:
        """Open the store, and remove what a power cut left unfinished.

        `built_in` is the model that the spacecraft was launched with, a directory or a GGUF file (None: an engine
        that needs none); it is hashed here. Raises OSError, ConfigError if its files have names that no package
        may have.
        """
        self._models = directory / "models"
        self._models.mkdir(parents=True, exist_ok=True)
        sync(directory)
        remove_parts(self._models)
        remove_parts(directory)
        self._limits = limits
        self._as_safetensors = as_safetensors
        self._pointers_file = directory / _POINTERS
        self._pointers = load_pointers(self._pointers_file)
        self._built_in = _built_in(built_in)

    @property
    def pointers(self) -> Pointers:
        """Which model answers, and which did."""
        return self._pointers

    def point(self, pointers: Pointers) -> None:
        """Keep other pointers. Raises ModelError if the disk does not take them."""
        with _disk_faults():
            save_pointers(self._pointers_file, pointers)
        self._pointers = pointers

    def note(self, pointers: Pointers) -> None:
        """Keep other pointers, on the disk if it takes them: a model goes on answering though the disk is full."""
        try:
            self.point(pointers)
        except ModelError as error:
            _log.warning("the model's pointers are not on disk: %s", error)
            self._pointers = pointers

    def models(self) -> list[InstalledModel]:
        """Return the built-in model and those installed, but for such as cannot be read."""
        return [self._built_in, *(model for name in self._names() if (model := self._read(name)))]

    def holds(self, name: str) -> bool:
        """Return whether there is a model of that name, readable or not."""
        return name == BUILT_IN or name in self._names()

    def find(self, name: str) -> InstalledModel:
        """Return the model `name`. Raises ModelError if there is none, or its manifest cannot be read."""
        if name == BUILT_IN:
            return self._built_in
        if not self.holds(name):
            raise ModelError(ModelFault.UNKNOWN, f"no model {name} is installed")
        model = self._read(name)
        if model is None:
            raise ModelError(ModelFault.CORRUPT, f"the manifest of {name} cannot be read")
        return model

    def verify(self, name: str) -> InstalledModel:
        """Return the model `name` if its files still have the hashes they were installed with, else ModelError."""
        model = self.find(name)
        for entry in model.files:
            try:
                found = describe_model(model.directory, [entry.path])
            except OSError as error:
                raise ModelError(ModelFault.CORRUPT, f"{entry.path}: {error.strerror}") from error
            if model_id(found) != model_id([entry]):
                raise ModelError(ModelFault.CORRUPT, f"{entry.path} has another SHA-256 than when it was installed")
        return model

    def install(self, package: BinaryIO, on_progress: Progress) -> InstalledModel:
        """Unpack a model beside the others; one that is there already from the same package is returned.

        Raises ModelError, whatever is wrong: nothing is then installed.
        """
        try:
            manifest = read_manifest(package)
            present = self._read(manifest.name)
            if present is not None and present.package == manifest:
                return present
            with _disk_faults():
                base = self._base(manifest)
                self._admit(manifest, base)
                with new_directory(self._models / manifest.name) as part:
                    unpack_model(package, manifest, base, part, on_progress)
        except RemoteError as error:
            raise ModelError(ModelFault.MALFORMED, str(error)) from error
        return self.find(manifest.name)

    def remove(self, name: str) -> None:
        """Remove a model. Raises ModelError if it is in use, the one to fall back on, or unknown."""
        if name in self._pointers.in_use:
            raise ModelError(ModelFault.IN_USE, f"{name} answers, is on trial, or is what is fallen back on")
        if not self.holds(name):
            raise ModelError(ModelFault.UNKNOWN, f"no model {name} is installed")
        with _disk_faults():
            remove_directory(self._models / name)
        self.point(self._pointers.forgotten(name))

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._models.iterdir() if path.is_dir() and not is_part(path))

    def _read(self, name: str) -> InstalledModel | None:
        try:
            package, contents = read_manifests(self._models / name)
        except (OSError, RemoteError):
            return None
        return InstalledModel(name, files_of(self._models / name), contents.files, package)

    def _base(self, manifest: Manifest) -> Path | None:
        """Return the directory with the files that a patch or an adapter starts from."""
        if manifest.base is None:
            return None
        base = next((model for model in self.models() if model.model_id == manifest.base), None)
        if base is None:
            raise ModelError(ModelFault.BASE_MISSING, f"no model on board is {manifest.base.hex()[:16]}")
        if manifest.kind is PackageKind.PATCH or base.path.is_dir():
            return base.directory
        if self._as_safetensors is None:
            raise ModelError(ModelFault.NOT_MERGEABLE, f"{base.name} is a GGUF file; an adapter needs safetensors")
        return self._as_safetensors(base.path)

    def _admit(self, manifest: Manifest, base: Path | None) -> None:
        """Raise ModelError unless there is room for what the package makes."""
        names, octets = self._names(), manifest.octets
        if manifest.name in names:
            raise ModelError(ModelFault.NAME_TAKEN, f"another model {manifest.name} is installed")
        if len(names) >= self._limits.models:
            raise ModelError(ModelFault.STORE_FULL, f"{self._limits.models} models are installed: remove one")
        if base is not None and manifest.kind is PackageKind.LORA:
            octets += sum((base / path).stat().st_size for path in model_paths(base))
        held = sum(model.octets for model in self.models()[1:])
        if held + octets > self._limits.octets:
            raise ModelError(
                ModelFault.STORE_FULL, f"{held} of {self._limits.octets} octets are taken, {octets} needed"
            )
        if octets + self._limits.free_octets > shutil.disk_usage(self._models).free:
            raise ModelError(ModelFault.DISK, f"it needs {octets} octets; {self._limits.free_octets} are to stay free")


def _built_in(model: Path | None) -> InstalledModel:
    if model is None:
        return InstalledModel(BUILT_IN, Path(), ())
    directory, paths = (model, model_paths(model)) if model.is_dir() else (model.parent, [model.name])
    try:
        return InstalledModel(BUILT_IN, directory, describe_model(directory, paths))
    except LocalError as error:
        raise ConfigError("model", str(model), f"files of plain names: {error}") from error


@contextmanager
def _disk_faults() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(ModelFault.DISK, error.strerror or str(error)) from error
