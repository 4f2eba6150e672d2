import hashlib
import io
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import LocalError, RemoteError
from protocol.model_package import chunk
from protocol.model_package.chunk import CHUNK_OCTETS, read_chunk, write_chunk
from protocol.model_package.manifest import FileEntry, Manifest, PackageKind, SelfTestPrompt, describe, model_id
from protocol.model_package.package import read_manifest, read_package, write_manifest, write_package

Tree = Mapping[str, bytes]

MODEL: Tree = {"config.json": b"{}", "model.safetensors": b"weights" * 99, "tok/merges.txt": b""}
BASE_ID = bytes(32)


class _Kept(io.BytesIO):
    """A file that can be looked into after it was closed."""

    content = b""

    def close(self) -> None:
        if not self.closed:
            self.content = self.getvalue()
        super().close()


def no_base(path: str) -> BinaryIO:
    raise AssertionError(path)


def no_progress(octets: int) -> None:
    pass


def manifest_of(tree: Tree, base: Tree | None = None) -> Manifest:
    base_paths = {path: path for path in base or {}}
    files = tuple(describe(path, io.BytesIO(data), base_paths.get(path)) for path, data in tree.items())
    if base is None:
        return Manifest("candidate", PackageKind.FULL, files)
    return Manifest("candidate", PackageKind.PATCH, files, BASE_ID)


def pack(tree: Tree, base: Tree | None = None) -> bytes:
    out, base_tree = io.BytesIO(), base or {}
    write_package(
        out,
        manifest_of(tree, base),
        lambda entry: io.BytesIO(tree[entry.path]),
        lambda path: io.BytesIO(base_tree[path]),
        no_progress,
    )
    return out.getvalue()


def unpack(octets: bytes, base: Tree | None = None) -> tuple[Manifest, dict[str, bytes]]:
    stream, base_tree = io.BytesIO(octets), base or {}
    manifest = read_manifest(stream)
    files = {entry.path: _Kept() for entry in manifest.files}
    read_package(
        stream, manifest, lambda path: io.BytesIO(base_tree[path]), lambda entry: files[entry.path], no_progress
    )
    return manifest, {path: file.content for path, file in files.items()}


names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,6}[A-Za-z0-9_]", fullmatch=True)
paths = st.builds(
    lambda parts, suffix: "/".join(parts) + suffix,
    st.lists(names, min_size=1, max_size=3),
    st.sampled_from([".json", ".safetensors", ".txt", ".jinja", ".model"]),
)
blobs = st.binary(max_size=300) | st.integers(0, 2000).map(lambda n: random.Random(n).randbytes(n))


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    extra = draw(st.dictionaries(paths, blobs, max_size=5))
    tree = {"config.json": draw(blobs), "model.safetensors": draw(blobs), **extra}
    folded = {path.casefold() for path in tree}
    parents = {path.casefold().rsplit("/", n)[0] for path in tree for n in range(1, path.count("/") + 1)}
    return tree if len(folded) == len(tree) and not parents & folded else {"config.json": b"", "a.safetensors": b""}


@given(tree=trees())
def test_whatever_is_packed_comes_out(tree: dict[str, bytes]) -> None:
    manifest, files = unpack(pack(tree))
    assert files == tree
    assert manifest == manifest_of(tree)


@given(tree=trees(), base=trees())
def test_a_patch_of_anything_by_anything_comes_out(tree: dict[str, bytes], base: dict[str, bytes]) -> None:
    assert unpack(pack(tree, base), base)[1] == tree


PACKED = pack(MODEL)
PATCH_BASE: Tree = {**MODEL, "model.safetensors": random.Random(1).randbytes(700)}
PATCHED = pack(MODEL, PATCH_BASE)


@given(data=st.data())
def test_a_damaged_package_is_refused_or_makes_no_difference(data: st.DataObject) -> None:
    whole, base = data.draw(st.sampled_from([(PACKED, None), (PATCHED, PATCH_BASE)]))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = damaged[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else damaged
    try:
        files = unpack(bytes(damaged), base)[1]
    except RemoteError:
        return
    assert files == MODEL


@given(octets=st.binary(max_size=200))
def test_any_octets_are_a_package_or_an_error(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        unpack(octets)


@given(octets=st.binary(max_size=120), length=st.integers(0, 5000))
def test_any_octets_are_a_chunk_or_an_error(octets: bytes, length: int) -> None:
    with suppress(RemoteError):
        assert len(read_chunk(io.BytesIO(octets), length, io.BytesIO(b"base" * 99))) == length


def test_what_follows_the_last_file_is_refused() -> None:
    with pytest.raises(RemoteError, match="octets follow"):
        unpack(PACKED + b"x")


def test_a_file_that_changed_while_it_was_packed_is_told() -> None:
    with pytest.raises(LocalError, match=r"config\.json"):
        write_package(io.BytesIO(), manifest_of(MODEL), lambda entry: io.BytesIO(b"[]"), no_base, no_progress)


def test_another_base_than_the_patch_was_made_for_is_noticed() -> None:
    other = {**PATCH_BASE, "model.safetensors": bytes(700)}
    with pytest.raises(RemoteError, match="SHA-256"):
        unpack(pack(PATCH_BASE, PATCH_BASE), other)


def test_a_file_of_another_hash_is_named() -> None:
    files = tuple(
        FileEntry(entry.path, entry.octets, bytes(32)) if entry.octets > 2 else entry
        for entry in manifest_of(MODEL).files
    )
    out = io.BytesIO()
    write_manifest(out, Manifest("liar", PackageKind.FULL, files))
    head = len(out.getvalue())
    write_manifest(honest := io.BytesIO(), manifest_of(MODEL))
    with pytest.raises(RemoteError, match=r"model\.safetensors has another SHA-256"):
        unpack(out.getvalue()[:head] + PACKED[len(honest.getvalue()) :])


def test_progress_counts_the_octets_done() -> None:
    counts: list[int] = []
    tree = {"config.json": b"{}", "model.safetensors": bytes(CHUNK_OCTETS + 5)}
    write_package(io.BytesIO(), manifest_of(tree), lambda entry: io.BytesIO(tree[entry.path]), no_base, counts.append)
    assert counts == [2, 2 + CHUNK_OCTETS, 2 + CHUNK_OCTETS + 5]


# What a change costs, on weights like those of a trained model: small numbers of 32 and 16 bits.


def floats(seed: int, count: int) -> bytes:
    import numpy as np

    return np.random.default_rng(seed).normal(0, 0.02, count).astype("<f4").tobytes()


def nudged(weights: bytes) -> bytes:
    import numpy as np

    values = np.frombuffer(weights, "<f4")
    step = np.random.default_rng(9).normal(0, 1e-6, values.size).astype("<f4")
    return bytes((values + step).tobytes())


def chunk_octets(data: bytes, base: bytes | None) -> int:
    stored = write_chunk(data, 0, len(data), None if base is None else io.BytesIO(base))
    assert read_chunk(io.BytesIO(stored), len(data), None if base is None else io.BytesIO(base)) == data
    return len(stored)


def test_what_did_not_change_costs_next_to_nothing() -> None:
    weights = floats(1, 100_000)
    assert chunk_octets(weights, weights) < 100


def test_weights_that_were_nudged_cost_half() -> None:
    weights = floats(1, 100_000)
    assert chunk_octets(nudged(weights), None) > 0.8 * len(weights)
    assert chunk_octets(nudged(weights), weights) < 0.5 * len(weights)


def test_a_header_that_grew_costs_only_the_header() -> None:
    weights = floats(1, 100_000)
    assert chunk_octets(b"metadata" + weights, b"meta" + weights) < 200


def test_weights_nudged_behind_a_header_that_grew_cost_half() -> None:
    weights, head = floats(1, 500_000), b"metadata"
    stored = write_chunk(nudged(weights), len(head), len(head) + len(weights), io.BytesIO(b"meta" + weights))
    assert len(stored) < 0.5 * len(weights)


def test_text_with_an_insertion_costs_the_insertion() -> None:
    words = [f'"{random.Random(n).random()}": {n}' for n in range(20_000)]
    base = ",\n".join(words).encode()
    changed = ",\n".join([*words[:7000], '"<satellite>": 20000', *words[7000:]]).encode()
    assert chunk_octets(changed, base) < 300


def test_an_insertion_is_found_in_all_that_a_chunk_may_refer_to() -> None:
    base = random.Random(1).randbytes(2 * CHUNK_OCTETS)
    changed = b"inserted" + base[: CHUNK_OCTETS - 8]
    assert len(write_chunk(changed, 0, len(base) + 99, io.BytesIO(base))) < 1000


# Chunks that lie.


def frame(data: bytes, **fields: Any) -> bytes:
    head = {"method": 0, "word": 1, "offset": 0, "span": 0, "stored": len(data)} | fields
    return chunk._HEAD.pack(*head.values()) + data


ZEROS = zstandard.ZstdCompressor().compress(bytes(1000))
BOMB = zstandard.ZstdCompressor().compress(bytes(64 << 20))
UNSIZED = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(1000))


@pytest.mark.parametrize(
    "octets",
    [
        frame(BOMB),
        frame(UNSIZED),
        frame(ZEROS + ZEROS),
        frame(ZEROS[:-1]),
        frame(b"not zstd"),
        frame(ZEROS, method=9),
        frame(ZEROS, word=3),
        frame(ZEROS, word=0),
        frame(ZEROS, stored=2**32 - 1),
        frame(ZEROS, stored=len(ZEROS) + 1),
        frame(ZEROS, method=0, offset=1),
        frame(ZEROS, method=1, span=999),
        frame(ZEROS, method=1, span=1000, offset=1),
        frame(ZEROS, method=1, span=1000, offset=2**64 - 1),
        frame(ZEROS, method=2, span=0),
        frame(ZEROS, method=2, span=2**32 - 1),
    ],
)
def test_a_chunk_that_lies_is_refused(octets: bytes) -> None:
    assert read_chunk(io.BytesIO(frame(ZEROS)), 1000, io.BytesIO(bytes(1000))) == bytes(1000)
    with pytest.raises(RemoteError):
        read_chunk(io.BytesIO(octets), 1000, io.BytesIO(bytes(1000)))


class Watched(io.BytesIO):
    longest = 0

    def read(self, octets: int | None = -1, /) -> bytes:
        self.longest = max(self.longest, octets or 0)
        return super().read(octets)


def test_no_more_is_read_for_a_chunk_than_one_can_have() -> None:
    stream = Watched(frame(ZEROS, stored=2**32 - 1))
    with pytest.raises(RemoteError):
        read_chunk(stream, 1000, None)
    assert stream.longest < 2 * CHUNK_OCTETS


@pytest.mark.parametrize("method", [1, 2])
def test_a_chunk_that_needs_a_base_says_so(method: int) -> None:
    with pytest.raises(RemoteError, match="base"):
        read_chunk(io.BytesIO(frame(ZEROS, method=method, span=1000)), 1000, None)


# Manifests.

DIGEST = hashlib.sha256(b"").digest()


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/a.json", "../a.json", "a/../../b.json", "a//b.json", "./a.json", "", "a.json/", "a\\b.json"),
        *(
            "C:a.json",
            "a\0.json",
            "a\n.json",
            ".hidden.json",
            "a/.git/b.json",
            "con\N{LATIN SMALL LETTER E WITH ACUTE}.json",
        ),
        *("model.bin", "code.py", "a.pkl", "x" * 196 + ".json", "-rf.json", " a.json"),
    ],
)
def test_a_path_that_leads_elsewhere_or_brings_code_is_refused(path: str) -> None:
    with pytest.raises(LocalError, match="path"):
        FileEntry(path, 0, DIGEST)


@pytest.mark.parametrize("octets", [-1, 2**40 + 1, True, 1.0])
def test_a_size_that_no_file_has_is_refused(octets: Any) -> None:
    with pytest.raises(LocalError, match="octets"):
        FileEntry("a.json", octets, DIGEST)


def entries(*paths: str) -> tuple[FileEntry, ...]:
    return tuple(FileEntry(path, 0, DIGEST) for path in paths)


WEIGHTS = ("config.json", "model.safetensors")
ADAPTER = ("adapter_config.json", "adapter_model.safetensors")
FULL, PATCH, LORA = PackageKind.FULL, PackageKind.PATCH, PackageKind.LORA


@pytest.mark.parametrize(
    ("field", "name", "kind", "base", "files"),
    [
        ("name", "built-in", FULL, None, entries(*WEIGHTS)),
        ("name", "../x", FULL, None, entries(*WEIGHTS)),
        ("name", "", FULL, None, entries(*WEIGHTS)),
        ("name", "x" * 65, FULL, None, entries(*WEIGHTS)),
        ("kind", "x", "full", None, entries(*WEIGHTS)),
        ("base", "x", FULL, BASE_ID, entries(*WEIGHTS)),
        ("base", "x", PATCH, None, entries(*WEIGHTS)),
        ("base", "x", LORA, b"short", entries(*ADAPTER)),
        ("base_path", "x", FULL, None, (*entries(*WEIGHTS), FileEntry("a.txt", 0, DIGEST, "a.txt"))),
        ("files", "x", FULL, None, ()),
        ("files", "x", FULL, None, entries("config.json")),
        ("files", "x", FULL, None, entries("a.gguf", "b.gguf")),
        ("files", "x", FULL, None, entries("a.gguf", *WEIGHTS)),
        ("files", "x", LORA, BASE_ID, entries(*WEIGHTS)),
        ("files", "x", LORA, BASE_ID, entries(*ADAPTER, "a.json")),
        ("files", "x", FULL, None, entries(*WEIGHTS, "config.json")),
        ("files", "x", FULL, None, entries(*WEIGHTS, "a.txt", "A.txt")),
        ("files", "x", FULL, None, entries(*WEIGHTS, "a.json", "a.json/b.json")),
        ("files", "x", FULL, None, entries(*WEIGHTS, *(f"{n}.txt" for n in range(255)))),
        ("files", "x", FULL, None, [*entries(*WEIGHTS)]),
    ],
)
def test_a_manifest_that_makes_no_model_is_refused(
    field: str, name: str, kind: Any, base: bytes | None, files: Any
) -> None:
    with pytest.raises(LocalError) as caught:
        Manifest(name, kind, files, base)
    assert caught.value.field == field


@pytest.mark.parametrize("files", [entries("m.gguf"), entries("config.json", "a/b.safetensors", "x.model")])
def test_both_formats_are_models(files: tuple[FileEntry, ...]) -> None:
    tests = (SelfTestPrompt("Hi", 3, "hello"), SelfTestPrompt("Who?"))
    manifest = Manifest("m.1_a-b", FULL, files, None, tests)
    assert Manifest.decode(manifest.encode()) == manifest


def test_a_self_test_has_a_prompt_and_a_limit() -> None:
    for prompt, max_tokens in (("", 3), ("Hi", 0), ("Hi", 257), ("x" * 1001, 1)):
        with pytest.raises(LocalError):
            SelfTestPrompt(prompt, max_tokens)


def test_a_model_is_named_by_its_content_alone() -> None:
    files = entries(*WEIGHTS)
    patched = tuple(FileEntry(entry.path, entry.octets, entry.sha256, "config.json") for entry in reversed(files))
    assert model_id(patched) == model_id(files)
    assert model_id(entries("config.json", "Model.safetensors")) != model_id(files)
    assert model_id((files[0], FileEntry(WEIGHTS[1], 1, DIGEST))) != model_id(files)
    assert model_id((files[0], FileEntry(WEIGHTS[1], 0, bytes(32)))) != model_id(files)
