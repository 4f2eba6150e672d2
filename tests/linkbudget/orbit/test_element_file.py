import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.errors import LinkInputError
from linkbudget.orbit.element_file import parse_elements
from linkbudget.orbit.tle import Tle, checksum

ISS = """\
ISS (ZARYA)
1 25544U 98067A   26211.86173118  .00009023  00000+0  17005-3 0  9996
2 25544  51.6314  83.9591 0007096 355.3737   4.7185 15.49272805578527
"""
ASTROCAST = """\
ASTROCAST 0.1
1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997
2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634
"""
# CelesTrak's CSV of the same moment, 2026 July 30
CSV = """\
OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT
ISS (ZARYA),1998-067A,2026-07-30T20:40:53.573952,15.49272805,.0007096,51.6314,83.9591,355.3737,4.7185,0,U,25544,999,57852,.17005E-3,.9023E-4,0
"""  # noqa: E501 # as it was published
KEYS, VALUES = (line.split(",") for line in CSV.splitlines())
RECORD = dict(zip(KEYS, VALUES, strict=True))
JSON = json.dumps([RECORD])
KVN = "CCSDS_OMM_VERS = 2.0\r\n" + "".join(f"{key} = {value}\r\n" for key, value in RECORD.items())
XML = (
    f"<omm><body><segment>{''.join(f'<{key}>{value}</{key}>' for key, value in RECORD.items())}</segment></body></omm>"
)

ELEMENTS = Tle.parse(ISS).elements


@pytest.mark.parametrize("text", [ISS, CSV, JSON, KVN, XML], ids=["tle", "csv", "json", "kvn", "xml"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n  \n"], ids=["plain", "mark", "blank"])
@pytest.mark.parametrize("name", [None, "ISS (ZARYA)", "iss (zarya)", "25544", "025544"])
def test_every_form_gives_the_same_elements(text: str, before: str, name: str | None) -> None:
    assert parse_elements(before + text, name) == ELEMENTS


def test_a_file_of_several_tles() -> None:
    both = ASTROCAST + ISS
    assert parse_elements(both) == Tle.parse(ASTROCAST).elements
    assert parse_elements(both, "ISS (ZARYA)") == parse_elements(both, "25544") == ELEMENTS
    assert parse_elements(both.replace("ASTROCAST", "0 ASTROCAST"), "astrocast 0.1").catalogue_number == 43798
    without_names = "".join(f"{line}\n" for line in both.splitlines() if line[:2] in ("1 ", "2 "))
    assert parse_elements(without_names, "25544").raan_deg == ELEMENTS.raan_deg


def test_a_broken_set_that_nobody_asked_for_does_no_harm() -> None:
    both = ASTROCAST.replace("9997", "9993") + ISS
    assert parse_elements(both, "25544") == ELEMENTS
    with pytest.raises(LinkInputError, match=r"^TLE line 1 checksum is 3; accepted: 7"):
        parse_elements(both)


def test_a_number_in_alpha_5() -> None:
    lines = ISS.replace(" 25544", " B5544").splitlines()
    lines[1:] = [line[:68] + str(checksum(line)) for line in lines[1:]]
    text = ASTROCAST + "\n".join(lines)
    assert parse_elements(text, "115544").catalogue_number == 115_544
    assert parse_elements("\n".join(lines), "115544").catalogue_number == 115_544


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (
            ISS,
            "HUBBLE",
            "name is 'HUBBLE'; accepted: the name or catalogue number of an object in the file: ISS (ZARYA)",
        ),
        (ISS * 9, "1", r"name is '1'; accepted: the name or catalogue number of an object in the file: ISS"),
        ("", None, "TLE line count is 0; accepted: 2 lines, or a name line and 2 lines"),
        (ISS.replace("9996", "9990"), None, "TLE line 1 checksum is 0; accepted: 6"),
        ("<ndm/>", None, "OMM is '<ndm/>'; accepted: at least one object"),
        ("[]", None, "OMM is '[]'; accepted: at least one object"),
        (CSV.replace(",15.49272805", ",swift"), None, "OMM MEAN_MOTION is 'swift'; accepted: a number"),
    ],
)
def test_mistakes_are_named(text: str, name: str | None, message: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        parse_elements(text, name)
    assert str(caught.value).startswith(message)
    assert "ISS (ZARYA), ..." in str(caught.value) or name != "1"


@given(st.text(max_size=100), st.sampled_from(["", "<", "[", "CCSDS_OMM_VERS=", "NORAD_CAT_ID,\n", "1 \n2 \n1 \n2 \n"]))
def test_any_other_text_is_refused(text: str, start: str) -> None:
    with pytest.raises(LinkInputError):
        parse_elements(start + text)
