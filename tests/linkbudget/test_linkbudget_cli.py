import csv
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from linkbudget.cli import main
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station
from linkbudget.scene import link_budget
from linkbudget.study_file import load_study, shipped_studies

STUDIES = Path(str(resources.files("linkbudget").joinpath("studies")))


@pytest.fixture
def tle_file(tmp_path: Path, tle_text: str) -> Path:
    path = tmp_path / "astrocast.tle"
    path.write_text(tle_text)
    return path


@pytest.fixture
def passes(tle_file: Path) -> list[str]:
    return [
        *("passes", "--elements", str(tle_file), "--station", "47.3769,8.5417,408"),
        *("--start", "2024-01-22", "--hours", "24", "--min-elevation", "30"),
    ]


def changed(args: list[str], option: str, value: str) -> list[str]:
    at = args.index(option) + 1
    return [*args[:at], value, *args[at + 1 :]]


def study(folder: Path, name: str, *changes: tuple[str, str]) -> str:
    """Return the path of a shipped study with some of its text replaced."""
    text = (STUDIES / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "changed.toml").write_text(text, encoding="utf-8")
    return str(folder / "changed.toml")


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
    out, _ = capsys.readouterr()
    return json.loads(out)


def test_passes_table(passes: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(passes) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "ASTROCAST 0.1 over 47.3769,8.5417,408, at least 30 deg" in out
    for cell in ("2024-01-22 09:19:14", "09:20:46", "09:22:17", "46.9°", "183", "0.7 d"):
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


@pytest.mark.parametrize("name", shipped_studies())
def test_every_shipped_study_has_a_budget(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(["budget", name], capsys)
    file = load_study(name)
    assert [each["link"] for each in result["links"]] == list(file.study.links)
    for each in result["links"]:
        values = {line["key"]: line["value"] for line in each["lines"]}
        expected = link_budget(file.study, each["link"])["c_n0_db_hz"]
        assert values["c_n0_db_hz"] == pytest.approx(float(expected.ravel()[0]))


def test_each_line_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    lines = {line["key"]: line for line in json_of(["budget", "ka-band"], capsys)["links"][0]["lines"]}
    assert set(lines["rain_db"]) >= {"value", "unit", "kind", "reference", "equation", "valid", "adverse", "favourable"}
    assert lines["rain_db"]["reference"].startswith("ITU-R P.618")
    assert {each["quantity"] for each in lines["rain_db"]["valid"]} >= {"frequency_hz", "elevation_deg"}
    assert lines["free_space_loss_db"]["unit"] == "dB"


def test_a_budget_as_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    assert main(["budget", "stated", "--link", "downlink"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for text in ("free-space loss", "152.11", "ITU-R P.525", "= C/N0", "dB-Hz", "BPSK 38400", "digitised"):
        assert text in out
    assert "uplink" not in out


def test_tolerances_are_followed_up(capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(["budget", "cubesat-uhf", "--link", "downlink"], capsys)
    assert result["seed"] == 1
    assert result["tle_age_days"] == pytest.approx(0.299, abs=0.001)
    link = result["links"][0]
    margin = next(line for line in link["lines"] if line["key"] == "margin_db")
    assert margin["adverse"] < margin["value"] < margin["favourable"]
    found = link["uncertainty"]
    assert found["draws"] == 10_000
    assert margin["adverse"] < found["percentiles_db"]["1"][0] < found["percentiles_db"]["99"][0] < margin["favourable"]
    swings = [each["swing_db"] for each in found["sensitivities"]]
    assert swings == sorted(swings, reverse=True)
    assert json_of(["budget", "cubesat-uhf", "--link", "downlink"], capsys) == result


def test_links_in_series(capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(["budget", "bent-pipe"], capsys)
    up, down = (
        next(line["value"] for line in each["lines"] if line["key"] == "c_n0_db_hz") for each in result["links"]
    )
    both = result["bent_pipe"]["c_n0_db_hz"]
    assert 10 ** (-both / 10) == pytest.approx(sum(10 ** (-each / 10) for each in (up, down, 95.0)))
    assert main(["budget", "bent-pipe", "--link", "down"]) == 0
    assert f"up and down in series: C/N0 {both:.2f} dB-Hz" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "md", "json"])
def test_a_budget_as_a_file(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"budget.{ending}"
    whole = json_of(["budget", "stated", "--export", str(path)], capsys)
    text = path.read_text(encoding="utf-8")
    lines = whole["links"][1]["lines"]
    if ending == "json":
        assert json.loads(text) == whole
    elif ending == "csv":
        table = [row for row in csv.DictReader(text.splitlines()) if row["link"] == "downlink"]
        assert [(row["key"], float(row["nominal"])) for row in table] == [
            (line["key"], line["value"]) for line in lines
        ]
        assert all(row["source"] for row in table)
    else:
        assert "| free-space loss | 152.11 | dB | ITU-R P.525" in text
        assert text.count("| **margin") == 2


def test_a_pass_as_json(orbit: Orbit, capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(["pass", "cubesat-uhf"], capsys)
    highest = max(result["passes"], key=lambda each: each["max_elevation_deg"])
    assert result["pass"] == highest
    assert highest["tle_age_days"] == orbit.age_days(datetime.fromisoformat(highest["aos"]))
    count = len(result["geometry"]["time_s"])
    assert result["geometry"]["time_s"][-1] == pytest.approx(highest["duration_s"])
    for link in result["links"].values():
        assert len(link["doppler_hz"]) == len(link["best_mode"]) == len(link["c_n0_db_hz"]) == count
        assert link["doppler_hz"][0] > 0 > link["doppler_hz"][-1]  # it comes, then it goes
        assert max(link["doppler_rate_hz_s"]) < 0
        assert link["volume_bit"] >= max(link["volume_bit_by_mode"].values())
    margins = result["links"]["downlink"]["margin_db"]
    assert set(margins) == {"BPSK 38400, RS and K=7", "BPSK 9600, RS and K=7"}


def test_a_pass_as_tables(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["pass", "stated"]) == 0
    out, _ = capsys.readouterr()
    for text in ("TLE", "dark", "sun", "Doppler", "margin", "Data volume", "best at each moment"):
        assert text in out


def test_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    result = json_of(["sweep", "ka-band"], capsys)
    assert (len(result["value"]), len(result["value"][0]), len(result["value"][0][0])) == (41, 86, 4)
    assert result["y"]["values"][0] == pytest.approx(0.01)
    worst, best = result["value"][0][0][0], result["value"][-1][-1][0]
    assert worst < best
    assert main(["sweep", "ka-band"]) == 0
    assert "downlink: margin, dB, over links.downlink.path.exceeded_percent" in capsys.readouterr().out


def test_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a picture shows is tested with the pictures; that each command makes its own, here."""
    options = [f"--plot{kind}={tmp_path / f'budget{kind}.svg'}" for kind in ("", "-margin", "-inputs")]
    assert main(["budget", "cubesat-uhf", *options]) == 0
    sky = ["--plot", str(tmp_path / "pass.svg"), "--plot-sky", str(tmp_path / "sky.svg")]
    assert main(["pass", "cubesat-uhf", *sky]) == 0
    assert main(["sweep", "ka-band", "--plot", str(tmp_path / "sweep.svg")]) == 0
    budgets = [f"budget{kind}-{link}.svg" for kind in ("", "-margin", "-inputs") for link in ("uplink", "downlink")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*budgets, "pass.svg", "sky.svg", "sweep.svg"])
    assert "<svg" in (tmp_path / "sweep.svg").read_text(encoding="utf-8")
    capsys.readouterr()


def test_what_is_probably_wrong_is_named_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "mistakes", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    places = {each["place"] for each in found}
    assert places >= {"links.eirp.transmitter.eirp_dbw", "links.polarisation.path.polarisation_loss_db"}
    assert main(["budget", "mistakes"]) == 0
    assert "links.eirp.transmitter.eirp_dbw is 27" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in shipped_studies() if name != "mistakes"])
def test_nothing_looks_wrong_in_a_shipped_study(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", name]) == 0
    assert "nothing looks wrong" in capsys.readouterr().out


def test_thresholds_and_schema(capsys: pytest.CaptureFixture[str]) -> None:
    known = json_of(["thresholds"], capsys)["thresholds"]
    assert all(each["source"] for each in known)
    assert main(["schema"]) == 0
    assert "### `[links.NAME.receiver]`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--station", "47,8", "station is '47,8'; accepted: LAT,LON,ALT as in 47.3769,8.5417,408"),
        ("--station", "91,8,0", "latitude_deg is 91.0; accepted: -90 to 90"),
        ("--start", "noon", "start is 'noon'; accepted: an ISO 8601 time as in 2024-01-22T09:00:00Z"),
        ("--start", "9999-12-31", "start year is 9999.0; accepted: 1957 to 2056"),
        ("--start", "2024-03-22", "tle_age_days is 6"),
        ("--hours", "0", "hours is 0.0; accepted: a finite number greater than 0"),
        ("--hours", "721", "hours is 721.0; accepted: 0 to 720"),
        ("--hours", "many", "Invalid value for '--hours': 'many' is not a number; accepted: Length of the search"),
        ("--min-elevation", "91", "min_elevation_deg is 91.0; accepted: 0 to 90"),
        ("--elements", "/no/such.tle", "elements is '/no/such.tle'; accepted: a readable file (No such file"),
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
    assert "accepted" in mistake(passes, capsys)


@pytest.mark.parametrize(
    ("command", "name", "changes", "message"),
    [
        ("budget", "stated", [("eirp_dbw = 5.0", "eirp_dbw = 500.0")], "links.uplink.transmitter.eirp_dbw is 500.0"),
        ("budget", "stated", [("eirp_dbw = 5.0", 'eirp_dbw = "loud"')], "links.uplink.transmitter.eirp_dbw is 'loud'"),
        (
            "budget",
            "stated",
            [("eirp_dbw", "erp_dbw")],
            "links.uplink.transmitter.erp_dbw is 5.0; accepted: no such field",
        ),
        ("budget", "ka-band", [("[geometry]", "[geometri]")], "geometri is {"),
        ("pass", "ka-band", [('preset = "sso-550-1030"', 'preset = "moon"')], "preset is 'moon'; accepted"),
        ("pass", "stated", [("2024-01-22T00:00:00Z", "2026-01-22T00:00:00Z")], "tle_age_days is 731"),
        ("pass", "stated", [("min_elevation_deg = 5.0", "min_elevation_deg = 88.0")], "passes.hours is 24.0; accepted"),
        ("pass", "bent-pipe", [], "orbit is None; accepted: a table [orbit]"),
        ("sweep", "stated", [], "sweep is None; accepted: a table [sweep]"),
        (
            "sweep",
            "ka-band",
            [('result = "margin_db"', 'result = "margins"')],
            "sweep.result is 'margins'; accepted: a line",
        ),
        ("sweep", "ka-band", [("geometry.elevation_deg", "geometry.azimuth_deg")], "geometry.azimuth_deg is None"),
        ("sweep", "ka-band", [("highest = 90.0", "highest = 95.0")], "geometry.elevation_deg is 9"),
        (
            "check",
            "stated",
            [('name = "stated"', 'nmae = "stated"')],
            "nmae is 'stated'; accepted: no such field; known here: bent_pipe",
        ),
    ],
)
def test_mistakes_in_a_study(
    command: str,
    name: str,
    changes: list[tuple[str, str]],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert mistake([command, study(tmp_path, name, *changes)], capsys).startswith(message)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "Missing command; accepted: budget, pass, sweep, check"),
        (["swoop"], "No such command 'swoop'"),
        (["budget"], "Missing argument 'FILE'; accepted: A study"),
        (["budget", "stated", "--bogus"], "No such option: --bogus"),
        (["budget", "stated", "more"], "Got unexpected extra argument"),
        (["budget", "stated", "--plot"], "Option '--plot' requires an argument"),
        (["budget", "mars"], "study is 'mars'; accepted: one of bent-pipe, cubesat-uhf"),
        (["budget", "none.toml"], "file is 'none.toml'; accepted: a readable TOML file"),
        (["budget", "stated", "--link", "sidelink"], "link is 'sidelink'; accepted: one of uplink, downlink"),
        (["budget", "stated", "--plot", "budget.gif"], "plot is 'budget-uplink.gif'; accepted: a .png, .svg or .pdf"),
        (
            ["budget", "stated", "--plot-margin", "margin.png"],
            "plot-margin is 'uplink'; accepted: a link with a tolerance",
        ),
        (["budget", "stated", "--export", "budget.xls"], "export is 'budget.xls'; accepted: a file that ends in .json"),
        (["budget", "stated", "--export", "/nowhere/x.md"], "export is '/nowhere/x.md'; accepted: a file that can be"),
    ],
)
def test_mistakes_in_the_command(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mistake(args, capsys).startswith(message)


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--help"], "Exit status: 0 done, 2 a mistake"),
        (["passes", "--help"], "linkbudget passes --elements astrocast.tle --station 47.3769,8.5417,408 \\\n"),
        (["budget", "--help"], "linkbudget budget mine.toml --link downlink --plot budget.png --export budget.csv\n"),
    ],
)
def test_help_teaches_by_example(args: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 0
    assert text in capsys.readouterr().out
