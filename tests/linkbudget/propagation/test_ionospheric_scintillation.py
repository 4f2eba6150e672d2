import doctest
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import linkbudget.propagation.ionospheric_scintillation
from linkbudget.errors import LinkInputError
from linkbudget.propagation.ionosphere import Ionosphere
from linkbudget.propagation.ionospheric_scintillation import (
    EVENT_SCINTILLATION,
    MID_LATITUDE_SCINTILLATION,
    S4_SCINTILLATION,
    ionospheric_fade_db,
    ionospheric_fade_source,
    mid_latitude_fade_db,
    nakagami_fade_db,
    peak_to_peak_db,
    s4_on_path,
)

MID_LATITUDE = json.loads((Path(__file__).parents[2] / "golden" / "ionosphere.json").read_text())["mid_latitude_fades"]

INDICES = st.floats(0.0, 1.0)
PERCENTS = st.floats(1e-3, 50.0)


def test_the_examples() -> None:
    assert doctest.testmod(linkbudget.propagation.ionospheric_scintillation).failed == 0


@pytest.mark.parametrize("percent", MID_LATITUDE["by_percent"])
def test_published_mid_latitude_fades(percent: str) -> None:
    fades = mid_latitude_fade_db(np.array(MID_LATITUDE["frequency_ghz"]) * 1e9, float(percent))
    published = np.array(MID_LATITUDE["by_percent"][percent])
    assert np.all(np.abs(fades - published) <= 0.02 * published + 0.05)


@pytest.mark.parametrize("s4", [0.05, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("percent", [0.01, 0.1, 1.0, 10.0])
def test_fades_are_those_of_nakagami(s4: float, percent: float) -> None:
    amplitude = stats.nakagami.ppf(percent / 100.0, 1.0 / s4**2)
    assert float(nakagami_fade_db(s4, percent)) == pytest.approx(-20.0 * math.log10(amplitude), abs=1e-4)


def test_full_scintillation_is_rayleigh_s() -> None:
    percents = np.array([0.1, 1.0, 10.0])
    assert nakagami_fade_db(1.0, percents) == pytest.approx(-10.0 * np.log10(-np.log1p(-percents / 100.0)))


def test_a_fade_that_is_always_exceeded_is_none() -> None:
    assert nakagami_fade_db(np.array([0.0, 0.3, 1.0]), 100.0) == pytest.approx([0.0, 0.0, 0.0])


@pytest.mark.parametrize("s4", [0.2, 0.5, 0.8, 1.0])
def test_the_published_span_is_that_of_98_percent_of_the_time(s4: float) -> None:
    shape = 1.0 / s4**2
    low, high = stats.gamma.ppf([0.01, 0.99], shape) / shape
    assert float(peak_to_peak_db(s4)) == pytest.approx(10.0 * math.log10(high / low), rel=0.13)


def test_the_published_span() -> None:
    assert peak_to_peak_db(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, 27.5 * 0.5**1.26, 27.5])


def test_the_index_on_a_path() -> None:
    assert float(s4_on_path(0.1, 1.6e9, 0.4e9, 90.0)) == pytest.approx(0.8)
    assert float(s4_on_path(0.1, 1.6e9, 1.6e9, 30.0)) == pytest.approx(0.1 * math.sqrt(1.7252), rel=1e-4)
    assert float(s4_on_path(0.5, 1.6e9, 0.1e9, 90.0)) == 1.0


@given(INDICES, PERCENTS)
def test_the_table_is_the_formula(s4: float, percent: float) -> None:
    exact = nakagami_fade_db(s4, np.array([percent]))[0]
    assert float(nakagami_fade_db(s4, percent)) == pytest.approx(exact, abs=1e-4)


@given(INDICES, st.floats(0.0, 1.0), st.floats(0.1, 50.0), st.floats(0.0, 1.0))
def test_rarer_and_stronger_is_deeper(s4: float, weaker: float, percent: float, rarer: float) -> None:
    fade = nakagami_fade_db(s4, percent)
    assert nakagami_fade_db(s4 * weaker, percent) <= fade + 1e-3
    assert nakagami_fade_db(s4, max(percent * rarer, 1e-3)) >= fade - 1e-4


@given(st.floats(1e6, 1e11), st.floats(0.0, 90.0), st.floats(1e-3, 100.0), st.floats(0.0, 1.5))
def test_fades_are_finite(frequency_hz: float, elevation_deg: float, percent: float, s4: float) -> None:
    for ionosphere in (
        Ionosphere(scintillation="s4", s4=s4),
        Ionosphere(scintillation="mid-latitude"),
        Ionosphere(scintillation="strong"),
    ):
        fade = float(ionospheric_fade_db(ionosphere, frequency_hz, elevation_deg, percent))
        assert math.isfinite(fade)
        assert fade >= 0.0


def test_what_is_known_of_the_scintillation() -> None:
    view = 437e6, 20.0, 1.0
    assert float(ionospheric_fade_db(Ionosphere(), *view)) == 0.0
    middle = Ionosphere(scintillation="mid-latitude")
    assert ionospheric_fade_db(middle, *view) == mid_latitude_fade_db(437e6, 1.0)
    for name, s4 in (("weak", 0.3), ("moderate", 0.6), ("strong", 1.0)):
        event = Ionosphere(scintillation=name)
        assert ionospheric_fade_db(event, *view) == nakagami_fade_db(s4, 1.0)
        assert ionospheric_fade_source(event) is EVENT_SCINTILLATION
    measured = Ionosphere(scintillation="s4", s4=0.05)
    s4 = s4_on_path(0.05, 1575.42e6, 437e6, 20.0)
    assert ionospheric_fade_db(measured, *view) == nakagami_fade_db(s4, 1.0)
    sources = [ionospheric_fade_source(each) for each in (middle, measured)]
    assert sources == [MID_LATITUDE_SCINTILLATION, S4_SCINTILLATION]


def test_shapes_broadcast() -> None:
    ionosphere = Ionosphere(scintillation="s4", s4=np.array([0.01, 0.1, 0.3]))
    elevation_deg = np.linspace(5.0, 90.0, 5)[:, None]
    one = ionospheric_fade_db(ionosphere, 437e6, elevation_deg, 1.0)
    many = ionospheric_fade_db(ionosphere, 437e6, elevation_deg, np.array([1.0, 1.0, 1.0]))
    assert one.shape == (5, 3)
    assert one == pytest.approx(many, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: nakagami_fade_db(1.1, 1.0), "s4"),
        (lambda: nakagami_fade_db(np.array([0.1, math.nan]), 1.0), "s4"),
        (lambda: nakagami_fade_db(0.5, 0.0), "exceeded_percent"),
        (lambda: nakagami_fade_db(0.5, np.array([1.0, 101.0])), "exceeded_percent"),
        (lambda: mid_latitude_fade_db(0.0, 1.0), "frequency_hz"),
        (lambda: mid_latitude_fade_db(1e8, 0.0), "exceeded_percent"),
        (lambda: s4_on_path(0.1, 1e9, math.inf, 30.0), "frequency_hz"),
        (lambda: s4_on_path(0.1, 1e9, 1e8, 91.0), "elevation_deg"),
    ],
)
def test_no_such_fade(call, named: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        call()
    assert caught.value.field == named
