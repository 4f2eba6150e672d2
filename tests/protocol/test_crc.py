import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.crc import append_crc16, crc16, crc16_matches

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ccsds_frames.json").read_text())["vectors"]
VECTORS = [vector for vector in GOLDEN if vector["category"] == "crc16_fecf"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_crc(vector: dict[str, str]) -> None:
    assert crc16(bytes.fromhex(vector["input"])) == bytes.fromhex(vector["expected"])


def test_too_few_octets_match_nothing() -> None:
    assert not crc16_matches(b"")
    assert not crc16_matches(b"\xff")


@given(octets=st.binary(max_size=100), bit=st.integers(0))
def test_one_wrong_bit_is_found(octets: bytes, bit: int) -> None:
    good = append_crc16(octets)
    assert crc16_matches(good)
    wrong = int.from_bytes(good, "big") ^ 1 << bit % (8 * len(good))
    assert not crc16_matches(wrong.to_bytes(len(good), "big"))
