"""The two short codes of telecommand, (128,64) and (512,256) (231.0-B section 4)."""

import functools

from radio.coding.ldpc.parity_check import Circulant, ParityCheck
from radio.errors import CodingError

CODEWORD_BITS = (128, 512)

_COLUMNS = 8

# Shifts of the circulants in each of the 4 times 8 blocks.
_SHIFTS: dict[int, tuple[tuple[tuple[int, ...], ...], ...]] = {
    128: (
        ((0, 7), (2,), (14,), (6,), (), (0,), (13,), (0,)),
        ((6,), (0, 15), (0,), (1,), (0,), (), (0,), (7,)),
        ((4,), (1,), (0, 15), (14,), (11,), (0,), (), (3,)),
        ((0,), (1,), (9,), (0, 13), (14,), (1,), (0,), ()),
    ),
    512: (
        ((0, 63), (30,), (50,), (25,), (), (43,), (62,), (0,)),
        ((56,), (0, 61), (50,), (23,), (0,), (), (37,), (26,)),
        ((16,), (0,), (0, 55), (27,), (56,), (0,), (), (43,)),
        ((35,), (56,), (62,), (0, 11), (58,), (3,), (0,), ()),
    ),
}


@functools.cache
def tc_code(codeword_bits: int) -> ParityCheck:
    """Return H of the code with `codeword_bits` 128 or 512; raises CodingError for any other."""
    if codeword_bits not in CODEWORD_BITS:
        raise CodingError("codeword_bits", codeword_bits, f"one of {CODEWORD_BITS}")
    rows = tuple(_row(shifts) for shifts in _SHIFTS[codeword_bits])
    return ParityCheck(rows, codeword_bits // _COLUMNS, _COLUMNS)


def _row(blocks: tuple[tuple[int, ...], ...]) -> tuple[Circulant, ...]:
    return tuple(Circulant(column, shift) for column, shifts in enumerate(blocks) for shift in shifts)
