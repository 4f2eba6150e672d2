from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.stats import norm

from linkbudget.plots.histogram import _edges, histogram
from linkbudget.plots.style import BLUE, ORANGE

Texts = Callable[[Figure], list[str]]
UNIFORM = np.linspace(-1.0, 3.0, 4001)


def bars(axes: Axes) -> list[Rectangle]:
    return [bar for bar in axes.patches if isinstance(bar, Rectangle)]


def test_bars_hold_all_draws() -> None:
    axes = histogram(UNIFORM, "margin").axes[0]
    assert sum(bar.get_height() for bar in bars(axes)) == pytest.approx(100.0)


def test_no_bar_lies_on_both_sides_of_0_dB() -> None:  # noqa: N802
    axes = histogram(UNIFORM, "margin").axes[0]
    for bar in bars(axes):
        below = bar.get_x() + bar.get_width() <= 1e-9
        assert below or bar.get_x() >= -1e-9
        assert to_hex(bar.get_facecolor()) == (ORANGE if below else BLUE)
    share = sum(bar.get_height() for bar in bars(axes) if to_hex(bar.get_facecolor()) == ORANGE)
    assert share == pytest.approx(25.0, abs=0.1)


def test_the_probability_of_no_margin_is_said(texts: Texts) -> None:
    # -1 to 3 in steps of 0.001: 1000 of 4001 are below 0
    assert "margin below 0 dB in 1,000 of 4,001 draws (24.99%)" in texts(histogram(UNIFORM, "margin"))


def test_percentiles_are_those_of_the_distribution(texts: Texts) -> None:
    draws = norm.ppf((np.arange(100_000) + 0.5) / 100_000, loc=10.0, scale=2.0)
    figure = histogram(draws, "margin")
    said = [text for text in texts(figure) if "% below" in text]
    # 10 dB and 1.6449 or 2.3263 standard deviations of 2 dB
    assert said == [
        f"{p}% below {q} dB" for p, q in ((1, "5.35"), (5, "6.71"), (50, "10.00"), (95, "13.29"), (99, "14.65"))
    ]
    marks = [float(np.ravel(line.get_xdata())[0]) for line in figure.axes[0].lines]
    assert marks == pytest.approx([5.347, 6.710, 10.0, 13.290, 14.653], abs=1e-3)


def test_each_mode_has_a_panel_on_one_axis(texts: Texts) -> None:
    figure = histogram(np.stack([UNIFORM, UNIFORM + 5.0]), "margin", ("fast", "slow"))
    assert len(figure.axes) == 2
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert "slow: margin below 0 dB in 0 of 4,001 draws (0.00%)" in texts(figure)


def test_axes_say_their_units() -> None:
    axes = histogram(UNIFORM, "margin").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("margin (dB)", "draws (% per 0.1 dB)")


def test_of_c_n0_no_probability_is_said(texts: Texts) -> None:
    figure = histogram(UNIFORM + 60.0, "C/N0", result="c_n0_db_hz")
    assert figure.axes[0].get_xlabel() == "C/N0 (dB-Hz)"
    assert not any("below 0 dB" in text for text in texts(figure))


def test_draws_that_are_all_the_same_make_one_bar() -> None:
    heights = [bar.get_height() for bar in bars(histogram(np.full(100, 3.2), "margin").axes[0])]
    assert sorted(heights)[-1] == pytest.approx(100.0)
    assert sum(heights) == pytest.approx(100.0)


@settings(max_examples=200)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50))
def test_bounds_hold_all_draws_and_are_few_and_round(values: list[float]) -> None:
    draws = np.array([values])
    edges = _edges(draws)
    assert np.histogram(draws, edges)[0].sum() == len(values)
    assert len(edges) < 70
    assert f"{edges[1] - edges[0]:.3g}".strip("0.")[0] in "125"
