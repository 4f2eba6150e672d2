import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from linkbudget.budget import LinkBudget, eb_n0_db
from linkbudget.cli import main
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station

BUDGET = [
    *("budget", "--frequency-hz", "437.05e6", "--eirp-dbw", "-3", "--g-over-t-db-k", "-12"),
    *("--losses-db", "3", "--range-km", "1000", "--rate-bit-s", "9600"),
]


@pytest.fixture
def tle_file(tmp_path: Path, tle_text: str) -> Path:
    path = tmp_path / "astrocast.tle"
    path.write_text(tle_text)
    return path


@pytest.fixture
def passes(tle_file: Path) -> list[str]:
    return [
        *("passes", "--tle", str(tle_file), "--station", "47.3769,8.5417,408"),
        *("--start", "2024-01-22", "--hours", "24", "--min-elevation", "30"),
    ]


def changed(args: list[str], option: str, value: str) -> list[str]:
    at = args.index(option) + 1
    return [*args[:at], value, *args[at + 1 :]]


def without(args: list[str], option: str) -> list[str]:
    at = args.index(option)
    return args[:at] + args[at + 2 :]


def mistake(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on stderr that a command ending in status 2 leaves."""
    assert main(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("linkbudget: ")
    assert err.count("\n") == 1
    return err.removeprefix("linkbudget: ").rstrip()


def json_of(args: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*args, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_passes_table(passes: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(passes) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "ASTROCAST 0.1 over 47.3769,8.5417,408, at least 30 deg" in out
    for cell in ("2024-01-22 09:19:14", "09:20:46", "09:22:17", "46.9 deg", "183 s", "0.7 d"):
        assert cell in out


def test_no_pass_is_said(passes: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(changed(passes, "--min-elevation", "89")) == 0
    assert "no pass" in capsys.readouterr().out


def test_passes_json(passes: list[str], orbit: Orbit, monday: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(passes, capsys)
    site = Station(name="47.3769,8.5417,408", latitude_deg=47.3769, longitude_deg=8.5417, altitude_m=408.0)
    expected = orbit.passes(site, monday, monday + timedelta(hours=24), 30.0)
    assert result["satellite"] == "ASTROCAST 0.1"
    assert result["catalogue_number"] == 43798
    assert result["station"]["altitude_m"] == 408.0
    assert result["min_elevation_deg"] == 30.0
    assert datetime.fromisoformat(result["tle_epoch"]) == orbit.elements.epoch
    assert len(result["passes"]) == len(expected) == 2
    for found, each in zip(result["passes"], expected, strict=True):
        assert [datetime.fromisoformat(found[key]) for key in ("aos", "tca", "los")] == [
            each.aos,
            each.tca,
            each.los,
        ]
        assert found["max_elevation_deg"] == each.max_elevation_deg
        assert found["duration_s"] == (each.los - each.aos).total_seconds()
        assert found["tle_age_days"] == orbit.age_days(each.aos)


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
@pytest.mark.parametrize("start", ["2024-01-22T09:20:00", "2024-01-22T09:20:00Z", "2024-01-22T18:20:00+09:00"])
def test_a_start_without_offset_is_utc(passes: list[str], start: str, capsys: pytest.CaptureFixture[str]) -> None:
    under_way = json_of(changed(passes, "--start", start), capsys)["passes"][0]
    assert under_way["aos"] == "2024-01-22T09:20:00+00:00"


def test_budget_json(capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(BUDGET, capsys)
    expected = LinkBudget(437.05e6, -3.0, -12.0, 3.0).c_n0_db_hz(1e6)
    assert result["c_n0_db_hz"] == expected
    assert result["eb_n0_db"] == eb_n0_db(expected, 9600.0)
    assert [line["name"] for line in result["lines"]][-3:] == ["C/N0", "information rate", "Eb/N0"]
    assert {"name", "value", "unit", "source"} == set(result["lines"][0])


def test_budget_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(BUDGET) == 0
    out, _ = capsys.readouterr()
    for text in (
        "free-space loss",
        "145.26",
        "ITU-R P.525",
        "65.34",
        "dB-Hz",
        "25.52",
        "C/N0 - 10 log10(rate)",
    ):
        assert text in out


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--station", "47,8", "station is '47,8'; accepted: LAT,LON,ALT as in 47.3769,8.5417,408"),
        ("--station", "91,8,0", "latitude_deg is 91.0; accepted: -90 to 90"),
        ("--start", "noon", "start is 'noon'; accepted: an ISO 8601 time as in 2024-01-22T09:00:00Z"),
        ("--start", "9999-12-31", "start year is 9999; accepted: 1957 to 2056"),
        ("--start", "2024-03-22", "tle_age_days is 6"),
        ("--hours", "0", "hours is 0.0; accepted: a finite number greater than 0"),
        ("--hours", "169", "hours is 169.0; accepted: 0 to 168"),
        (
            "--hours",
            "many",
            "Invalid value for '--hours': 'many' is not a number; accepted: Length of the search",
        ),
        ("--min-elevation", "91", "min_elevation_deg is 91.0; accepted: 0 to 90"),
        ("--tle", "/no/such.tle", "tle is '/no/such.tle'; accepted: a readable file (No such file"),
    ],
)
def test_mistakes_in_passes(
    passes: list[str], option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mistake(changed(passes, option, value), capsys).startswith(message)


def test_a_broken_tle(passes: list[str], tle_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tle_file.write_text(tle_file.read_text().replace("9997", "9993"))
    assert mistake(passes, capsys).startswith("TLE line 1 checksum is 3; accepted: 7")
    tle_file.write_bytes(bytes(range(256)))
    assert mistake(passes, capsys).startswith("TLE line")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "--frequency-hz",
            "437 MHz",
            "Invalid value for '--frequency-hz': '437 MHz' is not a number; accepted: Carrier",
        ),
        ("--frequency-hz", "0", "frequency_hz is 0.0; accepted: a finite number greater than 0"),
        ("--range-km", "-4", "range_km is -4.0; accepted: a finite number greater than 0"),
        ("--rate-bit-s", "nan", "rate_bit_s is nan; accepted: a finite number greater than 0"),
        ("--losses-db", "-1", "other_losses_db is -1.0; accepted: 0 to 300"),
        ("--eirp-dbw", "inf", "eirp_dbw is inf; accepted: a finite number"),
    ],
)
def test_mistakes_in_budget(option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mistake(changed(BUDGET, option, value), capsys).startswith(message)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "Missing command; accepted: passes, budget"),
        (["sweep"], "No such command 'sweep'; accepted: passes, budget"),
        ([*BUDGET, "--bogus"], "No such option: --bogus"),
        ([*BUDGET, "more"], "Got unexpected extra argument"),
        (without(BUDGET, "--range-km"), "Missing option '--range-km'; accepted: Distance between the two"),
        ([*BUDGET, "--losses-db"], "Option '--losses-db' requires an argument; accepted: what 'linkbudget"),
    ],
)
def test_mistakes_in_the_command(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mistake(args, capsys).startswith(message)


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--help"], "Exit status: 0 done, 2 a mistake"),
        (["passes", "--help"], "linkbudget passes --tle astrocast.tle --station 47.3769,8.5417,408 \\\n"),
        (
            ["budget", "--help"],
            "linkbudget budget --frequency-hz 437.05e6 --eirp-dbw 0 --g-over-t-db-k -12 \\\n",
        ),
    ],
)
def test_help_teaches_by_example(args: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 0
    assert text in capsys.readouterr().out
