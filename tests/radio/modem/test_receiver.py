import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from radio.errors import ProfileError
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
    assert max(held) < 3000


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
