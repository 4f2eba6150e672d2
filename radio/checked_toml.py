"""TOML files read through a pydantic model, with one mistake told at a time."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ModelT = TypeVar("ModelT", bound=BaseModel)
ErrorOf = Callable[[str, object, str], Exception]
"""Makes an exception of field, value and what would be accepted."""


class CheckedModel(BaseModel):
    """A table whose every field is known and cannot be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def load_checked(path: Path, model: type[ModelT], error_of: ErrorOf) -> ModelT:
    """Return the file's content as ``model``; raise ``error_of(field, value, accepted)`` for the first mistake in it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise error_of("file", str(path), f"a readable TOML file ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise error_of("file", str(path), f"TOML ({error})") from None
    return check(content, model, error_of)


def check(content: dict[str, object], model: type[ModelT], error_of: ErrorOf) -> ModelT:
    """Return ``content`` as ``model``; raise ``error_of(field, value, accepted)`` for the first mistake in it."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        mistake = error.errors()[0]
        field = ".".join(str(part) for part in mistake["loc"]) or "file"
        raise error_of(field, mistake["input"], _accepted(mistake["type"], mistake["msg"], field, model)) from None


def _accepted(kind: str, message: str, field: str, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        known = _fields_beside(field, model)
        return f"no such field; known here: {', '.join(known)}" if known else "no such field"
    if kind == "missing":
        return "a value: the field is required"
    return message[0].lower() + message[1:]


def _fields_beside(field: str, model: type[BaseModel]) -> list[str]:
    """Names accepted in the table that holds ``field``."""
    fields: type[BaseModel] | None = model
    for part in field.split(".")[:-1]:
        annotation = fields.model_fields[part].annotation if fields and part in fields.model_fields else None
        fields = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    return sorted(fields.model_fields) if fields else []
