"""The keys of one end of a control port as a TOML file that its owner alone may read."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from edge.checked_toml import CheckedModel, ErrorOf
from edge.key_file import HexKey, KeyMistakeError, load_private
from edge.private_file import replace_private

End = Literal["sky", "flatsat"]


class ControlKeyFile(CheckedModel):
    """An end's secret key, and the public keys of its peers: 64 hexadecimal digits each (Curve25519, RFC 7748).

    To the sky, which is asked, its peers are all whom it lets in; to the flatsat its peer is the sky that it asks.
    """

    end: End
    secret_key: HexKey = Field(repr=False)
    peers: tuple[HexKey, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _check_peers(self) -> Self:
        """Refuse a flatsat that does not know which sky to ask."""
        if self.end == "flatsat" and len(self.peers) > 1:
            raise KeyMistakeError("peers", len(self.peers), "one public key: the sky's")
        return self


def load_control_key_file(path: Path, end: End, error_of: ErrorOf) -> ControlKeyFile:
    """Return the content of an end's key file.

    Raises ``error_of(field, value, accepted)`` for a file that others can read, the first mistake in it, or the other
    end's file. What may be part of a key is not shown.
    """
    content = load_private(path, ControlKeyFile, error_of)
    if content.end != end:
        raise error_of("end", content.end, f"{end}: the file that is the {end}'s")
    return content


def write_control_key_file(path: Path, content: ControlKeyFile) -> None:
    """Write a key file, readable by its owner alone. Raises OSError."""
    peers = "".join(f'    "{each}",\n' for each in content.peers)
    replace_private(
        path,
        f"# The {content.end}'s keys of the port where link time is held. Whoever has them can pass for the "
        f'{content.end}.\nend = "{content.end}"\nsecret_key = "{content.secret_key}"\n'
        f"# The public keys of those that it talks to, and of nobody else.\npeers = [\n{peers}]\n",
    )
