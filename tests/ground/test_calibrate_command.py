import json

import numpy as np
import pytest

from ground.calibrate_command import calibrate
from ground.errors import RequestError
from radio.front_end_errors import DeviceError, FrontEndFileError, ToneError
from tests.radio.sdr.conftest import CARRIER_HZ, RATE_HZ, emulated, needs

__all__ = ["emulated"]

OSMOSDR = [pytest.mark.gnuradio, needs("gnuradio", "gnuradio"), needs("osmosdr", "gr-osmosdr")]


@pytest.fixture
def front_end(tmp_path):
    def write(device, driver="osmosdr"):
        file = tmp_path / "front.toml"
        file.write_text(
            f'[receive]\ndriver = "{driver}"\ndevice = "{device}"\nsample_rate_hz = 240e3\n'
            f"frequency_hz = {CARRIER_HZ}\ngain_db = 29.7\nppm = 7\n"
        )
        return file

    return write


@pytest.mark.parametrize("fast_ppm", [pytest.param(40.0, marks=OSMOSDR)])
def test_a_tone_tells_how_fast_the_oscillator_is(emulated, front_end, capsys, fast_ppm):
    found_hz = CARRIER_HZ / (1 + fast_ppm * 1e-6) - CARRIER_HZ
    device = emulated("rtl_tcp", 3 * np.exp(2j * np.pi * found_hz / RATE_HZ * np.arange(30 * RATE_HZ)))
    device.play()
    calibrate(front_end(device.rtl_tcp), CARRIER_HZ, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["ppm"] == pytest.approx(fast_ppm, abs=0.01)
    assert 0 < found["standard_error_ppm"] < 0.01
    assert found["device"] == device.rtl_tcp


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_without_a_tone_it_says_so(emulated, front_end, _):
    with pytest.raises(ToneError, match="437050000 Hz"):
        calibrate(front_end(emulated().rtl_tcp), CARRIER_HZ, as_json=False)


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_a_device_that_is_not_there_is_told(front_end, _):
    with pytest.raises(DeviceError, match=r"rtl_tcp=127\.0\.0\.1:9"):
        calibrate(front_end("rtl_tcp=127.0.0.1:9"), CARRIER_HZ, as_json=False)


def test_a_file_without_a_receiving_device_is_refused(tmp_path):
    (tmp_path / "front.toml").write_text('[receive]\ndriver = "zmq"\ndevice = "tcp://127.0.0.1:9"\n')
    with pytest.raises(RequestError, match="osmosdr or soapy"):
        calibrate(tmp_path / "front.toml", CARRIER_HZ, as_json=False)


def test_a_file_with_a_mistake_is_refused(tmp_path):
    with pytest.raises(FrontEndFileError):
        calibrate(tmp_path / "nowhere.toml", CARRIER_HZ, as_json=False)
