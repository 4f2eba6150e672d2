from datetime import datetime, timezone

import pytest

from linkbudget.checker import check
from linkbudget.modes.thresholds import thresholds
from linkbudget.scene import link_budget

MODE = "modes.0"
MONDAY = datetime(2026, 3, 23, tzinfo=timezone.utc)


def places(findings):
    return [finding.place.removeprefix("links.downlink.") for finding in findings]


def mode(**changes):
    given = {"name": "mode", "modulation": "qpsk", "information_rate_bit_s": 9600.0, "required_eb_n0_db": 9.6}
    return {"modes": [{**given, **changes}]}


@pytest.mark.parametrize(
    ("efficiency", "limit_db"),
    # published: the bandwidth-limited capacity, Eb/N0 = (2^r - 1) / r; 0 dB at 1 bit/s/Hz, 1.76 dB at 2, -1.59 dB at 0
    [(1.0, 0.0), (2.0, 1.761), (0.01, -1.577)],
)
def test_less_eb_n0_than_shannon_allows(found, efficiency, limit_db):
    def look(required_db):
        bandwidth = 9600.0 / efficiency
        return found(mode(bandwidth_hz=bandwidth, modulation="qpsk", required_eb_n0_db=required_db))

    assert look(limit_db + 0.1) == []
    if limit_db > -1.5:  # a file cannot ask for less than -1.6 dB
        (finding,) = look(limit_db - 0.1)
        assert (places([finding]), finding.severity) == ([f"{MODE}.required_eb_n0_db"], "error")
        assert f"{limit_db:.2f} dB at least" in finding.hint


def test_a_threshold_in_too_narrow_a_bandwidth(found):
    dvb = {"name": "mode", "threshold": "dvbs2-8psk-3/5", "symbol_rate_baud": 10e3}
    assert found({"modes": [dvb]}) == []
    # 1.8 bit/s/Hz at Nyquist's bandwidth takes 1.38 dB: its 3.0 dB are allowed
    assert found({"modes": [{**dvb, "bandwidth_hz": 10e3}]}) == []
    assert places(found({"modes": [{**dvb, "bandwidth_hz": 9e3}]})) == [f"{MODE}.bandwidth_hz"]


def test_every_threshold_of_the_table_is_above_shannon_at_nyquists_bandwidth(found):
    modes = [{"name": name, "threshold": name, "symbol_rate_baud": 1e3, "roll_off": 0.0} for name in thresholds()]
    assert found({"modes": modes}) == []


def test_a_rate_above_the_capacity(found):
    (finding,) = found(mode(information_rate_bit_s=40e6))
    assert places([finding]) == [f"{MODE}.information_rate_bit_s"]
    assert "bit/s at most" in finding.hint
    assert places(found(mode(information_rate_bit_s=None, symbol_rate_baud=20e6))) == [f"{MODE}.symbol_rate_baud"]


def test_a_rate_that_the_orbit_allows_at_its_best_raises_nothing(study_of):
    orbit = {
        "geometry": None,
        "orbit": {"preset": "sso-500-1030", "epoch": MONDAY},
        "passes": {"start": MONDAY, "min_elevation_deg": 0.0},
    }
    low = study_of(orbit)
    c_n0_db_hz = float(link_budget(low, "downlink")["c_n0_db_hz"])
    wide = {"bandwidth_hz": 5e6, "required_eb_n0_db": 1.0, "code_rate": 0.5}
    # in a wide band the capacity is C/N0 over ln 2; the zenith is 14 dB nearer than the horizon
    for more_db, is_wrong in ((5.0, False), (20.0, True)):
        rate = mode(information_rate_bit_s=10.0 ** (0.1 * (c_n0_db_hz + more_db)), **wide)
        changes = {f"links.downlink.{place}": value for place, value in rate.items()}
        assert bool(check(study_of({**orbit, **changes}))) == is_wrong


def test_a_temperature_for_a_bandwidth(found):
    for value in (290.0, 200.0):
        (finding,) = found(mode(bandwidth_hz=value, required_eb_n0_db=20.0, information_rate_bit_s=600.0))
        assert places([finding]) == [f"{MODE}.bandwidth_hz"]
        assert "temperature" in finding.suspicion
        assert "300 baud of qpsk take 300 Hz at least" in finding.hint


def test_the_systems_temperature_for_a_bandwidth(found, study_of):
    budget = link_budget(study_of({}), "downlink")
    system_k = float(budget["system_temperature_k"])
    for value, is_temperature in ((1.003 * system_k, True), (1.02 * system_k, False)):
        (finding,) = found(mode(bandwidth_hz=value, required_eb_n0_db=20.0, information_rate_bit_s=1200.0))
        assert ("temperature" in finding.suspicion) == is_temperature


def test_a_bandwidth_too_narrow_for_its_symbols(found):
    (finding,) = found(mode(bandwidth_hz=4700.0, required_eb_n0_db=20.0))
    assert places([finding]) == [f"{MODE}.bandwidth_hz"]
    assert "narrow" in finding.suspicion
    assert found(mode(bandwidth_hz=4800.0)) == []
    assert found(mode(bandwidth_hz=6000.0, modulation="gmsk")) == []
    assert places(found(mode(bandwidth_hz=4000.0, modulation="gmsk"))) == [f"{MODE}.bandwidth_hz"]


def test_a_bandwidth_of_a_good_part_of_the_carrier(found):
    slow = {"required_eb_n0_db": 0.0, "code_rate": 0.01}
    assert places(found(mode(bandwidth_hz=90e6, **slow))) == [f"{MODE}.bandwidth_hz"]
    assert found(mode(bandwidth_hz=80e6, **slow)) == []


def test_kilobits_for_bits(found):
    (finding,) = found(mode(information_rate_bit_s=9.6, required_eb_n0_db=40.0))
    assert places([finding]) == [f"{MODE}.information_rate_bit_s"]
    assert "9.6 kbit/s are 9600 bit/s" in finding.hint
    assert found(mode(information_rate_bit_s=10.1, required_eb_n0_db=40.0)) == []
    deep = {"geometry": {"elevation_deg": 10.0, "range_m": 1e11}}
    probe = {"transmitter": {"eirp_dbw": 27.0}, "receiver": {"g_over_t_db_k": 54.0}, "frequency_hz": 8.4e9}
    assert found({**mode(information_rate_bit_s=8.0), **probe}, **deep) == []
