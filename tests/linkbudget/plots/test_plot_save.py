from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from linkbudget.contact import Contact
from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget
from linkbudget.plots.histogram import histogram
from linkbudget.plots.pass_chart import pass_chart
from linkbudget.plots.save import save
from linkbudget.plots.sky_track import sky_track
from linkbudget.plots.tornado import tornado
from linkbudget.plots.waterfall import waterfall
from linkbudget.uncertainty.sensitivity import Sensitivity

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


def small() -> Figure:
    return tornado([Sensitivity("links.up.transmitter.power_w", -1.0, 1.0, 1.0)], "inputs")


@pytest.fixture(scope="module")
def figures(budget: Budget, contact: Contact) -> dict[str, Figure]:
    return {
        "waterfall": waterfall(budget, r"a title with $\nomath$ in it"),
        "pass": pass_chart(contact, "pass"),
        "sky": sky_track(contact, "sky"),
        "tornado": small(),
        "histogram": histogram(np.linspace(-1.0, 1.0, 100), "margin"),
    }


@pytest.mark.parametrize("ending", STARTS)
def test_every_figure_is_written_in_every_format(figures: dict[str, Figure], tmp_path: Path, ending: str) -> None:
    for name, figure in figures.items():
        save(figure, tmp_path / f"{name}{ending}")
        assert (tmp_path / f"{name}{ending}").read_bytes().startswith(STARTS[ending])


def test_a_picture_is_1500_pixels_wide(figures: dict[str, Figure], tmp_path: Path) -> None:
    save(figures["tornado"], tmp_path / "tornado.png")
    header = (tmp_path / "tornado.png").read_bytes()[:24]
    assert int.from_bytes(header[16:20], "big") == 1500


@pytest.mark.parametrize("ending", STARTS)
def test_the_same_figure_gives_the_same_file(tmp_path: Path, ending: str) -> None:
    for name in ("one", "two"):
        save(small(), tmp_path / f"{name}{ending}")
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()


def test_an_ending_may_be_in_capitals(figures: dict[str, Figure], tmp_path: Path) -> None:
    save(figures["tornado"], str(tmp_path / "TORNADO.PNG"))
    assert (tmp_path / "TORNADO.PNG").exists()


@pytest.mark.parametrize("name", ["picture.jpg", "picture", "nowhere/picture.png", ".png"])
def test_a_file_that_cannot_be_written_is_named(figures: dict[str, Figure], tmp_path: Path, name: str) -> None:
    with pytest.raises(LinkInputError, match=r"^plot is .*; accepted: a \.png, \.svg or \.pdf file") as caught:
        save(figures["tornado"], tmp_path / name)
    assert caught.value.value == str(tmp_path / name)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    save(small(), tmp_path / "budget.svg")
    assert dict(matplotlib.rcParams) == before


def test_the_callers_style_does_not_show(tmp_path: Path) -> None:
    save(small(), tmp_path / "plain.svg")
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "black", "savefig.dpi": 20}):
        save(small(), tmp_path / "styled.svg")
    assert (tmp_path / "plain.svg").read_bytes() == (tmp_path / "styled.svg").read_bytes()
