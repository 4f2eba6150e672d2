"""Keys by their number, which neither a repr nor an error shows."""

from collections.abc import Mapping
from hashlib import sha256

from protocol.checks import check_int
from protocol.errors import LocalError
from protocol.sdls.association import MAX_KEY_ID

KEY_OCTETS = 32
_FINGERPRINT_OCTETS = 8


class KeyRing:
    """AES-256 keys, 32 octets each, by key id.

    Raises LocalError for a key of another length, and for two ids with one key: a key under two associations would
    see its initialization vectors twice.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        for key_id, key in keys.items():
            check_int("key_id", key_id, 1, MAX_KEY_ID)
            if type(key) is not bytes or len(key) != KEY_OCTETS:
                raise LocalError(f"key {key_id}", "(not shown)", f"{KEY_OCTETS} octets")
        if len(set(keys.values())) != len(keys):
            raise LocalError("keys", sorted(keys), "a key of its own for each id")
        self._keys = dict(keys)

    def __repr__(self) -> str:
        return f"KeyRing({self.key_ids})"

    @property
    def key_ids(self) -> tuple[int, ...]:
        """The ids that have a key, in their order."""
        return tuple(sorted(self._keys))

    def key(self, key_id: int) -> bytes:
        """Return the 32 octets of a key. Raises LocalError if there is none of this id."""
        try:
            return self._keys[key_id]
        except KeyError:
            raise LocalError("key_id", key_id, f"one of the keys {self.key_ids}") from None

    def fingerprint(self, key_id: int) -> str:
        """Return 16 hexadecimal digits that tell keys apart and tell nothing of the key. Raises LocalError as `key`."""
        digest = sha256(b"fingerprint of a key:" + self.key(key_id))
        return digest.hexdigest()[: 2 * _FINGERPRINT_OCTETS]
