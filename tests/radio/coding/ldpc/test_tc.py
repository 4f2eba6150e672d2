import numpy as np
import pytest

from radio.coding.ldpc.tc import CODEWORD_BITS, tc_code
from radio.errors import CodingError


def shifts(cell):
    if cell == "Z":
        return []
    return [0] if cell == "I" else [0, int(cell[2:])] if isinstance(cell, str) else [cell]


@pytest.mark.parametrize("codeword_bits", CODEWORD_BITS)
def test_parity_check_is_the_published_one(codeword_bits, ldpc_golden):
    size = codeword_bits // 8
    blocks = ldpc_golden["tc_parity_check"][str(codeword_bits)]
    identity = np.eye(size, dtype=np.uint8)
    expected = np.block(
        [[sum((np.roll(identity, s, 1) for s in shifts(c)), 0 * identity) for c in row] for row in blocks]
    )
    assert np.array_equal(tc_code(codeword_bits).dense(), expected)


def test_other_lengths_are_refused():
    with pytest.raises(CodingError, match="codeword_bits"):
        tc_code(256)
