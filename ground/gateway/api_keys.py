"""Who may use the gateway: a TOML file of keys, by owner."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import Field

from edge.checked_toml import CheckedModel
from edge.key_file import load_private
from ground.errors import RequestError

NOBODY = "local"
"""The owner of all that is asked where no keys are wanted."""

ApiKey = Annotated[str, Field(min_length=20, max_length=200, pattern=r"^[!-~]+$")]
Owner = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w .@-]+$")]


class ApiKeyFile(CheckedModel):
    """The keys, by the name of whom each was given to."""

    keys: dict[Owner, ApiKey] = Field(min_length=1, repr=False)


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Knows the owner of a key by its digest. Without any, everybody is let in."""

    digests: tuple[tuple[bytes, str], ...] = ()

    @classmethod
    def load(cls, path: Path) -> "ApiKeys":
        """Return the keys of a file that its owner alone may read. Raises RequestError; no key is shown."""
        keys = load_private(path, ApiKeyFile, RequestError).keys
        if len(set(keys.values())) < len(keys):
            raise RequestError("keys", sorted(keys), "a key of its own for each")
        return cls(tuple((_digest(key), owner) for owner, key in keys.items()))

    def owner_of(self, key: str | None) -> str | None:
        """Return whose key it is, None if it is nobody's. How long that takes says nothing of the keys."""
        if not self.digests:
            return NOBODY
        given = _digest(key or "")
        owners = [owner for digest, owner in self.digests if hmac.compare_digest(digest, given)]
        return owners[0] if owners else None


def _digest(key: str) -> bytes:
    return sha256(key.encode(errors="surrogateescape")).digest()
