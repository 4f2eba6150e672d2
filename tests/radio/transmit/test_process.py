"""The transmit process with a real driver, an emulated device, and somebody who controls it."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from radio.errors import LinkPortError
from radio.front_end_errors import DeviceError, FrontEndFileError
from radio.modem.receiver import Receiver
from radio.transmit import process
from radio.worker import Worker
from radio.zmq_iq import ANY_PORT, IqSource, Poller
from tests.radio.emulated.test_red_pitaya_server import needs_soapy
from tests.radio.transmit.conftest import silence, tone

LINK_HZ = 240e3
FILE = """
[receive]
driver = "zmq"
device = "tcp://127.0.0.1:5700"

[transmit]
driver = "soapy"
device = "{device}"
sample_rate_hz = {rate_hz}
frequency_hz = 10e6
bandwidth_hz = 20e3
gain_db = 0
full_scale_dbm = 10

[transmit.permit]
lowest_hz = 9.98e6
highest_hz = 10.02e6
max_power_dbm = 10
duty = {duty}
load = "cable"
attenuation_db = 30
"""
NODE = """
import sys, time
import numpy as np
from radio.zmq_iq import IqSource
source = IqSource("tcp://127.0.0.1:*")
print(source.endpoint, flush=True)
carrier = np.ones(2400, dtype=np.complex64)
begin_s = time.monotonic()
for count in range(10_000):
    source.put(carrier if count > 10 else 0 * carrier)
    while time.monotonic() < begin_s + count * 0.01:
        if source.socket.poll(1):
            source.on_readable()
"""


class Transmitting:
    """The process, and what it says."""

    def __init__(self, file, endpoint):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "radio.transmit.process", str(file), endpoint, str(LINK_HZ)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.events = []

    def until(self, *wanted):
        """Read events until one of these comes."""
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] in wanted:
                return self.events[-1]
        raise AssertionError(f"it ended before it said {wanted}: {self.events}")

    def command(self, **fields):
        self.process.stdin.write(json.dumps(fields) + "\n")
        self.process.stdin.flush()

    def end(self):
        """Close its input; return its status, with all events read."""
        self.process.stdin.close()
        self.events += [json.loads(line) for line in self.process.stdout]
        return self.process.wait(10)

    def causes(self, name):
        return [each["cause"] for each in self.events if each["event"] == name]

    def close(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


class Node:
    """A node that has all its samples ready, and serves in a thread."""

    def __init__(self):
        self._source = IqSource(ANY_PORT)
        self.endpoint = self._source.endpoint
        self._waiting, self._stopping = [], threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def transmit(self, *parts):
        self._waiting.append(np.concatenate(parts).astype(np.complex64))

    def _serve(self):
        poller = Poller([self._source])
        while not self._stopping.is_set():
            if self._waiting:
                self._source.put(self._waiting.pop(0))
            poller.wait(0.002)

    def close(self):
        self._stopping.set()
        self._thread.join()
        self._source.close()


@pytest.fixture
def node():
    with contextlib.closing(Node()) as node:
        yield node


@pytest.fixture
def start(tmp_path, red_pitaya):
    running = []

    def begin(endpoint, rate_hz=250e3, duty=1.0):
        file = tmp_path / "front_end.toml"
        file.write_text(FILE.format(device=red_pitaya.device, rate_hz=rate_hz, duty=duty))
        running.append(Transmitting(file, endpoint))
        running[-1].until("ready", "error")
        return running[-1]

    yield begin
    for each in running:
        each.close()


# -- what is transmitted ---------------------------------------------------------------------------------------------


def sent_whole(node, transmitting, burst):
    """Send a burst until it went out without a gap; return how often it did not, on a machine that is busy."""
    for torn in range(5):
        before = transmitting.events[-1].get("late", 0)
        node.transmit(silence(0.02), burst, silence(0.3))
        if transmitting.until("off")["late"] == before:
            return torn
    raise AssertionError(transmitting.events)


@needs_soapy
def test_an_uplink_is_decoded_from_what_a_device_puts_out(node, red_pitaya, start, uplink, received):
    """CLTUs of random frames: modulated, sent through the driver, and received at the device's rate."""
    rng = np.random.default_rng(1)
    frames = [rng.bytes(64) for _ in range(3)]
    transmitting = start(node.endpoint)
    torn = 0
    for frame in frames:
        torn += sent_whole(node, transmitting, uplink.burst(frame))
    assert transmitting.end() == 0
    heard = red_pitaya.air.samples
    noise = 0.02 * rng.standard_normal(2 * len(heard), dtype=np.float32).view(np.complex64)
    receiver = Receiver(uplink.profile, uplink.profile.code(), 250e3)
    decoded = [each.frame[:64] for each in received(receiver, np.concatenate((heard + noise, silence(0.05))))]
    assert list(dict.fromkeys(decoded)) == frames
    assert {round(each.tuning.frequency_hz) for each in red_pitaya.air.signals} == {10_000_000}
    assert transmitting.causes("off") == ["silence"] * (3 + torn)
    summary = transmitting.events[-1]
    assert (summary["event"], summary["bursts"]) == ("summary", 3 + torn)


@needs_soapy
def test_what_must_not_be_sent_is_not_until_a_reset(node, red_pitaya, start):
    transmitting = start(node.endpoint)
    poisoned = tone(0.1, 0.5)
    poisoned[7000] = np.nan
    for wrong, cause in ((tone(0.1, 3.0), "amplitude"), (poisoned, "not a number")):
        node.transmit(silence(0.02), wrong, silence(0.2), tone(0.1, 0.5), silence(0.2))
        assert transmitting.until("refused")["cause"] == cause
        assert transmitting.events[-1]["latched"]
        time.sleep(0.1)
        transmitting.command(command="reset")
        time.sleep(0.1)
    loudest = np.abs(red_pitaya.air.samples).max(initial=0.0)
    assert loudest <= 0.25  # of the blocks before the one that is no number; 0.4 * 0.5, and the filter's overshoot
    node.transmit(silence(0.05), tone(0.1, 1.0), silence(0.2))
    transmitting.until("off")
    assert transmitting.end() == 0
    assert np.abs(red_pitaya.air.samples).max() == pytest.approx(0.4, abs=0.05)


@needs_soapy
def test_a_transmission_over_its_share_of_time_is_cut(node, red_pitaya, start):
    """0.5 % of 60 s."""
    transmitting = start(node.endpoint, duty=0.005)
    node.transmit(tone(2.0), silence(0.2))
    transmitting.until("refused")
    time.sleep(0.1)
    assert transmitting.causes("off") == ["duty"]
    assert transmitting.end() == 0
    signals = red_pitaya.air.signals
    assert 0.2 < red_pitaya.air.last_signal_s - signals[0].start_s < 0.4


# -- the carrier goes off --------------------------------------------------------------------------------------------


@pytest.fixture
def controller():
    """A node in a process of its own that transmits without an end."""
    child = subprocess.Popen([sys.executable, "-c", NODE], stdout=subprocess.PIPE, text=True)
    child.endpoint = child.stdout.readline().strip()
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def await_signal(red_pitaya):
    deadline_s = time.monotonic() + 20
    while not red_pitaya.air.signals:
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    time.sleep(0.2)


@needs_soapy
@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP", "input closes", "transmitter killed"])
def test_the_carrier_goes_off_within_100_ms(how, controller, red_pitaya, start):
    """Measured 20 times each, beside other work on both cores: at most 90 ms; see docs/transmit-safety.md."""
    transmitting = start(controller.endpoint)
    await_signal(red_pitaya)
    begin_s = time.monotonic()
    match how:
        case "input closes":
            transmitting.process.stdin.close()
        case "transmitter killed":
            transmitting.process.kill()
        case _:
            os.kill(controller.pid, signal.Signals[how])
    time.sleep(0.3)
    assert not red_pitaya.keyed
    assert red_pitaya.air.last_signal_s - begin_s < 0.1


@needs_soapy
def test_after_a_pause_of_the_controller_only_a_whole_burst_is_transmitted(node, red_pitaya, start):
    transmitting = start(node.endpoint)
    node.transmit(silence(0.02), tone(0.2, 0.3))  # and then nothing
    assert transmitting.until("refused")["cause"] == "samples lost"
    time.sleep(0.1)
    before = np.count_nonzero(red_pitaya.air.samples)
    node.transmit(tone(0.1, 0.3), silence(0.2), tone(0.1, 0.9), silence(0.2))
    transmitting.until("off")
    assert transmitting.end() == 0
    after = red_pitaya.air.samples[red_pitaya.air.samples != 0][before:]
    assert len(after) == pytest.approx(0.1 * 250e3, rel=0.05)
    assert np.abs(after).max() == pytest.approx(0.36, abs=0.04)


# -- devices that fail -----------------------------------------------------------------------------------------------


@pytest.fixture
def busy_node(node):
    """Burst after burst, for half a minute."""
    node.transmit(*(part for _ in range(10) for part in (tone(3.0), silence(0.1))))
    return node


@needs_soapy
def test_a_device_that_vanishes_is_named_and_ends_it(busy_node, red_pitaya, start):
    transmitting = start(busy_node.endpoint)
    await_signal(red_pitaya)
    red_pitaya.close()
    assert red_pitaya.device in transmitting.until("error")["message"]
    assert transmitting.end() == 1


@needs_soapy
def test_a_device_that_takes_nothing_any_more_ends_the_process(busy_node, red_pitaya, start):
    """The driver waits in a system call for as long as it takes: nobody but the system can end that."""
    transmitting = start(busy_node.endpoint, rate_hz=1250e3)
    await_signal(red_pitaya)
    red_pitaya.halt()
    assert transmitting.process.wait(40) == -signal.SIGALRM


# -- what never starts -----------------------------------------------------------------------------------------------


def told(function):
    """What a worker says while something is done with it, and what came of it."""
    events = io.StringIO()
    worker = Worker(io.StringIO(), events)
    result = function(worker)
    return result, [json.loads(line) for line in events.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("limits", "settings", "cause"),
    [
        (None, {}, "no permit"),
        ({"highest_hz": 10.001e6}, {}, "frequency"),
        ({}, {"gain_db": 1.0}, "power"),
        ({"attenuation_db": 10.0}, {}, "attenuation"),
    ],
)
def test_what_is_not_permitted_opens_no_device(limits, settings, cause, permit, table, front_end, monkeypatch):
    monkeypatch.setattr(process, "SoapyDevice", lambda table: pytest.fail("it was opened"))
    file = front_end(table(None if limits is None else permit(**limits), **settings))
    status, events = told(lambda worker: process.transmit(file, ANY_PORT, LINK_HZ, worker))
    assert status == 2
    assert [(each["event"], each["cause"], each["latched"]) for each in events] == [("refused", cause, True)]


@needs_soapy
def test_a_device_that_sets_itself_otherwise_is_refused_before_it_transmits(permit, table, front_end, red_pitaya):
    """A Red Pitaya stays at 600 kHz where it is told 145.9 MHz."""
    wide = permit(lowest_hz=145.8e6, highest_hz=146e6)
    file = front_end(table(wide, device=red_pitaya.device, frequency_hz=145.9e6))
    status, events = told(lambda worker: process.transmit(file, "tcp://127.0.0.1:5700", LINK_HZ, worker))
    assert (status, [each["cause"] for each in events]) == (2, ["frequency"])
    assert not red_pitaya.server.connected


def test_a_file_without_a_transmitter_is_refused(front_end):
    with pytest.raises(FrontEndFileError, match="transmit"):
        told(lambda worker: process.transmit(front_end(None), ANY_PORT, LINK_HZ, worker))


@needs_soapy
def test_an_endpoint_or_a_device_that_is_none_is_said(permit, table, front_end):
    with pytest.raises(LinkPortError, match="nowhere"):
        told(lambda worker: process.transmit(front_end(table(permit())), "nowhere", LINK_HZ, worker))
    with pytest.raises(DeviceError, match="nosuch"):
        told(
            lambda worker: process.transmit(
                front_end(table(permit(), device="driver=nosuch")), ANY_PORT, LINK_HZ, worker
            )
        )


def test_a_wrong_file_is_one_line_and_status_2(tmp_path):
    file = tmp_path / "front_end.toml"
    file.write_text("[transmit]\ndriver = 'soap'\n")
    transmitting = Transmitting(file, "tcp://127.0.0.1:5700")
    with contextlib.closing(transmitting):
        assert transmitting.end() == 2
    assert len(transmitting.events) == 1
    assert "transmit" in transmitting.events[0]["message"]
