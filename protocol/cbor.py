"""The strict subset of CBOR (RFC 8949) that messages use: one map with integer keys, without tags."""

import struct
from io import BytesIO
from typing import NoReturn

import cbor2

from protocol.errors import RemoteError

_MAX_DEPTH = 8
# Every tag that cbor2 would turn into an object (a regular expression, a MIME message, a network, ...).
_BUILT_IN_TAGS = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100),
    *(256, 258, 260, 261, 1004, 43000, 55799),
)


def pack(item: dict[int, object]) -> bytes:
    """Return the shortest encoding of `item` (RFC 8949 4.2.1), its floats rounded to 32 bits before.

    A 32-bit number takes 5 octets, or 3 where 16 bits hold the same value.
    """
    return cbor2.dumps(_round_floats(item), canonical=True)


def unpack(octets: bytes) -> dict[int, object]:
    """Return the map that `octets` encode. Raises RemoteError if they are anything else."""
    stream = BytesIO(octets)
    decoder = cbor2.CBORDecoder(
        stream,
        tag_hook=_refuse_tag,
        semantic_decoders=dict.fromkeys(_BUILT_IN_TAGS, _refuse_tag),
        max_depth=_MAX_DEPTH,
        allow_indefinite=False,
        allow_duplicate_keys=False,
    )
    try:
        item = decoder.decode()
    except cbor2.CBORDecodeError as error:
        raise RemoteError("CBOR", str(error)) from error
    if stream.tell() != len(octets):
        raise RemoteError("CBOR", f"{len(octets) - stream.tell()} octets follow the item")
    return check_map(item)


def check_map(item: object) -> dict[int, object]:
    """Return `item` if it is a map with integer keys; raise RemoteError otherwise."""
    if not isinstance(item, dict) or any(type(key) is not int for key in item):
        raise RemoteError("CBOR", "the item is not a map with integer keys")
    return item


def _round_floats(item: object) -> object:
    if isinstance(item, dict):
        return {key: _round_floats(value) for key, value in item.items()}
    if isinstance(item, float):
        return struct.unpack(">f", struct.pack(">f", item))[0]
    return item


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("tags are not used")
