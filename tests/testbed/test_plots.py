from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from testbed.plots import constellation, doppler, eb_n0, figures, spectrum, svg, timeline
from testbed.record import Burst, RunRecord


def _texts(figure: Figure) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in (axes.title, axes._left_title, *axes.texts)}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["answered", "refused", "silent"])
def test_every_figure_is_drawn_whatever_is_missing(name: str, request: pytest.FixtureRequest) -> None:
    drawn = {key: svg(figure, key) for key, figure in figures(request.getfixturevalue(name)).items()}
    assert list(drawn) == ["timeline", "doppler", "eb_n0", "constellation", "spectrum"]
    for element in drawn.values():
        assert element.startswith("<svg ")
        assert "://" not in element
        ElementTree.fromstring(element.replace("xlink:href", "href"))


def test_an_svg_is_the_same_each_time(answered: RunRecord) -> None:
    first, second = (svg(figures(answered)["doppler"], "doppler") for _ in range(2))
    assert first == second


def test_the_ids_of_two_figures_differ(answered: RunRecord) -> None:
    drawn = figures(answered)
    ids = [
        {node.get("id") for node in ElementTree.fromstring(svg(drawn[name], name).replace("xlink:", "")).iter()}
        - {None}
        for name in ("doppler", "eb_n0")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_the_timeline_says_when_the_words_came(answered: RunRecord, refused: RunRecord) -> None:
    assert "first word after 1.70 s, last word after 2.20 s" in _texts(timeline(answered))
    assert "no answer" in _texts(timeline(refused))


def test_doppler_measured_is_compared_with_predicted(answered: RunRecord) -> None:
    assert "+150 Hz from predicted" in _texts(doppler(answered))


def test_only_decoded_bursts_give_a_doppler_point(answered: RunRecord) -> None:
    whole = doppler(answered).axes[0]
    points = [np.asarray(line.get_xdata()).tolist() for line in whole.lines if line.get_marker() == "o"]
    assert points == [[101.2], [101.7, 101.9, 102.2]]


def test_undecoded_bursts_are_crosses(answered: RunRecord) -> None:
    run = eb_n0(answered).axes[0]
    points = {
        line.get_marker(): np.asarray(line.get_xdata()).tolist()
        for line in run.lines[:3]
        if line.get_marker() != "None"
    }
    assert points["x"] == pytest.approx([0.5])
    assert points["o"] == pytest.approx([1.0])


def test_many_bursts_become_pixels(answered: RunRecord) -> None:
    bursts = [Burst(100 + n / 100, 100 + n / 100 + 0.005, True, 0, 9.0, 10.0, 0.0, 0.0, 0, 0) for n in range(5000)]
    small = svg(figures(answered)["eb_n0"], "eb_n0")
    crowded = figures(replace(answered, downlink=replace(answered.downlink, bursts=bursts)))
    assert all(len(svg(crowded[name], name)) < len(small) + 150_000 for name in ("timeline", "eb_n0", "doppler"))
    assert "<image " in svg(crowded["timeline"], "timeline")


def test_legs_that_heard_nothing_say_so(silent: RunRecord) -> None:
    for figure in (constellation(silent), spectrum(silent)):
        assert {"uplink: nothing decoded", "downlink: nothing decoded"} <= _texts(figure)


def test_the_carrier_is_marked_where_it_was_found(answered: RunRecord) -> None:
    assert np.asarray(spectrum(answered).axes[0].lines[1].get_xdata()).tolist() == [2.5, 2.5]
