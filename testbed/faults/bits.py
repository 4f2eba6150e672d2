"""Bits of a file, flipped where it lies."""

import random
from pathlib import Path


def flip_bits_of_file(path: Path, bits: int, rng: random.Random) -> list[int]:
    """Flip so many different bits of a file, all of them if it has fewer; return the octets' places. Raises OSError.

    The file is written in place: a program that has it open reads what is new.
    """
    with path.open("r+b") as file:
        octets = bytearray(file.read())
        flipped = rng.sample(range(8 * len(octets)), min(bits, 8 * len(octets)))
        for bit in flipped:
            place = bit // 8
            octets[place] ^= 1 << bit % 8
            file.seek(place)
            file.write(octets[place : place + 1])
    return sorted({bit // 8 for bit in flipped})
