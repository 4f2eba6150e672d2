import json
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cfdp.checksum import FileChecksum
from protocol.cfdp.codes import ChecksumType

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cfdp.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", [v for v in GOLDEN if v["category"] == "cfdp_checksum"], ids=lambda v: v["name"])
def test_golden_modular_checksums(vector: dict[str, Any]) -> None:
    octets, _, offset = vector["input"].partition(" @offset ")
    checksum = FileChecksum(ChecksumType.MODULAR, position=int(offset or 0)).update(bytes.fromhex(octets))
    assert checksum.value == int(vector["expected"], 16)


def test_crc_32_is_the_ieee_one() -> None:
    assert FileChecksum(ChecksumType.CRC_32).update(b"123456789").value == 0xCBF43926


@given(parts=st.lists(st.binary(max_size=20), max_size=8))
def test_parts_give_what_the_whole_gives(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    words = [int.from_bytes(whole[start : start + 4].ljust(4, b"\0"), "big") for start in range(0, len(whole), 4)]
    expected = {ChecksumType.MODULAR: sum(words) % 2**32, ChecksumType.CRC_32: crc32(whole), ChecksumType.NULL: 0}
    for kind, value in expected.items():
        checksum = FileChecksum(kind)
        for part in parts:
            checksum.update(part)
        assert (checksum.value, checksum.position) == (value, len(whole))
