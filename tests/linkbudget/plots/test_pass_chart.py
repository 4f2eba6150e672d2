from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.contact import Contact
from linkbudget.decibels import Floats
from linkbudget.plots.pass_chart import pass_chart
from linkbudget.plots.pass_facts import spans

Texts = Callable[[Figure], list[str]]
Contacts = Callable[..., Contact]


@pytest.fixture(scope="module")
def chart(contact: Contact) -> Figure:
    return pass_chart(contact, "a title")


def line(axes: Axes, label: str) -> Line2D:
    return next(each for each in axes.lines if each.get_label() == label)


def broad(axes: Axes) -> list[Floats]:
    """The underlaid curves."""
    return [np.asarray(each.get_ydata(), dtype=float) for each in axes.lines if each.get_linewidth() == 6]


def test_panels_from_top_to_bottom(chart: Figure) -> None:
    labels = [axes.get_ylabel() for axes in chart.axes]
    assert labels == ["elevation (deg)", "Doppler (kHz)", "margin (dB)", "margin (dB)", "best rate"]


def test_time_is_in_minutes_and_of_a_short_pass_in_seconds(chart: Figure, contact_of: Contacts) -> None:
    long, short = chart.axes[-1], pass_chart(contact_of(length_s=8.0), "pass").axes[-1]
    assert (long.get_xlabel(), long.get_xlim()) == ("time since AOS (min)", (0.0, 10.0))
    assert (short.get_xlabel(), short.get_xlim()) == ("time since AOS (s)", (0.0, 8.0))


def test_facts_are_said(chart: Figure, texts: Texts) -> None:
    said = texts(chart)
    facts = "AOS 2026-03-20 12:00:30 UTC, TCA 12:05:30, LOS 12:10:30; highest 45.0 deg; TLE age 1.2 days"
    assert {"a title", facts} <= set(said)


def test_doppler_is_that_of_each_link(chart: Figure) -> None:
    axes = chart.axes[1]
    for label, frequency_hz in (("uplink, 100 MHz", 1e8), ("downlink, 200 MHz", 2e8)):
        expected_khz = 7000.0 / SPEED_OF_LIGHT_M_S * frequency_hz / 1e3
        shift_khz = np.asarray(line(axes, label).get_ydata())
        assert shift_khz[[0, 60, -1]] == pytest.approx([expected_khz, 0.0, -expected_khz])


def test_margins_are_those_of_the_budget(chart: Figure, margin_db: Floats) -> None:
    axes = chart.axes[3]
    for index in range(2):
        assert np.asarray(line(axes, f"mode {index}").get_ydata()) == pytest.approx(margin_db[:, index])
    assert any(set(np.ravel(each.get_ydata())) == {0.0} for each in axes.lines)


def test_the_best_mode_is_underlaid_where_it_is_best(chart: Figure, contact: Contact, margin_db: Floats) -> None:
    slow, fast = broad(chart.axes[3])
    best = contact.usages["downlink"].best
    assert np.isfinite(fast[best == 1]).all()
    assert fast[best == 1] == pytest.approx(margin_db[best == 1, 1])
    # each use lasts up to the next moment
    assert np.isfinite(fast).sum() <= (best == 1).sum() + 1
    assert np.isfinite(slow).sum() <= (best == 0).sum() + 2


def test_rates_are_rungs(chart: Figure) -> None:
    axes = chart.axes[-1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["none", "20 kbit/s"]
    assert set(np.ravel(line(axes, "downlink").get_ydata())) == {1.0}


def test_a_link_that_never_closes_has_no_rate(contact: Contact, contact_of: Contacts, texts: Texts) -> None:
    usages = {
        name: replace(each, best=each.best * 0 - 1, rate_bit_s=each.rate_bit_s * 0, volume_bit=0.0)
        for name, each in contact.usages.items()
    }
    figure = pass_chart(replace(contact, usages=usages), "pass")
    assert [label.get_text() for label in figure.axes[-1].get_yticklabels()] == ["none"]
    assert "uplink: 0 bit with the best mode at each moment (broad)" in texts(figure)


def test_the_volume_is_said(chart: Figure, texts: Texts) -> None:
    # 20 kbit/s for 600 s
    assert "downlink: 12 Mbit with the best mode at each moment (broad)" in texts(chart)


def test_links_without_modes_show_their_c_n0(contact_of: Contacts) -> None:
    contact = contact_of(modes=0)
    panels = pass_chart(contact, "pass").axes
    assert [axes.get_ylabel() for axes in panels[2:]] == ["C/N0 (dB-Hz)"] * 2
    assert np.asarray(panels[2].lines[0].get_ydata()) == pytest.approx(contact.budgets["uplink"]["c_n0_db_hz"].ravel())


def test_eclipse_is_shaded_and_named(chart: Figure, texts: Texts) -> None:
    for axes in chart.axes:
        [shade] = axes.patches
        # 0.75 of ten minutes, to LOS
        assert shade.get_extents().transformed(axes.transData.inverted()).intervalx == pytest.approx([7.5, 10.0])
    assert "satellite in eclipse" in texts(chart)


def test_no_eclipse_is_no_shade(contact: Contact, texts: Texts) -> None:
    light = replace(contact.geometry, sunlit=np.full(121, True))
    figure = pass_chart(replace(contact, geometry=light), "pass")
    assert not any(axes.patches for axes in figure.axes)
    assert "satellite in eclipse" not in texts(figure)


def test_long_names_are_broken_and_have_room(contact_of: Contacts, texts: Texts) -> None:
    name = "downlink through the $second$ antenna of the northern station"
    tall, low = (pass_chart(contact_of([f"{name} {i}" for i in range(n)], modes=4), "pass") for n in (4, 1))
    assert tall.get_figheight() > low.get_figheight() + 3 * 1.75
    assert any("\n" in text and "$second$" in text for text in texts(tall))


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ([1, 1, 1], [(0.0, 2.0)]),
        ([0, 0, 0], []),
        ([1, 0, 1], [(0.0, 1.0), (2.0, 2.0)]),
        ([0, 1, 0], [(1.0, 2.0)]),
    ],
)
def test_spans(mask: list[int], expected: list[tuple[float, float]]) -> None:
    assert spans(np.arange(3.0), np.array(mask, dtype=np.bool_)) == expected
