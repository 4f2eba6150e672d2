"""Orbit mean-elements messages, CCSDS 502.0-B-3, in the four forms that CelesTrak and Space-Track publish.

Each reader returns what its text holds as records: one dictionary from keyword to text for each object.
"""

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

from linkbudget.errors import LinkInputError
from linkbudget.orbit.elements import MeanElements

Record = dict[str, str]

# What SGP4 needs these to say. CelesTrak's JSON and CSV leave all but the last out: then they say it.
_MEANT = {
    "CENTER_NAME": ("EARTH",),
    "REF_FRAME": ("TEME", "TEMEOFDATE"),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
    "EPHEMERIS_TYPE": ("0", "1", "2", "3"),  # 4 is SGP4-XP
}
_SEGMENT = "segment"
_EPOCH_FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%jT%H:%M:%S")  # 502.0-B-3, 7.5.10: calendar day or day of year


def read_xml(text: str) -> list[Record]:
    """Return the records of an OMM, or of an NDM with several, in XML. Raise LinkInputError if it is not XML."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise LinkInputError("OMM XML", "<!DOCTYPE", "an OMM without a document type: it has none")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise LinkInputError("OMM XML", text[:40], f"XML ({error})") from None
    return [_segment_record(list(element.iter())) for element in root.iter() if _tag(element) == _SEGMENT]


def read_kvn(text: str) -> list[Record]:
    """Return the records of OMMs in lines `keyword = value`, with or without units in brackets."""
    records: list[Record] = []
    for keyword, value in _assignments(text):
        if keyword == "OBJECT_NAME" or not records:
            records.append({})
        records[-1][keyword] = value
    return [record for record in records if "OBJECT_NAME" in record]


def read_json(text: str) -> list[Record]:
    """Return the records of one JSON object or a list of them. Raise LinkInputError for any other text."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LinkInputError("OMM JSON", text[:40], f"JSON ({error})") from None
    objects = parsed if isinstance(parsed, list) else [parsed]
    if not all(isinstance(each, dict) for each in objects):
        raise LinkInputError("OMM JSON", text[:40], "an object, or a list of objects")
    return [{key: "" if value is None else str(value) for key, value in each.items()} for each in objects]


def read_csv(text: str) -> list[Record]:
    """Return the records of lines with commas under a line of keywords. Raise LinkInputError for a broken one."""
    try:
        rows = list(csv.DictReader(text.splitlines(), restkey="", restval=""))
    except csv.Error as error:
        raise LinkInputError("OMM CSV", text[:40], f"CSV ({error})") from None
    return [{key: str(value) for key, value in row.items()} for row in rows]


def elements(record: Record) -> MeanElements:
    """Return the mean elements of a record.

    Raises LinkInputError naming the keyword for one that is missing or not a number, for elements that are not SGP4's
    (theory, frame, time system, centre), and for a value out of its bounds.
    """
    for keyword, accepted in _MEANT.items():
        value = _text(record, keyword)
        if value and value not in accepted:
            raise LinkInputError(f"OMM {keyword}", value, " or ".join(accepted))
    number = _text(record, "NORAD_CAT_ID")
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise LinkInputError("OMM NORAD_CAT_ID", number, "1 to 9 digits")
    return MeanElements(
        name=_text(record, "OBJECT_NAME") or number,
        catalogue_number=int(number),
        epoch=_epoch(_text(record, "EPOCH")),
        inclination_deg=_number(record, "INCLINATION"),
        raan_deg=_number(record, "RA_OF_ASC_NODE"),
        eccentricity=_number(record, "ECCENTRICITY"),
        argument_of_perigee_deg=_number(record, "ARG_OF_PERICENTER"),
        mean_anomaly_deg=_number(record, "MEAN_ANOMALY"),
        mean_motion_rev_day=_number(record, "MEAN_MOTION"),
        b_star=_number(record, "BSTAR"),
        n_dot=_number(record, "MEAN_MOTION_DOT"),
        n_ddot=_number(record, "MEAN_MOTION_DDOT"),
    )


def _segment_record(elements: list[ElementTree.Element]) -> Record:
    """Return what a segment says. In one another they would take time that grows with the square of their number."""
    if any(_tag(each) == _SEGMENT for each in elements[1:]):
        raise LinkInputError("OMM XML", "<segment>", "segments beside one another, none within another")
    return {_tag(each): each.text or "" for each in elements}


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]  # without its namespace


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        keyword, equals, value = line.partition("=")
        if equals:
            yield keyword.strip(), value.strip()


def _text(record: Record, keyword: str) -> str:
    return record.get(keyword, "").strip()


def _number(record: Record, keyword: str) -> float:
    text = _text(record, keyword).partition("[")[0]  # KVN may state the unit: 1.00273272 [rev/day]
    try:
        return float(text)
    except ValueError:
        raise LinkInputError(f"OMM {keyword}", text, "a number") from None


def _epoch(text: str) -> datetime:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    for form in _EPOCH_FORMS:
        try:
            moment = datetime.strptime(whole, form).replace(tzinfo=timezone.utc)
            return moment + timedelta(microseconds=round(int(fraction or 0) * 10.0 ** (6 - len(fraction))))
        except (ValueError, OverflowError):
            continue
    raise LinkInputError("OMM EPOCH", text, "a time in UTC as in 2024-01-22T09:00:00.000000")
