import importlib.util
import socket
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from radio.emulated.red_pitaya import TRANSFER, TRANSFER_OCTETS
from radio.emulated.red_pitaya_server import RedPitayaServer
from radio.front_end_errors import DeviceError
from tests.radio.transmit.conftest import Air, running_red_pitaya, tone

needs_osmosdr = pytest.mark.skipif(importlib.util.find_spec("osmosdr") is None, reason="gr-osmosdr is not installed")
NOBODY = 65535


def missing(module, package):
    return pytest.mark.skipif(not module, reason=f"{package} is not installed")


def soapy_has_redpitaya():
    if importlib.util.find_spec("SoapySDR") is None:
        return False
    import SoapySDR

    return any("RedPitaya" in each for each in SoapySDR.listModules())


needs_soapy = pytest.mark.skipif(
    not soapy_has_redpitaya(), reason="python3-soapysdr with soapysdr-module-redpitaya is not installed"
)


class Bench:
    """A server whose time passes as it is told, and clients of it."""

    def __init__(self):
        self.air = Air()
        self.server = RedPitayaServer(self.air)
        self.now_s = time.monotonic()
        self.clients = []

    def connect(self, *words):
        client = socket.create_connection((self.server.host, self.server.port))
        self.clients.append(client)
        client.sendall(b"".join(word.to_bytes(4, "little") for word in words))
        self.attend()
        return client

    def attend(self, duration_s=0.003):
        time.sleep(0.002)  # what was sent has to arrive
        self.now_s += duration_s
        self.server.attend(self.now_s)

    def close(self):
        for client in self.clients:
            client.close()
        self.server.close()


@pytest.fixture
def bench():
    with closing(Bench()) as bench:
        yield bench


def is_closed(client):
    client.settimeout(2)
    return client.recv(1) == b""


def test_what_is_sent_is_put_out_as_it_was_tuned(bench):
    control = bench.connect(2, 10_000_000, 1 << 28 | 3, 2 << 28)
    samples = bench.connect(3)
    sent = tone(TRANSFER / 250e3, 0.5, 250e3)
    samples.sendall(sent.tobytes())
    bench.attend(0.0)
    bench.attend(0.1)
    assert np.array_equal(bench.air.samples[TRANSFER:], sent)
    heard = bench.air.signals[0]
    assert heard.ptt
    assert heard.tuning.frequency_hz == pytest.approx(10e6, abs=0.06)
    assert heard.tuning.sample_rate_hz == 250e3
    control.close()
    bench.attend()
    assert not bench.server._transmit.control.ptt


def test_when_control_goes_what_is_left_comes_out_where_the_server_goes_back_to(bench):
    control, samples = bench.connect(2, 10_000_000), bench.connect(3)
    samples.sendall(tone(2 * TRANSFER / 100e3, 0.5, 100e3).tobytes())
    bench.attend(0.0)
    control.close()
    samples.close()
    for _ in range(30):
        bench.attend(0.003)
    assert {round(each.tuning.frequency_hz) for each in bench.air.signals} == {600_000}
    assert not bench.server.connected


def test_a_transfer_that_is_cut_is_filled_with_what_was_there_before(bench):
    bench.connect(2)
    samples = bench.connect(3)
    whole = np.full(TRANSFER, 0.25, dtype=np.complex64)
    samples.sendall(whole.tobytes())
    bench.attend(0.0)
    bench.attend(0.05)
    samples.sendall((2 * whole[:100]).tobytes())
    bench.attend(0.0)
    bench.attend(0.05)
    out = bench.air.samples[TRANSFER:]
    assert [len(out), *np.unique(out).tolist()] == [2 * TRANSFER, 0.25, 0.5]


def test_one_of_each_kind_and_no_other(bench):
    first = bench.connect(0)
    assert is_closed(bench.connect(0))
    assert is_closed(bench.connect(4))
    first.close()
    bench.attend()
    bench.connect(0)
    assert len(bench.server.connected) == 1


def test_words_come_in_pieces(bench):
    control = bench.connect()
    for octet in b"\x02\x00\x00\x00" + (7_000_000).to_bytes(4, "little"):
        control.sendall(bytes([octet]))
        bench.attend(0.0)
    assert bench.server._transmit.control.tuning.frequency_hz == pytest.approx(7e6, abs=0.06)


def test_who_says_nothing_or_resets_leaves_nothing_behind(bench):
    for client in (bench.connect(), bench.connect(1), bench.connect(2), bench.connect(3)):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
    for _ in range(3):
        bench.attend(0.05)
    assert not bench.server.connected
    assert not bench.server._strangers


def test_a_receiver_gets_transfers_at_the_rate_and_loses_those_it_does_not_fetch(bench):
    bench.connect(0, 1 << 28 | 5)
    client = bench.connect(1)
    bench.attend(10 * TRANSFER / 1250e3)
    client.settimeout(2)
    got = b""
    while len(got) < 9 * TRANSFER_OCTETS:
        got += client.recv(1 << 20)
    assert np.allclose(np.abs(np.frombuffer(got[:TRANSFER_OCTETS], "<c8")), 0.5)
    for _ in range(10):
        bench.attend(1.0)  # 100 MB that nobody fetches
    assert bench.server.lost_transfers > 1000


def test_a_port_that_is_taken_is_said():
    with (
        closing(RedPitayaServer(Air())) as server,
        pytest.raises(DeviceError, match=f"redpitaya=127.0.0.1:{server.port}"),
    ):
        RedPitayaServer(Air(), port=server.port)


@needs_soapy
def test_soapys_driver_receives():
    import SoapySDR

    with running_red_pitaya() as red_pitaya:
        device = SoapySDR.Device(red_pitaya.device)
        device.setSampleRate(SoapySDR.SOAPY_SDR_RX, 0, 500e3)
        device.setFrequency(SoapySDR.SOAPY_SDR_RX, 0, 7e6)
        stream = device.setupStream(SoapySDR.SOAPY_SDR_RX, SoapySDR.SOAPY_SDR_CF32, [0])
        device.activateStream(stream)
        got = np.zeros(8192, dtype=np.complex64)
        for _ in range(50):
            result = device.readStream(stream, [got], len(got), timeoutUs=200_000)
            if result.ret == len(got):
                break
        control = red_pitaya.server._receive.control
        device.deactivateStream(stream)
        device.closeStream(stream)
        device.close()
    assert result.ret == len(got)
    phase_steps = np.angle(got[1:TRANSFER] / got[: TRANSFER - 1])
    assert np.allclose(phase_steps, 2 * np.pi * 1000 / 500e3, atol=1e-4)
    assert control is not None


SOAPY_SOURCE = """
import sys, time
from radio.front_end_file import SdrReceiveTable
from radio.sdr.device_source import open_device_source
from radio.sdr.flowgraph import Flowgraph
rate_hz = float(sys.argv[2])
table = SdrReceiveTable(
    driver="soapy", device=sys.argv[1], sample_rate_hz=rate_hz, frequency_hz=10e6, bandwidth_hz=10e3
)
source = open_device_source(table)
graph = Flowgraph(source, rate_hz)
end_s, count = time.monotonic() + 4, 0
while time.monotonic() < end_s:
    if not graph.arrivals.empty():
        count += len(graph.arrivals.get())
    else:
        time.sleep(0.005)
print(count)
graph.stop()
"""


@needs_soapy
@pytest.mark.gnuradio
@pytest.mark.drivers
@pytest.mark.parametrize("rate_hz", [20e3, 250e3])
def test_gnuradios_soapy_source_goes_on_receiving(rate_hz):
    """The driver reads nothing until there is all that it is asked for, and the system takes in what it has room for:
    in lumps of 64 kB neither moved again after the first second."""
    with running_red_pitaya() as red_pitaya:
        command = [sys.executable, "-c", SOAPY_SOURCE, red_pitaya.device, repr(rate_hz)]
        result = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
    assert int(result.stdout.splitlines()[-1]) > 2.5 * rate_hz


OSMOSDR_SINK = """
import sys, time
from gnuradio import analog, blocks, gr
import osmosdr
graph = gr.top_block()
sink = osmosdr.sink(args=f"redpitaya={sys.argv[1]},ptt=1")
sink.set_sample_rate(250e3)
sink.set_center_freq(14.1e6)
source = analog.sig_source_c(250e3, analog.GR_COS_WAVE, 10e3, 0.5)
graph.connect(source, blocks.head(8, 50000), sink)
graph.run()
time.sleep(0.5)
"""


@needs_osmosdr
@pytest.mark.gnuradio
def test_osmosdrs_driver_transmits_with_ptt():
    with running_red_pitaya() as red_pitaya:
        where = f"127.0.0.1:{red_pitaya.server.port}"
        subprocess.run([sys.executable, "-c", OSMOSDR_SINK, where], check=True, timeout=60, capture_output=True)
        signals = red_pitaya.air.signals
    assert sum(len(each.samples) for each in signals) >= 45_000
    assert {(round(each.tuning.frequency_hz), each.tuning.sample_rate_hz, each.ptt) for each in signals} == {
        (14_100_000, 250e3, True)
    }
