import contextlib
import doctest
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.orbit.tle
from linkbudget.errors import LinkInputError
from linkbudget.orbit.tle import Tle, checksum

NAME = "ASTROCAST 0.1"
LINE1 = "1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997"
LINE2 = "2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634"


def with_checksum(line: str) -> str:
    return line[:68] + str(checksum(line))


def test_parses_two_lines_and_names_them_by_their_catalogue_number() -> None:
    assert Tle.parse(f"{LINE1}\n{LINE2}\n") == Tle("43798", LINE1, LINE2)


@pytest.mark.parametrize("name_line", [NAME, f"0 {NAME}", f"{NAME}        "])
def test_parses_three_lines(name_line: str) -> None:
    assert Tle.parse(f"\n{name_line}\r\n{LINE1}  \r\n{LINE2}\r\n\n") == Tle(NAME, LINE1, LINE2)


@pytest.mark.parametrize("text", ["", LINE1, f"{NAME}\n{LINE1}\n{LINE2}\n{LINE2}"])
def test_other_line_counts_are_refused(text: str) -> None:
    with pytest.raises(LinkInputError, match=r"^TLE line count is \d; accepted: 2 lines") as caught:
        Tle.parse(text)
    assert caught.value.value == len(text.splitlines())


def test_catalogue_number_and_epoch() -> None:
    tle = Tle(NAME, LINE1, LINE2)
    assert tle.catalogue_number == 43798
    # day 21 is 21 January; 0.70115283 day = 60579.604512 s = 16:49:39.604512
    assert tle.epoch == datetime(2024, 1, 21, 16, 49, 39, 604512, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("columns", "number"),
    [("06251", 6251), ("    5", 5), ("A0000", 100_000), ("J0001", 180_001), ("Z9999", 339_999)],
)
def test_catalogue_number_in_alpha_5(columns: str, number: int) -> None:
    line1, line2 = (with_checksum(line[:2] + columns + line[7:]) for line in (LINE1, LINE2))
    assert Tle(NAME, line1, line2).catalogue_number == number


@pytest.mark.parametrize(("digits", "year"), [("57", 1957), ("99", 1999), ("00", 2000), ("56", 2056)])
def test_two_digit_years_turn_over_at_1957(digits: str, year: int) -> None:
    line1 = with_checksum(LINE1[:18] + digits + LINE1[20:])
    assert Tle(NAME, line1, LINE2).epoch.year == year


def test_a_wrong_checksum_says_line_found_and_expected() -> None:
    with pytest.raises(LinkInputError) as caught:
        Tle(NAME, LINE1[:-1] + "3", LINE2)
    assert str(caught.value) == "TLE line 1 checksum is 3; accepted: 7, the sum of its columns 1 to 68"
    with pytest.raises(LinkInputError) as caught:
        Tle(NAME, LINE1, LINE2[:-1] + "9")
    assert str(caught.value) == "TLE line 2 checksum is 9; accepted: 4, the sum of its columns 1 to 68"


@pytest.mark.parametrize(
    ("line1", "line2", "message"),
    [
        (LINE1[:-1], LINE2, "TLE line 1 length is 68; accepted: 69 characters"),
        (LINE1, LINE2 + "0", "TLE line 2 length is 70; accepted: 69 characters"),
        (LINE2, LINE1, "TLE line 1 column 1 is '2'; accepted: '1'"),
        (LINE1, LINE1, "TLE line 2 column 1 is '1'; accepted: '2'"),
        (LINE1.replace("24021", "24O21"), LINE2, "TLE line 1 column 21 is 'O'; accepted: a digit or a space"),
        (LINE1.replace("43798", "O3798"), LINE2, "TLE line 1 column 3 is 'O'; accepted: a digit, a space or"),
        (LINE1.replace("24021", "24000"), LINE2, "TLE line 1 epoch day is 0; accepted: 1 to 366"),
        (LINE1.replace("24021", "24367"), LINE2, "TLE line 1 epoch day is 367; accepted: 1 to 366"),
        (
            LINE1,
            LINE2.replace("43798", "43789"),
            "TLE line 2 catalogue number is '43789'; accepted: that of line 1, '43798'",
        ),
    ],
)
def test_the_message_names_what_is_wrong(line1: str, line2: str, message: str) -> None:
    if len(line1) == len(line2) == 69:
        line1, line2 = with_checksum(line1), with_checksum(line2)
    with pytest.raises(LinkInputError) as caught:
        Tle(NAME, line1, line2)
    assert str(caught.value).startswith(message)


@given(line=st.sampled_from([1, 2]), column=st.integers(1, 69), digit=st.sampled_from("0123456789"))
def test_no_changed_digit_goes_unnoticed(line: int, column: int, digit: str) -> None:
    lines = {1: LINE1, 2: LINE2}
    original = lines[line]
    if original[column - 1] not in "0123456789" or original[column - 1] == digit:
        return
    lines[line] = original[: column - 1] + digit + original[column:]
    with pytest.raises(LinkInputError):
        Tle(NAME, lines[1], lines[2])


@given(
    line=st.sampled_from([1, 2]),
    column=st.integers(1, 68),
    characters=st.text("0123456789 +-.AO", min_size=1, max_size=3),
)
def test_what_is_accepted_can_be_read(line: int, column: int, characters: str) -> None:
    lines = {1: LINE1, 2: LINE2}
    lines[line] = with_checksum((lines[line][: column - 1] + characters + lines[line][column + 2 :]).ljust(69))
    try:
        tle = Tle(NAME, lines[1], lines[2])
    except LinkInputError:
        return
    assert tle.catalogue_number >= 0
    assert tle.epoch.tzinfo is timezone.utc
    with contextlib.suppress(LinkInputError):
        assert 0.0 <= tle.elements.eccentricity < 1.0


@given(st.text(max_size=200))
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(LinkInputError, match=r"^TLE"):
        Tle.parse(text)


def test_the_elements() -> None:
    elements = Tle(NAME, LINE1, LINE2).elements
    assert elements.name == NAME
    assert elements.catalogue_number == 43798
    assert elements.epoch == datetime(2024, 1, 21, 16, 49, 39, 604512, tzinfo=timezone.utc)
    assert elements.inclination_deg == 97.5592
    assert elements.raan_deg == 87.1577
    assert elements.eccentricity == 0.0012401
    assert elements.argument_of_perigee_deg == 79.5466
    assert elements.mean_anomaly_deg == 280.7158
    assert elements.mean_motion_rev_day == 15.07383665
    assert elements.b_star == 0.98015e-3
    assert elements.n_dot == 0.00014813
    assert elements.n_ddot == 0.0


@pytest.mark.parametrize(
    ("columns", "b_star"), [("-11606-4", -0.11606e-4), (" 28098-4", 0.28098e-4), ("+12345+0", 0.12345)]
)
def test_drag_is_read_with_its_exponent(columns: str, b_star: float) -> None:
    assert Tle(NAME, with_checksum(LINE1[:53] + columns + LINE1[61:]), LINE2).elements.b_star == b_star


def test_elements_out_of_bounds_and_of_another_theory_are_refused() -> None:
    with pytest.raises(LinkInputError, match=r"^inclination_deg is 197\.5592"):
        _ = Tle(NAME, LINE1, with_checksum(LINE2.replace(" 97.5592", "197.5592"))).elements
    with pytest.raises(LinkInputError, match=r"^TLE line 1 ephemeris type is '4'; accepted: 0"):
        _ = Tle(NAME, with_checksum(LINE1[:62] + "4" + LINE1[63:]), LINE2).elements


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(linkbudget.orbit.tle).failed == 0


def test_checksum_counts_a_minus_as_one() -> None:
    assert checksum("12-3 U+.") == 7
