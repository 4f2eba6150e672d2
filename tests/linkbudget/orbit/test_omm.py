import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.orbit import omm
from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.tle import Tle

# CCSDS 502.0-B, annex: the example OMM, without and with units, and the TLE that it was made from.
GOES_KVN = """\
CCSDS_OMM_VERS = 2.0
CREATION_DATE = 2007-065T16:00:00
ORIGINATOR = NOAA/USA
COMMENT GEOCENTRIC, CARTESIAN, EARTH FIXED
OBJECT_NAME = GOES 9 [P]
OBJECT_ID = 1995-025A
CENTER_NAME = EARTH
REF_FRAME = TEME
TIME_SYSTEM = UTC
MEAN_ELEMENT_THEORY = SGP/SGP4

EPOCH = 2007-064T10:34:41.4264
MEAN_MOTION = 1.00273272 [rev/day]
ECCENTRICITY = 0.0005013
INCLINATION = 3.0539 [deg]
RA_OF_ASC_NODE = 81.7939 [deg]
ARG_OF_PERICENTER = 249.2363 [deg]
MEAN_ANOMALY = 150.1602
GM = 398600.8 [km**3/s**2]
EPHEMERIS_TYPE = 0
CLASSIFICATION_TYPE = U
NORAD_CAT_ID = 23581
ELEMENT_SET_NO = 0925
REV_AT_EPOCH = 4316
BSTAR = 0.0001 [1/ER]
MEAN_MOTION_DOT = -0.00000113 [rev/day**2]
MEAN_MOTION_DDOT = 0.0 [rev/day**3]
"""
GOES_TLE = """\
GOES 9 [P]
1 23581U 95025A   07064.44075725 -.00000113  00000-0  10000-3 0  9250
2 23581   3.0539  81.7939 0005013 249.2363 150.1602  1.00273272 43169
"""

# CelesTrak's TLE, XML and CSV of one object, as python-sgp4 2.27 keeps them in its tests.
MARIO_TLE = """\
MARIO
1 55123U 98067UQ  23115.44827133  .00787702  29408-3  15680-2 0  9999
2 55123  51.6242 216.2930 0014649 331.8976  28.1241 15.99081912 18396
"""
MARIO_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<ndm xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-2.0.0-master-2.0.xsd">
<omm id="CCSDS_OMM_VERS" version="2.0">
<header><CREATION_DATE/><ORIGINATOR/></header><body><segment><metadata><OBJECT_NAME>MARIO</OBJECT_NAME><OBJECT_ID>1998-067UQ</OBJECT_ID><CENTER_NAME>EARTH</CENTER_NAME><REF_FRAME>TEME</REF_FRAME><TIME_SYSTEM>UTC</TIME_SYSTEM><MEAN_ELEMENT_THEORY>SGP4</MEAN_ELEMENT_THEORY></metadata><data><meanElements><EPOCH>2023-04-25T10:45:30.642912</EPOCH><MEAN_MOTION>15.99081912</MEAN_MOTION><ECCENTRICITY>.0014649</ECCENTRICITY><INCLINATION>51.6242</INCLINATION><RA_OF_ASC_NODE>216.2930</RA_OF_ASC_NODE><ARG_OF_PERICENTER>331.8976</ARG_OF_PERICENTER><MEAN_ANOMALY>28.1241</MEAN_ANOMALY></meanElements><tleParameters><EPHEMERIS_TYPE>0</EPHEMERIS_TYPE><CLASSIFICATION_TYPE>U</CLASSIFICATION_TYPE><NORAD_CAT_ID>55123</NORAD_CAT_ID><ELEMENT_SET_NO>999</ELEMENT_SET_NO><REV_AT_EPOCH>1839</REV_AT_EPOCH><BSTAR>.1568E-2</BSTAR><MEAN_MOTION_DOT>.787702E-2</MEAN_MOTION_DOT><MEAN_MOTION_DDOT>.29408E-3</MEAN_MOTION_DDOT></tleParameters></data></segment></body></omm>
</ndm>
"""  # as it was published
MARIO_CSV = """\
OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT
MARIO,1998-067UQ,2023-04-25T10:45:30.642912,15.99081912,.0014649,51.6242,216.2930,331.8976,28.1241,0,U,55123,999,1839,.1568E-2,.787702E-2,.29408E-3
"""

GOES, MARIO = Tle.parse(GOES_TLE).elements, Tle.parse(MARIO_TLE).elements
(RECORD,) = omm.read_csv(MARIO_CSV)


def only(records: list[omm.Record]) -> MeanElements:
    (record,) = records
    return omm.elements(record)


def test_published_messages_hold_what_their_tle_holds() -> None:
    assert only(omm.read_kvn(GOES_KVN)) == GOES
    assert only(omm.read_kvn(re.sub(r" \[[a-z].*", "", GOES_KVN))) == GOES
    assert only(omm.read_xml(MARIO_XML)) == MARIO
    assert only(omm.read_csv(MARIO_CSV)) == MARIO


def test_json_with_numbers_as_celestrak_and_with_texts_as_space_track() -> None:
    numbers = {key: float(value) if re.fullmatch(r"[-.\dE]+", value) else value for key, value in RECORD.items()}
    celestrak = {**numbers, "OBJECT_ID": "1998-067UQ", "NORAD_CAT_ID": 55123, "EPHEMERIS_TYPE": 0}
    space_track = {**RECORD, "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC", "CENTER_NAME": "EARTH", "DECAY_DATE": None}
    assert only(omm.read_json(json.dumps([celestrak]))) == MARIO
    assert only(omm.read_json(json.dumps(space_track))) == MARIO


def test_xml_in_a_namespace_and_of_one_message() -> None:
    inner = MARIO_XML[MARIO_XML.index("<omm") : MARIO_XML.index("</ndm>")]
    assert only(omm.read_xml(inner)) == MARIO
    assert only(omm.read_xml(inner.replace("<omm", '<omm xmlns="urn:ccsds:schema:ndmxml"'))) == MARIO


def test_several_objects_in_each_form() -> None:
    other = omm.elements({**RECORD, "OBJECT_NAME": "LUIGI"})
    xml = MARIO_XML.replace("</ndm>", MARIO_XML[MARIO_XML.index("<omm") :].replace("MARIO", "LUIGI"))
    table = MARIO_CSV + MARIO_CSV.splitlines()[1].replace("MARIO", "LUIGI") + "\n"
    both = json.dumps([RECORD, {**RECORD, "OBJECT_NAME": "LUIGI"}])
    for records in (omm.read_xml(xml), omm.read_csv(table), omm.read_json(both)):
        assert [omm.elements(record) for record in records] == [MARIO, other]
    assert [record["OBJECT_NAME"] for record in omm.read_kvn(GOES_KVN * 3)] == ["GOES 9 [P]"] * 3


@pytest.mark.parametrize(
    ("keyword", "value", "message"),
    [
        ("MEAN_ELEMENT_THEORY", "DSST", "OMM MEAN_ELEMENT_THEORY is 'DSST'; accepted: SGP4 or SGP/SGP4"),
        ("MEAN_ELEMENT_THEORY", "SGP4-XP", "OMM MEAN_ELEMENT_THEORY is 'SGP4-XP'; accepted: SGP4 or SGP/SGP4"),
        ("EPHEMERIS_TYPE", "4", "OMM EPHEMERIS_TYPE is '4'; accepted: 0 or 1 or 2 or 3"),
        ("REF_FRAME", "EME2000", "OMM REF_FRAME is 'EME2000'; accepted: TEME or TEMEOFDATE"),
        ("TIME_SYSTEM", "TAI", "OMM TIME_SYSTEM is 'TAI'; accepted: UTC"),
        ("CENTER_NAME", "MOON", "OMM CENTER_NAME is 'MOON'; accepted: EARTH"),
        ("NORAD_CAT_ID", "A0001", "OMM NORAD_CAT_ID is 'A0001'; accepted: 1 to 9 digits"),
        ("NORAD_CAT_ID", "1234567890", "OMM NORAD_CAT_ID is '1234567890'; accepted: 1 to 9 digits"),
        ("MEAN_MOTION", "fast", "OMM MEAN_MOTION is 'fast'; accepted: a number"),
        ("BSTAR", "", "OMM BSTAR is ''; accepted: a number"),
        ("ECCENTRICITY", "1.2", "eccentricity is 1.2; accepted: 0 to 1"),
        ("EPOCH", "2023-02-30T00:00:00", "OMM EPOCH is '2023-02-30T00:00:00'; accepted: a time in UTC as in"),
        ("EPOCH", "2023-04-25T10:45:30.6e9", "OMM EPOCH is '2023-04-25T10:45:30.6e9'; accepted: a time in UTC"),
    ],
)
def test_what_is_wrong_is_named(keyword: str, value: str, message: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        omm.elements({**RECORD, keyword: value})
    assert str(caught.value).startswith(message)


NEEDED = (
    *("EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY"),
    *("NORAD_CAT_ID", "BSTAR", "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT"),
)


@pytest.mark.parametrize("keyword", NEEDED)
def test_a_missing_keyword_is_named(keyword: str) -> None:
    with pytest.raises(LinkInputError, match=rf"^OMM {keyword} is ''"):
        omm.elements({key: value for key, value in RECORD.items() if key != keyword})


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("30", 0), ("30Z", 0), ("30.5", 500_000), ("30.642912", 642_912), ("30.6429121Z", 642_912), ("30.9999996", 0)],
)
def test_epochs_of_any_precision(text: str, microsecond: int) -> None:
    assert omm.elements({**RECORD, "EPOCH": f"2023-115T10:45:{text}"}).epoch.microsecond == microsecond
    assert omm.elements({**RECORD, "EPOCH": f"2023-04-25T10:45:{text}"}).epoch.microsecond == microsecond


def test_a_document_type_is_refused_before_its_entities_are_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><omm><segment><EPOCH>&b;</EPOCH></segment></omm>'
    with pytest.raises(LinkInputError, match=r"^OMM XML is '<!DOCTYPE'"):
        omm.read_xml(bomb)


@pytest.mark.parametrize(
    ("reader", "text", "field"),
    [
        (omm.read_xml, "<omm><segment>", "OMM XML"),
        (omm.read_json, "[{", "OMM JSON"),
        (omm.read_json, "[" * 100_000, "OMM JSON"),
        (omm.read_json, "[1, 2]", "OMM JSON"),
        (omm.read_csv, "NORAD_CAT_ID\n" + "a" * 200_000, "OMM CSV"),
    ],
)
def test_broken_files_are_named(reader, text: str, field: str) -> None:
    with pytest.raises(LinkInputError, match=f"^{field}"):
        reader(text)


@given(st.sampled_from([omm.read_xml, omm.read_json, omm.read_csv, omm.read_kvn]), st.text(max_size=200))
def test_any_text_is_read_or_refused(reader, text: str) -> None:
    try:
        for record in reader(text):
            omm.elements(record)
    except LinkInputError:
        pass


def test_segments_within_one_another_are_refused_at_once() -> None:
    nested = "<ndm>" + "<segment>" * 100_000 + "</segment>" * 100_000 + "</ndm>"
    with pytest.raises(LinkInputError, match="none within another"):
        omm.read_xml(nested)
