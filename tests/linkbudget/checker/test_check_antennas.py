import numpy as np
import pytest

from linkbudget.antenna.beam import Beam
from linkbudget.antenna.isotropic import Isotropic
from linkbudget.antenna.patch import Patch
from linkbudget.antenna.tabulated import Tabulated
from linkbudget.antenna.turnstile import Turnstile
from linkbudget.antenna.yagi import Yagi
from linkbudget.checker.aperture_limits import boom_wavelengths, radiated_db


def places(findings):
    return [finding.place.removeprefix("links.downlink.") for finding in findings]


def receive(**antenna):
    return {"receiver.antenna": antenna, "path.polarisation_loss_db": 3.0}


@pytest.mark.parametrize("antenna", [Isotropic(), Turnstile()])
def test_lossless_antennas_radiate_what_they_are_fed(antenna):
    assert radiated_db(antenna, 437e6) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("beamwidth_deg", [60.0, 80.0, 100.0])
def test_a_lossless_patch_has_the_gain_of_its_cosine(beamwidth_deg):
    power = np.log(0.5) / np.log(np.cos(np.radians(beamwidth_deg / 2.0)))
    patch = Patch(peak_dbi=10.0 * np.log10(2.0 * (power + 1.0)), beamwidth_deg=beamwidth_deg, floor_dbi=-60.0)
    assert radiated_db(patch, 437e6) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("beamwidth_deg", [0.05, 1.0, 10.0])
def test_a_lossless_gaussian_beam(beamwidth_deg):
    # 16 ln 2 / width^2 in radians
    peak_dbi = 10.0 * np.log10(16.0 * np.log(2.0) / np.radians(beamwidth_deg) ** 2)
    beam = Beam(peak_dbi=peak_dbi, beamwidth_deg=beamwidth_deg, floor_dbi=-60.0)
    assert radiated_db(beam, 437e6) == pytest.approx(0.0, abs=0.02)


def test_a_beam_with_more_gain_than_its_width_allows(found):
    # 41253 / 30^2 is 16.6 dBi (J. D. Kraus, Antennas: all power within the half-power beam)
    assert found(receive(kind="beam", peak_dbi=16.6, beamwidth_deg=30.0)) == []
    (finding,) = found(receive(kind="beam", peak_dbi=17.4, beamwidth_deg=30.0))
    assert places([finding]) == ["receiver.antenna.peak_dbi"]


def test_the_hint_says_what_the_width_allows(found):
    (finding,) = found(receive(kind="beam", peak_dbi=23.0, beamwidth_deg=30.0, floor_dbi=-60.0))
    assert finding.hint.endswith("has 16.1 dBi at most")  # 16 ln 2 / width^2, wide: a little more


def test_a_patch_with_the_gain_of_an_array(found):
    assert found(receive(kind="patch", peak_dbi=8.6)) == []
    assert places(found(receive(kind="patch", peak_dbi=14.0))) == ["receiver.antenna.peak_dbi"]
    assert found(receive(kind="patch", peak_dbi=14.0, beamwidth_deg=35.0)) == []


def test_a_table_that_radiates_more_than_it_is_fed(found):
    assert radiated_db(Tabulated(angles_deg=(0.0,), gains_dbi=(3.0,)), 437e6) == pytest.approx(3.0, abs=0.01)
    cut = receive(kind="tabulated", angles_deg=[0.0, 20.0, 40.0], gains_dbi=[12.0, 9.0, 3.0])
    assert places(found(cut)) == ["receiver.antenna.gains_dbi"]
    whole = receive(kind="tabulated", angles_deg=[0.0, 20.0, 40.0, 60.0], gains_dbi=[12.0, 9.0, 0.0, -12.0])
    assert found(whole) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"diameter_m": 3.7, "efficiency": 0.9}, "efficiency"),
        ({"diameter_m": 370.0}, "diameter_m"),
        ({"diameter_m": 0.39}, "diameter_m"),
        ({"diameter_m": 0.43}, None),
        ({"diameter_m": 3.7, "surface_rms_m": 0.02}, "surface_rms_m"),
        ({"diameter_m": 3.7, "surface_rms_m": 0.005}, None),
        ({"diameter_m": 3.7, "efficiency": 0.8}, None),
        ({"diameter_m": 100.0}, None),
    ],
)
def test_dishes(found, changes, field):
    findings = found({**receive(kind="dish", **changes), "frequency_hz": 2.2e9, "modes": []})
    assert places(findings) == ([f"receiver.antenna.{field}"] if field else [])


@pytest.mark.parametrize("boom", [1.0, 4.0])
def test_the_boom_of_a_gain(boom):
    gain_dbi = float(Yagi(boom_m=boom).peak_gain_dbi(299_792_458.0))
    assert boom_wavelengths(gain_dbi) == pytest.approx(boom)


@pytest.mark.parametrize(
    ("frequency_hz", "peak_dbi", "is_wrong"),
    [(437e6, 18.0, False), (437e6, 22.5, True), (2.4e9, 22.5, True), (50e6, 16.0, False), (50e6, 17.0, True)],
)
def test_yagis_longer_than_any(found, frequency_hz, peak_dbi, is_wrong):
    findings = found({**receive(kind="yagi", peak_dbi=peak_dbi), "frequency_hz": frequency_hz})
    assert places(findings) == (["receiver.antenna.peak_dbi"] if is_wrong else [])


@pytest.mark.parametrize(
    ("frequency_hz", "geometry", "width_deg", "peak_dbi", "is_wrong"),
    [
        (437e6, {"elevation_deg": 10.0, "altitude_m": 500e3}, 12.0, 23.0, False),
        (437e6, {"elevation_deg": 10.0, "altitude_m": 500e3}, 7.0, 27.0, True),
        (360e6, {"elevation_deg": 30.0, "range_m": 38e6}, 5.0, 31.0, False),  # a reflector of 14 m on a repeater
        (360e6, {"elevation_deg": 30.0, "range_m": 38e6}, 2.0, 40.0, True),
    ],
)
def test_apertures_too_large_for_a_spacecraft(found, frequency_hz, geometry, width_deg, peak_dbi, is_wrong):
    beam = {"kind": "beam", "peak_dbi": peak_dbi, "beamwidth_deg": width_deg}
    findings = found({"transmitter.antenna": beam, "frequency_hz": frequency_hz, "modes": []}, geometry=geometry)
    assert places(findings) == (["transmitter.antenna"] if is_wrong else [])


def test_a_beam_that_looks_past_the_other_end(found):
    narrow = {"kind": "beam", "peak_dbi": 25.0, "beamwidth_deg": 10.0}
    changes = {"transmitter.antenna": narrow, "frequency_hz": 8.2e9, "modes": []}
    (by_aim,) = found({**changes, "transmitter.aim": "nadir"})
    assert (places([by_aim]), by_aim.value) == (["transmitter.aim"], "nadir")
    (by_error,) = found({**changes, "transmitter.pointing_error_deg": 20.0})
    assert (places([by_error]), by_error.value) == (["transmitter.pointing_error_deg"], 20.0)
    assert found({**changes, "transmitter.pointing_error_deg": 12.5}) == []  # 12 (12.5 / 10)^2 = 18.75 dB
    (just,) = found({**changes, "transmitter.pointing_error_deg": 13.2})
    assert "21 dB less" in just.suspicion


def test_opposite_circular_polarisations(found):
    opposite = {
        "transmitter.antenna": {"kind": "turnstile", "sense": "rhcp"},
        "receiver.antenna": {"kind": "yagi", "peak_dbi": 14.0, "axial_ratio_db": 2.0, "sense": "lhcp"},
        "path": {},
    }
    assert places(found(opposite)) == ["receiver.antenna.sense"]
    assert found({**opposite, "receiver.antenna.axial_ratio_db": 7.0}) == []
    assert places(found({**opposite, "receiver.antenna.axial_ratio_db": 5.0})) == ["receiver.antenna.sense"]
    assert found({**opposite, "receiver.antenna.sense": "rhcp"}) == []
    assert found({**opposite, "path": {"polarisation_loss_db": 20.0}}) == []
