"""Settings of the channel: frozen dataclasses whose bounds stand at the field and are checked where they are made."""

from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from pydantic import ConfigDict
from pydantic_core import CoreSchema, core_schema
from typing_extensions import dataclass_transform

from radio.errors import ChannelError

ClassT = TypeVar("ClassT", bound=type[Any])


@dataclass(frozen=True, slots=True)
class Within:
    """The bounds of a field, both allowed."""

    lowest: float
    highest: float

    def __get_pydantic_core_schema__(self, source: Any, handler: object) -> CoreSchema:
        """Take a number from a file, and no text that looks like one."""
        number = core_schema.int_schema(strict=True) if source is int else core_schema.float_schema(strict=True)
        return core_schema.nullable_schema(number) if NoneType in get_args(source) else number


@dataclass_transform(frozen_default=True, kw_only_default=True)
def settings(cls: ClassT) -> ClassT:
    """Make a frozen dataclass with keyword arguments that raises ChannelError for a value out of its bounds.

    A file's table of this kind may have no other field. A class with a ``__post_init__`` of its own calls
    ``check_bounds`` in it.
    """
    cls.__pydantic_config__ = ConfigDict(extra="forbid")
    if not hasattr(cls, "__post_init__"):
        cls.__post_init__ = check_bounds
    return cast("ClassT", dataclass(frozen=True, slots=True, kw_only=True)(cls))


def check_bounds(self: Any) -> None:
    """Raise ChannelError for the first value out of its bounds; NaN is out of any."""
    for field, hint in get_type_hints(type(self), include_extras=True).items():
        for within in hint.__metadata__ if get_origin(hint) is Annotated else ():
            value = getattr(self, field)
            if value is not None and not within.lowest <= value <= within.highest:
                raise ChannelError(field, value, f"{within.lowest:g} to {within.highest:g}")
