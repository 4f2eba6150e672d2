from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from linkbudget.contact import Contact
from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget
from linkbudget.plots.sky_track import sky_track
from linkbudget.plots.track import Track, on_sky

Texts = Callable[[Figure], list[str]]
Contacts = Callable[..., Contact]


@pytest.fixture(scope="module")
def sky(contact: Contact) -> Figure:
    return sky_track(contact, "sky", link="downlink")


def coloured(axes: Axes) -> LineCollection:
    [track] = [each for each in axes.collections if isinstance(each, LineCollection)]
    return track


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "place"),
    [(0, 0, (0, 90)), (90, 0, (90, 0)), (180, 30, (0, -60)), (270, 60, (-30, 0)), (123, 90, (0, 0))],
)
def test_north_is_up_and_east_right(azimuth_deg: float, elevation_deg: float, place: tuple[float, float]) -> None:
    assert on_sky(azimuth_deg, elevation_deg) == pytest.approx(place, abs=1e-12)


@given(st.floats(0, 360), st.floats(0, 90))
def test_the_distance_from_the_middle_is_that_from_the_zenith(azimuth_deg: float, elevation_deg: float) -> None:
    assert np.hypot(*on_sky(azimuth_deg, elevation_deg)) == pytest.approx(90.0 - elevation_deg)


def test_the_compass_agrees_with_the_track(sky: Figure) -> None:
    axes = sky.axes[0]
    places = {text.get_text(): text.xy if isinstance(text, Annotation) else text.get_position() for text in axes.texts}
    assert places["N"] == pytest.approx((0, 98), abs=1e-9)
    assert places["E"] == pytest.approx((98, 0), abs=1e-9)
    assert places["150°"] == pytest.approx(tuple(map(float, on_sky(150, -8))))
    # up in the south, highest in the east, down in the north
    assert places["AOS"] == pytest.approx((0, -85), abs=1e-9)
    assert places["TCA"] == pytest.approx((45, 0), abs=1e-9)
    assert places["LOS"] == pytest.approx((0, 85), abs=1e-9)


def test_a_track_knows_its_direction(contact: Contact) -> None:
    place, along, left = Track.of(contact.geometry).at(300.0)
    assert place == pytest.approx([45.0, 0.0], abs=1e-9)
    assert along == pytest.approx([0.0, 1.0], abs=1e-9)
    assert left == pytest.approx([-1.0, 0.0], abs=1e-9)


def test_the_colour_is_the_margin_of_the_most_robust_mode(sky: Figure, margin_db: Floats) -> None:
    best = margin_db.max(axis=1)
    assert np.asarray(coloured(sky.axes[0]).get_array()) == pytest.approx((best[1:] + best[:-1]) / 2)
    assert sky.axes[1].get_ylabel() == "downlink\nmargin of the most robust mode (dB)"


def test_the_first_link_is_taken(contact_of: Contacts) -> None:
    assert sky_track(contact_of(modes=1), "sky").axes[1].get_ylabel() == "uplink\nmargin (dB)"


def test_an_unknown_link_is_named(contact: Contact) -> None:
    with pytest.raises(LinkInputError, match="'sidelink'; accepted: one with modes: uplink, downlink"):
        sky_track(contact, "sky", link="sidelink")


def test_without_modes_the_track_is_plain(contact_of: Contacts) -> None:
    figure = sky_track(contact_of(modes=0), "sky")
    assert len(figure.axes) == 1
    assert not figure.axes[0].collections


def test_round_times_are_named(sky: Figure) -> None:
    names = [text.get_text() for text in sky.axes[0].texts]
    assert [name for name in names if ":" in name] == [f"12:{minute:02}" for minute in range(1, 11)]


def test_times_that_stand_too_close_are_not_named(contact: Contact) -> None:
    phase = np.sin(np.pi * (contact.geometry.time_s / 600.0 - 0.5))  # slow at both ends
    slow = replace(contact.geometry, azimuth_deg=90.0 - 90.0 * phase, elevation_deg=45.0 - 40.0 * phase**2)
    axes = sky_track(replace(contact, geometry=slow), "sky").axes[0]
    assert [text.get_text() for text in axes.texts if ":" in text.get_text()] == [f"12:0{i}" for i in range(2, 10)]


def test_a_short_track_has_no_times(contact: Contact) -> None:
    near = contact.geometry.azimuth_deg * 0.01
    still = replace(contact.geometry, azimuth_deg=near, elevation_deg=contact.geometry.elevation_deg * 0 + 30.0)
    names = [text.get_text() for text in sky_track(replace(contact, geometry=still), "sky").axes[0].texts]
    assert not any(":" in name for name in names)


def test_a_satellite_that_stands_still_is_drawn(contact: Contact) -> None:
    still = replace(contact.geometry, azimuth_deg=np.full(121, 180.0), elevation_deg=np.full(121, 35.0))
    assert sky_track(replace(contact, geometry=still), "sky").axes


def test_eclipse_lowest_elevation_and_convention_are_said(sky: Figure, texts: Texts) -> None:
    said = texts(sky)
    assert {"in eclipse", "lowest of the pass, 5.0 deg"} <= set(said)
    assert "margin below 0 dB" not in said
    assert any("north up, east right, as on a map" in text for text in said)
    assert any("azimuth 180 deg at AOS, 90 deg at TCA, 0 deg at LOS" in text for text in said)


def test_the_eclipse_is_where_it_is_dark(sky: Figure, contact: Contact) -> None:
    [dark] = [line for line in sky.axes[0].lines if line.get_label() == "in eclipse"]
    assert (np.isfinite(np.asarray(dark.get_xdata(), dtype=float)) == ~contact.geometry.sunlit).all()


def test_a_margin_below_0_is_marked(contact: Contact, texts: Texts) -> None:
    def short(budget: Budget) -> Budget:
        return Budget(
            tuple(replace(line, value=line.value - 15.0) if line.key == "margin_db" else line for line in budget)
        )

    budgets = {name: short(budget) for name, budget in contact.budgets.items()}
    figure = sky_track(replace(contact, budgets=budgets), "sky")
    assert "margin below 0 dB" in texts(figure)
    [dotted] = [line for line in figure.axes[0].lines if line.get_label() == "margin below 0 dB"]
    missing = budgets["uplink"]["margin_db"].max(axis=(1, 2)) < 0
    assert (np.isfinite(np.asarray(dotted.get_xdata(), dtype=float)) == missing).all()
