"""Inputs without guidance: random octets, and examples with something wrong in them."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

_SHARE_OF_NOISE = 0.2
_LONGEST_NOISE = 64
_MOST_CHANGES = 4
_LONGEST_SPAN = 32
# Lengths and counts go wrong at their ends.
_TELLING = (b"\x00", b"\x7f", b"\x80", b"\xff", b"\x00\x00", b"\xff\xff", bytes(4), b"\xff" * 4, b"\x7f" + b"\xff" * 7)
# So do numbers, names and brackets in text.
_TELLING_TEXT = (
    *(b"-1", b"0", b"1e400", b"-1e400", b"NaN", b"nan", b"Infinity", b"inf", b"true", b"null", b"9" * 400, b"9" * 5000),
    *(
        b"0x" + b"f" * 5000,
        b"[" * 5000,
        b'{"a":' * 5000,
        b"a=" + b"[" * 5000,
        b"[]",
        b"{}",
        b'""',
        b'"\\u0000"',
        b'"\\ud800"',
    ),
    *(b"\n", b"'", b'"', b",", b".", b"=", b"#", b"<a>" * 2000, b"\xc3", "\u2028".encode(), "\U0001d7d8".encode()),
)


def inputs(examples: Sequence[bytes], rng: Random) -> Iterator[bytes]:
    """Give inputs without end: the examples as they are, then noise and examples that were changed."""
    yield from examples
    while True:
        if rng.random() < _SHARE_OF_NOISE:
            yield rng.randbytes(rng.randrange(_LONGEST_NOISE))
        else:
            yield changed(rng.choice(examples), examples, rng)


def changed(example: bytes, examples: Sequence[bytes], rng: Random) -> bytes:
    """Return an example after one to four changes."""
    octets = bytearray(example)
    for _ in range(rng.randint(1, _MOST_CHANGES)):
        rng.choice(_CHANGES)(octets, examples, rng)
    return bytes(octets)


def _flip(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    if octets:
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)


def _set(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    if octets:
        octets[rng.randrange(len(octets))] = rng.randrange(256)


def _overwrite(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at, telling = rng.randrange(len(octets) + 1), rng.choice(_TELLING)
    octets[at : at + len(telling)] = telling


def _insert(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at = rng.randrange(len(octets) + 1)
    octets[at:at] = rng.randbytes(rng.randrange(1, 5))


def _insert_text(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at = rng.randrange(len(octets) + 1)
    octets[at : at + rng.randrange(2) * rng.randrange(_LONGEST_SPAN)] = rng.choice(_TELLING_TEXT)


def _cut_out(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at = rng.randrange(len(octets) + 1)
    del octets[at : at + rng.randrange(1, _LONGEST_SPAN)]


def _cut_off(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    del octets[rng.randrange(len(octets) + 1) :]


def _repeat(octets: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at = rng.randrange(len(octets) + 1)
    octets[at:at] = octets[at : at + rng.randrange(1, _LONGEST_SPAN)]


def _splice(octets: bytearray, examples: Sequence[bytes], rng: Random) -> None:
    other = rng.choice(examples)
    octets[rng.randrange(len(octets) + 1) :] = other[rng.randrange(len(other) + 1) :]


_CHANGES: tuple[Callable[[bytearray, Sequence[bytes], Random], None], ...] = (
    *(_flip, _set, _overwrite, _insert, _insert_text),
    *(_cut_out, _cut_off, _repeat, _splice),
)
