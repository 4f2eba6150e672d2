import numpy as np
import pytest

from radio.coding.ldpc.ar4ja import ar4ja_code
from radio.coding.ldpc.parity_check import Circulant, ParityCheck
from radio.coding.ldpc.tc import CODEWORD_BITS, tc_code


def test_a_shift_is_to_the_right():
    code = ParityCheck(((Circulant(0, 1), Circulant(1, 0), Circulant(1, 3)),), size=4, columns=2)
    expected = [
        [0, 1, 0, 0, 1, 0, 0, 1],
        [0, 0, 1, 0, 1, 1, 0, 0],
        [0, 0, 0, 1, 0, 1, 1, 0],
        [1, 0, 0, 0, 0, 0, 1, 1],
    ]
    assert code.dense().tolist() == expected
    assert (code.information_bits, code.codeword_bits) == (4, 8)


@pytest.mark.parametrize("code", [ar4ja_code("4/5", 1024), tc_code(128), tc_code(512)], ids=["ar4ja", "128", "512"])
def test_the_syndrome_is_the_product_with_h(code):
    word = np.random.default_rng(1).integers(0, 2, code.size * code.columns, np.uint8)
    assert np.array_equal(code.syndrome(word), code.dense().astype(int) @ word % 2)


@pytest.mark.parametrize("codeword_bits", CODEWORD_BITS)
def test_halving_only_reorders_rows_and_columns(codeword_bits):
    code = tc_code(codeword_bits)
    half = code.size // 2

    def apart(blocks):
        return np.arange(blocks * code.size).reshape(blocks, half, 2).transpose(0, 2, 1).reshape(-1)

    assert np.array_equal(code.halved().dense(), code.dense()[apart(4)][:, apart(8)])


@pytest.mark.parametrize("codeword_bits", CODEWORD_BITS)
def test_a_halved_telecommand_code_has_no_column_twice_in_a_row(codeword_bits):
    for row in tc_code(codeword_bits).halved().rows:
        assert len({one.column for one in row}) == len(row)
        assert all(0 <= one.shift < codeword_bits // 16 for one in row)
