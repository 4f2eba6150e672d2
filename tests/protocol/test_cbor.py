import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor
from protocol.errors import RemoteError


def test_floats_take_at_most_5_octets() -> None:
    assert cbor.pack({1: 0.5}).hex() == "a101" + "f93800"
    assert cbor.pack({1: 0.1}).hex() == "a101" + "fa3dcccccd"
    assert cbor.pack({1: {2: 0.1}}).hex() == "a101" + "a102" + "fa3dcccccd"


@given(octets=st.binary(max_size=60) | st.binary(max_size=60).map(lambda octets: b"\xa1\x00" + octets))
def test_any_octets_are_a_map_or_are_refused(octets: bytes) -> None:
    try:
        item = cbor.unpack(octets)
    except RemoteError:
        return
    assert all(type(key) is int for key in item)


@pytest.mark.parametrize(
    "octets",
    [
        cbor2.dumps([1]),
        cbor2.dumps({"a": 1}),
        cbor2.dumps({True: 1}),
        cbor2.dumps({1.0: 1}),
        cbor2.dumps({1: 2}) + b"\x00",
        b"\xa2\x01\x02\x01\x03",  # a key twice
        b"\xbf\x01\x02\xff",  # indefinite length
        b"\xa1\x01" + b"\x81" * 20 + b"\x00",
        b"\xa1\x01" + b"\x81" * 65000 + b"\x00",
        b"\xa1\x01\xd8\x23\x62[[",  # tag 35: a regular expression
        b"\xa1\x01\xc2\x41\x01",  # tag 2: a big number
        b"\xa1\x01\xd8\x64\x01",  # tag 100: a date
        b"\xa1\x01\xd8\x34\x44\x7f\x00\x00\x01",  # tag 52: an IPv4 address
        b"\xa1\x01\xd9\xd9\xf7\x01",  # tag 55799: plain CBOR
        b"\xa1\x01\xda\x00\x01\x00\x00\x01",  # a tag that nobody knows
        b"\xa1\x01\x5b\xff\xff\xff\xff\xff\xff\xff\xff",  # 2^64 - 1 octets to come
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x01\x62\xff\xfe",  # no UTF-8
        b"",
    ],
)
def test_other_items_are_refused(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        cbor.unpack(octets)
