"""What a model's directory is known to hold: hashes of its tensors and of its other files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from flatsat.errors import EngineError

NAME = "manifest.json"
_WEIGHTS = "*.safetensors"


@dataclass(frozen=True, slots=True)
class Manifest:
    """SHA-256 of each tensor's octets and of each file that holds none, in hexadecimal.

    Files of weights are left out: what counts is what comes of them in memory.
    """

    tensors: Mapping[str, str]
    files: Mapping[str, str]

    @classmethod
    def of(cls, directory: Path, tensors: Mapping[str, str]) -> "Manifest":
        """Return the manifest of the files that are in `directory` now."""
        paths = [path for path in directory.iterdir() if path.is_file() and not path.match(_WEIGHTS)]
        return cls(dict(tensors), {path.name: _file_hash(path) for path in sorted(paths) if path.name != NAME})

    @classmethod
    def read(cls, directory: Path) -> "Manifest":
        """Return the manifest in `directory`. Raises EngineError if there is none, or a broken one."""
        path = directory / NAME
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(dict(found["tensors"]), dict(found["files"]))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EngineError(f"{path} cannot be read: {error}") from error

    def write(self, directory: Path) -> None:
        """Put the manifest into `directory`. Raises OSError."""
        (directory / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def check(self, directory: Path, tensors: Mapping[str, str]) -> None:
        """Raise EngineError, which names it, for the first tensor or file that is not as it was."""
        found = Manifest.of(directory, tensors)
        for kind, expected, present in (("weights", self.tensors, tensors), ("file", self.files, found.files)):
            for name, digest in expected.items():
                if present.get(name) != digest:
                    raise EngineError(f"{directory}: {kind} {name} is not what was stored")


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
