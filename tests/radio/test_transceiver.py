from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.link_state import LinkStates
from radio.modem.modulator import PULSE_SPAN_SYMBOLS, Modulator
from radio.node import Node
from radio.profile import Profile
from radio.sky import LegSettings, Sky, SkySettings
from radio.transceiver import Transceiver

RATE_HZ = 240e3


class Station:
    """A link layer that sends given frames, each from a given time on, and keeps what it hears."""

    def __init__(self, *frames, not_before_s=0.0):
        self.waiting, self.not_before_s = list(frames), not_before_s
        self.asked_s, self.heard, self.ticks = [], [], []
        self.finds_good = True

    def tick(self, now_s):
        self.ticks.append(now_s)

    def frame_to_send(self, now_s):
        if now_s < self.not_before_s or not self.waiting:
            return None
        self.asked_s.append(now_s)
        return self.waiting.pop(0)

    def frame_received(self, frame, quality, now_s):
        self.heard.append((frame, quality, now_s))
        return self.finds_good


def transceiver(profile, station, as_flatsat=False, log=None):
    legs = (profile.downlink, profile.uplink) if as_flatsat else (profile.uplink, profile.downlink)
    return Transceiver(*legs, RATE_HZ, station, log or (lambda *_: None))


def quiet_sky(seed=1):
    t = np.arange(3.0)
    states = LinkStates(t, 700e3 - 6000 * t, -6000 + 0 * t, 50 + 0 * t, 70 + 0 * t, 0 * t, -200 + 0 * t, 0 * t)
    uplink = LegSettings(145.9e6, 1.0, 2.0, 1.0, False, 200e3, 8, 4.0)
    return Sky(SkySettings(RATE_HZ, 2400, seed, uplink, replace(uplink, carrier_hz=437.05e6), states, states))


def test_frames_go_both_ways_at_once_through_the_sky(profile):
    rng = np.random.default_rng(1)
    up, down = [rng.bytes(60) for _ in range(4)], [rng.bytes(223) for _ in range(3)]
    ground, flatsat = Station(*up, not_before_s=0.02), Station(*down)
    at_ground, at_flatsat, sky = transceiver(profile, ground), transceiver(profile, flatsat, True), quiet_sky()
    rx = [np.zeros(2400, dtype=np.complex64)] * 2
    for k in range(60):
        rx = sky.exchange(at_ground.step(rx[0], k * 0.01), at_flatsat.step(rx[1], k * 0.01))
    assert [frame[:60] for frame, *_ in flatsat.heard] == up
    assert [frame for frame, *_ in ground.heard] == down
    assert (at_ground.counters.frames_sent, at_ground.counters.frames_received) == (4, 3)
    assert (at_flatsat.counters.frames_sent, at_flatsat.counters.frames_received) == (3, 4)
    assert at_ground.counters.bursts_undecoded == at_flatsat.counters.bursts_undecoded == 0
    assert [burst.started_s for burst in at_ground.sent] == ground.asked_s
    light_s, preamble_s = 700e3 / 299_792_458, (8 + 64) / 38400  # half a pulse and the preamble
    for (_, quality, now_s), burst in zip(ground.heard, at_flatsat.sent, strict=True):
        late_s = quality.started_s - (burst.started_s + light_s + preamble_s)
        assert 0 < late_s < 3e-4  # the interpolator's and the channel filter's delay
        assert quality.started_s < quality.ended_s < now_s


def test_the_first_sample_leaves_when_the_link_layer_was_told(profile):
    frames = [bytes([k]) * 40 for k in range(3)]
    station = Station(*frames, not_before_s=5.0)
    sender = transceiver(profile, station)
    times = 4.98 + 0.01 * np.arange(80)
    sent = np.concatenate([sender.step(np.zeros(2400, dtype=np.complex64), now_s) for now_s in times])
    assert station.asked_s[0] == pytest.approx(5.0)
    alone = transceiver(profile, Station(frames[0])).step(np.zeros(40_000, dtype=np.complex64), 0.0)
    for k, asked_s in enumerate(station.asked_s):
        first = round((asked_s - 4.98) * RATE_HZ)
        head = alone[:3000]  # acquisition and start sequence are alike in all
        match = np.correlate(sent[max(0, first - 50) : first + 3050], head)
        assert int(np.argmax(np.abs(match))) == min(first, 50)
        length = round(sender.sent[k].air_time_s * RATE_HZ)
        assert length == pytest.approx((40 / 7 // 1 * 64 + 64 + 128 + 16 + 64 + PULSE_SPAN_SYMBOLS) * 25, abs=25)
        if k:
            assert asked_s == pytest.approx(station.asked_s[k - 1] + length / RATE_HZ)  # no gap, no overlap


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(0, 6000), min_size=1, max_size=8))
def test_as_many_samples_come_back_as_went_in_whatever_the_blocks(profile, sizes):
    frame, total = b"\x11" * 30, sum(sizes)
    whole = transceiver(profile, Station(frame)).step(np.zeros(total, dtype=np.complex64), 0.0)
    split, sent, count = transceiver(profile, Station(frame)), [], 0
    for size in sizes:
        tx = split.step(np.zeros(size, dtype=np.complex64), count / RATE_HZ)
        assert (len(tx), tx.dtype) == (size, np.complex64)
        sent.append(tx)
        count += size
    np.testing.assert_array_equal(np.concatenate(sent), whole)


def test_times_count_from_the_first_samples_link_time(profile):
    """The clock may stand anywhere when a transceiver is switched on."""
    frame = b"\x22" * 223
    burst = transceiver(profile, Station(frame), True).step(np.zeros(40_000, dtype=np.complex64), 0.0)
    rx = np.concatenate((np.zeros(1000, dtype=np.complex64), burst))
    ground = Station()
    transceiver(profile, ground).step(rx, 100.0)
    (_, quality, now_s) = ground.heard[0]
    assert now_s == 100.0
    assert quality.started_s == pytest.approx(100.0 - len(rx) / RATE_HZ + 1000 / RATE_HZ + (8 + 64) / 38400, abs=1e-5)


def test_bursts_that_do_not_decode_are_counted_and_reported_but_not_delivered(profile):
    rng = np.random.default_rng(2)
    burst = transceiver(profile, Station(b"\x33" * 223), True).step(np.zeros(36_000, dtype=np.complex64), 0.0)
    spoilt = burst.copy()
    spoilt[2000:9000] = 3 * (rng.standard_normal(7000) + 1j * rng.standard_normal(7000))
    ground, log = Station(), []
    receiver = transceiver(profile, ground, log=lambda *reception: log.append(reception))
    receiver.step(np.concatenate((spoilt, burst, np.zeros(40_000, dtype=np.complex64))), 1.0)
    assert [frame for frame, *_ in ground.heard] == [b"\x33" * 223]
    assert receiver.counters.bursts_undecoded == len(log) - 1 >= 1
    assert log[0][0].frame is None


def test_unusable_samples_are_counted(profile):
    receiver = transceiver(profile, Station())
    receiver.step(np.array([np.nan, 1, np.inf * 1j], dtype=np.complex64), 0.0)
    assert receiver.counters.samples_unusable == 2


def test_a_node_ticks_its_program_and_tells_what_went_through(profile):
    station = Station(b"\x44" * 223)
    sender = Node(station, profile.downlink, profile.uplink, RATE_HZ)
    burst = np.concatenate([sender.step(np.zeros(4800, dtype=np.complex64), 0.02 * k) for k in range(8)])
    assert station.ticks == [0.02 * k for k in range(8)]
    assert sender.link_time_s == 0.14
    assert sender.to_json()["sent"] == [{"started_s": 0.0, "air_time_s": pytest.approx(0.112, abs=0.002)}]
    heard = Node(Station(), profile.uplink, profile.downlink, RATE_HZ)
    heard.step(burst, 1.0)
    told = heard.to_json()
    assert [burst["decoded"] for burst in told["bursts"]] == [True]
    assert (told["bursts_undecoded"], len(told["constellation"]), len(told["spectrum"]["density_db"])) == (0, 256, 512)


STREAMS = ["leo-gmsk", "leo-oqpsk-ldpc"]
BLOCK = 2400


class Stream(Station):
    """A link layer that numbers its frames and, but between two times, always has one."""

    def __init__(self, octets, silent_s=(9.0, 9.0)):
        super().__init__()
        self.octets, self.silent_s = octets, silent_s

    def frame_to_send(self, now_s):
        self.asked_s.append(now_s)
        if self.silent_s[0] <= now_s < self.silent_s[1]:
            return None
        self.waiting.append(len(self.waiting).to_bytes(4, "big") * (self.octets // 4) + bytes(self.octets % 4))
        return self.waiting[-1]


def streamed(profile, station, seconds, block=BLOCK):
    sender = transceiver(profile, station, True)
    blocks = [np.zeros(block, dtype=np.complex64)] * round(seconds * RATE_HZ / block)
    return sender, np.concatenate([sender.step(x, 1.0 + k * block / RATE_HZ) for k, x in enumerate(blocks)])


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_never_pauses_while_there_are_frames(name):
    profile = Profile.load(name)
    station = Stream(profile.downlink.frame_octets)
    sender, tx = streamed(profile, station, 1.0)
    power = np.mean(np.abs(tx[: len(tx) // 240 * 240].reshape(-1, 240)) ** 2, axis=1)
    assert np.all(power[2:] > 0.3)
    for before, after in zip(sender.sent, list(sender.sent)[1:], strict=False):
        assert after.started_s == pytest.approx(before.started_s + before.air_time_s, abs=1e-9)
    unit = len(profile.downlink.code().encode(station.waiting[0]))
    air_time_s = unit / profile.downlink.channel_symbol_rate_hz
    assert sum(each.air_time_s for each in sender.sent) == pytest.approx(air_time_s * len(sender.sent), abs=1e-4)
    assert sender.counters.frames_sent == len(station.waiting) == len(sender.sent)


@pytest.mark.parametrize("name", STREAMS)
def test_a_streams_units_start_when_they_are_said_to(name):
    """As the receiver at the other end finds them: the marker's first symbol, and what follows it to the next."""
    profile = Profile.load(name)
    station, ground = Stream(profile.downlink.frame_octets), Station()
    sender, tx = streamed(profile, station, 1.2)
    receiver = transceiver(profile, ground)
    for k in range(0, len(tx), BLOCK):
        receiver.step(tx[k : k + BLOCK], 1.0 + (k + BLOCK) / RATE_HZ)
    heard = [frame for frame, *_ in ground.heard]
    assert len(heard) >= 4
    assert heard == station.waiting[: len(heard)]
    symbol_s = 1 / profile.downlink.symbol_rate_baud
    for (_, quality, now_s), unit in zip(ground.heard, sender.sent, strict=False):
        assert quality.started_s == pytest.approx(unit.started_s, abs=0.6 * symbol_s)
        assert quality.ended_s == pytest.approx(unit.started_s + unit.air_time_s, abs=0.6 * symbol_s)
        assert quality.ended_s < now_s


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("block", [240, 24_000])
def test_a_stream_pauses_without_a_frame_and_resumes(name, block):
    """What is on air before the pause and after it comes through."""
    profile = Profile.load(name)
    station, ground = Stream(profile.downlink.frame_octets, silent_s=(1.5, 2.0)), Station()
    _, tx = streamed(profile, station, 2.0, block)
    receiver, rng = transceiver(profile, ground), np.random.default_rng(1)
    rx = (tx + 0.1 * (rng.standard_normal(len(tx)) + 1j * rng.standard_normal(len(tx)))).astype(np.complex64)
    for k in range(0, len(rx), BLOCK):
        receiver.step(rx[k : k + BLOCK], 1.0 + (k + BLOCK) / RATE_HZ)
    before = sum(asked_s < 1.5 for asked_s in station.asked_s)
    heard = [frame for frame, *_ in ground.heard]
    assert [frame for frame in heard if frame not in station.waiting] == []
    assert set(heard) >= set(station.waiting[: before - 1]) | set(station.waiting[before + 1 : -2])
    paused = np.abs(tx[round(0.7 * RATE_HZ) : round(0.9 * RATE_HZ)])
    assert np.all(paused == 0)


def test_the_acquisition_sequence_leads_a_stream_once():
    profile = Profile.load("leo-oqpsk-ldpc")
    _, tx = streamed(profile, Stream(512), 0.5)
    modulator, code = Modulator(profile.downlink, RATE_HZ), profile.downlink.code()
    frames = [k.to_bytes(4, "big") * 128 for k in range(2)]
    whole = modulator.stream(np.concatenate([code.acquisition, *(code.encode(frame) for frame in frames)]))
    np.testing.assert_allclose(tx[: len(whole)], whole, atol=2e-6)
