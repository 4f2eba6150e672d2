import math

import numpy as np
import pytest
from scipy.special import erfcinv

from radio.modem.modulator import Modulator
from radio.modem.receiver import Receiver
from radio.modem.tracker import longest_memory

DATA_SYMBOLS = 2400


class Recorder:
    """A decoder that keeps the soft symbols of one burst."""

    def __init__(self):
        self.soft = np.zeros(0, dtype=np.float32)
        self.result, self.failed = None, False

    @property
    def symbols_wanted(self):
        return DATA_SYMBOLS - len(self.soft)

    def feed(self, soft):
        self.soft = np.concatenate((self.soft, soft))


class RecordingCode:
    """Acquisition and marker of a real code, and then any symbols."""

    def __init__(self, code):
        self.acquisition, self.marker, self.continuous = code.acquisition, code.marker, code.continuous
        self.recorders = []

    def encode(self, frame):
        return np.concatenate((self.marker, np.ones(DATA_SYMBOLS, dtype=np.int8)))

    def decoder(self):
        self.recorders.append(Recorder())
        return self.recorders[-1]


def implementation_loss_db(leg, air, received, es_n0_db, bursts, rng):
    """How much less Es/N0 an ideal BPSK receiver would need for the symbol errors found: 0.5 erfc(sqrt(Es/N0))."""
    modulator = Modulator(leg.profile, 240e3)
    errors = 0
    for _ in range(bursts):
        code = RecordingCode(leg.profile.code())
        data = rng.choice(np.array([-1, 1], dtype=np.int8), DATA_SYMBOLS)
        burst = modulator.burst(np.concatenate((code.acquisition, code.marker, data)))
        offset_hz = rng.uniform(-0.9, 0.9) * leg.profile.search_range_hz
        flight = air(
            es_n0_db,
            offset_hz,
            leg.doppler_rate_hz_s,
            phase_rad=rng.uniform(0, 6.28),
            fraction=rng.uniform(),
            lead=1000,
            trail=1000,
        )
        received(Receiver(leg.profile, code, 240e3), leg.carried(burst, flight, rng))
        whole = [r.soft for r in code.recorders if not r.symbols_wanted]  # some followed the acquisition sequence
        errors += min(np.count_nonzero((soft > 0) != (data > 0)) for soft in whole)
    return es_n0_db - 20 * math.log10(erfcinv(2 * errors / (bursts * DATA_SYMBOLS)))


@pytest.mark.parametrize("es_n0_db", [2.0, 5.0])
def test_downlink_symbols_are_lost_as_often_as_theory_says(downlink, air, received, es_n0_db):
    loss_db = implementation_loss_db(downlink, air, received, es_n0_db, 60, np.random.default_rng(1))
    assert -0.05 < loss_db < 0.15


def test_uplink_symbols_are_lost_as_often_as_theory_says(uplink, air, received):
    loss_db = implementation_loss_db(uplink, air, received, 5.0, 60, np.random.default_rng(2))
    assert -0.1 < loss_db < 0.15


def test_memory_is_short_where_the_phase_bends_within_it():
    assert longest_memory(437.05e6, 38400) == 88
    assert longest_memory(437.05e6, 1e6) == 88
    assert [longest_memory(437.05e6, rate) for rate in (19200, 9600, 4800, 1200)] == [46, 24, 12, 4]
