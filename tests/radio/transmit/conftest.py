"""A permit, a device in memory, and an emulated Red Pitaya with what it puts out."""

import threading
from contextlib import contextmanager

import numpy as np
import pytest

from radio.emulated.red_pitaya import Connection
from radio.emulated.red_pitaya_server import RedPitayaServer
from radio.front_end_file import FrontEndFile, PermitTable, SoapyTransmitTable
from radio.transmit.permission import DeviceSetup, Emission

LINK_HZ = 240e3
PERMIT = {
    "lowest_hz": 9.98e6,
    "highest_hz": 10.02e6,
    "max_power_dbm": 10.0,
    "duty": 0.5,
    "duty_window_s": 60.0,
    "longest_s": 10.0,
    "load": "cable",
    "attenuation_db": 30.0,
}
TABLE = {
    "driver": "soapy",
    "device": "driver=redpitaya,addr=127.0.0.1,port=1",
    "sample_rate_hz": 250e3,
    "frequency_hz": 10e6,
    "bandwidth_hz": 20e3,
    "gain_db": 0.0,
    "full_scale_dbm": 10.0,
}


def permit_with(**changes):
    return PermitTable(**{**PERMIT, **changes})


def table_with(permit=None, **changes):
    return SoapyTransmitTable(**{**TABLE, "permit": permit, **changes})


def tone(duration_s, amplitude=1.0, rate_hz=LINK_HZ, frequency_hz=1000.0):
    t = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (amplitude * np.exp(2j * np.pi * frequency_hz * t)).astype(np.complex64)


def silence(duration_s, rate_hz=LINK_HZ):
    return np.zeros(round(duration_s * rate_hz), dtype=np.complex64)


class Air:
    """What a Red Pitaya puts out."""

    def __init__(self):
        self.transmissions = []

    def transmitted(self, transmission):
        self.transmissions.append(transmission)

    def received(self, tuning, count):
        return tone(count / tuning.sample_rate_hz, 0.5, tuning.sample_rate_hz)

    @property
    def samples(self):
        return np.concatenate([each.samples for each in self.transmissions] or [silence(0)])

    @property
    def signals(self):
        return [each for each in self.transmissions if each.samples.any()]

    @property
    def last_signal_s(self):
        """When the last sample that is not 0 was out."""
        last = self.signals[-1]
        return last.start_s + (np.flatnonzero(last.samples)[-1] + 1) / last.tuning.sample_rate_hz


class RedPitaya:
    """An emulated device that serves in a thread."""

    def __init__(self):
        self.air = Air()
        self.server = RedPitayaServer(self.air)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.server.run, args=(self._stopping.is_set,), daemon=True)
        self._thread.start()

    @property
    def device(self):
        return f"driver=redpitaya,addr=127.0.0.1,port={self.server.port}"

    @property
    def keyed(self):
        return Connection.TRANSMIT_CONTROL in self.server.connected

    def halt(self):
        """Stand still: connections stay, nothing is read."""
        self._stopping.set()
        self._thread.join()

    def close(self):
        self.halt()
        self.server.close()


@contextmanager
def running_red_pitaya():
    device = RedPitaya()
    try:
        yield device
    finally:
        device.close()


@pytest.fixture
def red_pitaya():
    with running_red_pitaya() as device:
        yield device


@pytest.fixture(scope="session")
def permit():
    return permit_with


@pytest.fixture(scope="session")
def table():
    return table_with


@pytest.fixture(scope="session")
def emission():
    """What a device puts out that is set so."""

    def of(permit=None, **changes):
        return Emission.of(table_with(permit, **changes), LINK_HZ)

    return of


@pytest.fixture(scope="session")
def front_end():
    def of(transmit, **duplex):
        receive = {"driver": "zmq", "device": "tcp://127.0.0.1:5700"}
        return FrontEndFile(receive=receive, transmit=transmit.model_dump() if transmit else None, duplex=duplex)

    return of


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.time_s = 100.0

    def now_s(self):
        return self.time_s

    def sleep(self, duration_s):
        self.time_s += duration_s


class MemoryDevice:
    """Plays out what it is given at its rate, and remembers it."""

    def __init__(self, clock, rate_hz=250e3, chunk=2048, on_takes_s=0.0):
        self.setup = DeviceSetup(10e6, rate_hz, 0.0)
        self.chunk = chunk
        self._clock, self._on_takes_s = clock, on_takes_s
        self.is_on = self.closed = False
        self.switched, self.writes = [], []

    def on(self):
        self._clock.sleep(self._on_takes_s)
        self.is_on = True
        self.switched.append(("on", self._clock.now_s()))

    def write(self, samples):
        assert self.is_on
        self.writes.append((self._clock.now_s(), samples.copy()))

    def off(self):
        if self.is_on:
            self.switched.append(("off", self._clock.now_s()))
        self.is_on = False

    def underruns(self):
        return 0

    def close(self):
        self.off()
        self.closed = True

    @property
    def samples(self):
        return np.concatenate([silence(0), *(samples for _, samples in self.writes)])

    def ahead_s(self):
        """By how much it was ahead, at most, of what it can have put out."""
        empty_s, most_s = 0.0, 0.0
        for time_s, samples in self.writes:
            empty_s = max(empty_s, time_s) + len(samples) / self.setup.sample_rate_hz
            most_s = max(most_s, empty_s - time_s)
        return most_s
