"""Studies as TOML files: any number may be a table with its tolerance in place of the number."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from edge.checked_toml import check, read_toml
from linkbudget.errors import LinkInputError
from linkbudget.study import Study
from linkbudget.uncertainty.tolerance import Tolerance

_SHIPPED = resources.files("linkbudget").joinpath("studies")


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A study with every number as given, and the tolerances of those that have one, by their dotted place."""

    study: Study
    tolerances: dict[str, Tolerance]


def load_study(name: str) -> StudyFile:
    """Load a shipped study by its name, or a TOML file by its path.

    A file of orbital elements that it names is looked for beside it.
    Raises LinkInputError naming the field, its value and what is accepted.
    """
    path = _path_of(name)
    content = read_toml(path, LinkInputError)
    _put_elements(content, path.parent)
    return parse_study(content)


def parse_study(content: dict[str, Any]) -> StudyFile:
    """Return what a TOML file held as a study. Raises LinkInputError as `load_study` does."""
    tolerances: dict[str, Tolerance] = {}
    values = _without_tolerances(content, "", tolerances)
    return StudyFile(check(values, Study, LinkInputError), tolerances)


def shipped_studies() -> list[str]:
    """Names of the studies that come with the package."""
    return sorted(item.name.removesuffix(".toml") for item in _SHIPPED.iterdir() if item.name.endswith(".toml"))


def _path_of(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    if name not in shipped_studies():
        raise LinkInputError("study", name, f"one of {', '.join(shipped_studies())}, or the path of a .toml file")
    return Path(str(_SHIPPED.joinpath(f"{name}.toml")))


def _put_elements(content: dict[str, Any], folder: Path) -> None:
    """Put the text of an elements' file in place of its name."""
    orbit = content.get("orbit")
    if isinstance(orbit, dict) and isinstance(orbit.get("file"), str) and "elements" not in orbit:
        orbit["elements"] = read_elements_text(folder / orbit.pop("file"), "orbit.file")


def read_elements_text(path: Path, field: str) -> str:
    """Return the text of a file of elements. Raises LinkInputError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise LinkInputError(field, str(path), f"a readable file ({error.strerror})") from None
    except ValueError as error:  # a name with a null character
        raise LinkInputError(field, str(path), f"a readable file ({error})") from None


def _without_tolerances(node: Any, place: str, found: dict[str, Tolerance]) -> Any:
    if isinstance(node, dict) and not isinstance(node.get("value", {}), dict):  # a link may be called "value"
        found[place] = check(node, Tolerance, lambda field, *rest: LinkInputError(f"{place}.{field}", *rest))
        return found[place].value
    if isinstance(node, dict):
        return {name: _without_tolerances(each, _join(place, name), found) for name, each in node.items()}
    if isinstance(node, list):
        return [_without_tolerances(each, _join(place, index), found) for index, each in enumerate(node)]
    return node


def _join(place: str, name: str | int) -> str:
    return f"{place}.{name}" if place else str(name)
