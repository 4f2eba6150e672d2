"""What a budget is made of."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.antenna.polarisation import polarisation_loss_db
from linkbudget.antenna.turnstile import Turnstile
from linkbudget.antenna.yagi import Yagi
from linkbudget.budget import Site, budget
from linkbudget.constants import BOLTZMANN_DBW_K_HZ
from linkbudget.decibels import to_db
from linkbudget.errors import LinkInputError
from linkbudget.fading.fading import RicianFading
from linkbudget.lines import Kind
from linkbudget.link import Link, Path, Receiver, StatedReceiver, StatedTransmitter, Transmitter
from linkbudget.modes.mode import Mode
from linkbudget.noise.antenna_noise import AntennaNoise, antenna_temperature_k
from linkbudget.noise.cascade import Stage, cascade_contributions_k
from linkbudget.noise.man_made import man_made_temperature_k
from linkbudget.noise.system import system_temperature_k
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.faraday import rotation_rad
from linkbudget.propagation.free_space import free_space_loss_db
from linkbudget.propagation.ionosphere import Ionosphere, absorption_db
from linkbudget.propagation.ionospheric_scintillation import ionospheric_fade_db
from linkbudget.propagation.troposphere import mean_radiating_temperature_k, troposphere
from linkbudget.quantity import quantities
from linkbudget.tree import with_numbers
from linkbudget.view import View


def about(value: Any) -> Any:
    return pytest.approx(value, rel=1e-12, abs=1e-9)


CLIMATE = Climate.by_latitude(47.0, 400.0)
SITE = Site(47.0, 400.0, CLIMATE)
UHF = Link(
    frequency_hz=437.05e6,
    transmitter=Transmitter(
        power_w=0.5, line_loss_db=0.8, antenna=Turnstile(axial_ratio_db=3.0), aim="nadir", pointing_error_deg=7.0
    ),
    path=Path(
        exceeded_percent=0.1,
        axes_angle_deg=20.0,
        ionosphere=Ionosphere(tec_el_m2=3e17, rotation="given", scintillation="s4", s4=0.4),
        fading=RicianFading(k_db=9.0),
        fade_exceeded_percent=5.0,
        other_losses_db=0.5,
    ),
    receiver=Receiver(
        antenna=Yagi(peak_dbi=12.0, axial_ratio_db=40.0),
        aim="zenith",
        pointing_error_deg=3.0,
        line_loss_db=0.6,
        line_temperature_k=280.0,
        stages=(
            Stage(name="LNA", gain_db=20.0, noise_figure_db=0.7),
            Stage(name="cable", loss_db=3.0, physical_temperature_k=300.0),
            Stage(name="receiver", gain_db=40.0, noise_figure_db=6.0),
        ),
        noise=AntennaNoise(environment="city", ground_fraction=0.1),
    ),
    modes=(
        Mode(name="fast", symbol_rate_baud=38400.0, threshold="conv-7-1/2", implementation_loss_db=1.0),
        Mode(name="slow", information_rate_bit_s=1200.0, modulation="gmsk", required_eb_n0_db=9.0, bandwidth_hz=2e3),
    ),
)
VIEW = View.of_altitude(25.0, 550e3)


def test_each_line_is_worked_out_from_its_own_inputs():
    found = budget(UHF, VIEW, SITE)
    near, path, far, f_hz = UHF.transmitter, UHF.path, UHF.receiver, UHF.frequency_hz
    assert isinstance(near, Transmitter)
    assert isinstance(far, Receiver)
    assert path.ionosphere
    off_nadir_deg = float(VIEW.off_nadir_deg) + 7.0
    width_m = 299792458.0 / f_hz / np.pi * 10.0 ** (12.0 / 20.0)
    weather = troposphere(CLIMATE, 47.0, 400.0, f_hz, 25.0, 45.0, 0.1, width_m)
    turned_deg = float(np.degrees(rotation_rad(path.ionosphere, f_hz, 25.0)))
    radiating_k = mean_radiating_temperature_k(CLIMATE)
    antenna_k = antenna_temperature_k(far.noise, f_hz, 25.0, weather.absorption_db, radiating_k)
    first_k, cable_k, last_k = cascade_contributions_k(far.stages)
    system_k = system_temperature_k(antenna_k, 0.6, 280.0, first_k + cable_k + last_k)
    expected = {
        "frequency_hz": f_hz,
        "elevation_deg": 25.0,
        "range_m": VIEW.range_m,
        "rain_rate_mm_h": CLIMATE.rain_rate_mm_h,
        "exceeded_percent": 0.1,
        "tx_power_dbw": -3.0103,
        "tx_line_loss_db": 0.8,
        "tx_gain_dbi": 2.1509,
        "tx_off_boresight_deg": off_nadir_deg,
        "tx_pointing_loss_db": 2.1509 - near.antenna.gain_dbi(off_nadir_deg, f_hz),
        "free_space_loss_db": free_space_loss_db(VIEW.range_m, f_hz),
        "gas_db": weather.gas_db,
        "rain_db": weather.rain_db,
        "cloud_db": weather.cloud_db,
        "tropospheric_scintillation_db": weather.scintillation_db,
        "troposphere_db": weather.total_db,
        "ionospheric_absorption_db": absorption_db(path.ionosphere, f_hz, 25.0),
        "ionospheric_scintillation_db": ionospheric_fade_db(path.ionosphere, f_hz, 25.0, 0.1),
        "faraday_rotation_deg": turned_deg,
        "polarisation_loss_db": polarisation_loss_db(3.0, 40.0, True, 20.0 + turned_deg),
        "fade_db": path.fading.margin_db(25.0, 5.0),
        "other_losses_db": 0.5,
        "rx_gain_dbi": 12.0,
        "rx_off_boresight_deg": 68.0,
        "rx_pointing_loss_db": 12.0 - far.antenna.gain_dbi(68.0, f_hz),
        "rx_line_loss_db": 0.6,
        "noise_man_made_k": man_made_temperature_k("city", f_hz),
        "stage_0_k": first_k,
        "stage_1_k": cable_k,
        "stage_2_k": last_k,
        "system_temperature_k": system_k,
        "g_over_t_db_k": far.antenna.gain_dbi(68.0, f_hz) - 0.6 - to_db(system_k),
        "boltzmann_dbw_k_hz": BOLTZMANN_DBW_K_HZ,
        "information_rate_db": 10.0 * np.log10([[19200.0], [1200.0]]),
        "es_n0_db": found["c_n0_db_hz"] - 10.0 * np.log10([[38400.0], [1200.0]]),
        "c_n_db": found["c_n0_db_hz"] - 10.0 * np.log10([[38400.0 * 1.35], [2000.0]]),
        "implementation_loss_db": [[1.0], [0.0]],
        "required_eb_n0_db": [[4.174], [9.0]],
    }
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=0, atol=1e-4, err_msg=key)
    parts_k = [line.value for line in found if line.key.startswith("noise_")]
    assert sum(parts_k) == pytest.approx(antenna_k)
    totals = {line.key for line in found if line.kind is Kind.TOTAL}
    assert {line.key for line in found} - set(expected) == totals | {
        "noise_cosmic_k",
        "noise_galaxy_k",
        "noise_atmosphere_k",
        "noise_ground_k",
    }


def test_what_adds_and_what_subtracts():
    found = {kind: [line.key for line in budget(UHF, VIEW, SITE) if line.kind is kind] for kind in Kind}
    assert found[Kind.GAIN] == ["tx_power_dbw", "tx_gain_dbi", "g_over_t_db_k"]
    assert found[Kind.LOSS] == [
        *("tx_line_loss_db", "tx_pointing_loss_db", "free_space_loss_db", "troposphere_db"),
        *("ionospheric_absorption_db", "ionospheric_scintillation_db", "polarisation_loss_db", "fade_db"),
        *("other_losses_db", "boltzmann_dbw_k_hz"),
        *("information_rate_db", "implementation_loss_db", "required_eb_n0_db"),
    ]
    totals = ["eirp_dbw", "received_isotropic_power_dbw", "c_n0_db_hz", "eb_n0_db", "margin_db"]
    assert found[Kind.TOTAL] == totals
    context = ["frequency_hz", "elevation_deg", "range_m", "rain_rate_mm_h", "exceeded_percent"]
    assert found[Kind.CONTEXT] == context
    assert [line.key for line in budget(UHF, VIEW) if line.kind is Kind.CONTEXT] == context[:3]


def test_rain_attenuates_a_horizontal_wave_more():
    rain_db = [
        float(budget(replace(UHF, frequency_hz=20e9, path=Path(polarisation_tilt_deg=tilt)), VIEW, SITE)["rain_db"])
        for tilt in (0.0, 45.0, 90.0)
    ]
    assert rain_db[0] > 1.03 * rain_db[1] > 1.03**2 * rain_db[2]


def test_a_line_has_only_the_axes_of_its_inputs():
    time, draws = 3, 5
    drawn = {"transmitter.power_w": np.linspace(0.4, 0.6, draws), "modes.1.implementation_loss_db": np.arange(5.0)}
    found = budget(with_numbers(UHF, drawn), View.of_altitude(np.linspace(5.0, 80.0, time)[:, None, None], 550e3), SITE)
    over_time, over_modes, everywhere = (time, 1, 1), (2, 1), (time, 2, draws)
    shapes = {
        "frequency_hz": (),
        "rain_rate_mm_h": (),
        "exceeded_percent": (),
        "tx_power_dbw": (draws,),
        "tx_line_loss_db": (),
        "tx_gain_dbi": (),
        "fade_db": (),
        "other_losses_db": (),
        "rx_gain_dbi": (),
        "rx_line_loss_db": (),
        "noise_ground_k": (),
        "noise_man_made_k": (),
        "stage_0_k": (),
        "stage_1_k": (),
        "stage_2_k": (),
        "boltzmann_dbw_k_hz": (),
        "eirp_dbw": (time, 1, draws),
        "received_isotropic_power_dbw": (time, 1, draws),
        "c_n0_db_hz": (time, 1, draws),
        "information_rate_db": over_modes,
        "required_eb_n0_db": over_modes,
        "implementation_loss_db": (2, draws),
        **dict.fromkeys(["eb_n0_db", "es_n0_db", "c_n_db", "margin_db"], everywhere),
    }
    assert {line.key: line.value.shape for line in found} == {
        line.key: shapes.get(line.key, over_time) for line in found
    }


def test_what_is_aimed_at_the_other_end_does_not_vary_over_time():
    both = with_ends(UHF, aim="target")
    found = budget(both, View.of_altitude(np.linspace(5.0, 80.0, 3)[:, None, None], 550e3))
    assert found["tx_pointing_loss_db"].shape == found["eirp_dbw"].shape == found["rx_pointing_loss_db"].shape == ()


def with_ends(link: Link, **changes: Any) -> Link:
    ends = {"transmitter": replace(link.transmitter, **changes), "receiver": replace(link.receiver, **changes)}
    return replace(link, **ends)


@given(st.floats(-60.0, 60.0), st.floats(0.0, 100.0))
def test_a_decibel_more_is_a_decibel_more(power_dbw, loss_db):
    one = replace(UHF, transmitter=replace(UHF.transmitter, power_w=None, power_dbw=0.0))
    changed = with_numbers(one, {"transmitter.power_dbw": power_dbw, "path.other_losses_db": 0.5 + loss_db})
    change_db = budget(changed, VIEW, SITE)["margin_db"] - budget(one, VIEW, SITE)["margin_db"]
    assert change_db == about(np.full((2, 1), power_dbw - loss_db))


@given(st.floats(1e5, 1e11), st.floats(1.001, 10.0))
def test_a_longer_range_loses_its_square(range_m, factor):
    near, far = (View(np.asarray(each), VIEW.elevation_deg, VIEW.off_nadir_deg) for each in (range_m, factor * range_m))
    change_db = budget(UHF, far, SITE)["margin_db"] - budget(UHF, near, SITE)["margin_db"]
    assert change_db == about(np.full((2, 1), -20.0 * np.log10(factor)))


@given(st.permutations(range(4)))
def test_the_order_of_modes_does_not_matter(order):
    kinds = [replace(UHF.modes[0], name=f"{i}", symbol_rate_baud=1e3 * (1 + i)) for i in range(3)] + [UHF.modes[1]]
    straight = budget(replace(UHF, modes=tuple(kinds)), VIEW, SITE)
    shuffled = budget(replace(UHF, modes=tuple(kinds[i] for i in order)), VIEW, SITE)
    for key in ("eb_n0_db", "es_n0_db", "c_n_db", "required_eb_n0_db", "margin_db"):
        assert shuffled[key] == about(straight[key][list(order)])
    assert shuffled["c_n0_db_hz"] == straight["c_n0_db_hz"]


def test_lines_are_there_if_something_is_given_for_them():
    stated = Link(
        frequency_hz=8e9,
        transmitter=StatedTransmitter(eirp_dbw=20.0),
        receiver=StatedReceiver(g_over_t_db_k=30.0),
    )
    assert [line.key for line in budget(stated, VIEW)] == [
        *("frequency_hz", "elevation_deg", "range_m", "eirp_given_dbw", "free_space_loss_db", "other_losses_db"),
        *("received_isotropic_power_dbw", "g_over_t_db_k", "boltzmann_dbw_k_hz", "c_n0_db_hz"),
    ]
    clear = replace(UHF, path=Path(polarisation_loss_db=3.0))
    found = budget(clear, VIEW)
    for key in ("troposphere_db", "ionospheric_absorption_db", "faraday_rotation_deg", "fade_db"):
        assert budget(UHF, VIEW, SITE).has(key)
        assert not found.has(key)
    assert found["polarisation_loss_db"] == 3.0


def test_an_unknown_line_is_told_with_those_there_are():
    with pytest.raises(KeyError, match=r"margin; known here: frequency_hz, .*, margin_db"):
        budget(UHF, VIEW)["margin"]


def test_where_the_required_eb_n0_comes_from():
    assert budget(UHF, VIEW).line("required_eb_n0_db").source.reference == "of each mode's threshold"
    alone = budget(replace(UHF, modes=UHF.modes[:1]), VIEW).line("required_eb_n0_db")
    assert alone.source == UHF.modes[0].requirement


def test_a_receiver_without_any_noise_is_refused():
    silent = Receiver(
        stages=(Stage(name="LNA", gain_db=20.0, noise_temperature_k=0.0),),
        noise=AntennaNoise(antenna_temperature_k=0.0),
    )
    with pytest.raises(LinkInputError, match=r"^system_temperature_k is 0\.0"):
        budget(replace(UHF, receiver=silent), VIEW)


def test_a_gain_at_long_waves_may_stand_for_any_aperture():
    medium_wave = with_numbers(replace(UHF, frequency_hz=1e6), {"receiver.antenna.peak_dbi": 60.0})
    assert np.all(np.isfinite(budget(medium_wave, VIEW, SITE)["margin_db"]))


TABLES = [
    UHF,
    UHF.transmitter,
    Transmitter(power_dbw=3.0),
    UHF.receiver,
    UHF.path,
    Path(polarisation_loss_db=1.0),
    StatedTransmitter(eirp_dbw=1.0),
    StatedReceiver(g_over_t_db_k=1.0),
]
BOUNDED = [(table, name) for table in TABLES for name in quantities(type(table)) if getattr(table, name) is not None]


@pytest.mark.parametrize(("table", "name"), BOUNDED, ids=[f"{type(each).__name__}-{name}" for each, name in BOUNDED])
def test_what_is_out_of_bounds_is_refused_and_the_bounds_are_allowed(table, name):
    within = quantities(type(table))[name]
    for value in (within.lowest, within.highest):
        assert getattr(replace(table, **{name: value}), name) == value
    for value in (np.nan, np.inf, within.lowest - 1.0, within.highest * 1.001 + 1.0):
        with pytest.raises(LinkInputError) as caught:
            replace(table, **{name: value})
        assert caught.value.field == name
        assert caught.value.accepted == f"{within.lowest:g} to {within.highest:g}"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Transmitter(), "power_dbw"),
        (lambda: Transmitter(power_w=1.0, power_dbw=0.0), "power_dbw"),
        (lambda: Receiver(stages=()), "stages"),
        (lambda: replace(UHF, modes=(UHF.modes[0], UHF.modes[0])), "modes"),
    ],
)
def test_what_does_not_go_together_is_refused(make, field):
    with pytest.raises(LinkInputError) as caught:
        make()
    assert caught.value.field == field


def test_power_is_power():
    assert Transmitter(power_w=2.0).level_dbw == pytest.approx(3.0103, abs=1e-4)
    assert Transmitter(power_dbw=3.0).level_dbw == 3.0
