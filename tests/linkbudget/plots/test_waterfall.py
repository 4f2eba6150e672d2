from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget
from linkbudget.plots.steps import steps
from linkbudget.plots.waterfall import waterfall

Texts = Callable[[Figure], list[str]]


@pytest.fixture(scope="module")
def chart(budget: Budget) -> Figure:
    return waterfall(budget, "a title")


def bars(figure: Figure, panel: int) -> list[tuple[float, float]]:
    """Left and right end of each bar, top to bottom."""
    found = [bar for container in figure.axes[panel].containers for bar in container if isinstance(bar, Rectangle)]
    rows = sorted(found, key=lambda bar: bar.get_y())
    return [tuple(sorted((bar.get_x(), bar.get_x() + bar.get_width()))) for bar in rows]  # type: ignore[misc]


def test_each_step_goes_on_from_the_one_before(budget: Budget) -> None:
    rows = steps(budget)
    assert rows[0].start == 0.0
    assert all(later.start == earlier.end for earlier, later in pairwise(rows))


def test_the_last_step_is_the_margin(budget: Budget) -> None:
    # 3 - 0.25 - 150 - 0 - 12 + 228.6 - 40 - 4
    assert steps(budget)[-1].end == pytest.approx(25.35)


def test_a_total_changes_nothing(budget: Budget) -> None:
    assert all(step.change_db == pytest.approx(0.0, abs=1e-9) for step in steps(budget) if step.is_total)


def test_context_and_details_are_no_steps(budget: Budget) -> None:
    keys = [step.line.key for step in steps(budget)]
    assert "frequency_hz" not in keys
    assert "rx_gain_dbi" not in keys


def test_a_step_is_of_the_mode_asked_for(budget_of: Callable[..., Budget]) -> None:
    margins = [steps(budget_of(modes=3), mode)[-1].end for mode in range(3)]
    assert np.diff(margins) == pytest.approx([-10 * np.log10(2)] * 2)


@pytest.mark.parametrize("shape", [(5, 1, 1), (1, 5), (5,)])
def test_times_and_draws_have_no_waterfall(budget_of: Callable[..., Budget], shape: tuple[int, ...]) -> None:
    with pytest.raises(LinkInputError, match="free_space_loss_db"):
        waterfall(budget_of(loss_db=np.full(shape, 150.0)), "budget")


def test_a_budget_with_one_time_has_one(budget_of: Callable[..., Budget]) -> None:
    assert steps(budget_of(loss_db=np.full((1, 1, 1), 150.0)))[-1].end == pytest.approx(25.35)


def test_there_is_one_bar_a_term_and_one_for_the_margin(chart: Figure, budget: Budget) -> None:
    terms = [step for step in steps(budget) if not step.is_total]
    assert len(bars(chart, 0)) == len(terms) == 8
    assert len(bars(chart, 1)) == len(terms) + 1


def test_bars_on_the_left_go_from_sum_to_sum(chart: Figure, budget: Budget) -> None:
    ends = [tuple(sorted((step.start, step.end))) for step in steps(budget) if not step.is_total]
    assert np.array(bars(chart, 0)) == pytest.approx(np.array(ends))


def test_bars_on_the_right_begin_at_nothing(chart: Figure, budget: Budget) -> None:
    changes = [step.change_db for step in steps(budget) if not step.is_total] + [25.35]
    ends = [(min(change, 0.0), max(change, 0.0)) for change in changes]
    assert np.array(bars(chart, 1)) == pytest.approx(np.array(ends), abs=1e-9)


def test_every_number_is_printed_with_sign_and_unit(chart: Figure) -> None:
    labels = [label.get_text() for label in chart.axes[1].get_yticklabels()]
    assert labels == [
        "+3.00 dBW",
        "−0.25 dB",
        "2.75 dBW",
        "−150.00 dB",
        "0.00 dB",
        "−12.00 dB/K",
        "+228.60 dB",
        "69.35 dB-Hz",
        "−40.00 dB",
        "29.35 dB",
        "−4.00 dB",
        "25.35 dB",
    ]


def test_names_and_context_are_said(chart: Figure, budget: Budget, texts: Texts) -> None:
    names = [label.get_text() for label in chart.axes[0].get_yticklabels()]
    assert names == [step.line.name for step in steps(budget)]
    assert {"a title", "frequency: 437.05 MHz; range: 1,815 km"} <= set(texts(chart))


def test_axes_say_their_units(chart: Figure) -> None:
    left, right = chart.axes
    assert left.get_xlabel() == "running sum (dBW, then dB-Hz, then dB)"
    assert "(dB, " in right.get_xlabel()


def test_other_cases_are_printed_and_marked(budget_of: Callable[..., Budget], texts: Texts) -> None:
    figure = waterfall(budget_of(), "budget", {"adverse": budget_of(worse_db=0.5), "better": budget_of(worse_db=-1.0)})
    said = texts(figure)
    assert {"nominal", "adverse", "better"} <= set(said)
    assert {"+2.50", "24.85", "+4.00", "26.35"} <= set(said)
    # only the power and the margin differ, among the terms
    marks = [line for line in figure.axes[1].lines if line.get_marker() in ("v", "^")]
    found = sorted((float(np.ravel(line.get_ydata())[0]), float(np.ravel(line.get_xdata())[0])) for line in marks)
    assert np.array(found) == pytest.approx(np.array([(0, 2.5), (0, 4.0), (11, 24.85), (11, 26.35)]))


def test_a_budget_without_modes_ends_at_c_n0(budget_of: Callable[..., Budget]) -> None:
    figure = waterfall(budget_of(modes=0), "budget")
    assert figure.axes[1].get_yticklabels()[-1].get_text() == "69.35 dB-Hz"
    assert len(bars(figure, 1)) == 6
