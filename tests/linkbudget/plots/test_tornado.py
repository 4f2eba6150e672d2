from collections.abc import Callable

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from linkbudget.plots.tornado import tornado
from linkbudget.uncertainty.sensitivity import Sensitivity

Texts = Callable[[Figure], list[str]]
FOUND = [
    Sensitivity("links.downlink.path.other_losses_db", -0.5, 0.25, 0.1),
    Sensitivity("links.downlink.transmitter.power_w", -1.0, 0.8, 0.625),
    Sensitivity("climate.rain_rate_mm_h", -0.2, -0.1, 0.0),
]


def bars(figure: Figure) -> list[list[float]]:
    """The lengths of the bars of each row."""
    rows: dict[int, list[float]] = {}
    for container in figure.axes[0].containers:
        for bar in container:
            assert isinstance(bar, Rectangle)
            rows.setdefault(round(bar.get_y() + bar.get_height() / 2), []).append(bar.get_width())
    return [sorted(rows[row]) for row in sorted(rows)]


def test_the_largest_swing_is_on_top() -> None:
    figure = tornado(FOUND, "inputs")
    assert bars(figure) == [[-1.0, 0.8], [-0.5, 0.25], [-0.2, -0.1]]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["transmitter power", "path other losses", "climate rain rate"]
    assert figure.axes[0].yaxis_inverted()


def test_a_shorter_bar_is_drawn_over_a_longer_one() -> None:
    containers = tornado(FOUND[2:], "inputs").axes[0].containers
    assert [container[0].get_width() for container in containers] == [-0.2, -0.1]


def test_numbers_stand_beside_the_bars(texts: Texts) -> None:
    said = texts(tornado(FOUND, "a title"))
    assert {"a title", "−1.00", "+0.80", "62%", "−0.50", "+0.25", "10%", "0%"} <= set(said)
    assert {"adverse", "favourable", "share of\nvariance"} <= set(said)


@pytest.mark.parametrize(
    ("result", "label"), [("margin_db", "change of margin (dB)"), ("c_n0_db_hz", "change of C/N0 (dB)")]
)
def test_the_axis_says_its_unit(result: str, label: str) -> None:
    assert tornado(FOUND, "inputs", result).axes[0].get_xlabel() == label
