from contextlib import closing

import numpy as np
import pytest

from radio.front_end_errors import DeviceError
from radio.transmit import soapy_device
from radio.transmit.soapy_device import SoapyDevice
from tests.radio.emulated.test_red_pitaya_server import needs_soapy
from tests.radio.transmit.conftest import running_red_pitaya


def write_much(device):
    for _ in range(10):
        device.write(np.zeros(2048, dtype=np.complex64))


def refusal(table):
    with pytest.raises(DeviceError) as caught:
        SoapyDevice(table)
    return str(caught.value)


@needs_soapy
def test_a_device_that_is_not_there_is_named(table):
    assert refusal(table(device="driver=nosuch")).startswith("device driver=nosuch: ")
    nobody = "driver=redpitaya,addr=127.0.0.1,port=1"
    with closing(SoapyDevice(table(device=nobody))) as device, pytest.raises(DeviceError, match=nobody):
        device.on()


@needs_soapy
def test_a_rate_that_the_device_has_not_is_refused(table):
    """SoapyRedPitaya takes any, says that it is set, and sets 20 kS/s."""
    message = refusal(table(sample_rate_hz=240e3))
    assert "no sample rate of 240000 Hz" in message
    assert "250000" in message


@needs_soapy
def test_a_device_that_does_not_transmit_is_refused(table):
    assert "does not transmit" in refusal(table(device="driver=null"))


@needs_soapy
def test_settings_that_a_driver_leaves_as_they_were_are_told_as_they_are(table):
    with closing(SoapyDevice(table(frequency_hz=145.9e6, gain_db=6.0))) as device:
        assert device.setup.tuned_hz == 600e3
        assert device.setup.gain_db == 0.0


@needs_soapy
def test_a_device_that_vanishes_is_named(table):
    with running_red_pitaya() as red_pitaya:
        device = SoapyDevice(table(device=red_pitaya.device))
        device.on()
    with closing(device), pytest.raises(DeviceError, match="takes no samples"):
        write_much(device)


def test_without_soapysdr_its_package_is_named(table, monkeypatch):
    monkeypatch.setattr(soapy_device, "SoapySDR", None)
    assert "python3-soapysdr" in refusal(table())
