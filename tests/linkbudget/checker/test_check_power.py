from dataclasses import replace

import pytest

from linkbudget.antenna.turnstile import Turnstile
from linkbudget.checker import check
from linkbudget.scene import link_budget


def places(findings):
    return [finding.place.removeprefix("links.downlink.") for finding in findings]


def test_the_study_to_begin_with_is_sound(found):
    assert found({}) == []


@pytest.mark.parametrize("power_dbw", [20.0, 27.0, 30.0, 33.0])
def test_dbm_for_dbw_into_a_small_antenna(found, power_dbw):
    findings = found({"transmitter.power_w": None, "transmitter.power_dbw": power_dbw})
    assert set(places(findings)) == {"transmitter.power_dbw"}
    assert f"{power_dbw:g} dBm is" in findings[0].hint


@pytest.mark.parametrize(("peak_dbi", "is_wrong"), [(9.9, True), (10.1, False)])
def test_more_power_goes_with_larger_antennas(found, peak_dbi, is_wrong):
    beam = {"kind": "beam", "peak_dbi": peak_dbi, "beamwidth_deg": 45.0}
    findings = found({"transmitter.power_w": 120.0, "transmitter.antenna": beam, "modes": []})
    assert places(findings) == (["transmitter.power_w"] if is_wrong else [])


def test_the_hint_gives_both_in_watts(found):
    finding = found({"transmitter.power_w": None, "transmitter.power_dbw": 27.0})[0]
    assert "27 dBW is 501 W; 27 dBm is 501 mW" in finding.hint
    assert "dipole" not in str(finding)
    assert str(finding).startswith("warning: links.downlink.transmitter.power_dbw is 27: ")


def test_milliwatts_for_watts(found):
    finding = found({"transmitter.power_w": 500.0})[0]
    assert places([finding]) == ["transmitter.power_w"]
    assert "500 W is 27.0 dBW; 500 mW is 500 mW" in finding.hint


@pytest.mark.parametrize("power_w", [0.1, 5.0, 25.0, 50.0])
def test_powers_that_cubesats_have(found, power_w):
    assert found({"transmitter.power_w": power_w, "receiver.antenna.peak_dbi": 5.0}) == []


@pytest.mark.parametrize(
    ("frequency_hz", "geometry", "eirp_dbw", "is_wrong"),
    [
        (437e6, {"elevation_deg": 10.0, "altitude_m": 500e3}, 19.0, False),
        (437e6, {"elevation_deg": 10.0, "altitude_m": 500e3}, 20.0, True),
        (260e6, {"elevation_deg": 30.0, "range_m": 38e6}, 27.0, False),  # UHF repeaters in geostationary orbit
        (12e9, {"elevation_deg": 30.0, "range_m": 38e6}, 60.0, False),  # television
        (12e9, {"elevation_deg": 30.0, "range_m": 38e6}, 80.0, True),
    ],
)
def test_eirp_of_spacecraft(found, frequency_hz, geometry, eirp_dbw, is_wrong):
    changes = {"transmitter": {"eirp_dbw": eirp_dbw}, "receiver": {"g_over_t_db_k": -25.0}, "modes": []}
    findings = found({**changes, "frequency_hz": frequency_hz}, geometry=geometry)
    assert places(findings) == (["transmitter.eirp_dbw"] if is_wrong else [])


@pytest.mark.parametrize(
    ("g_over_t_db_k", "altitude_m", "is_wrong"),
    [
        (-17.0, 500e3, True),
        (-19.0, 500e3, False),  # it may as well be a spacecraft that receives
        (-12.0, 1.9e6, True),
        (-12.0, 2.1e6, False),
    ],
)
def test_a_figure_of_merit_tells_which_end_is_in_orbit(study_of, g_over_t_db_k, altitude_m, is_wrong):
    stated = {"transmitter": {"eirp_dbw": 24.0}, "receiver": {"g_over_t_db_k": g_over_t_db_k}, "frequency_hz": 437e6}
    study = study_of({"links.downlink": None, "links.70 cm": stated, "geometry.altitude_m": altitude_m})
    assert [finding.place for finding in check(study)] == (["links.70 cm.transmitter.eirp_dbw"] if is_wrong else [])


@pytest.mark.parametrize(("frequency_hz", "is_wrong"), [(0.9e9, True), (1.1e9, False)])
def test_above_uhf_much_more_is_radiated(found, frequency_hz, is_wrong):
    changes = {"transmitter": {"eirp_dbw": 30.0}, "receiver": {"g_over_t_db_k": -30.0}, "modes": []}
    assert places(found({**changes, "frequency_hz": frequency_hz})) == (["transmitter.eirp_dbw"] if is_wrong else [])


def test_an_uplink_may_have_a_large_eirp_and_margin(study_of):
    study = study_of({"links.downlink": None, "links.uplink": _uplink()})
    assert check(study) == []


def _uplink():
    return {
        "frequency_hz": 437e6,
        "transmitter": {"eirp_dbw": 37.0},
        "receiver": {"g_over_t_db_k": -25.0},
        "modes": [
            {"name": "1200", "information_rate_bit_s": 1200.0, "modulation": "bpsk", "required_eb_n0_db": 4.0},
        ],
    }


def test_a_margin_too_large_in_every_mode_tells(found):
    strong = {"transmitter": {"eirp_dbw": 35.0}, "receiver": {"g_over_t_db_k": 15.0}, "frequency_hz": 2.2e9}
    slow = {"name": "slow", "information_rate_bit_s": 9600.0, "modulation": "bpsk", "required_eb_n0_db": 4.0}
    fast = {**slow, "name": "fast", "information_rate_bit_s": 100e6}
    assert places(found({**strong, "modes": [slow]})) == ["transmitter.eirp_dbw"]
    assert found({**strong, "modes": [slow, fast]}) == []


@pytest.mark.parametrize(("margin_db", "is_wrong"), [(39.0, False), (41.0, True)])
def test_how_large_a_margin_may_be(study_of, margin_db, is_wrong):
    ends = {"frequency_hz": 2.2e9, "transmitter": {"eirp_dbw": 10.0}, "receiver": {"g_over_t_db_k": 15.0}}
    mode = {"name": "mode", "information_rate_bit_s": 9600.0, "modulation": "bpsk", "required_eb_n0_db": 4.0}
    changes = {f"links.downlink.{name}": value for name, value in {**ends, "path": {}, "modes": [mode]}.items()}
    found_db = float(link_budget(study_of(changes), "downlink")["margin_db"].squeeze())
    changes["links.downlink.transmitter"] = {"eirp_dbw": 10.0 + margin_db - found_db}
    findings = check(study_of(changes))
    assert places(findings) == (["transmitter.eirp_dbw"] if is_wrong else [])
    assert all(finding.hint.endswith("and leaves 11 dB") for finding in findings)


@pytest.mark.parametrize(
    ("name", "frequency_hz", "g_over_t_db_k", "is_wrong"),
    [
        ("downlink", 437e6, 9.8, True),  # -9.8 without its sign
        ("downlink", 437e6, 5.1, True),
        ("downlink", 437e6, 4.9, False),
        ("downlink", 2.2e9, 13.0, False),
        ("downlink", 8.4e9, 61.5, False),  # 70 m of the DSN
        ("downlink", 8.4e9, 67.0, False),  # 100 m have 78.9 dBi at most, over 15 K
        ("downlink", 8.4e9, 67.3, True),
        ("uplink", 30e9, 25.0, False),
        ("uplink", 30e9, 45.0, True),
    ],
)
def test_figures_of_merit(study_of, name, frequency_hz, g_over_t_db_k, is_wrong):
    link = {
        "frequency_hz": frequency_hz,
        "transmitter": {"eirp_dbw": 0.0},
        "receiver": {"g_over_t_db_k": g_over_t_db_k},
    }
    findings = check(study_of({"links.downlink": None, f"links.{name}": link}))
    assert [finding.place for finding in findings] == ([f"links.{name}.receiver.g_over_t_db_k"] if is_wrong else [])


def test_the_hint_says_what_dish_a_figure_of_merit_takes(found):
    (finding,) = found({"receiver": {"g_over_t_db_k": 9.8}})
    # 29.8 dBi: lambda / pi * 10^(29.8 / 20) = 0.686 m / 3.1416 * 30.9 = 6.75 m
    assert "a dish of 6.75 m or more at 437 MHz" in finding.hint


@pytest.mark.parametrize(
    ("aims", "power_dbw", "is_wrong"),
    [
        (("nadir", "target"), 18.0, True),
        (("target", "zenith"), 18.0, True),
        (("zenith", "target"), 18.0, False),
        (("target", "nadir"), 18.0, False),
        (("nadir", "nadir"), 18.0, False),
    ],
)
def test_what_is_aimed_at_tells_which_end_is_in_orbit(study_of, aims, power_dbw, is_wrong):
    study = study_of({})
    link = study.links["downlink"]
    near = replace(link.transmitter, power_w=None, power_dbw=power_dbw, aim=aims[0])
    far = replace(link.receiver, aim=aims[1], antenna=Turnstile())
    named = replace(study, links={"link": replace(link, transmitter=near, receiver=far, modes=())})
    assert [finding.place for finding in check(named)] == (["links.link.transmitter.power_dbw"] if is_wrong else [])
