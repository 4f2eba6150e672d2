import itertools

import pytest

from radio.coding.ldpc import ar4ja as tables
from radio.coding.ldpc.ar4ja import ar4ja_code
from radio.errors import CodingError

CODEWORD_BITS = {  # 131.0-B section 7.4.3
    ("1/2", 1024): 2048,
    ("2/3", 1024): 1536,
    ("4/5", 1024): 1280,
    ("1/2", 4096): 8192,
    ("2/3", 4096): 6144,
    ("4/5", 4096): 5120,
    ("1/2", 16384): 32768,
    ("2/3", 16384): 24576,
    ("4/5", 16384): 20480,
}


def test_the_shifts_are_those_of_another_transcription(ldpc_golden):
    table = ldpc_golden["ar4ja_phi"]["table"]
    for index, block in enumerate((128, 256, 512, 1024, 2048, 4096, 8192)):
        for j in range(4):
            assert list(tables._PHI[block][j]) == [shifts[index] for shifts in table[j]]


def test_lengths(ar4ja):
    code = ar4ja_code(*ar4ja)
    assert code.information_bits == ar4ja[1]
    assert code.codeword_bits == CODEWORD_BITS[ar4ja]


def test_check_degrees(ar4ja):
    first, others = {"1/2": (3, 6), "2/3": (3, 10), "4/5": (3, 18)}[ar4ja[0]]
    assert [len(row) for row in ar4ja_code(*ar4ja).rows] == [first] * 4 + [others] * 8


def test_no_row_meets_a_column_twice(ar4ja):
    for row in ar4ja_code(*ar4ja).rows:
        assert len({one.column for one in row}) == len(row)


def shortest_cycle(code):
    """Return 4 if two rows meet in two columns with the same difference of shifts, 6 if there is a triangle of rows."""
    shifts = [{one.column: one.shift for one in row} for row in code.rows]
    meetings = {
        (a, b): {
            column: (shifts[a][column] - shifts[b][column]) % code.size for column in shifts[a] if column in shifts[b]
        }
        for a, b in itertools.permutations(range(len(shifts)), 2)
    }
    if any(len(set(met.values())) < len(met) for met in meetings.values()):
        return 4
    for a, b, c in itertools.combinations(range(len(shifts)), 3):
        for one, two, three in itertools.product(meetings[a, b], meetings[b, c], meetings[c, a]):
            turn = meetings[a, b][one] + meetings[b, c][two] + meetings[c, a][three]
            if len({one, two, three}) == 3 and turn % code.size == 0:
                return 6
    return 8


def test_the_girth_is_the_published_one(ldpc_golden):
    assert shortest_cycle(ar4ja_code("1/2", 1024)) == ldpc_golden["ar4ja_girth"]["girth"]


@pytest.mark.parametrize(
    ("rate", "information_bits", "field"), [("3/4", 1024, "rate"), ("1/2", 2048, "information_bits")]
)
def test_other_codes_are_refused(rate, information_bits, field):
    with pytest.raises(CodingError, match=field):
        ar4ja_code(rate, information_bits)
