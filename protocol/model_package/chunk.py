"""A piece of a file as it stands in a package: zstd over what differs from the base model's file.

Three methods, the shortest of which is taken. PLAIN compresses the octets. XOR takes those of the base at an offset
out first: trained weights lie where they lay and keep sign, exponent and leading bits. DICTIONARY lets zstd refer to a
span of the base: text into which something was inserted. Before compression octets may be put in planes, all first
octets of each word, then all second ones: exponents beside exponents.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from protocol.errors import RemoteError
from protocol.model_package.zstd import compress, decompress

CHUNK_OCTETS = 4 << 20
"""Octets of a file in one chunk; the last has what is left. Nothing here needs more than a few times that memory."""

_SPAN_OCTETS = 2 * CHUNK_OCTETS
_MAX_STORED_OCTETS = CHUNK_OCTETS + (CHUNK_OCTETS >> 7)  # zstd adds less than that to what it cannot compress
_WORDS = (1, 2, 4)
_UNCHANGED_OCTETS = 1024
_HEAD = struct.Struct(">BBQII")


class Method(Enum):
    """What a chunk's octets are relative to. A member's number on the link is its place here: new ones go last."""

    PLAIN = "itself"
    XOR = "the octets of the base at an offset"
    DICTIONARY = "a span of the base, as zstd's dictionary"


_METHODS = tuple(Method)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How a chunk is made: its method, octets to a word, and the span of the base that it refers to."""

    method: Method
    word_octets: int
    base_offset: int = 0
    base_octets: int = 0

    def dictionary(self, span: bytes) -> bytes:
        return span if self.method is Method.DICTIONARY else b""


def write_chunk(data: bytes, offset: int, octets: int, base: BinaryIO | None) -> bytes:
    """Return the shortest chunk for `data`, which stands at `offset` of a file of `octets`."""
    shortest = b""
    for recipe in _recipes(len(data), offset, octets, base):
        chunk = _write(data, recipe, base)
        if not shortest or len(chunk) < len(shortest):
            shortest = chunk
        if len(shortest) <= _UNCHANGED_OCTETS:
            break
    return shortest


def read_chunk(stream: BinaryIO, octets: int, base: BinaryIO | None) -> bytes:
    """Return the `octets` that the chunk at `stream` stands for. Raises RemoteError if it is none such."""
    method, word_octets, base_offset, base_octets, stored = _HEAD.unpack(read_exactly(stream, _HEAD.size))
    if method >= len(_METHODS) or word_octets not in _WORDS or stored > _MAX_STORED_OCTETS:
        raise RemoteError("chunk", f"method {method}, words of {word_octets}, {stored} octets: no such chunk")
    recipe = _Recipe(_METHODS[method], word_octets, base_offset, base_octets)
    _check_span(recipe, octets)
    return _restore(read_exactly(stream, stored), octets, recipe, _span(recipe, base))


def read_exactly(stream: BinaryIO, octets: int) -> bytes:
    """Return the next `octets` of `stream`. Raises RemoteError if it ends before."""
    data = bytearray()
    while len(data) < octets:
        block = stream.read(octets - len(data))
        if not block:
            raise RemoteError("model package", f"it ends {octets - len(data)} octets early")
        data += block
    return bytes(data)


def _recipes(length: int, offset: int, octets: int, base: BinaryIO | None) -> Iterator[_Recipe]:
    if base is not None:
        base_end = base.seek(0, 2)
        # In the same place, or as far from the end: a header that grew moves all that follows it.
        for place in dict.fromkeys((offset, base_end - octets + offset)):
            if 0 <= place <= base_end - length:
                yield from (_Recipe(Method.XOR, word, place, length) for word in _WORDS)
        start = max(0, min(offset + length // 2, base_end) - _SPAN_OCTETS // 2)
        span = min(_SPAN_OCTETS, base_end - start)
        if span:
            yield _Recipe(Method.DICTIONARY, 1, start, span)
    yield from (_Recipe(Method.PLAIN, word) for word in _WORDS)


def _write(data: bytes, recipe: _Recipe, base: BinaryIO | None) -> bytes:
    span = _span(recipe, base)
    if recipe.method is Method.XOR:
        data = _xor(data, span)
    stored = compress(_to_planes(data, recipe.word_octets), recipe.dictionary(span))
    method = _METHODS.index(recipe.method)
    return _HEAD.pack(method, recipe.word_octets, recipe.base_offset, recipe.base_octets, len(stored)) + stored


def _restore(stored: bytes, octets: int, recipe: _Recipe, span: bytes) -> bytes:
    data = _from_planes(decompress(stored, octets, recipe.dictionary(span)), recipe.word_octets)
    return _xor(data, span) if recipe.method is Method.XOR else data


def _check_span(recipe: _Recipe, octets: int) -> None:
    fits = {
        Method.PLAIN: recipe.base_offset == recipe.base_octets == 0,
        Method.XOR: recipe.base_octets == octets,
        Method.DICTIONARY: 0 < recipe.base_octets <= _SPAN_OCTETS,
    }
    if not fits[recipe.method]:
        raise RemoteError("chunk", f"{recipe.base_octets} octets of the base are no span for {recipe.method.name}")


def _span(recipe: _Recipe, base: BinaryIO | None) -> bytes:
    if recipe.method is Method.PLAIN:
        return b""
    if base is None:
        raise RemoteError("chunk", "it refers to a base, and its file has none")
    if recipe.base_offset + recipe.base_octets > base.seek(0, 2):
        raise RemoteError("chunk", "it refers to what is behind the end of the base")
    base.seek(recipe.base_offset)
    return read_exactly(base, recipe.base_octets)


def _xor(data: bytes, other: bytes) -> bytes:
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(other, "little")
    return mixed.to_bytes(len(data), "little")


def _to_planes(data: bytes, word_octets: int) -> bytes:
    return b"".join(data[place::word_octets] for place in range(word_octets))


def _from_planes(planes: bytes, word_octets: int) -> bytes:
    data, start = bytearray(len(planes)), 0
    for place in range(word_octets):
        length = len(range(place, len(planes), word_octets))
        data[place::word_octets] = planes[start : start + length]
        start += length
    return bytes(data)
