from datetime import datetime, timezone

import pytest

from linkbudget.checker import check
from linkbudget.propagation.rain import RAIN

WET = {"climate": {"rain_rate_mm_h": 60.0}}
KU = {
    "frequency_hz": 12e9,
    "transmitter": {"eirp_dbw": 15.0},
    "receiver": {"g_over_t_db_k": 10.0},
    "modes": [],
    "path": {"exceeded_percent": 0.1},
}


def low(elevation_deg):
    return {"geometry": {"elevation_deg": elevation_deg, "altitude_m": 500e3}, **WET}


def test_an_elevation_outside_an_equations_range(found):
    assert found(KU, **low(5.0)) == []
    (finding,) = found(KU, **low(3.0))
    assert (finding.place, finding.value) == ("geometry.elevation_deg", 3.0)
    assert finding.suspicion.endswith("for: rain, clouds, tropospheric scintillation")
    assert f"{RAIN.reference} holds for elevation 5 to 90 deg" in finding.hint


def test_a_line_without_effect_may_be_outside_its_range(found):
    # rain takes nothing at 437 MHz
    assert found({"path.exceeded_percent": 1.0}, **low(3.0)) == []


def test_a_percentage_outside_an_equations_range(found):
    findings = found({**KU, "path.exceeded_percent": 20.0}, **low(10.0))
    assert findings == []  # at 20 % of the time there is no rain to speak of
    findings = found({**KU, "path.exceeded_percent": 0.05}, **low(10.0))
    assert {finding.place for finding in findings} == {"links.downlink.path.exceeded_percent"}  # clouds: from 0.1 %


def test_a_frequency_within_an_octave_is_let_pass(found):
    noise = {"receiver.noise": {"environment": "city"}}
    assert found(noise) == []  # man-made noise to 250 MHz, at 437 MHz
    # at 600 MHz it is more than an octave beyond, and 17 dB of the noise figure are still a tenth of the noise
    (finding,) = found({**noise, "frequency_hz": 600e6})
    assert finding.place == "links.downlink.frequency_hz"
    assert finding.value == 600e6


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"turns": 10.0, "circumference_m": 0.686, "spacing_m": 0.16}, None),
        ({"turns": 3.0, "circumference_m": 0.686, "spacing_m": 0.16}, "turns"),
        ({"turns": 10.0, "circumference_m": 0.3, "spacing_m": 0.07}, "circumference_m"),
        ({"turns": 10.0, "circumference_m": 0.686, "spacing_m": 0.05}, "spacing_m"),
    ],
)
def test_a_helix_outside_its_axial_mode(found, changes, field):
    findings = found({"receiver.antenna": {"kind": "helix", **changes}, "modes": []})
    assert [finding.place for finding in findings] == ([f"links.downlink.receiver.antenna.{field}"] if field else [])


def test_both_ends_are_told(found):
    helix = {"kind": "helix", "turns": 3.0, "circumference_m": 0.686, "spacing_m": 0.16}
    findings = found({"receiver.antenna": helix, "transmitter.antenna": helix})
    assert {finding.place.split(".")[2] for finding in findings} == {"transmitter", "receiver"}


@pytest.mark.parametrize(("boom_m", "is_wrong"), [(2.0, False), (5.0, False), (8.0, True)])
def test_a_yagi_by_its_boom(found, boom_m, is_wrong):
    findings = found({"receiver.antenna": {"kind": "yagi", "boom_m": boom_m}})
    assert [finding.place for finding in findings] == (["links.downlink.receiver.antenna.boom_m"] if is_wrong else [])


def test_a_dishs_pattern_matters_off_its_boresight(found):
    dish = {"kind": "dish", "diameter_m": 4.0}  # its pattern is for 1 GHz and more: at 437 MHz more than an octave off
    assert found({"receiver.antenna": dish}) == []
    (finding,) = found({"receiver.antenna": dish, "receiver.pointing_error_deg": 8.0})
    assert finding.place == "links.downlink.frequency_hz"


def test_the_least_elevation_of_passes_is_the_place(study_of):
    monday = datetime(2026, 3, 23, tzinfo=timezone.utc)
    link = {f"links.downlink.{place}": value for place, value in KU.items()}
    passes = {
        "geometry": None,
        "orbit": {"preset": "sso-500-1030", "epoch": monday},
        "passes": {"start": monday, "min_elevation_deg": 2.0},
    }
    places = {finding.place for finding in check(study_of({**link, **passes, **WET}))}
    assert places == {"passes.min_elevation_deg"}


@pytest.mark.parametrize(
    ("frequency_hz", "tec_el_m2", "is_wrong"),
    [
        (60e6, 1e18, False),  # an octave below 100 MHz
        (40e6, 1e18, True),  # thousands of degrees of rotation
        # 2.36e4 5e-5 T N / f^2: 4.2 and 5.9 degrees
        (40e6, 1.0e14, False),
        (40e6, 1.4e14, True),
    ],
)
def test_a_rotation_matters_from_some_degrees(found, frequency_hz, tec_el_m2, is_wrong):
    path = {"ionosphere": {"tec_el_m2": tec_el_m2, "absorption": "none"}}
    circular, overhead = {"kind": "turnstile"}, {"elevation_deg": 90.0, "altitude_m": 500e3}
    changes = {"path": path, "transmitter.antenna": circular, "receiver.antenna": circular, "modes": []}
    places = [finding.place for finding in found({**changes, "frequency_hz": frequency_hz}, geometry=overhead)]
    assert places == (["links.downlink.frequency_hz"] if is_wrong else [])


@pytest.mark.parametrize(("noise_k", "is_wrong"), [(2400.0, True), (2900.0, False)])  # a city's are 280 K
def test_a_noise_matters_from_a_tenth_of_the_systems(found, noise_k, is_wrong):
    hot = {"name": "LNA", "gain_db": 20.0, "noise_temperature_k": noise_k}
    changes = {"receiver.noise": {"environment": "city"}, "frequency_hz": 600e6, "receiver.stages": [hot], "modes": []}
    assert bool(found(changes)) == is_wrong
