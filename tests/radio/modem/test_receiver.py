import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import erfc

from radio.errors import ProfileError
from radio.modem.acquisition import Acquisition
from radio.modem.modulator import Modulator
from radio.modem.receiver import Receiver

LEAST_ES_N0_DB = {"uplink": 7.5, "downlink": 0.0}


def frame_of(leg, rng):
    return rng.bytes(leg.octets)


def frames(receptions, leg):
    return [r.frame[: leg.octets] if r.frame else None for r in receptions]


def summary(receptions):
    return [
        (r.frame, q.started_s, q.ended_s, q.es_n0_db, q.first_offset_hz, q.last_offset_hz, q.corrected)
        for r in receptions
        for q in [r.quality]
    ]


@pytest.mark.parametrize("doppler", [-0.95, -0.3, 0.6, 0.95])
def test_frames_come_through_at_the_least_signal_a_pass_allows(leg, air, received, doppler):
    """Full Doppler and its rate of a 550 km pass, both clocks off, any phase, timing and gain."""
    rng = np.random.default_rng(round(1000 * (1 + doppler)))
    receiver, gain = leg.receiver(), {-0.95: 1e-3, -0.3: 1.0, 0.6: 30.0, 0.95: 1e3}[doppler]
    for clock_ppm in (-25.0, 0.0, 25.0):
        offset_hz = doppler * leg.profile.search_range_hz
        flight = air(
            LEAST_ES_N0_DB[leg.name],
            offset_hz,
            leg.doppler_rate_hz_s,
            clock_ppm - 1e6 * offset_hz / leg.profile.carrier_hz,
            rng.uniform(0, 6.28),
            rng.uniform(0, 1),
            gain,
        )
        frame = frame_of(leg, rng)
        assert frames(received(receiver, leg.on_air(frame, flight, rng)), leg) == [frame]


@pytest.mark.parametrize("clock_ppm", [-200.0, 200.0])
def test_a_symbol_clock_that_the_carrier_does_not_tell_of_is_followed(downlink, air, received, clock_ppm):
    """Over a burst it runs away by 0.8 symbols."""
    rng = np.random.default_rng(16)
    frame = frame_of(downlink, rng)
    (reception,) = received(downlink.receiver(), downlink.on_air(frame, air(15.0, clock_ppm=clock_ppm), rng))
    assert reception.frame == frame
    symbols = (reception.quality.ended_s - reception.quality.started_s) * 38_400
    assert symbols == pytest.approx((64 + 4092) * (1 + clock_ppm * 1e-6), abs=0.2)


def test_the_carrier_offset_tells_of_the_symbol_clock(downlink, air, received):
    """Doppler stretches both alike: at a low carrier, by more than the timing estimate could follow."""
    profile = downlink.profile.model_copy(update={"carrier_hz": 4e6})
    rng, frame = np.random.default_rng(17), bytes(range(223))
    for offset_hz in (-10e3, 10e3):
        receiver = Receiver(profile, profile.code(), 240e3)
        flight = air(10.0, offset_hz, clock_ppm=-1e6 * offset_hz / 4e6)
        assert frames(received(receiver, downlink.on_air(frame, flight, rng)), downlink) == [frame]


@pytest.mark.parametrize("es_n0_db", [3.0, 9.0, 15.0])
def test_the_signal_to_noise_ratio_is_measured(downlink, uplink, air, received, es_n0_db):
    rng = np.random.default_rng(5)
    for leg, bursts in ((downlink, 4), (uplink, 12)):
        if leg is uplink and es_n0_db < 7.5:
            continue
        measured = []
        for _ in range(bursts):
            flight = air(es_n0_db, 1000.0, leg.doppler_rate_hz_s, fraction=rng.uniform())
            found = received(leg.receiver(), leg.on_air(frame_of(leg, rng), flight, rng))
            measured.append(found[0].quality.es_n0_db)
        assert np.mean(measured) == pytest.approx(es_n0_db, abs=0.2)


def test_offset_and_times_are_measured(leg, air, received):
    rng, flight = np.random.default_rng(6), air(10.0, -2000.0, leg.doppler_rate_hz_s, fraction=0.4)
    (reception,) = received(leg.receiver(), leg.on_air(frame_of(leg, rng), flight, rng))
    quality = reception.quality
    started_s, symbol_s = leg.marker_s(flight), 1 / leg.profile.symbol_rate_baud
    symbols = len(leg.profile.code().encode(bytes(leg.octets)))
    assert quality.started_s == pytest.approx(started_s, abs=0.05 * symbol_s)
    assert quality.ended_s == pytest.approx(started_s + symbols * symbol_s, abs=0.2 * symbol_s)
    assert quality.first_offset_hz == pytest.approx(-2000 - leg.doppler_rate_hz_s * started_s, abs=30)
    assert quality.last_offset_hz == pytest.approx(-2000 - leg.doppler_rate_hz_s * quality.ended_s, abs=15)
    assert len(quality.constellation) <= 256
    assert np.mean(np.abs(quality.constellation) ** 2) == pytest.approx(1, abs=1e-3)
    moved = reception.shifted(100.0).quality
    assert (moved.started_s - quality.started_s, moved.ended_s - quality.ended_s) == pytest.approx((100, 100))


@pytest.fixture(scope="module")
def two_bursts(leg, air):
    rng = np.random.default_rng(7)
    flight = air(LEAST_ES_N0_DB[leg.name] + 1, 1500.0, leg.doppler_rate_hz_s)
    return np.concatenate([leg.on_air(frame_of(leg, rng), flight, rng) for _ in range(2)])


@settings(max_examples=8, deadline=None)
@given(block=st.integers(1, 5000))
@example(block=5000)
@example(block=7)
def test_the_split_into_blocks_changes_nothing(leg, received, two_bursts, block):
    whole = received(leg.receiver(), two_bursts, len(two_bursts))
    assert len(whole) == 2
    split = received(leg.receiver(), two_bursts, block if block > 6 else 7 - block)
    assert summary(split) == summary(whole)
    np.testing.assert_array_equal(split[0].quality.constellation, whole[0].quality.constellation)


def test_single_samples_are_blocks_too(uplink, air, received):
    rng = np.random.default_rng(8)
    x = uplink.on_air(frame_of(uplink, rng)[:16], air(9.0, lead=1000, trail=800), rng)
    assert summary(received(uplink.receiver(), x, 1)) == summary(received(uplink.receiver(), x))


def test_bursts_may_follow_each_other_without_a_gap(leg):
    rng = np.random.default_rng(9)
    sent = [frame_of(leg, rng) for _ in range(3)]
    x = np.concatenate([*(leg.burst(frame) for frame in sent), np.zeros(3000)]).astype(np.complex64)
    x += leg.noise(len(x), 10.0, rng).astype(np.complex64)
    assert frames(leg.receiver().process(x), leg) == sent


def test_a_burst_in_noise_behind_strong_noise_alone(uplink, air, received):
    """The search must go from a crossing in noise by way of the alternating sequence to the marker, not stop at it."""
    rng, receiver = np.random.default_rng(10), uplink.receiver()
    sent = [frame_of(uplink, rng) for _ in range(12)]
    heard = [
        reception
        for frame in sent
        for reception in received(receiver, uplink.on_air(frame, air(30.0, lead=int(rng.integers(2000, 9000))), rng))
    ]
    assert frames(heard, uplink) == sent


def test_a_burst_that_breaks_off_is_told_and_the_next_one_is_heard(leg, air, received):
    """The next one begins while the receiver still follows the first: its samples are searched again."""
    rng, frame = np.random.default_rng(14), b"\x5a" * leg.octets
    broken, whole = leg.burst(frame), leg.burst(frame)
    gap = np.zeros(2000)
    x = np.concatenate((gap, broken[: len(broken) // 3], gap, whole, gap)).astype(np.complex64)
    x = np.asarray(x + leg.noise(len(x), 12.0, rng), dtype=np.complex64)
    receiver = leg.receiver()
    heard = frames(received(receiver, np.concatenate((x, np.zeros(60_000, dtype=np.complex64)))), leg)
    assert heard[-1] == frame
    assert frame not in heard[:-1]
    assert not receiver.following


def test_noise_and_silence_hold_no_frame(leg, received):
    rng = np.random.default_rng(12)
    receiver = leg.receiver()
    for x in (leg.noise(240_000, 0.0, rng), np.zeros(100_000), 1e-20 * leg.noise(50_000, 0.0, rng)):
        assert received(receiver, x.astype(np.complex64)) == []
    assert receiver.process(np.zeros(0, dtype=np.complex64)) == []


def test_a_burst_longer_than_the_profile_allows_is_not_followed_to_its_end(uplink, air, received):
    rng = np.random.default_rng(18)
    longest_s = (256 / 7 + 6) * 64 / 9600
    for octets in (256, 2000):
        heard = received(uplink.receiver(), uplink.on_air(rng.bytes(octets), air(15.0), rng))
        assert max(r.quality.ended_s - r.quality.started_s for r in heard) < longest_s
        assert (heard[0].frame is None) == (octets > 256)


def test_a_bare_carrier_makes_no_long_bursts(uplink, received):
    x = np.exp(2j * np.pi * 4000 * np.arange(240_000) / 240e3) + 0.05 * uplink.noise(
        240_000, 0, np.random.default_rng(1)
    )
    heard = received(uplink.receiver(), x.astype(np.complex64))
    assert all(r.quality.ended_s - r.quality.started_s < 0.02 for r in heard)


def test_a_marker_right_at_the_start_is_no_error(leg):
    """Switched on in the middle of a burst's acquisition sequence, or later."""
    rng = np.random.default_rng(13)
    burst = leg.burst(frame_of(leg, rng))
    marker = int((len(leg.profile.code().acquisition) + 8) * leg.samples_per_symbol)
    for cut in range(-60, 60, 7):
        leg.receiver().process(np.concatenate((burst[marker + cut :], np.zeros(2000, dtype=np.complex64))))


@pytest.mark.parametrize("spoiler", [np.nan, np.inf, -np.inf * 1j, complex(np.nan, np.inf), 1e30])
def test_samples_that_are_no_numbers_are_taken_as_zero_and_counted(downlink, air, received, spoiler):
    rng, receiver = np.random.default_rng(14), downlink.receiver()
    frame = frame_of(downlink, rng)
    x = downlink.on_air(frame, air(8.0), rng)
    before = x.copy()
    x[[0, 100, 10_000, len(x) - 1]] = spoiler
    kept = x.copy()
    assert frames(received(receiver, x), downlink) == [frame]
    assert receiver.samples_unusable == 4
    np.testing.assert_array_equal(x, kept)  # the caller's samples stay as they are
    assert len(before) == len(x)


def test_memory_does_not_grow(downlink):
    rng, receiver = np.random.default_rng(15), downlink.receiver()
    held = []
    for _ in range(40):
        receiver.process(downlink.noise(24_000, 0.0, rng).astype(np.complex64))
        held.append(receiver._buffer.end - receiver._buffer.first)
    assert max(held) < 8000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"search_range_hz": 60e3}, r"search_range_hz is 60000.0, accepted: at most 49007"),
        ({"symbol_rate_baud": 38401.0}, r"sample_rate_hz is 240000.0.*153604"),
    ],
)
def test_profiles_that_do_not_fit_are_refused(downlink, change, message):
    profile = downlink.profile.model_copy(update=change)
    with pytest.raises(ProfileError, match=message):
        Receiver(profile, profile.code(), 240e3)


EVERY = [("bpsk", {}), ("qpsk", {}), ("oqpsk", {}), ("gmsk", {"bt": 0.5}), ("gmsk", {"bt": 0.3}), ("gmsk", {"bt": 1.0})]
RATES = {
    1200.0: (48e3, 1400.0, 150.0),
    9600.0: (240e3, 9.5e3, 150.0),
    38400.0: (240e3, 10e3, 150.0),
    1e6: (4e6, 55e3, 800.0),
}
"""Sample rate, search range and, on 437 MHz or 2.2 GHz, the Doppler rate of an overhead pass."""


def heard(link, leg, orbit, received, es_n0_db, seed, **flight):
    """Whether two frames come through, and the receptions."""
    rng = np.random.default_rng(seed)
    sent = [rng.bytes(leg.octets) for _ in range(2)]
    flight = orbit(leg, es_n0_db, phase_rad=rng.uniform(0, 6.28), fraction=rng.uniform(), **flight)
    receptions = received(leg.receiver(), leg.carried(leg.sent(*sent), flight, rng), 4096)
    return [r.frame for r in receptions if r.frame] == sent, receptions


@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
@pytest.mark.parametrize("transmission", ["burst", "continuous"])
@pytest.mark.parametrize(("modulation", "changes"), EVERY)
def test_every_modulation_comes_through_in_every_way(
    link, orbit, received, modulation, changes, transmission, line_code
):
    leg = link(modulation, transmission=transmission, line_code=line_code, **changes)
    es_n0_db = 8.0 + (1.5 if leg.profile.bits_per_symbol == 2 else 0) + (2.0 if line_code == "nrz-m" else 0)
    for seed, (offset_hz, ppm, gain) in enumerate([(-9.9e3, -20.0, 1e-2), (1e3, 20.0, 1e2), (9.9e3, 0.0, 1.0)]):
        path = {"offset_hz": offset_hz, "offset_rate_hz_s": 150.0, "ppm": ppm, "gain": gain}
        came, receptions = heard(link, leg, orbit, received, es_n0_db, seed, **path)
        assert came, (offset_hz, ppm, gain)
        for reception in receptions[:2]:
            assert reception.quality.es_n0_db == pytest.approx(es_n0_db, abs=0.6)


@pytest.mark.parametrize("baud", RATES)
@pytest.mark.parametrize(
    ("modulation", "transmission"),
    [("bpsk", "burst"), ("bpsk", "continuous"), ("gmsk", "burst"), ("oqpsk", "continuous")],
)
def test_every_rate_comes_through_with_the_doppler_of_a_low_orbit(
    link, orbit, received, modulation, transmission, baud
):
    """At 1200 baud the Doppler rate bends the phase within a block: the slowest link wants some decibels more."""
    rate_hz, search_range_hz, doppler_rate_hz_s = RATES[baud]
    changes = {"carrier_hz": 2.2e9} if baud == 1e6 else {}
    leg = link(
        modulation,
        rate_hz,
        transmission=transmission,
        symbol_rate_baud=baud,
        search_range_hz=search_range_hz,
        **changes,
    )
    es_n0_db = 7.0 + (2.5 if modulation == "oqpsk" else 0) + (4.0 if baud == 1200 else 0)
    for seed, offset in enumerate((-0.9, 0.3, 0.9)):
        # towards the middle: at the slowest rate it would leave the search range between two bursts
        path = {"offset_hz": offset * search_range_hz, "offset_rate_hz_s": np.sign(offset) * doppler_rate_hz_s}
        came, _ = heard(link, leg, orbit, received, es_n0_db, seed, **path)
        assert came, offset


@settings(max_examples=12)
@given(
    offset=st.floats(-1, 1),
    fraction=st.floats(0, 1),
    phase_rad=st.floats(0, 6.28),
    gain_db=st.floats(-40, 40),
    ppm=st.floats(-20, 20),
)
@pytest.mark.parametrize("modulation", ["oqpsk", "gmsk"])
def test_any_offset_delay_phase_gain_and_clock(
    link, orbit, received, modulation, offset, fraction, phase_rad, gain_db, ppm
):
    leg, rng = link(modulation), np.random.default_rng(3)
    frame = rng.bytes(leg.octets)
    flight = orbit(
        leg,
        11.0,
        10e3 * offset,
        ppm,
        fraction=fraction,
        phase_rad=phase_rad,
        gain=10 ** (gain_db / 20),
        lead=400,
        trail=900,
    )
    assert [r.frame for r in received(leg.receiver(), leg.on_air(frame, flight, rng))] == [frame]


@settings(max_examples=6)
@given(sizes=st.lists(st.integers(1, 4000), min_size=1, max_size=12))
@pytest.mark.parametrize(
    ("modulation", "transmission"), [("qpsk", "burst"), ("oqpsk", "continuous"), ("gmsk", "continuous")]
)
def test_any_split_into_blocks_gives_the_same(link, orbit, modulation, transmission, sizes):
    leg, rng = link(modulation, transmission=transmission), np.random.default_rng(4)
    x = leg.carried(leg.sent(*(rng.bytes(60) for _ in range(2))), orbit(leg, 9.0, -3000.0), rng)
    whole = leg.receiver().process(x)
    receiver, split, start = leg.receiver(), [], 0
    for size in [*sizes, len(x)]:
        split += receiver.process(x[start : start + size])
        start += size
    assert len(whole) >= 2
    assert summary(split) == summary(whole)


def test_weak_qpsk_bursts_are_followed_from_their_start(link, orbit, received):
    """A marker of 32 symbol periods tells the carrier poorly; what comes after it tells it better."""
    leg, rng = link("qpsk", frame_octets=223), np.random.default_rng(9)
    decoded = 0
    for _ in range(40):
        frame, flight = rng.bytes(223), orbit(leg, 2.0, rng.uniform(-9e3, 9e3), lead=400, trail=900)
        decoded += frame in [r.frame for r in received(leg.receiver(), leg.on_air(frame, flight, rng))]
    assert decoded >= 39  # 37 without


@pytest.mark.parametrize("modulation", ["bpsk", "qpsk", "oqpsk", "gmsk"])
@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
def test_symbol_errors_are_counted_against_the_frames_own_symbols(link, orbit, received, modulation, line_code):
    """As many as theory says, over some units; and of all symbols after the marker."""
    leg, rng = link(modulation, line_code=line_code, transmission="continuous"), np.random.default_rng(5)
    es_n0_db = 5.0 + 10 * np.log10(leg.profile.bits_per_symbol)
    x = leg.carried(
        leg.sent(*(rng.bytes(60) for _ in range(14))), orbit(leg, es_n0_db, 2000.0, lead=500, trail=500), rng
    )
    good = [r.quality for r in received(leg.receiver(), x) if r.frame]
    symbols = len(leg.profile.code().encode(bytes(60))) - len(leg.profile.code().marker)
    assert len(good) >= 12
    assert {quality.symbols for quality in good} == {symbols}
    errors, count = sum(quality.symbol_errors for quality in good), symbols * len(good)
    expected = 0.5 * erfc(np.sqrt(10**0.5)) * count
    assert errors == pytest.approx(expected, abs=3.5 * np.sqrt(expected) + 0.25 * expected)
    assert np.mean([quality.es_n0_db for quality in good]) == pytest.approx(es_n0_db, abs=0.2)


def test_a_minute_of_noise_holds_no_reception(link, unchecked):
    leg = link("bpsk", 38.4e3, symbol_rate_baud=9600.0, coding=unchecked)
    rng, receiver = np.random.default_rng(6), leg.receiver()
    for _ in range(60):
        noise = rng.standard_normal(2 * 38_400, dtype=np.float32).view(np.complex64)
        assert receiver.process(noise) == []


@pytest.mark.parametrize("modulation", ["bpsk", "qpsk", "oqpsk", "gmsk"])
def test_what_resembles_a_signal_is_no_unit(link, received, modulation):
    """A bare carrier, and an acquisition sequence that never leads to a marker."""
    leg, rng = link(modulation), np.random.default_rng(7)
    carrier = np.exp(2j * np.pi * 3000 * np.arange(120_000) / leg.rate_hz)
    alternating = Modulator(leg.profile, leg.rate_hz).burst(np.resize(np.array([1, -1], dtype=np.int8), 8000))
    for x in (carrier, alternating):
        for es_n0_db in (0.0, 15.0):
            noisy = (x + leg.noise(len(x), es_n0_db, rng)).astype(np.complex64)
            assert not [r for r in received(leg.receiver(), noisy) if r.frame]


@pytest.mark.parametrize("modulation", ["bpsk", "oqpsk", "gmsk"])
def test_data_that_resembles_the_marker_is_not_taken_for_it(link, orbit, received, modulation):
    """The marker but for one symbol in eight, and marker itself in the middle of a unit: the frame comes through."""
    leg, rng = (
        link(modulation, coding={"kind": "cadu", "randomizer": "none", "sync_marker": "1ACFFC1D352EF853"}),
        np.random.default_rng(8),
    )
    marker = bytes.fromhex("1ACFFC1D352EF853")
    like = bytes(octet ^ 0x10 for octet in marker)
    frame = (like * 3 + marker + like * 4)[:60]
    for seed in range(3):
        x = leg.on_air(frame, orbit(leg, 13.0, -1500.0, fraction=0.3 * seed), rng)
        assert [r.frame for r in received(leg.receiver(), x)] == [frame]


@pytest.mark.parametrize("modulation", ["bpsk", "gmsk"])
def test_a_carrier_that_is_not_where_the_marker_tells_is_found(monkeypatch, link, orbit, received, modulation):
    """Nearly three standard deviations of what a marker at -3 dB tells: of these one is left."""
    refine = Acquisition.refine
    for seed, wrong in enumerate((-0.003, 0.003)):
        monkeypatch.setattr(Acquisition, "refine", lambda self, x, wrong=wrong: refine(self, x).turned(wrong / 4))
        leg, rng = link(modulation), np.random.default_rng(seed)
        frame = rng.bytes(leg.octets)
        x = leg.on_air(frame, orbit(leg, 0.5, 2000.0), rng)
        assert [r.frame for r in received(leg.receiver(), x)] == [frame]


@pytest.mark.parametrize("modulation", ["qpsk", "oqpsk"])
def test_a_sequence_and_a_marker_are_surer_than_a_marker(link, orbit, received, modulation):
    """Fourth powers show no carrier at 0 dB and 32 symbol periods are too few: the sequence makes it certain."""
    leg, rng = link(modulation), np.random.default_rng(10)
    bursts = [leg.on_air(bytes(leg.octets), orbit(leg, 0.0, 2000.0), rng) for _ in range(12)]
    assert all(received(leg.receiver(), x) for x in bursts)


def test_a_false_marker_just_before_the_true_one_does_not_cost_the_burst(link, orbit, received):
    """Of an alternating sequence in NRZ-M, at the edge of the search range, a marker in noise finds some likeness."""
    leg, rng = link("bpsk", line_code="nrz-m", symbol_rate_baud=9600.0), np.random.default_rng(9)
    sent = [rng.bytes(60) for _ in range(20)]
    x = [leg.on_air(frame, orbit(leg, 6.5, -9.5e3, lead=600, trail=200), rng) for frame in sent]
    assert [
        r.frame for r in received(leg.receiver(), np.concatenate([*x, np.zeros(3000)]).astype(np.complex64)) if r.frame
    ] == sent
