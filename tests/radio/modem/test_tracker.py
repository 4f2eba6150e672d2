import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import erfcinv

from radio.modem.acquisition import Acquired
from radio.modem.comparison import Comparison
from radio.modem.modulator import Modulator
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.tracker import EDGE, Tracker, TrackerSettings, block_ticks, longest_memory
from radio.modem.waveform import waveform_of

LEAD = 200
MARKER_SYMBOLS = 64
SETTLED_SYMBOLS = 1024
"""After so many of a stream, which come without noise, a tracker knows all that it will ever know."""


class Flight:
    """Random symbols on their way to a tracker that has been told of their marker, nearly where and how it is."""

    def __init__(
        self, leg, air, symbols, es_n0_db, doppler_hz=0.0, doppler_rate_hz_s=0.0, ppm=0.0, seed=1, count=8000, settled=0
    ):
        rng = np.random.default_rng(seed)
        self.leg, self.waveform = leg, waveform_of(leg.profile)
        self.sent = symbols(count, seed)
        self.clock = 1 + doppler_hz / leg.profile.carrier_hz - ppm * 1e-6
        offset_hz = doppler_hz
        flight = air(
            es_n0_db,
            offset_hz,
            doppler_rate_hz_s,
            clock_ppm=-1e6 * (self.clock - 1),
            phase_rad=rng.uniform(0, 6.28),
            fraction=rng.uniform(),
            lead=LEAD,
            trail=LEAD,
        )
        burst = Modulator(leg.profile, leg.rate_hz).burst(self.sent)
        self.samples = leg.carried(burst, flight, rng)
        if settled:
            clear = LEAD + 4 * settled // leg.profile.bits_per_symbol
            self.samples[:clear] = leg.carried(burst, replace(flight, es_n0_db=30.0), rng)[:clear]
        start = (LEAD + flight.fraction + 8 * 4) / self.clock
        offset_hz -= doppler_rate_hz_s * start / leg.rate_hz
        spread = 10 ** (-es_n0_db / 20)
        self.found = Acquired(
            start + 0.1 * spread * rng.standard_normal(),
            offset_hz / leg.rate_hz + 1e-4 * spread * rng.standard_normal(),
            1.0,
        )

    def tracker(self):
        settings = TrackerSettings.of(self.waveform, self.leg.profile.carrier_hz, self.leg.profile.symbol_rate_baud)
        known = self.waveform.ticks(self.sent[:MARKER_SYMBOLS])
        return Tracker(settings, self.found, known, len(known))

    def received(self, tracker, block=None):
        """The soft symbols, sign and all: the marker tells the quarter turn."""
        buffer, count = SampleBuffer(), len(self.sent) // self.waveform.axes_per_tick
        ticks = np.zeros(0, dtype=np.complex64)
        for k in range(0, len(self.samples), block or len(self.samples)):
            buffer.append(self.samples[k : k + (block or len(self.samples))])
            while len(more := tracker.take(buffer, count - len(ticks))):
                ticks = np.concatenate((ticks, more))
            buffer.trim(int(tracker.position) - 8 * EDGE)
        soft = self.waveform.symbols(ticks)
        return soft[: len(self.sent)]


@pytest.fixture
def flight(link, air, symbols):
    def made(modulation, es_n0_db, *, baud=38400.0, changes=None, **path):
        leg = link(modulation, rate_hz=4 * baud, symbol_rate_baud=baud, search_range_hz=0.5 * baud, **(changes or {}))
        return Flight(leg, air, symbols, es_n0_db, **path)

    return made


def loss_db(errors, symbols, es_n0_db):
    """How much less Es/N0 of a channel symbol an ideal receiver would need: 0.5 erfc(sqrt(Es/N0)) errors a symbol."""
    return es_n0_db - 20 * math.log10(erfcinv(2 * errors / symbols))


@pytest.mark.parametrize(
    ("modulation", "changes", "es_n0_db", "bound_db", "settled"),
    [
        ("bpsk", {}, -1.5, 0.1, 0),
        ("bpsk", {}, 4.0, 0.1, 0),
        ("qpsk", {}, 1.5, 0.2, SETTLED_SYMBOLS),
        ("qpsk", {}, 6.0, 0.2, 0),
        ("oqpsk", {}, 1.5, 0.2, SETTLED_SYMBOLS),
        ("oqpsk", {}, 6.0, 0.2, 0),
        ("gmsk", {"bt": 0.5}, 4.0, 0.5, 0),
        ("gmsk", {"bt": 0.3}, 4.0, 0.7, 0),
        ("gmsk", {"bt": 1.0}, 4.0, 0.3, 0),
    ],
)
def test_symbols_are_lost_as_often_as_theory_says(flight, modulation, changes, es_n0_db, bound_db, settled):
    """With the Doppler shift and rate of a low orbit; the bound, and two and a half deviations of the count."""
    errors, count, flights = 0, 0, 10
    for seed in range(flights):
        doppler_hz = np.linspace(-10e3, 10e3, flights)[seed]
        path = {"doppler_hz": doppler_hz, "doppler_rate_hz_s": 150.0, "seed": seed}
        one = flight(modulation, es_n0_db, changes=changes, settled=settled, **path)
        soft = one.received(one.tracker())[settled + MARKER_SYMBOLS :]
        errors += np.count_nonzero(soft * one.sent[settled + MARKER_SYMBOLS :][: len(soft)] < 0)
        count += len(soft)
    symbol_db = es_n0_db - 10 * math.log10(one.waveform.bits_per_symbol)
    spread_db = loss_db(errors + 2.5 * math.sqrt(errors), count, symbol_db) - loss_db(errors, count, symbol_db)
    assert count > flights * (7800 - settled)
    assert -spread_db - 0.02 < loss_db(errors, count, symbol_db) < bound_db + spread_db


@pytest.mark.parametrize("modulation", ["bpsk", "qpsk", "oqpsk", "gmsk"])
@pytest.mark.parametrize("block", [1, 777])
def test_the_split_into_blocks_changes_nothing(flight, modulation, block):
    one = flight(modulation, 8.0, count=600)
    whole = one.received(one.tracker())
    split = one.received(one.tracker(), block)
    # what waits for its neighbours comes later, not otherwise
    np.testing.assert_array_equal(split[: len(whole)], whole[: len(split)])
    assert len(split) == len(whole) > 550


@pytest.mark.parametrize("modulation", ["bpsk", "qpsk", "oqpsk", "gmsk"])
@pytest.mark.parametrize("ppm", [-60.0, 60.0])
def test_a_symbol_clock_that_the_carrier_does_not_tell_of_is_followed(flight, modulation, ppm):
    one = flight(modulation, 14.0, ppm=ppm, count=16_000)
    tracker = one.tracker()
    soft = one.received(tracker)
    assert np.all(soft[-2000:] * one.sent[: len(soft)][-2000:] > 0)
    periods = len(soft) / one.waveform.bits_per_symbol
    assert tracker.position == pytest.approx(one.found.start + 4 * periods * (1 + ppm * 1e-6), abs=0.4)


@pytest.mark.parametrize("baud", [1200.0, 9600.0, 1e6])
def test_the_doppler_rate_of_a_low_orbit_bends_the_phase_and_is_followed(flight, baud):
    """437 MHz, -150 Hz/s: at 1200 baud the phase bends by 0.65 mrad a symbol squared."""
    one = flight("bpsk", 10.0, baud=baud, doppler_rate_hz_s=150.0, count=4000)
    tracker = one.tracker()
    soft = one.received(tracker)
    assert np.count_nonzero(soft * one.sent[: len(soft)] < 0) <= 2
    offset_hz = -150.0 * tracker.position / (4 * baud)
    assert tracker.offset_cycles * 4 * baud == pytest.approx(offset_hz, abs=4e-3 * baud)


@pytest.mark.parametrize("modulation", ["bpsk", "qpsk", "oqpsk", "gmsk"])
@pytest.mark.parametrize("es_n0_db", [6.0, 12.0])
def test_amplitude_and_es_n0_come_from_the_symbols(flight, modulation, es_n0_db):
    """Those of a signal of unit mean power are +-1."""
    one = flight(modulation, es_n0_db)
    tracker = one.tracker()
    soft = one.received(tracker)
    against = Comparison.of(soft, one.sent[: len(soft)])
    symbol_db = es_n0_db - 10 * math.log10(one.waveform.bits_per_symbol)
    assert np.mean(soft * one.sent[: len(soft)]) == pytest.approx(1, abs=0.03)
    assert against.es_n0_db == pytest.approx(symbol_db, abs=0.35)
    assert tracker.amplitude == pytest.approx(1, abs=0.1)
    assert tracker.es_n0_db == pytest.approx(symbol_db, abs=1.5)


def test_a_tracker_out_of_samples_gives_nothing(flight):
    one, buffer = flight("bpsk", 10.0, count=200), SampleBuffer()
    tracker = one.tracker()
    assert len(tracker.take(buffer, 100)) == 0
    buffer.append(one.samples[:300])
    assert len(tracker.take(buffer, 0)) == 0
    assert tracker.position == pytest.approx(one.found.start)


def test_memory_is_short_where_the_phase_bends_within_it():
    assert longest_memory(437.05e6, 38400) == 88
    assert longest_memory(437.05e6, 1e6) == 88
    assert [longest_memory(437.05e6, rate) for rate in (19200, 9600, 4800, 1200)] == [46, 24, 12, 4]


def test_blocks_are_short_where_the_phase_bends_within_one():
    assert [block_ticks(437e6, rate) for rate in (1e6, 38400, 9600, 4800, 2400, 1200)] == [32, 32, 32, 32, 16, 8]
    assert block_ticks(8.4e9, 38400) == 32
