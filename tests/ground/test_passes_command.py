import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from matplotlib.image import imread

from edge.command_line import run_app
from ground.forecast import Forecast
from ground.operator_cli import register

Passes = Callable[..., "tuple[int, str, str]"]
DAY = ["cubesat-uhf", "--start", "2024-01-22"]


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Passes:
    app = typer.Typer()
    register(app)

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "80")
        status = run_app(app, "ground", ["passes", *args])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_passes_as_tables(passes: Passes) -> None:
    status, out, err = passes(*DAY)
    lines = [line.split() for line in out.splitlines()]
    assert (status, err) == (0, "")
    first = "1 2024-01-22 09:16:01 09:20:46 09:25:29 46.9° 021 099 178 568 sun 0.7 d"
    assert first.split() in lines
    assert ["1", "596", "+22.1", "dB", "1,035", "+13.2", "dB"] in lines
    assert out.splitlines()[-1] == "TLE age at the start of the search: 0.3 d"
    assert max(len(line) for line in out.splitlines()) <= 80


def test_passes_as_json(passes: Passes) -> None:
    status, out, err = passes(*DAY, "--json", "--min-elevation", "30", "--hours", "12")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert (told["profile"], told["min_elevation_deg"], told["station"]["name"]) == ("leo-bpsk", 30.0, "Zurich")
    (one,) = told["passes"]
    assert one["aos"].startswith("2024-01-22T09:19:14")
    assert one["sunlit"] is True
    assert one["volume_octets"]["uplink"] == pytest.approx(one["duration_s"] * 8400 / 8, rel=0.02)
    assert one["volume_octets"]["downlink"] == pytest.approx(one["duration_s"] * 16_790.6 / 8, rel=0.02)
    assert one["best_margin_db"] == {"uplink": 22.14, "downlink": 13.25}


def test_a_profile_that_the_study_has_no_mode_for(passes: Passes) -> None:
    status, out, _ = passes(*DAY, "--profile", "leo-gmsk")
    assert status == 0
    assert ["1", "?", "?", "1,035", "+13.2", "dB"] in [line.split() for line in out.splitlines()]
    assert "? of uplink: the study has no mode such as the profile's" in " ".join(out.split())


def test_old_elements_are_warned_of(passes: Passes) -> None:
    status, out, err = passes("cubesat-uhf", "--start", "2024-01-29", "--hours", "12")
    assert status == 0
    assert "the satellite may be 8 to 23 km from where it is reckoned: take newer elements" in err
    assert "TLE age at the start of the search: 7.3 d" in out


def test_the_search_begins_now_and_says_what_is_wrong_with_that(passes: Passes) -> None:
    status, out, err = passes("cubesat-uhf")
    assert (status, out) == (2, "")
    assert "accepted: a time within 30 days of the elements' epoch, 2024-01-21: take newer elements" in err


def test_no_pass(passes: Passes) -> None:
    status, out, _ = passes(*DAY, "--hours", "1")
    assert status == 1
    assert "no pass" in out
    assert json.loads(passes(*DAY, "--hours", "1", "--json")[1])["passes"] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["nothing"], "study is 'nothing'; accepted: one of bent-pipe"),
        ([*DAY, "--profile", "no"], "profile field profile is 'no'"),
        ([*DAY, "--hours", "0"], "hours is 0.0; accepted: 0.1 to 720"),
        ([*DAY, "--min-elevation", "91"], "min_elevation_deg is 91.0; accepted: 0 to 89"),
        ([*DAY, "--plot", "sky.txt"], "plot is 'sky.txt'; accepted: a .png, .svg or .pdf"),
        ([*DAY, "--forecast", "no/where/f.json"], "forecast is 'no/where/f.json'; accepted: a file that can be"),
        (["mistakes", "--start", "2024-01-22"], "orbit is None; accepted: a table [orbit]"),
        ([*DAY[:2], "yesterday"], "'yesterday' does not match the formats"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(passes: Passes, options: list[str], message: str) -> None:
    status, out, err = passes(*options)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_forecast_for_a_gateway(passes: Passes, tmp_path: Path) -> None:
    path = tmp_path / "forecast.json"
    assert passes(*DAY, "--forecast", str(path))[0] == 0
    assert len(Forecast.load(path).passes) == 4


@pytest.mark.parametrize(
    "options", [[], ["--hours", "10"], ["--hours", "1"], ["--hours", "120", "--min-elevation", "0"]]
)
def test_a_picture_of_the_passes(passes: Passes, tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "sky.png"
    assert passes(*DAY, "--plot", str(path), *options)[0] in (0, 1)
    assert imread(path).shape[:2] == (1320, 1500)
    assert imread(path)[..., :3].min() < 0.2  # something is drawn
