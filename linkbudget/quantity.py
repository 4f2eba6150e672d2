"""Tables of numbers with units and bounds, declared once: for the code, for files, for the schema's documentation.

@table
class Dish:
    diameter_m: Annotated[Real, Within(0.01, 100.0, "m", "diameter of the reflector")]
"""

from dataclasses import dataclass, field
from functools import cache
from types import NoneType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import ConfigDict
from pydantic_core import CoreSchema, core_schema
from typing_extensions import dataclass_transform

from linkbudget.checks import require_between

ClassT = TypeVar("ClassT", bound=type[Any])


@dataclass(frozen=True, slots=True)
class Within:
    """The bounds of a field, both allowed, its unit and what it is in a few words."""

    lowest: float
    highest: float
    unit: str
    meaning: str

    def __get_pydantic_core_schema__(self, source: Any, handler: object) -> CoreSchema:
        """Let a file give one number, where code may give an array; `check_quantities` checks the bounds."""
        kinds = (source, *get_args(source))
        number = core_schema.int_schema(strict=True) if int in kinds else core_schema.float_schema(strict=True)
        return core_schema.nullable_schema(number) if NoneType in kinds else number


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def table(cls: ClassT) -> ClassT:
    """Make a frozen dataclass with keyword arguments whose bounds are checked where it is made.

    A file's table of this kind may have no other field. A class with a `__post_init__` of its own calls
    `check_quantities` in it.
    """
    cls.__pydantic_config__ = ConfigDict(extra="forbid")
    if not hasattr(cls, "__post_init__"):
        cls.__post_init__ = check_quantities
    return cast("ClassT", dataclass(frozen=True, slots=True, kw_only=True)(cls))


def quantities(cls: Any) -> dict[str, Within]:
    """Return the fields of a table that are declared with bounds, by name."""
    return _quantities(cls)


@cache
def _quantities(cls: Any) -> dict[str, Within]:
    hints = get_type_hints(cls, include_extras=True)
    return {
        name: mark
        for name, hint in hints.items()
        if get_origin(hint) is Annotated
        for mark in hint.__metadata__
        if isinstance(mark, Within)
    }


def takes_arrays(cls: Any, name: str) -> bool:
    """Say whether a field of a table may hold an array of numbers as well as one."""
    return name in _fields_of_arrays(cls)


@cache
def _fields_of_arrays(cls: Any) -> set[str]:
    hints = get_type_hints(cls)
    return {name for name, hint in hints.items() if np.ndarray in [get_origin(kind) for kind in get_args(hint)]}


def check_quantities(self: Any) -> None:
    """Raise LinkInputError for the first value, or element of one, that is out of its bounds. None is let through."""
    for name, within in quantities(type(self)).items():
        value = getattr(self, name)
        if value is not None:
            require_between(name, value, within.lowest, within.highest)
