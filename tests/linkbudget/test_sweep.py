from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from linkbudget.errors import LinkInputError
from linkbudget.scene import link_budget
from linkbudget.study import Study, SweepAxis, SweepTable
from linkbudget.study_file import parse_study
from linkbudget.sweep import axis_values, sweep

MODE = {"modulation": "bpsk", "required_eb_n0_db": 5.0}
STUDY = parse_study(
    {
        "name": "",
        "geometry": {"elevation_deg": 20.0, "altitude_m": 5e5},
        "station": {"name": "Zürich", "latitude_deg": 47.4, "longitude_deg": 8.5, "altitude_m": 408.0},
        "climate": {"rain_zone": "K"},
        "links": {
            "down": {
                "frequency_hz": 8e9,
                "transmitter": {"power_w": 1.0},
                "receiver": {"stages": ({"name": "LNA", "gain_db": 20.0, "noise_figure_db": 1.0},)},
                "modes": (
                    {"name": "a", "information_rate_bit_s": 1e3, **MODE},
                    {"name": "b", "information_rate_bit_s": 1e4, **MODE},
                    {"name": "c", "information_rate_bit_s": 1e5, **MODE},
                ),
            },
            "up": {
                "frequency_hz": 2e9,
                "transmitter": {"eirp_dbw": 13.0},
                "receiver": {"g_over_t_db_k": -30.0},
            },
        },
    }
).study
ELEVATION = SweepAxis(place="geometry.elevation_deg", lowest=5.0, highest=90.0, points=4)
RAIN = SweepAxis(place="links.down.path.exceeded_percent", lowest=0.01, highest=1.0, points=3, spacing="logarithmic")
FREQUENCY = SweepAxis(place="links.down.frequency_hz", lowest=1e9, highest=30e9, points=4)
POWER = SweepAxis(place="links.down.transmitter.power_w", lowest=0.5, highest=2.0, points=3)
RATE = SweepAxis(place="links.down.modes.1.information_rate_bit_s", lowest=1e3, highest=1e6, points=3)


def swept(x: SweepAxis, y: SweepAxis | None = None, **more: Any) -> Study:
    return replace(STUDY, sweep=SweepTable(**{"link": "down", "x": x, "y": y, **more}))


@pytest.mark.parametrize("result", ["margin_db", "c_n0_db_hz", "required_eb_n0_db", "boltzmann_dbw_k_hz", "rain_db"])
@pytest.mark.parametrize("y", [None, RAIN, FREQUENCY], ids=["no y", "y array", "y numbers"])
@pytest.mark.parametrize("x", [ELEVATION, FREQUENCY, POWER, RATE], ids=["elevation", "frequency", "power", "rate"])
def test_a_sweep_is_a_budget_at_each_of_its_points(x, y, result):
    if y is x:
        return
    found = sweep(swept(x, y, result=result))
    by_mode = result in ("margin_db", "required_eb_n0_db")
    assert found.value.shape == (len(found.y), len(found.x), 3 if by_mode else 1)
    assert found.modes == (("a", "b", "c") if by_mode else ("",))
    for i, j in np.ndindex(len(found.y), len(found.x)):
        values = {x.place: float(found.x[j])} | ({y.place: float(found.y[i])} if y else {})
        expected = link_budget(STUDY, "down", values)[result].ravel()
        np.testing.assert_allclose(found.value[i, j], expected, rtol=1e-12, atol=1e-9)


def test_as_many_points_as_modes_are_not_mixed_up():
    found = sweep(swept(replace(ELEVATION, points=3)))
    assert found.value.shape == (1, 3, 3)
    assert np.all(np.diff(found.value[0], axis=0) > 0.0)  # higher is nearer
    np.testing.assert_allclose(np.diff(found.value[0], axis=1), -10.0)  # each mode ten times faster


def test_a_line_that_all_modes_share_belongs_to_none_even_of_one_mode():
    down = STUDY.links["down"]
    alone = replace(STUDY, links={"down": replace(down, modes=down.modes[:1])})
    shared = sweep(replace(alone, sweep=SweepTable(link="down", x=ELEVATION, result="c_n0_db_hz")))
    own = sweep(replace(alone, sweep=SweepTable(link="down", x=ELEVATION)))
    assert (shared.modes, own.modes) == (("",), ("a",))


def test_a_link_without_modes_is_swept_to_c_n0():
    found = sweep(swept(ELEVATION, link="up", result="c_n0_db_hz"))
    assert found.value.shape == (1, 4, 1)
    assert found.modes == ("",)


def test_a_sweep_says_what_it_is_of():
    found = sweep(swept(ELEVATION, RAIN))
    assert (found.line.key, found.line.unit, found.table.link) == ("margin_db", "dB", "down")
    assert found.line.source.reference


def test_axes():
    np.testing.assert_allclose(axis_values(ELEVATION), [5.0, 5.0 + 85 / 3, 5.0 + 170 / 3, 90.0])
    np.testing.assert_allclose(axis_values(RAIN), [0.01, 0.1, 1.0])
    falling = axis_values(replace(RAIN, lowest=1.0, highest=0.01))
    np.testing.assert_allclose(falling, [1.0, 0.1, 0.01])
    assert len(axis_values(SweepAxis(place="", lowest=0.0, highest=1.0))) == 41


def test_the_ends_of_a_sweep_are_within_what_is_allowed():
    """Rounding does not carry the last value of a logarithmic axis over the bound that it stands at."""
    for points in range(2, 200):
        percent = axis_values(replace(RAIN, lowest=0.001, highest=100.0, points=points))
        assert percent.min() >= 0.001
        assert percent.max() <= 100.0


@pytest.mark.parametrize(
    ("study", "field", "accepted"),
    [
        (STUDY, "sweep", "a table [sweep]"),
        (swept(ELEVATION, result="margin"), "sweep.result", "a line of the budget: frequency_hz, "),
        (swept(ELEVATION, link="up"), "sweep.result", "c_n0_db_hz"),
        (swept(replace(ELEVATION, highest=95.0)), "geometry.elevation_deg", "0 to 90"),
        (swept(ELEVATION, replace(RAIN, highest=200.0)), "links.down.path.exceeded_percent", "0.001 to 100"),
        (swept(replace(ELEVATION, place="geometry.elevation")), "geometry.elevation", "elevation_deg, altitude_m"),
        (swept(replace(ELEVATION, place="geometry.range_m")), "geometry.range_m", "the place of a number"),
        (swept(replace(ELEVATION, place="links.down.modes.0.name")), "links.down.modes.0.name", "place of a number"),
        (swept(replace(ELEVATION, place="links.down.modes.3.code_rate")), "links.down.modes.3.code_rate", "0, 1, 2"),
        (swept(ELEVATION, replace(RAIN, place="links.dwon")), "links.dwon", "known instead of 'dwon': down, up"),
    ],
)
def test_mistakes_are_told(study, field, accepted):
    with pytest.raises(LinkInputError) as caught:
        sweep(study)
    assert caught.value.field == field
    assert accepted in caught.value.accepted


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: replace(RAIN, lowest=0.0), "lowest"),
        (lambda: replace(RAIN, highest=-1.0), "highest"),
        (lambda: replace(ELEVATION, highest=np.inf), "highest"),
        (lambda: replace(ELEVATION, points=1), "points"),
        (lambda: swept(ELEVATION, ELEVATION), "y.place"),
        (lambda: swept(ELEVATION, link="sideways"), "sweep.link"),
    ],
)
def test_axes_that_are_none(make, field):
    with pytest.raises(LinkInputError) as caught:
        make()
    assert caught.value.field == field
