"""The keys of one end of a link as a TOML file that its owner alone may read."""

from pathlib import Path
from typing import Annotated, Literal, NoReturn

from pydantic import Field, model_validator
from typing_extensions import Self

from edge.checked_toml import CheckedModel, ErrorOf, TableT, load_checked
from edge.private_file import check_private, replace_private

_MOST_SHOWN = 1 << 48
_LONGEST_NAME = 16
_HIDDEN = "(not shown)"

KeyId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}$")]
HexKey = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AssociationTable(CheckedModel):
    """One key's use on one virtual channel."""

    spi: int = Field(ge=1, le=65_534)
    key_id: int = Field(ge=1, le=65_535)
    vcid: int = Field(ge=0, le=63)
    window: int = Field(ge=1, le=_MOST_SHOWN)


class KeyFile(CheckedModel):
    """What one end sends under, what it receives under, and the keys: 64 hexadecimal digits each, by key id."""

    end: Literal["ground", "flatsat"]
    mode: Literal["encrypted", "clear"]
    scid: int = Field(ge=0, le=1023)
    send: AssociationTable
    receive: tuple[AssociationTable, ...] = Field(min_length=1, strict=False)
    keys: dict[KeyId, HexKey] = Field(repr=False)

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        """Refuse what is right in each field and wrong together."""
        every = (self.send, *self.receive)
        downlink = self.receive if self.end == "ground" else (self.send,)
        spis, key_ids = [each.spi for each in every], [str(each.key_id) for each in every]
        if len(set(spis)) < len(spis):
            raise KeyMistakeError("receive", spis, "an SPI of its own for each association")
        if sorted(key_ids) != sorted(self.keys):
            raise KeyMistakeError("keys", sorted(self.keys), f"one for each association: {', '.join(key_ids)}")
        if len(set(self.keys.values())) < len(self.keys):
            raise KeyMistakeError("keys", sorted(self.keys), "no key that is there twice")
        if any(each.vcid > 7 for each in downlink):
            raise KeyMistakeError("vcid", max(each.vcid for each in downlink), "0 to 7, for telemetry")
        return self


class KeyMistakeError(ValueError):
    """A table of keys that is right in each field and wrong together; the value shown is no part of a key."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(accepted)
        self.field, self.value, self.accepted = field, value, accepted


def load_key_file(path: Path, error_of: ErrorOf) -> KeyFile:
    """Return a key file's content.

    Raises ``error_of(field, value, accepted)`` for a file that others can read, or the first mistake in it; what may
    be part of a key is not shown.
    """
    return load_private(path, KeyFile, error_of)


def load_private(path: Path, table: type[TableT], error_of: ErrorOf) -> TableT:
    """Return the content of any file that holds keys; raises as ``load_key_file`` does."""
    check_private(path, error_of)

    def hide(field: str, value: object, accepted: str) -> NoReturn:
        place = ".".join(part if len(part) <= _LONGEST_NAME else _HIDDEN for part in field.split("."))
        raise error_of(place, value if _is_harmless(value) or value == str(path) else _HIDDEN, accepted)

    return load_checked(path, table, hide)


def write_key_file(path: Path, content: KeyFile) -> None:
    """Write a key file, readable by its owner alone. Raises OSError."""
    replace_private(path, _text(content))


def _is_harmless(value: object) -> bool:
    """Whether a value is a number too small for a key, or a list of such; ids are numbers as text."""
    if isinstance(value, list):
        return all(map(_is_harmless, value))
    if isinstance(value, str):
        return value.isdecimal() and len(value) <= len("65535")
    return value is None or (isinstance(value, int) and abs(value) <= _MOST_SHOWN)


def _text(content: KeyFile) -> str:
    lines = [
        f"# The {content.end}'s keys. Whoever has them can speak for either end of the link.",
        f'end = "{content.end}"',
        f'mode = "{content.mode}"',
        f"scid = {content.scid}",
        *_table("[send]", content.send),
    ]
    for each in content.receive:
        lines += _table("[[receive]]", each)
    lines += ["", "[keys]", *(f'{key_id} = "{key}"' for key_id, key in content.keys.items()), ""]
    return "\n".join(lines)


def _table(heading: str, table: AssociationTable) -> list[str]:
    return ["", heading, *(f"{name} = {value}" for name, value in table)]
