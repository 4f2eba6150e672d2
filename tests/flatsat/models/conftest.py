import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from flatsat.models.store import ModelStore, StoreLimits
from protocol.model_package.manifest import Manifest, PackageKind, describe, model_id
from protocol.model_package.package import write_package

Tree = Mapping[str, bytes]
Pack = Callable[..., io.BytesIO]

MODEL = {"config.json": b"{}", "model.safetensors": b"weights" * 50, "tokenizer.json": b"[1, 2]"}


@pytest.fixture
def pack() -> Pack:
    """Return a function that makes a package of a tree; `base` makes it a patch, or with `kind` an adapter."""

    def make(name: str = "candidate", tree: Tree = MODEL, base: Tree | None = None, **settings: Any) -> io.BytesIO:
        kind = settings.pop("kind", PackageKind.FULL if base is None else PackageKind.PATCH)
        paths = base if base and kind is PackageKind.PATCH else {}
        files = tuple(describe(path, io.BytesIO(data), path if path in paths else None) for path, data in tree.items())
        base_files = [describe(path, io.BytesIO(data)) for path, data in (base or {}).items()]
        manifest = Manifest(name, kind, files, model_id(base_files) if base else None, **settings)
        out, base_tree = io.BytesIO(), base or {}
        write_package(
            out,
            manifest,
            lambda entry: io.BytesIO(tree[entry.path]),
            lambda path: io.BytesIO(base_tree[path]),
            lambda octets: None,
        )
        out.seek(0)
        return out

    return make


@pytest.fixture
def built_in(tmp_path: Path) -> Path:
    directory = tmp_path / "launched"
    directory.mkdir()
    for path, data in MODEL.items():
        (directory / path).write_bytes(data)
    return directory


@pytest.fixture
def open_store(tmp_path: Path, built_in: Path) -> Callable[..., ModelStore]:
    def open_it(**limits: int) -> ModelStore:
        return ModelStore(tmp_path / "store", built_in, StoreLimits(**limits))

    return open_it
