"""Records as they are read: what is not needed of them is passed over, so that they may grow."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from edge.checked_toml import check
from edge.printable import printable
from testbed.errors import ScenarioError

TableT = TypeVar("TableT")
Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class RecordTable(BaseModel):
    """A table of a record."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


def read_table(content: dict[str, Any], table: type[TableT], path: str) -> TableT:
    """Return a record's content as ``table``; null is no value. Raises ScenarioError naming file and field."""
    return check(_without_null(content), table, mistake_in(path))


def mistake_in(path: str) -> Callable[[str, object, str], ScenarioError]:
    """Return what makes an error of a field's name, its value and what is accepted, which names the file first."""
    return lambda field, value, accepted: ScenarioError(f"{printable(path)}: {field}", value, accepted)


def _without_null(content: Any) -> Any:
    """Return tables without what is null: a table of records has a default for what may be missing."""
    if isinstance(content, dict):
        return {name: _without_null(value) for name, value in content.items() if value is not None}
    return [_without_null(each) for each in content] if isinstance(content, list) else content
