"""A row's seal: SQLite does not notice a flipped bit in what a row holds."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias
from zlib import crc32

Value: TypeAlias = bytes | str | int | float | None

MAX_MENDED_OCTETS = 8192

_ZERO = crc32(b"\0")


def seal_of(*values: Value) -> int:
    """Return the CRC-32 of a row's values, each with its type and length before it.

    A table has it checked, when a row is written and when the file is opened, by its last column:
    ``seal INTEGER NOT NULL CHECK (seal = seal_of(...))``.
    """
    return crc32(b"".join(_head(value) + _octets(value) for value in values))


def mended(row: Sequence[Value]) -> list[Value] | None:
    """Return a row, its seal last, with the one bit flipped back that makes them fit, None if there is none.

    A CRC is linear: what a flipped bit changes in it depends on the bit's distance from the end alone. Looked for are
    bits in the last 8192 octets. A row of n bits with other damage is given a wrong bit n times in 2^32.
    """
    *values, seal = row
    if not isinstance(seal, int):
        return None
    difference = seal ^ seal_of(*values)
    if difference.bit_count() == 1:  # it was the seal's
        return [*values, seal_of(*values)]
    if difference not in _flips():
        return None
    distance, bit = _flips()[difference]
    parts = [bytearray(part) for value in values for part in (_head(value), _octets(value))]
    for part in reversed(parts):
        if distance < len(part):
            part[-1 - distance] ^= 1 << bit
            break
        distance -= len(part)
    octets = parts[1::2]
    return [*(_value(bytes(each), value) for each, value in zip(octets, values, strict=True)), seal]


@lru_cache(maxsize=1)
def _flips() -> dict[int, tuple[int, int]]:
    """Return, by what it changes in a CRC, how many octets stand behind a bit, and its number in its own."""
    found = {}
    changes = [crc32(bytes([1 << bit])) ^ _ZERO for bit in range(8)]
    for distance in range(MAX_MENDED_OCTETS):
        found.update({change: (distance, bit) for bit, change in enumerate(changes)})
        changes = [crc32(b"\0", change) ^ _ZERO for change in changes]
    return found


def _head(value: Value) -> bytes:
    return f"{type(value).__name__} {len(_octets(value))} ".encode()


def _octets(value: Value) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(8, "big", signed=True)
    return value if isinstance(value, bytes) else str(value).encode()


def _value(octets: bytes, like: Value) -> Value:
    if isinstance(like, int):
        return int.from_bytes(octets, "big", signed=True)
    return octets if isinstance(like, bytes) else like
