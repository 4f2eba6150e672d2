"""The text of an element file, whichever of the published forms it has."""

from collections.abc import Callable
from dataclasses import dataclass

from linkbudget.errors import LinkInputError
from linkbudget.orbit import omm
from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.tle import Tle, catalogue_number

_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """An object of a file, not yet read: a file of 10000 objects may hold a broken one that nobody asked for."""

    name: str
    number: str
    read: Callable[[], MeanElements]

    def is_called(self, name: str) -> bool:
        wanted = name.strip().casefold()
        return wanted == self.name.casefold() or (self.number != "" and wanted.lstrip("0") == self.number.lstrip("0"))


def parse_elements(text: str, name: str | None = None) -> MeanElements:
    """Return the elements of the object called `name`, or of the first, from TLE lines or an OMM.

    The form is told by the content: two- or three-line elements, or an OMM in XML, KVN, JSON or CSV. `name` is the
    object's name in any case, or its catalogue number. Raises LinkInputError if the text has
    no such object, and for what is wrong in the one chosen.
    """
    entries = _entries(text.lstrip("\ufeff"))
    if name is None:
        return entries[0].read()
    for entry in entries:
        if entry.is_called(name):
            return entry.read()
    shown = ", ".join(entry.name for entry in entries[:_NAMES_SHOWN])
    more = ", ..." if len(entries) > _NAMES_SHOWN else ""
    raise LinkInputError("name", name, f"the name or catalogue number of an object in the file: {shown}{more}")


def _entries(text: str) -> list[_Entry]:
    reader = _omm_reader(text)
    if reader is None:
        return _tle_entries(text)
    records = reader(text.strip())
    if not records:
        raise LinkInputError("OMM", text[:40], "at least one object")
    return [_omm_entry(record) for record in records]


def _omm_entry(record: omm.Record) -> _Entry:
    name, number = (record.get(keyword, "").strip() for keyword in ("OBJECT_NAME", "NORAD_CAT_ID"))
    return _Entry(name, number, lambda: omm.elements(record))


def _omm_reader(text: str) -> Callable[[str], list[omm.Record]] | None:
    stripped = text.lstrip()
    if stripped[:1] == "<":
        return omm.read_xml
    if stripped[:1] in ("{", "["):
        return omm.read_json
    if stripped.startswith("CCSDS_OMM_VERS"):
        return omm.read_kvn
    if "NORAD_CAT_ID" in stripped.partition("\n")[0]:
        return omm.read_csv
    return None


def _tle_entries(text: str) -> list[_Entry]:
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    firsts = [i for i in range(len(lines) - 1) if lines[i].startswith("1 ") and lines[i + 1].startswith("2 ")]
    if len(firsts) < 2:
        tle = Tle.parse(text)
        return [_Entry(tle.name, str(tle.catalogue_number), lambda: tle.elements)]
    taken = [0, *(first + 2 for first in firsts)]
    return [_tle_entry(lines[max(end, first - 1) : first + 2]) for end, first in zip(taken, firsts, strict=False)]


def _tle_entry(lines: list[str]) -> _Entry:
    columns = lines[-2][2:7]
    name = lines[0].removeprefix("0 ").strip() if len(lines) == 3 else columns.strip()
    return _Entry(name, _number(columns), lambda: Tle.parse("\n".join(lines)).elements)


def _number(columns: str) -> str:
    try:
        return str(catalogue_number(columns))
    except (ValueError, IndexError):
        return ""  # of a broken line, which says so when it is read
