"""The nine AR4JA codes of telemetry (131.0-B section 7.4).

H is made of blocks of M rows: zeros, identities and permutations pi_1 to pi_26, which shift each quarter of the block
by itself. So a block is four times four circulants of M/4 rows, and H twelve rows of circulants; no two circulants of
a row meet in a column.
"""

import functools

from radio.coding.ldpc.parity_check import Circulant, ParityCheck
from radio.errors import CodingError

INFORMATION_BITS = (1024, 4096, 16384)
RATES = ("1/2", "2/3", "4/5")

_QUARTERS = 4
_BLOCK_ROWS = 3
_IDENTITY = (0,)
_NOTHING = ()

# What stands in each block of H, by the numbers k of its permutations; 0 is the identity (section 7.4.2).
_HALF = (
    (_NOTHING, _NOTHING, _IDENTITY, _NOTHING, (0, 1)),
    (_IDENTITY, _IDENTITY, _NOTHING, _IDENTITY, (2, 3, 4)),
    (_IDENTITY, (5, 6), _NOTHING, (7, 8), _IDENTITY),
)
_TWO_THIRDS = (
    (_NOTHING, _NOTHING),
    ((9, 10, 11), _IDENTITY),
    (_IDENTITY, (12, 13, 14)),
)
_FOUR_FIFTHS = (
    (_NOTHING, _NOTHING, _NOTHING, _NOTHING),
    ((21, 22, 23), _IDENTITY, (15, 16, 17), _IDENTITY),
    (_IDENTITY, (24, 25, 26), _IDENTITY, (18, 19, 20)),
)
_PROTOGRAPHS = {
    "1/2": (_HALF,),
    "2/3": (_TWO_THIRDS, _HALF),
    "4/5": (_FOUR_FIFTHS, _TWO_THIRDS, _HALF),
}
_INFORMATION_BLOCKS = {"1/2": 2, "2/3": 4, "4/5": 8}

# Tables 7-3 and 7-4: theta_k and phi_k(j, M), k = 1 to 26, j = 0 to 3.
_THETA = (3, 0, 1, 2, 2, 3, 0, 1, 0, 1, 2, 0, 2, 3, 0, 1, 2, 0, 1, 2, 0, 1, 2, 1, 2, 3)
# fmt: off
_PHI = {
    128: (
        (1, 22, 0, 26, 0, 10, 5, 18, 3, 22, 3, 8, 25, 25, 2, 27, 7, 7, 15, 10, 4, 19, 7, 9, 26, 17),
        (0, 27, 30, 28, 7, 1, 8, 20, 26, 24, 4, 12, 23, 15, 15, 22, 31, 3, 29, 21, 2, 5, 11, 26, 9, 17),
        (0, 12, 30, 18, 10, 16, 13, 9, 7, 15, 16, 18, 4, 23, 5, 3, 29, 11, 4, 8, 2, 11, 11, 3, 15, 13),
        (0, 13, 19, 14, 15, 20, 17, 4, 4, 11, 17, 20, 8, 22, 19, 15, 5, 21, 17, 9, 20, 18, 31, 13, 2, 18),
    ),
    256: (
        (59, 18, 52, 23, 11, 7, 22, 25, 27, 30, 43, 14, 46, 62, 44, 12, 38, 47, 1, 52, 61, 10, 55, 7, 12, 2),
        (0, 32, 21, 36, 30, 29, 44, 29, 39, 14, 22, 15, 48, 55, 39, 11, 1, 50, 40, 62, 27, 38, 40, 15, 11, 18),
        (0, 46, 45, 27, 48, 37, 41, 13, 9, 49, 36, 10, 11, 18, 54, 40, 27, 35, 25, 46, 24, 33, 18, 37, 35, 21),
        (0, 44, 51, 12, 15, 12, 4, 7, 2, 30, 53, 23, 29, 37, 42, 48, 4, 10, 18, 56, 9, 11, 23, 8, 7, 24),
    ),
    512: (
        (16, 103, 105, 0, 50, 29, 115, 30, 92, 78, 70, 66, 39, 84, 79, 70, 29, 32, 45, 113, 86, 1, 42, 118, 33, 126),
        (0, 53, 74, 45, 47, 0, 59, 102, 25, 3, 88, 65, 62, 68, 91, 70, 115, 31, 121, 45, 56, 54, 108, 14, 30, 116),
        (0, 8, 119, 89, 31, 122, 1, 69, 92, 47, 11, 31, 19, 66, 49, 81, 96, 38, 83, 42, 58, 24, 25, 92, 38, 120),
        (0, 35, 97, 112, 64, 93, 99, 94, 103, 91, 3, 6, 39, 113, 92, 119, 74, 73, 116, 31, 127, 98, 23, 38, 18, 62),
    ),
    1024: (
        (160, 241, 185, 251, 209, 103, 90, 184, 248, 12, 111, 66, 173, 42, 157, 174, 104, 144, 43, 181,
         250, 202, 68, 177, 170, 89),
        (0, 182, 249, 65, 70, 141, 237, 77, 55, 12, 227, 42, 52, 243, 179, 250, 247, 164, 17, 31,
         149, 105, 183, 153, 177, 19),
        (0, 35, 167, 214, 84, 206, 122, 67, 147, 54, 23, 93, 20, 197, 46, 162, 101, 76, 78, 253,
         124, 143, 63, 41, 214, 70),
        (0, 162, 7, 31, 164, 11, 237, 125, 133, 99, 105, 17, 97, 91, 211, 128, 82, 115, 248, 62,
         26, 140, 121, 12, 41, 249),
    ),
    2048: (
        (108, 126, 238, 481, 96, 28, 59, 225, 323, 28, 386, 305, 34, 510, 147, 199, 347, 391, 165, 414,
         97, 158, 86, 168, 506, 489),
        (0, 375, 436, 350, 260, 84, 318, 382, 169, 213, 67, 313, 242, 188, 1, 306, 397, 80, 33, 7,
         447, 336, 424, 134, 152, 492),
        (0, 219, 16, 263, 415, 403, 184, 279, 198, 307, 432, 240, 454, 294, 479, 289, 373, 104, 141, 270,
         439, 333, 399, 14, 277, 412),
        (0, 312, 503, 388, 48, 7, 185, 328, 254, 202, 285, 11, 168, 127, 8, 437, 475, 85, 419, 459,
         468, 209, 311, 211, 510, 320),
    ),
    4096: (
        (226, 618, 404, 32, 912, 950, 534, 63, 971, 304, 409, 708, 719, 176, 743, 759, 674, 958, 984, 11,
         413, 925, 687, 752, 867, 323),
        (0, 767, 227, 247, 284, 370, 482, 273, 886, 634, 762, 184, 696, 413, 854, 544, 864, 82, 1009, 437,
         36, 562, 816, 452, 290, 778),
        (0, 254, 790, 642, 248, 899, 328, 518, 477, 404, 698, 160, 497, 100, 518, 92, 464, 592, 198, 856,
         235, 134, 542, 545, 777, 483),
        (0, 285, 554, 809, 185, 49, 101, 82, 898, 627, 154, 65, 81, 823, 50, 413, 462, 175, 715, 537,
         722, 37, 488, 179, 430, 264),
    ),
    8192: (
        (1148, 2032, 249, 1807, 485, 1044, 717, 873, 364, 1926, 1241, 1769, 532, 768, 1138, 965, 141, 1527, 505, 1312,
         1840, 709, 1427, 989, 1925, 270),
        (0, 1822, 203, 882, 1989, 957, 1705, 1083, 1072, 354, 1942, 446, 1456, 1940, 1660, 1661, 587, 708, 1466, 433,
         1345, 867, 1551, 2041, 1383, 1790),
        (0, 318, 494, 1467, 757, 1085, 1630, 64, 689, 1300, 148, 777, 1431, 659, 352, 1177, 836, 1572, 348, 1040,
         779, 476, 191, 1393, 1752, 1627),
        (0, 1189, 458, 460, 1039, 1000, 1265, 1223, 874, 1292, 1491, 631, 464, 461, 844, 392, 922, 256, 1986, 19,
         266, 471, 1166, 1300, 1033, 1606),
    ),
}
# fmt: on


@functools.cache
def ar4ja_code(rate: str, information_bits: int) -> ParityCheck:
    """Return H of the code with `rate` "1/2", "2/3" or "4/5" and `information_bits` 1024, 4096 or 16384.

    Raises CodingError for any other.
    """
    if rate not in RATES:
        raise CodingError("rate", rate, f"one of {RATES}")
    if information_bits not in INFORMATION_BITS:
        raise CodingError("information_bits", information_bits, f"one of {INFORMATION_BITS}")
    block = information_bits // _INFORMATION_BLOCKS[rate]  # M, table 7-2
    protograph = _protograph(rate)
    rows = tuple(_row(blocks, quarter, block) for blocks in protograph for quarter in range(_QUARTERS))
    return ParityCheck(rows, block // _QUARTERS, _QUARTERS * len(protograph[0]), punctured_columns=_QUARTERS)


def _protograph(rate: str) -> list[tuple[tuple[int, ...], ...]]:
    """Return what stands in each block of the three block rows."""
    parts = _PROTOGRAPHS[rate]
    return [sum((part[row] for part in parts), ()) for row in range(_BLOCK_ROWS)]


def _row(blocks: tuple[tuple[int, ...], ...], quarter: int, block: int) -> tuple[Circulant, ...]:
    return tuple(
        _circulant(column, permutation, quarter, block)
        for column, permutations in enumerate(blocks)
        for permutation in permutations
    )


def _circulant(column: int, permutation: int, quarter: int, block: int) -> Circulant:
    """Return what a permutation has in a quarter j of its rows: pi_k(i) of section 7.4.2.4."""
    if permutation == 0:
        return Circulant(_QUARTERS * column + quarter, 0)
    to_quarter = (_THETA[permutation - 1] + quarter) % _QUARTERS
    return Circulant(_QUARTERS * column + to_quarter, _PHI[block][quarter][permutation - 1])
