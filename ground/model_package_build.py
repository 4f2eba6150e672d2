"""A model directory, a GGUF file or a LoRA adapter made into the package that goes up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ground.errors import RequestError
from ground.model_source import ModelSource, find_source
from protocol.errors import LocalError
from protocol.model_package.manifest import Manifest, PackageKind, SelfTestPrompt, check_name, model_id
from protocol.model_package.package import write_package

Progress: TypeAlias = Callable[[float], None]
"""Called with 0 to 1."""


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """What is to be sent, and how large it is."""

    path: Path
    manifest: Manifest
    octets: int

    @property
    def model_id(self) -> bytes | None:
        """What will name the model's content on board; None for an adapter, which is merged there."""
        return None if self.manifest.kind is PackageKind.LORA else model_id(self.manifest.files)


def build_package(
    source: Path,
    package: Path,
    name: str,
    base: Path | None = None,
    self_tests: Sequence[SelfTestPrompt] = (),
    on_progress: Progress = lambda _fraction: None,
) -> BuiltPackage:
    """Write the package of `source` to the file `package`: a patch of `base` if that is given, a full model if not.

    `base` is a copy of a model that is on board, by the same file names; an adapter (a directory with
    adapter_config.json) needs it. `name` is what the model will be called. Raises RequestError for what no
    spacecraft could load, OSError.
    """
    model = find_source(source, "model")
    changed = find_source(base, "base") if base else None
    try:
        manifest = _manifest(name, model, changed, tuple(self_tests))
    except LocalError as error:
        raise RequestError(error.field, error.value, error.accepted) from error
    with package.open("wb") as out:
        write_package(
            out,
            manifest,
            lambda entry: model.open(entry.path),
            lambda path: (changed or model).open(path),
            lambda octets: on_progress(octets / manifest.octets),
        )
    return BuiltPackage(package, manifest, package.stat().st_size)


def _manifest(name: str, model: ModelSource, base: ModelSource | None, tests: tuple[SelfTestPrompt, ...]) -> Manifest:
    check_name("name", name)
    if base is None:
        if model.is_adapter:
            raise RequestError("base", None, "the directory or GGUF file of the model that the adapter was trained on")
        return Manifest(name, PackageKind.FULL, model.describe(), None, tests)
    base_id = model_id(base.describe())
    if model.is_adapter:
        return Manifest(name, PackageKind.LORA, model.describe(), base_id, tests)
    return Manifest(name, PackageKind.PATCH, model.describe(base), base_id, tests)
