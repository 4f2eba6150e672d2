from typing import get_args

import pytest

from linkbudget.checker.case import Case
from linkbudget.checker.sampling import SAMPLE_RATES_HZ, largest_doppler_hz, sample_rate_findings
from linkbudget.link import Device
from linkbudget.view import View


def findings(device, sample_rate_hz, occupied_bandwidth_hz=1e4, doppler_hz=1e4):
    place = "links.downlink.receiver.sample_rate_hz"
    return list(sample_rate_findings(place, device, sample_rate_hz, occupied_bandwidth_hz, doppler_hz))


@pytest.mark.parametrize(
    ("device", "sample_rate_hz", "severity"),
    [
        # librtlsdr refuses up to 225000, 300001 to 900000 and from 3200001, and loses samples above 2400000
        ("rtl-sdr", 48e3, "error"),
        ("rtl-sdr", 225_000.0, "error"),
        ("rtl-sdr", 225_001.0, None),
        ("rtl-sdr", 300_000.0, None),
        ("rtl-sdr", 300_001.0, "error"),
        ("rtl-sdr", 500e3, "error"),
        ("rtl-sdr", 900_000.0, "error"),
        ("rtl-sdr", 900_001.0, None),
        ("rtl-sdr", 2.4e6, None),
        ("rtl-sdr", 3.2e6, "warning"),
        ("rtl-sdr", 3_200_001.0, "error"),
        ("airspy-mini", 3e6, None),
        ("airspy-mini", 2.4e6, "error"),
        ("airspy-mini", 6e6, None),
        ("airspy-r2", 2.5e6, None),
        ("airspy-r2", 10e6, None),
        ("airspy-r2", 5e6, "error"),
        ("hackrf-one", 1.9e6, "error"),
        ("hackrf-one", 2e6, None),
        ("hackrf-one", 20e6, None),
        ("hackrf-one", 21e6, "error"),
        (None, 48e3, None),
    ],
)
def test_what_devices_can_do(device, sample_rate_hz, severity):
    assert [finding.severity for finding in findings(device, sample_rate_hz)] == ([severity] if severity else [])


def test_the_hint_says_what_the_device_takes():
    (finding,) = findings("rtl-sdr", 500e3)
    assert finding.suspicion == "the rtl-sdr cannot do it"
    assert finding.hint == "it takes 225,001 to 300,000 S/s, 900,001 to 3,200,000 S/s"
    assert findings("airspy-mini", 1e6)[0].hint == "it takes 3,000,000 S/s, 6,000,000 S/s"


def test_the_signal_and_its_doppler_fit():
    assert findings(None, 30e3) == []
    (finding,) = findings(None, 29e3)
    assert "10 kHz of signal with 10 kHz of Doppler to either side take 30 kS/s" in finding.hint


def test_the_largest_doppler(study_of):
    link = study_of({}).links["downlink"]
    # 7.613 km/s at 500 km, of which 6371 / 6871 towards a station at the horizon: 7.059 km/s
    case = Case("downlink", link, View.of_altitude(10.0, 500e3))
    assert largest_doppler_hz(case) == pytest.approx(7059.0 / 299_792_458.0 * 437e6, rel=1e-3)
    assert largest_doppler_hz(Case("downlink", link)) == 0.0


def test_every_device_of_a_file_has_its_rates():
    assert set(SAMPLE_RATES_HZ) == set(get_args(Device))


def test_the_receiver_of_a_study(found):
    place = "links.downlink.receiver.sample_rate_hz"
    assert found({"receiver.device": "rtl-sdr", "receiver.sample_rate_hz": 240e3}) == []
    assert [each.place for each in found({"receiver.device": "rtl-sdr", "receiver.sample_rate_hz": 48e3})] == [place]
    # GMSK of 9600 bit/s and twice 10.3 kHz of Doppler take 30.5 kS/s
    assert [each.place for each in found({"receiver.sample_rate_hz": 30.3e3})] == [place]
    assert found({"receiver.sample_rate_hz": 31e3}) == []
    stated = {"receiver": {"g_over_t_db_k": -12.0, "device": "hackrf-one", "sample_rate_hz": 1e6}}
    assert [each.place for each in found(stated)] == [place]
