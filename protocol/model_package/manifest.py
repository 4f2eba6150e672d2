"""What a package says of itself: the model's name, what it is built on, and every file with its SHA-256."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import BinaryIO

from protocol import cbor
from protocol.checks import check_int, check_octets, check_text
from protocol.errors import LocalError
from protocol.model_package.lora_settings import CONFIG_FILE, WEIGHTS_FILE
from protocol.records import from_map, read_member, to_map

BUILT_IN = "built-in"
"""The name of the model that a spacecraft was launched with; no package may have it."""

MAX_FILES = 256
MAX_FILE_OCTETS = 2**40
MAX_SELF_TESTS = 8
SHA256_OCTETS = 32
ADAPTER_FILES = (CONFIG_FILE, WEIGHTS_FILE)

_MAX_PATH_OCTETS = 200
_BLOCK_OCTETS = 1 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PATH_PART = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._+@ -]*[A-Za-z0-9_])?")
# What an engine reads. Pickled weights and code are not among them: a package brings nothing that runs.
_SUFFIXES = (".gguf", ".jinja", ".json", ".model", ".safetensors", ".txt")


class PackageKind(str, Enum):
    """How the model comes out of the package. A member's number on the link is its place here: new ones go last."""

    FULL = "full"
    PATCH = "patch"
    LORA = "lora"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a model; `base_path` is the file of the base model that a patch starts from."""

    path: str
    octets: int
    sha256: bytes
    base_path: str | None = None

    def __post_init__(self) -> None:
        check_path("path", self.path)
        check_int("octets", self.octets, 0, MAX_FILE_OCTETS)
        check_octets("sha256", self.sha256, SHA256_OCTETS, SHA256_OCTETS)
        if self.base_path is not None:
            check_path("base_path", self.base_path)


@dataclass(frozen=True, slots=True)
class SelfTestPrompt:
    """A prompt that the model has to answer before it is trusted; `expect`, if not empty, is part of its answer."""

    prompt: str
    max_tokens: int = 16
    expect: str = ""

    def __post_init__(self) -> None:
        check_text("prompt", self.prompt, 1_000)
        if not self.prompt:
            raise LocalError("prompt", self.prompt, "at least one character")
        check_int("max_tokens", self.max_tokens, 1, 256)
        check_text("expect", self.expect, 200)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A package's table of contents. `base` is the `model_id` of the model that a patch or an adapter changes.

    A full model or a patch lists the files of the model that results: config.json and safetensors files, or one
    GGUF file. Raises LocalError for anything else.
    """

    name: str
    kind: PackageKind
    files: tuple[FileEntry, ...]
    base: bytes | None = None
    self_tests: tuple[SelfTestPrompt, ...] = ()

    def __post_init__(self) -> None:
        check_name("name", self.name)
        if type(self.kind) is not PackageKind:
            raise LocalError("kind", self.kind, "a PackageKind")
        _check_rows("files", self.files, FileEntry, MAX_FILES)
        _check_rows("self_tests", self.self_tests, SelfTestPrompt, MAX_SELF_TESTS)
        _check_distinct([entry.path for entry in self.files])
        self._check_base()
        self._check_contents()

    @property
    def octets(self) -> int:
        """Octets of all files together, unpacked."""
        return sum(entry.octets for entry in self.files)

    @property
    def gguf_path(self) -> str | None:
        """The GGUF file, if the model is of that format."""
        return next((entry.path for entry in self.files if entry.path.endswith(".gguf")), None)

    def encode(self) -> bytes:
        """Return the manifest's octets."""
        rows = {"files": self.files, "self_tests": self.self_tests}
        keys = {name: key for key, name in enumerate(self.__slots__, 1)}
        return cbor.pack({**to_map(self), **{keys[name]: [to_map(row) for row in rows[name]] for name in rows}})

    @classmethod
    def decode(cls, octets: bytes) -> Manifest:
        """Return the manifest that `octets` encode. Raises RemoteError if they are none."""
        return from_map(cls, cbor.unpack(octets), _READERS)

    def _check_base(self) -> None:
        if self.kind is not PackageKind.FULL:
            check_octets("base", self.base, SHA256_OCTETS, SHA256_OCTETS)
        elif self.base is not None:
            raise LocalError("base", self.base, "none, for a full model")
        if self.kind is not PackageKind.PATCH and any(entry.base_path for entry in self.files):
            raise LocalError("base_path", self.name, "none, but in a patch")

    def _check_contents(self) -> None:
        paths = [entry.path for entry in self.files]
        if self.kind is not PackageKind.LORA:
            check_model_files(paths)
        elif sorted(paths) != sorted(ADAPTER_FILES):
            raise LocalError("files", paths, " and ".join(ADAPTER_FILES))


def model_id(files: Sequence[FileEntry]) -> bytes:
    """Return what names a model by its content: SHA-256 over the path, size and SHA-256 of its files in order of path.

    A model that was patched has the same one as if it had been sent whole.
    """
    rows = {number: to_map(_plain(entry)) for number, entry in enumerate(sorted(files, key=lambda entry: entry.path))}
    return hashlib.sha256(cbor.pack(dict(rows))).digest()


def describe(path: str, stream: BinaryIO, base_path: str | None = None) -> FileEntry:
    """Return the entry of the file that `stream` holds. Raises LocalError for a path that no package may have."""
    check_path("path", path)
    digest, octets = hashlib.sha256(), 0
    while block := stream.read(_BLOCK_OCTETS):
        digest.update(block)
        octets += len(block)
    return FileEntry(path, octets, digest.digest(), base_path)


def is_model_file(path: str) -> bool:
    """Return whether `path`, relative to a model's directory, is of a file that an engine reads."""
    hidden = any(part.startswith(".") for part in PurePosixPath(path).parts)
    return path.endswith(_SUFFIXES) and not hidden


def check_model_files(paths: Sequence[str]) -> None:
    """Raise LocalError unless `paths` are those of a model: config.json and safetensors files, or one GGUF file."""
    ggufs = [path for path in paths if path.endswith(".gguf")]
    is_directory = "config.json" in paths and any(path.endswith(".safetensors") for path in paths)
    if not (len(paths) == len(ggufs) == 1 or (is_directory and not ggufs)):
        raise LocalError("files", sorted(paths), "config.json with *.safetensors, or one .gguf file and nothing else")


def check_name(field: str, name: object) -> None:
    """Raise LocalError unless a model may have that name."""
    if type(name) is not str or not _NAME.fullmatch(name) or name == BUILT_IN:
        accepted = f"1 to 64 of a-z, 0-9, '.', '_', '-', the first a letter or digit, and not {BUILT_IN}"
        raise LocalError(field, name, accepted)


def check_path(field: str, path: object) -> None:
    """Raise LocalError unless `path` stays within the directory that it is relative to, on any file system."""
    check_text(field, path, _MAX_PATH_OCTETS)
    if not all(_PATH_PART.fullmatch(part) for part in str(path).split("/")) or not is_model_file(str(path)):
        raise LocalError(field, path, f"a relative path of plain names, ending in one of {' '.join(_SUFFIXES)}")


def _plain(entry: FileEntry) -> FileEntry:
    return FileEntry(entry.path, entry.octets, entry.sha256)


def _check_rows(field: str, rows: object, kind: type, longest: int) -> None:
    if type(rows) is not tuple or len(rows) > longest or any(type(row) is not kind for row in rows):
        raise LocalError(field, rows, f"a tuple of at most {longest} {kind.__name__}")


def _check_distinct(paths: list[str]) -> None:
    """Refuse two files of one name, also where a file system knows no case, and a file that is a directory too."""
    folded = [path.casefold() for path in paths]
    parents = {str(parent) for path in folded for parent in PurePosixPath(path).parents}
    if len(set(folded)) < len(folded) or parents & set(folded):
        raise LocalError("files", paths, "paths that differ, none of them another's directory")


def _read_rows(kind: type) -> Callable[[object], object]:
    def read(item: object) -> object:
        if not isinstance(item, list):
            return item
        return tuple(from_map(kind, cbor.check_map(row), {}) for row in item)

    return read


_READERS: dict[str, Callable[[object], object]] = {
    "kind": read_member(PackageKind),
    "files": _read_rows(FileEntry),
    "self_tests": _read_rows(SelfTestPrompt),
}
