"""Whatever a study may hold, the checker looks at it without failing, and says it in words."""

import doctest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkbudget.checker.finding
from linkbudget.antenna.beam import Beam
from linkbudget.antenna.dipole import Dipole
from linkbudget.antenna.dish import Dish
from linkbudget.antenna.helix import Helix
from linkbudget.antenna.isotropic import Isotropic
from linkbudget.antenna.patch import Patch
from linkbudget.antenna.tabulated import Tabulated
from linkbudget.antenna.turnstile import Turnstile
from linkbudget.antenna.yagi import Yagi
from linkbudget.checker import check
from linkbudget.checker.finding import Finding, si
from linkbudget.fading.fading import LooFading, NoFading, RicianFading
from linkbudget.link import Link, Path, Receiver, StatedReceiver, StatedTransmitter, Transmitter
from linkbudget.modes.mode import Mode
from linkbudget.noise.antenna_noise import AntennaNoise
from linkbudget.noise.cascade import Stage
from linkbudget.orbit.station import Station
from linkbudget.propagation.ionosphere import Ionosphere
from linkbudget.propagation.local_climate import LocalClimate
from linkbudget.quantity import quantities
from linkbudget.study import GeometryTable, Study


def number(table: Any, name: str) -> st.SearchStrategy[float]:
    """Draw a number that a field of a table may hold, its bounds often."""
    bounds = quantities(table)[name]
    within = st.floats(bounds.lowest, bounds.highest)
    return st.one_of(st.sampled_from([bounds.lowest, bounds.highest]), within)


def made(table: Any, *numbers: str, **others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw a table with these numbers and other fields."""
    return st.builds(table, **{name: number(table, name) for name in numbers}, **others)


AIMS = st.sampled_from(["target", "nadir", "zenith"])
SENSES = st.sampled_from(["rhcp", "lhcp"])
TABLES = st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=5).map(
    lambda gains: Tabulated(angles_deg=tuple(20.0 * i for i in range(len(gains))), gains_dbi=tuple(gains))
)
ANTENNAS = st.one_of(
    made(Beam, "peak_dbi", "beamwidth_deg", "floor_dbi", "axial_ratio_db", sense=SENSES),
    made(Patch, "peak_dbi", "beamwidth_deg", "axial_ratio_db", sense=SENSES),
    made(Dish, "diameter_m", "efficiency", "surface_rms_m", "axial_ratio_db", sense=SENSES),
    made(Helix, "turns", "circumference_m", "spacing_m", sense=SENSES),
    made(Yagi, "peak_dbi"),
    made(Yagi, "boom_m"),
    made(Dipole),
    made(Turnstile, "axial_ratio_db", sense=SENSES),
    made(Isotropic, "axial_ratio_db", sense=SENSES),
    TABLES,
)
ENDS = {"antenna": ANTENNAS, "aim": AIMS}
TRANSMITTERS = st.one_of(
    made(Transmitter, "power_dbw", "line_loss_db", "pointing_error_deg", **ENDS),
    made(Transmitter, "power_w", **ENDS),
    made(StatedTransmitter, "eirp_dbw"),
)
NAMED = {"name": st.just("stage")}
STAGES = st.one_of(
    made(Stage, "gain_db", "noise_figure_db", **NAMED),
    made(Stage, "gain_db", "noise_temperature_k", **NAMED),
    made(Stage, "loss_db", "physical_temperature_k", **NAMED),
)
NOISES = st.one_of(
    made(AntennaNoise, "antenna_temperature_k"),
    made(AntennaNoise, "ground_fraction", "beamwidth_deg", environment=st.sampled_from(["none", "city"])),
)
RECEIVERS = st.one_of(
    made(
        Receiver,
        "line_loss_db",
        "line_temperature_k",
        "pointing_error_deg",
        stages=st.lists(STAGES, min_size=1, max_size=3).map(tuple),
        noise=NOISES,
        **ENDS,
    ),
    made(StatedReceiver, "g_over_t_db_k"),
)
PATHS = made(
    Path,
    "exceeded_percent",
    "fade_exceeded_percent",
    "other_losses_db",
    polarisation_loss_db=st.none() | number(Path, "polarisation_loss_db"),
    ionosphere=st.none() | made(Ionosphere, "tec_el_m2", rotation=st.sampled_from(["given", "mean", "worst"])),
    fading=st.sampled_from([NoFading(), RicianFading(k_db=10.0), LooFading(environment="by-elevation")]),
)
NAME = {"name": st.just("mode")}
PLAIN = {**NAME, "modulation": st.sampled_from(["bpsk", "qpsk", "8psk", "gmsk", "fsk-noncoherent", "afsk-fm"])}
MODES = st.one_of(
    made(Mode, "information_rate_bit_s", "required_eb_n0_db", "roll_off", **PLAIN),
    made(Mode, "symbol_rate_baud", "required_eb_n0_db", "bandwidth_hz", "code_rate", **PLAIN),
    made(Mode, "symbol_rate_baud", "bandwidth_hz", threshold=st.sampled_from(["conv-7-1/2", "bch-63-56"]), **NAME),
)
LINKS = made(
    Link,
    "frequency_hz",
    transmitter=TRANSMITTERS,
    receiver=RECEIVERS,
    path=PATHS,
    modes=st.lists(MODES, max_size=1).map(tuple),
)
GEOMETRIES = st.one_of(
    st.none(),
    made(GeometryTable, "elevation_deg", "altitude_m"),
    made(GeometryTable, "elevation_deg", "range_m"),
)
STATION = Station(name="Zurich", latitude_deg=47.4, longitude_deg=8.5, altitude_m=408.0)


@settings(max_examples=200, deadline=None)
@given(
    LINKS,
    GEOMETRIES,
    st.sampled_from([None, LocalClimate(rain_rate_mm_h=60.0)]),
    st.sampled_from(["downlink", "uplink", "link"]),
)
def test_any_valid_link_can_be_checked(link, geometry, climate, name):
    study = Study(name="any", station=STATION, climate=climate, geometry=geometry, links={name: link})
    findings = check(study)
    assert len(set(findings)) == len(findings)
    for finding in findings:
        assert finding.place.split(".")[0] in ("links", "geometry", "station")
        assert finding.suspicion
        assert finding.hint
        assert "nan" not in str(finding)


@given(st.floats(1e-12, 1e14))
def test_prefixes_keep_the_value(value):
    number_, _, unit = si(value, "W").partition(" ")
    scale = dict(zip("pnumkMGT", (1e-12, 1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9, 1e12), strict=True))
    prefix = unit.removesuffix("W")
    assert float(number_) * scale.get(prefix, 1.0) == pytest.approx(value, rel=6e-3)
    assert value > 1e15 or 1.0 <= float(number_) < 1000.0


def test_a_finding_says_it_in_a_line():
    finding = Finding("links.down.frequency_hz", 4.37e8, "a suspicion", "a hint")
    assert str(finding) == "warning: links.down.frequency_hz is 4.37e+08: a suspicion; a hint"


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(linkbudget.checker.finding).failed == 0
