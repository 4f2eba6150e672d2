"""What a transmitting device promises: one in memory, and a Red Pitaya's real driver."""

import time
from contextlib import closing

import numpy as np
import pytest

from radio.transmit.soapy_device import SoapyDevice
from tests.radio.emulated.test_red_pitaya_server import needs_soapy
from tests.radio.transmit.conftest import Clock, MemoryDevice, running_red_pitaya, tone

RATE_HZ = 250e3


class InMemory:
    def __init__(self):
        self.clock = Clock()
        self.device = MemoryDevice(self.clock)

    def settle(self):
        self.clock.sleep(0.1)

    @property
    def heard(self):
        return self.device.samples

    @property
    def is_on(self):
        return self.device.is_on


class BehindADriver:
    def __init__(self, red_pitaya, table):
        self._red_pitaya = red_pitaya
        self.device = SoapyDevice(table(device=red_pitaya.device))

    def settle(self):
        time.sleep(0.15)

    @property
    def heard(self):
        return self._red_pitaya.air.samples

    @property
    def is_on(self):
        return self._red_pitaya.keyed


@pytest.fixture(params=["memory", pytest.param("soapy", marks=needs_soapy)])
def bench(request, table):
    if request.param == "memory":
        yield InMemory()
        return
    with running_red_pitaya() as red_pitaya:
        bench = BehindADriver(red_pitaya, table)
        with closing(bench.device):
            yield bench


def test_it_says_how_it_is_set_and_is_off(bench):
    assert (bench.device.setup.tuned_hz, bench.device.setup.sample_rate_hz) == (10e6, RATE_HZ)
    assert bench.device.setup.gain_db == 0
    assert bench.device.chunk >= 2048
    bench.settle()
    assert not bench.is_on
    assert len(bench.heard) == 0


def test_what_is_written_while_it_is_on_is_transmitted(bench):
    sent = tone(0.05, 0.5, RATE_HZ)[: 4 * 2048]
    bench.device.on()
    bench.settle()
    assert bench.is_on
    for start in range(0, len(sent), 2048):
        bench.device.write(sent[start : start + 2048])
    bench.settle()
    assert bench.device.underruns() == 0
    bench.device.off()
    bench.settle()
    assert not bench.is_on
    heard = bench.heard
    assert np.array_equal(heard[heard != 0], sent)


def test_it_can_be_switched_on_and_off_many_times_and_off_twice(bench):
    for _ in range(3):
        bench.device.on()
        bench.settle()
        assert bench.is_on
        bench.device.off()
        bench.device.off()
        bench.settle()
        assert not bench.is_on


def test_to_close_it_switches_it_off(bench):
    bench.device.on()
    bench.device.close()
    bench.device.close()
    bench.settle()
    assert not bench.is_on
