import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.faults.bits import flip_bits_of_file


@given(size=st.integers(1, 200), bits=st.integers(1, 40), seed=st.integers(0, 99))
def test_so_many_different_bits_flip(tmp_path_factory: pytest.TempPathFactory, size: int, bits: int, seed: int) -> None:
    path = tmp_path_factory.mktemp("bits") / "file"
    before = random.Random(seed).randbytes(size)
    path.write_bytes(before)
    places = flip_bits_of_file(path, bits, random.Random(seed))
    after = path.read_bytes()
    assert sum((a ^ b).bit_count() for a, b in zip(before, after, strict=True)) == min(bits, 8 * size)
    assert places == [place for place in range(size) if before[place] != after[place]]


def test_a_program_that_has_the_file_open_reads_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(10))
    with path.open("rb") as reader:
        flip_bits_of_file(path, 3, random.Random(1))
        assert reader.read() != bytes(10)


def test_an_empty_file_has_no_bits_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert flip_bits_of_file(tmp_path / "empty", 3, random.Random(1)) == []
    with pytest.raises(OSError, match="none"):
        flip_bits_of_file(tmp_path / "none", 1, random.Random(1))
