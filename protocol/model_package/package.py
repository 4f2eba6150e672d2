"""A package as octets: magic, version, manifest and its SHA-256, then each file's chunks in the manifest's order.

Written and read as streams: memory is bounded by a chunk, whatever the model's size.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, TypeAlias

from protocol.errors import LocalError, RemoteError
from protocol.model_package.chunk import CHUNK_OCTETS, read_chunk, read_exactly, write_chunk
from protocol.model_package.manifest import FileEntry, Manifest

OpenFile: TypeAlias = Callable[[FileEntry], BinaryIO]
OpenBase: TypeAlias = Callable[[str], BinaryIO]
Progress: TypeAlias = Callable[[int], None]
"""Called with the octets of the model's files that are done."""

MAX_MANIFEST_OCTETS = 1 << 18

_MAGIC = b"LMPACK"
_VERSION = 1
_HEAD = struct.Struct(">6sHI32s")


def write_package(
    out: BinaryIO, manifest: Manifest, open_file: OpenFile, open_base: OpenBase, on_progress: Progress
) -> None:
    """Write the package that `manifest` describes; `open_file` gives each file, `open_base` a file of the base.

    Raises LocalError if a file is no longer what the manifest says.
    """
    write_manifest(out, manifest)
    done = 0
    for entry in manifest.files:
        with open_file(entry) as file, _base_of(entry, open_base) as base:
            digest = hashlib.sha256()
            for offset in range(0, entry.octets, CHUNK_OCTETS):
                data = file.read(min(CHUNK_OCTETS, entry.octets - offset))
                digest.update(data)
                out.write(write_chunk(data, offset, entry.octets, base))
                on_progress(done := done + len(data))
            if digest.digest() != entry.sha256:
                raise LocalError("file", entry.path, "a file that does not change while it is packed")


def read_package(
    stream: BinaryIO, manifest: Manifest, open_base: OpenBase, create_file: OpenFile, on_progress: Progress
) -> None:
    """Write the files that follow the manifest to what `create_file` gives for each.

    Raises RemoteError if one of them is not what the manifest says, or if anything follows the last.
    """
    done = 0
    for entry in manifest.files:
        with create_file(entry) as file, _base_of(entry, open_base) as base:
            digest = hashlib.sha256()
            for offset in range(0, entry.octets, CHUNK_OCTETS):
                data = read_chunk(stream, min(CHUNK_OCTETS, entry.octets - offset), base)
                digest.update(data)
                file.write(data)
                on_progress(done := done + len(data))
            if digest.digest() != entry.sha256:
                raise RemoteError("model package", f"{entry.path} has another SHA-256 than the manifest says")
    if stream.read(1):
        raise RemoteError("model package", "octets follow its last file")


def write_manifest(out: BinaryIO, manifest: Manifest) -> None:
    """Write what a package begins with."""
    octets = manifest.encode()
    out.write(_HEAD.pack(_MAGIC, _VERSION, len(octets), hashlib.sha256(octets).digest()) + octets)


def read_manifest(stream: BinaryIO) -> Manifest:
    """Return the manifest that a package begins with. Raises RemoteError if this is none."""
    magic, version, length, sha256 = _HEAD.unpack(read_exactly(stream, _HEAD.size))
    if magic != _MAGIC or version != _VERSION or length > MAX_MANIFEST_OCTETS:
        raise RemoteError("model package", f"it does not begin as one of version {_VERSION} does")
    octets = read_exactly(stream, length)
    if hashlib.sha256(octets).digest() != sha256:
        raise RemoteError("model package", "its manifest has another SHA-256 than it says")
    return Manifest.decode(octets)


def _base_of(entry: FileEntry, open_base: OpenBase) -> AbstractContextManager[BinaryIO | None]:
    return open_base(entry.base_path) if entry.base_path else nullcontext()
