from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure

from linkbudget.lines import Kind, Line
from linkbudget.plots.heat_map import _label_place, heat_map
from linkbudget.provenance import Source
from linkbudget.study import SweepAxis, SweepTable
from linkbudget.sweep import Sweep, axis_values

Texts = Callable[[Figure], list[str]]
MINUS = "\N{MINUS SIGN}"
MARGIN = Line("margin_db", "margin", np.zeros(1), "dB", Kind.TOTAL, Source("given"))
C_N0 = Line("c_n0_db_hz", "C/N0", np.zeros(1), "dB-Hz", Kind.TOTAL, Source("given"))
POWER = "links.downlink.transmitter.power_w"


@pytest.fixture(scope="module")
def figure() -> Figure:
    return heat_map(make(), "sweep")


def make(
    two: bool = True,
    modes: int = 1,
    line: Line = MARGIN,
    lowest: float = 0.1,
    highest: float = 10.0,
    spacing: Literal["linear", "logarithmic"] = "logarithmic",
) -> Sweep:
    """10 log10 of the power in W, plus 0.1 dB a degree of elevation beyond 45 deg, less 3 dB a mode."""
    x_axis = SweepAxis(place=POWER, lowest=lowest, highest=highest, points=21, spacing=spacing)
    y_axis = SweepAxis(place="geometry.elevation_deg", lowest=5.0, highest=85.0, points=17)
    x, y = axis_values(x_axis), axis_values(y_axis) if two else np.zeros(1)
    plane = 10.0 * np.log10(x) + 0.1 * ((y - 45.0)[:, None] if two else 0.0)
    value = np.reshape(plane, (len(y), len(x), 1)) - 3.0 * np.arange(modes)
    table = SweepTable(link="downlink", x=x_axis, y=y_axis if two else None)
    return Sweep(table, line, tuple(f"mode {i}" for i in range(modes)), x, y, value)


def cells(axes: Axes) -> QuadMesh:
    [mesh] = [each for each in axes.collections if isinstance(each, QuadMesh)]
    return mesh


def contours(axes: Axes) -> QuadContourSet:
    """The dark ones."""
    return [each for each in axes.get_children() if isinstance(each, QuadContourSet)][-1]


def test_one_number_gives_a_line_a_mode() -> None:
    swept = make(two=False, modes=3)
    axes = heat_map(swept, "sweep").axes[0]
    for index in range(3):
        [line] = [each for each in axes.lines if each.get_label() == f"mode {index}"]
        assert np.asarray(line.get_xdata()) == pytest.approx(swept.x)
        assert np.asarray(line.get_ydata()) == pytest.approx(swept.value[0, :, index])
    assert any(list(np.ravel(each.get_ydata())) == [0.0, 0.0] for each in axes.lines)


def test_a_line_without_modes_has_no_legend() -> None:
    swept = make(two=False, line=C_N0)
    plain = Sweep(swept.table, C_N0, ("",), swept.x, swept.y, swept.value)
    axes = heat_map(plain, "sweep").axes[0]
    assert axes.get_legend() is None
    assert len(axes.lines) == 1  # and no line at 0 dB
    assert axes.get_ylabel() == "C/N0 (dB-Hz)"


def test_axes_say_their_units(figure: Figure, texts: Texts) -> None:
    assert {"downlink transmitter power (W)", "geometry elevation (deg)", "margin (dB)"} <= set(texts(figure))


def test_a_map_has_a_cell_for_each_value_in_its_place(figure: Figure) -> None:
    swept, axes = make(), figure.axes[0]
    assert np.asarray(cells(axes).get_array()).ravel() == pytest.approx(swept.value.ravel())
    corners = np.asarray(cells(axes).get_coordinates())
    # a tenth of a decade a cell, and half of it beyond the ends
    assert np.log10(corners[0, :, 0]) == pytest.approx(np.arange(-1.05, 1.06, 0.1))
    assert corners[:, 0, 1] == pytest.approx(np.arange(2.5, 90.0, 5.0))


def test_all_maps_have_the_same_colours() -> None:
    figure = heat_map(make(modes=4), "sweep")
    assert {tuple(cells(axes).get_clim()) for axes in figure.axes[:4]} == {(-23.0, 14.0)}
    assert [axes.get_title("left") for axes in figure.axes[:4]] == [f"mode {i}" for i in range(4)]


@pytest.mark.parametrize("modes", [1, 2, 5])
def test_there_is_a_map_for_each_mode(modes: int) -> None:
    figure = heat_map(make(modes=modes), "sweep")
    assert sum(any(isinstance(each, QuadMesh) for each in axes.collections) for axes in figure.axes[:-1]) == modes


def test_no_column_is_without_numbers_where_a_map_is_missing() -> None:
    upper_right = heat_map(make(modes=3), "sweep").axes[1]
    assert any(label.get_visible() and label.get_text() for label in upper_right.get_xticklabels())


def test_the_contour_of_no_margin_is_where_the_margin_is_nothing(figure: Figure) -> None:
    found = contours(figure.axes[0])
    index = list(found.levels).index(0.0)
    assert np.ravel(found.get_linewidths())[index] > 2.0
    x, y = np.concatenate(found.allsegs[index]).T
    # within a cell the contour is straight, the logarithm is not
    assert 10.0 * np.log10(x) + 0.1 * (y - 45.0) == pytest.approx(np.zeros(len(x)), abs=0.03)


def test_contours_are_labelled_with_their_level(figure: Figure, texts: Texts) -> None:
    assert {f"{MINUS}4 dB", "0 dB", "4 dB"} <= set(texts(figure))


def test_contours_of_other_results_are_all_alike(texts: Texts) -> None:
    figure = heat_map(make(line=C_N0), "sweep")
    assert len(set(np.ravel(contours(figure.axes[0]).get_linewidths()))) == 1
    assert "0 dB-Hz" in texts(figure)


def test_a_label_stands_where_its_contour_is_nearest_to_the_middle() -> None:
    value = np.add.outer(np.arange(11.0), np.arange(11.0))  # contours run down to the right
    assert _label_place(value, 9.5, []) == pytest.approx((0.4, 0.5))
    assert _label_place(value, 2.5, []) == pytest.approx((0.1, 0.1), abs=0.051)


def test_a_label_that_would_be_cut_off_or_hide_another_is_left_out() -> None:
    value = np.add.outer(np.arange(11.0), np.arange(11.0))
    assert _label_place(value, 0.5, []) is None
    assert _label_place(value, 9.5, [(0.5, 0.5)]) is None
    assert _label_place(value, 25.0, []) is None


def test_logarithmic_spacing_gives_a_logarithmic_axis(figure: Figure) -> None:
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert {"0.1", "0.2", "0.5", "1", "2", "5", "10"} <= set(shown)


def test_an_axis_rises_however_it_was_swept() -> None:
    swept = make(lowest=10.0, highest=0.1)
    axes = heat_map(swept, "sweep").axes[0]
    assert axes.get_xlim() == pytest.approx((0.1, 10.0))
    corners = np.asarray(cells(axes).get_coordinates())
    assert corners[0, 0, 0] > corners[0, -1, 0]
    assert np.asarray(cells(axes).get_array()).ravel() == pytest.approx(swept.value.ravel())


def test_very_small_numbers_keep_their_decades() -> None:
    mesh = cells(heat_map(make(lowest=1e-9, highest=1e-7), "sweep").axes[0])
    corners = np.asarray(mesh.get_coordinates())
    assert np.log10(corners[0, :, 0]) == pytest.approx(np.arange(-9.05, -6.94, 0.1))


def test_a_flat_map_has_no_contour() -> None:
    swept = make()
    flat = Sweep(swept.table, MARGIN, swept.modes, swept.x, swept.y, np.full_like(swept.value, 3.0))
    axes = heat_map(flat, "sweep").axes[0]
    assert not [each for each in axes.get_children() if isinstance(each, QuadContourSet)]


def test_values_that_are_not_there_leave_a_hole() -> None:
    swept = make()
    swept.value[:3, :3] = np.nan
    assert np.ma.count_masked(cells(heat_map(swept, "sweep").axes[0]).get_array()) == 9
