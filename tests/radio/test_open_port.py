from contextlib import closing

import numpy as np
import pytest

from radio.errors import LinkPortError
from radio.front_end_errors import DeviceError, FrontEndFileError
from radio.open_port import open_port
from radio.sdr.half_duplex import HalfDuplexPort
from radio.zmq_iq import ANY_PORT, IqSource, ZmqNode

BLOCK, RATE_HZ = 1000, 240e3


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "front.toml").write_text(text)
        return str(tmp_path / "front.toml")

    return write


def test_zmq_is_a_node_on_the_endpoints_that_are_given():
    with closing(open_port("zmq", "tcp://127.0.0.1:9", ANY_PORT, BLOCK, RATE_HZ)) as port:
        assert isinstance(port, ZmqNode)
        assert port.tx_endpoint.startswith("tcp://127.0.0.1:")


def test_a_file_with_a_zmq_endpoint_receives_from_there(write):
    with closing(IqSource(ANY_PORT)) as sky:
        sent = np.random.default_rng(1).standard_normal(2 * BLOCK, dtype=np.float32).view(np.complex64)
        sky.put(sent)
        file = write(f'[receive]\ndriver = "zmq"\ndevice = "{sky.endpoint}"\n')
        with closing(open_port(file, "tcp://127.0.0.1:9", ANY_PORT, BLOCK, RATE_HZ)) as port:
            assert isinstance(port, ZmqNode)
            port._sink.want(BLOCK)
            sky.on_readable()
            port._sink.on_readable()
            np.testing.assert_array_equal(port._sink.take(), sent)


def test_a_file_may_say_where_samples_are_offered(write):
    with closing(IqSource(ANY_PORT)) as taken:
        text = f"""
            receive = {{ driver = "zmq", device = "tcp://127.0.0.1:9" }}
            transmit = {{ driver = "zmq", device = "{taken.endpoint}" }}
        """
        with pytest.raises(LinkPortError, match=taken.endpoint):
            open_port(write(text), "unused", ANY_PORT, BLOCK, RATE_HZ)


def test_a_half_duplex_file_wraps_its_port(write):
    file = write('[receive]\ndriver = "zmq"\ndevice = "tcp://127.0.0.1:9"\n[duplex]\nhalf = true\n')
    with closing(open_port(file, "unused", ANY_PORT, BLOCK, RATE_HZ)) as port:
        assert isinstance(port, HalfDuplexPort)


def test_a_mistake_in_a_file_is_told(write):
    with pytest.raises(FrontEndFileError, match=r"receive is .*osmosdr"):
        open_port(write('[receive]\ndriver = "usb"\n'), "unused", ANY_PORT, BLOCK, RATE_HZ)


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(FrontEndFileError, match=r"nowhere\.toml"):
        open_port("nowhere.toml", "unused", ANY_PORT, BLOCK, RATE_HZ)


def test_a_device_whose_rate_does_not_fit_is_told_before_it_is_opened(write):
    text = '[receive]\ndriver = "soapy"\ndevice = "x"\nsample_rate_hz = 1000001\nfrequency_hz = 437e6\n'
    with pytest.raises(FrontEndFileError, match=r"receive\.sample_rate_hz"):
        open_port(write(text), "unused", ANY_PORT, BLOCK, RATE_HZ)


def test_a_serial_radio_that_is_not_there_is_told(write):
    with pytest.raises(DeviceError, match="/dev/nowhere"):
        open_port(write('[serial_radio]\ndevice = "/dev/nowhere"\n'), "unused", ANY_PORT, BLOCK, RATE_HZ)
