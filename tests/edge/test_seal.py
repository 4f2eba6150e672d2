from binascii import crc32

from hypothesis import given
from hypothesis import strategies as st

from edge.seal import MAX_MENDED_OCTETS, mended, seal_of

NUMBERS = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.binary(max_size=40) | NUMBERS, min_size=1, max_size=4)


def test_a_seal_is_the_crc_of_values_with_their_types_and_lengths() -> None:
    assert seal_of(b"ab", 1, None) == crc32(b"bytes 2 abint 8 \0\0\0\0\0\0\0\1NoneType 4 None")


def test_what_moves_from_one_value_to_the_next_changes_the_seal() -> None:
    assert len({seal_of(b"ab", b"c"), seal_of(b"a", b"bc"), seal_of("ab", b"c"), seal_of(b"c", b"ab")}) == 4


def flipped(value: bytes | int, bit: int) -> bytes | int:
    octets = bytearray(value if isinstance(value, bytes) else value.to_bytes(8, "big", signed=True))
    octets[bit // 8 % len(octets)] ^= 1 << bit % 8
    return bytes(octets) if isinstance(value, bytes) else int.from_bytes(octets, "big", signed=True)


@given(row=ROWS, column=st.integers(0, 3), bit=st.integers(0, 319))
def test_any_flipped_bit_is_mended(row: list[bytes | int], column: int, bit: int) -> None:
    column %= len(row)
    if row[column] == b"":
        return
    damaged = [*row[:column], flipped(row[column], bit), *row[column + 1 :]]
    assert mended([*damaged, seal_of(*row)]) == [*row, seal_of(*row)]


@given(row=ROWS, bit=st.integers(0, 31))
def test_a_row_is_as_it_was_when_its_seal_alone_is_damaged(row: list[bytes | int], bit: int) -> None:
    assert mended([*row, seal_of(*row) ^ 1 << bit]) == [*row, seal_of(*row)]


def test_more_than_a_bit_is_not_mended() -> None:
    assert mended([b"what", 5, "it was", seal_of(b"else", 5, "it was")]) is None
    assert mended([b"no", b"seal"]) is None


def test_a_bit_far_from_the_end_is_not_looked_for() -> None:
    row = [b"\0" * 10_000]
    for place, is_mended in ((9_999 - MAX_MENDED_OCTETS, False), (10_000 - MAX_MENDED_OCTETS, True)):
        damaged = bytearray(row[0])
        damaged[place] = 1
        assert (mended([bytes(damaged), seal_of(*row)]) is not None) == is_mended
