"""The port, its process and real drivers: gr-osmosdr and GNU Radio's soapy blocks, against emulated devices."""

import threading
import time
from contextlib import closing, contextmanager

import numpy as np
import pytest

from radio.front_end_errors import DeviceError
from radio.open_port import open_port
from radio.sdr.device_process import DeviceProcess
from radio.sdr.sdr_node import SdrNode
from radio.transceiver import Transceiver
from radio.warm_up import warm_up_modem
from radio.zmq_iq import ANY_PORT, IqSink, Poller
from tests.radio.emulated.test_red_pitaya_server import needs_soapy
from tests.radio.sdr.conftest import PROFILE, RATE_HZ, as_heard, downlink, frames, needs, table
from tests.radio.transmit.conftest import running_red_pitaya

BLOCK = 2400
OSMOSDR = [pytest.mark.gnuradio, needs("gnuradio", "gnuradio"), needs("osmosdr", "gr-osmosdr")]


class Listener:
    """A link layer that keeps what it is given."""

    def __init__(self):
        self.frames = []

    def frame_received(self, frame, quality, now_s):
        self.frames.append(frame)
        return True

    def frame_to_send(self, now_s):
        return None


class Ear:
    """A receiver of the downlink, as a step."""

    def __init__(self):
        warm_up_modem(PROFILE, RATE_HZ)
        self.link = Listener()
        self.transceiver = Transceiver(PROFILE.uplink, PROFILE.downlink, RATE_HZ, self.link, lambda *_: None)
        self.moments = []

    def step(self, rx, now_s):
        self.moments.append(now_s)
        return self.transceiver.step(rx, now_s)


@contextmanager
def node_on(receive, step):
    """A node at work in a thread; gives it, what it warned of, and what its run raised."""
    warnings, raised, stop = [], [], threading.Event()
    with closing(SdrNode(receive, ANY_PORT, BLOCK, RATE_HZ, warnings.append)) as node:

        def work():
            try:
                node.run(step, 0.0, stop.is_set)
            except DeviceError as error:
                raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield node, warnings, raised
        finally:
            stop.set()
            thread.join()


def wait_for(true, timeout_s):
    end = time.monotonic() + timeout_s
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


@pytest.mark.parametrize(
    ("rate_hz", "offset_hz", "fast_ppm"),
    [
        pytest.param(240e3, 45e3, 0.0, marks=OSMOSDR),
        pytest.param(960e3, 200e3, 40.0, marks=OSMOSDR),
        pytest.param(1.024e6, -150e3, 40.4, marks=OSMOSDR),
    ],
)
def test_every_frame_is_received_through_the_driver(emulated, rate_hz, offset_hz, fast_ppm):
    sent = frames(12)
    for _ in range(3):  # a computer that is too busy for real time loses samples: that is not what is asked here
        heard, report = received(emulated("rtl_tcp", as_heard(downlink(sent), fast_ppm)), rate_hz, offset_hz, fast_ppm)
        if not report["samples_lost"]:
            break
    assert heard == sent


def received(device, rate_hz, offset_hz, fast_ppm):
    """The frames that a node hears of what a device plays, and the node's report."""
    ear, tuned = Ear(), {"tuning_offset_hz": offset_hz, "ppm": fast_ppm, "bandwidth_hz": 76e3}
    with node_on(table(device.rtl_tcp, sample_rate_hz=rate_hz, **tuned), ear.step) as (node, _, raised):
        assert wait_for(lambda: ear.moments, 10)
        device.play()
        wait_for(lambda: ear.moments[-1] > device.played_s + 2.0 or raised, 20)
        assert raised == []
        return ear.link.frames, node.report()


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_a_device_that_is_not_there_is_named(tmp_path, _):
    file = tmp_path / "front.toml"
    fields = 'driver = "osmosdr"\ndevice = "rtl=00000001"\nsample_rate_hz = 960e3\nfrequency_hz = 437e6\n'
    file.write_text(f"[receive]\n{fields}")
    with pytest.raises(DeviceError, match=r"Wrong rtlsdr device index") as caught:
        open_port(str(file), "unused", ANY_PORT, BLOCK, RATE_HZ)
    assert caught.value.device == "rtl=00000001"


@pytest.mark.parametrize("how", [pytest.param(each, marks=OSMOSDR) for each in ("vanish", "freeze")])
def test_a_device_that_vanishes_ends_the_run(emulated, how):
    device, moments = emulated(), []

    def step(rx, now_s):
        moments.append(now_s)
        return rx

    with node_on(table(device.rtl_tcp), step) as (node, _, raised):
        assert wait_for(lambda: moments, 10)
        getattr(device, how)()
        assert wait_for(lambda: raised, 10)
        assert raised[0].device == device.rtl_tcp
        assert "no samples for 2 s" in raised[0].reason  # the device's process says so, before its port would
        process = node._process._child
    assert process.poll() is not None


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_a_server_that_never_speaks_is_given_up(emulated, monkeypatch, _):
    monkeypatch.setattr("radio.sdr.device_process._OPENING_S", 3)
    device = emulated("mute")
    with pytest.raises(DeviceError, match="its driver ended") as caught:
        DeviceProcess(table(device.rtl_tcp), RATE_HZ)
    assert caught.value.device == device.rtl_tcp


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_lost_samples_are_counted_and_link_time_leaps(emulated, _):
    device, moments = emulated("rtl_tcp", lost=144_000), []

    def step(rx, now_s):
        moments.append(now_s)
        return rx

    with node_on(table(device.rtl_tcp), step) as (node, warnings, _):
        assert wait_for(lambda: moments and moments[-1] > 2.5, 20)
        device.play()
        assert wait_for(lambda: node.report()["leaps"], 20)
        report = node.report()
    assert report["samples_lost"] == pytest.approx(144_000, abs=0.3 * RATE_HZ)
    assert np.diff(moments).max() > 0.3
    assert "samples were lost" in warnings[0]
    assert device.rtl_tcp in warnings[0]


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_a_gain_that_is_too_high_is_told_once(emulated, _):
    device = emulated("rtl_tcp", 40 * np.ones(20 * RATE_HZ))
    with node_on(table(device.rtl_tcp, gain_db=49.6), lambda rx, _: rx) as (node, warnings, _):
        device.play()
        assert wait_for(lambda: node.report()["most_clipped_share"] > 0, 10)
        time.sleep(1.5)
        assert node.report()["most_clipped_share"] > 0.5
    assert [warning for warning in warnings if "lower gain_db" in warning] == warnings[:1]


@needs_soapy
@pytest.mark.gnuradio
@pytest.mark.drivers
def test_what_a_driver_brings_in_lumps_is_heard_evenly():
    """In lumps each half second there would be samples in six of the sixty spans."""
    spans = set()

    def step(rx, _):
        spans.add(int(time.monotonic() / 0.05))
        return rx

    with running_red_pitaya() as red_pitaya:
        receive = table(red_pitaya.device, driver="soapy", sample_rate_hz=250e3, frequency_hz=10e6, gain_db="auto")
        with node_on(receive, step) as (node, _, raised):
            assert wait_for(lambda: spans, 10)
            spans.clear()
            time.sleep(3.0)
            assert len(spans) > 30
            assert node.latency_s > 1.2
        assert raised == []


@pytest.mark.parametrize("_", [pytest.param(0, marks=OSMOSDR)])
def test_what_is_transmitted_can_be_fetched_and_need_not_be(emulated, _):
    device, sent = emulated(), []

    def step(rx, now_s):
        sent.append(np.full(len(rx), len(sent) + 1, dtype=np.complex64))
        return sent[-1]

    with node_on(table(device.rtl_tcp), step) as (node, _, raised):
        assert wait_for(lambda: node.report()["samples_not_fetched"] > 0, 10)
        with closing(IqSink(node.tx_endpoint)) as sink:
            sink.want(10 * BLOCK)
            assert Poller((sink,)).until(lambda: sink.complete, lambda: False, 10)
            fetched = sink.take()
        assert raised == []
    assert set(np.unique(np.diff(fetched.real))) == {0.0, 1.0}
