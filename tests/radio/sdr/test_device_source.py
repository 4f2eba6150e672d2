"""Opening devices by real drivers, in this process: gr-osmosdr and GNU Radio's soapy blocks.

SoapySDR's Red Pitaya is there without being there: its driver connects once samples are wanted.
"""

import re
import sys

import pytest

from radio.front_end_errors import DeviceError
from radio.sdr.device_source import lumps_s, open_device_source, stream_octets
from tests.radio.sdr.conftest import needs, table

OSMOSDR = [pytest.mark.gnuradio, needs("gnuradio", "gnuradio"), needs("osmosdr", "gr-osmosdr")]
SOAPY = [pytest.mark.gnuradio, needs("gnuradio", "gnuradio")]


@pytest.fixture
def red_pitaya():
    from gnuradio import soapy

    try:
        soapy.source("driver=redpitaya", "fc32", 1, "", "", [""], [""])
    except RuntimeError:
        pytest.skip("SoapySDR has no module redpitaya: Debian's soapysdr-module-redpitaya")


def red_pitaya_table(**fields):
    usual = {"driver": "soapy", "sample_rate_hz": 250e3, "frequency_hz": 10e6, "gain_db": "auto"}
    return table("driver=redpitaya,addr=127.0.0.1", **{**usual, **fields})


@pytest.mark.parametrize("_", [pytest.param(0, marks=SOAPY)])
def test_a_soapy_device_is_set_as_its_table_says(red_pitaya, _):
    source = open_device_source(red_pitaya_table(tuning_offset_hz=30e3, ppm=1.5))
    assert source.block.get_sample_rate(0) == 250e3
    assert source.block.get_frequency(0) == 10.03e6
    assert source.oscillator_ppm == 1.5  # it has no correction of its own
    assert source.block.max_noutput_items() == 1250  # 5 ms


@pytest.mark.parametrize("_", [pytest.param(0, marks=SOAPY)])
def test_a_sample_rate_that_a_device_does_not_have_is_told(red_pitaya, _):
    with pytest.raises(DeviceError, match=r"cannot be set .*250000") as caught:
        open_device_source(red_pitaya_table(sample_rate_hz=240e3))
    assert caught.value.device == "driver=redpitaya,addr=127.0.0.1"


@pytest.mark.parametrize(
    ("receive", "reason"),
    [
        pytest.param(table("rtl_tcp=127.0.0.1:9"), "can't open TCP connection", marks=OSMOSDR),
        pytest.param(table("rtl=00000001"), "Wrong rtlsdr device index", marks=OSMOSDR),
        pytest.param(table("hackrf=0000"), "0000", marks=OSMOSDR),
        # without its module SoapySDR knows no such driver
        pytest.param(table("driver=rtlsdr,serial=00000001", driver="soapy"), "00000001|no match", marks=SOAPY),
        pytest.param(table("driver=null", driver="soapy"), "Unsupported number of channels", marks=SOAPY),
        pytest.param(table("driver=nonsense", driver="soapy"), "no match", marks=SOAPY),
    ],
    ids=lambda value: getattr(value, "device", ""),
)
def test_a_device_that_is_not_there_is_named(receive, reason):
    with pytest.raises(DeviceError, match=r"cannot be opened") as caught:
        open_device_source(receive)
    assert caught.value.device == receive.device
    assert re.search(reason, caught.value.reason)


@pytest.mark.parametrize(
    ("driver", "module", "package"), [("osmosdr", "osmosdr", "gr-osmosdr"), ("soapy", "gnuradio", "soapysdr")]
)
def test_a_driver_that_is_not_installed_is_told_with_its_package(monkeypatch, driver, module, package):
    for loaded in ("radio.sdr.osmosdr_source", "radio.sdr.soapy_source"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DeviceError, match=package) as caught:
        open_device_source(table("rtl=1", driver=driver))
    assert caught.value.device == "rtl=1"


def test_one_driver_brings_its_samples_in_lumps():
    assert lumps_s(red_pitaya_table()) > 0.61
    assert lumps_s(table("driver=rtlsdr,serial=1", driver="soapy")) == lumps_s(table("rtl=1")) == 0.0


@pytest.mark.parametrize(("rate_hz", "octets"), [(240e3, 2560), (1.024e6, 10240), (2.4e6, 24064), (1e3, 512)])
def test_transfers_are_whole_packets_of_5_ms(rate_hz, octets):
    assert stream_octets(rate_hz) == octets
