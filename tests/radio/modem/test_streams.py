"""What happens to a stream on its way."""

import numpy as np
import pytest

UNITS = 12


@pytest.fixture(scope="module", params=["bpsk", "oqpsk", "gmsk"])
def stream(request, link, orbit):
    """A leg, the frames sent, and the samples of a stream in little noise; where each unit begins, in samples."""
    leg, rng = link(request.param, transmission="continuous"), np.random.default_rng(11)
    return Stream(leg, [rng.bytes(60) for _ in range(UNITS)], orbit(leg, 13.0, -2500.0), rng)


class Stream:
    def __init__(self, leg, frames, flight, rng):
        self.leg, self.frames = leg, frames
        self.samples = leg.carried(leg.stream(*frames), flight, rng)
        code = leg.profile.code()
        periods = np.arange(len(frames) + 1) * len(code.encode(frames[0])) / leg.profile.bits_per_symbol
        self.starts = np.round((leg.marker_s(flight) + periods / leg.profile.symbol_rate_baud) * leg.rate_hz).astype(
            int
        )
        self.unit, self.marker = int(self.starts[1] - self.starts[0]), int(len(code.marker) * leg.samples_per_symbol)

    def spoilt(self, first, last):
        """Samples first to last drowned in noise."""
        spoilt, rng, count = self.samples.copy(), np.random.default_rng(12), last - first
        spoilt[first:last] += 30 * (rng.standard_normal(count) + 1j * rng.standard_normal(count))
        return spoilt.astype(np.complex64)


def frames(receptions):
    return [reception.frame for reception in receptions if reception.frame is not None]


def test_every_unit_of_a_stream_is_a_frame_and_its_end_is_noticed(stream, received):
    receiver = stream.leg.receiver()
    heard = received(receiver, np.concatenate((stream.samples, np.zeros(4 * stream.unit, dtype=np.complex64))))
    assert frames(heard) == stream.frames
    assert not receiver.following
    for k, reception in enumerate(heard[:UNITS]):
        symbol = stream.leg.samples_per_symbol
        assert reception.quality.started_s * stream.leg.rate_hz == pytest.approx(stream.starts[k], abs=0.25 * symbol)
        assert reception.quality.ended_s * stream.leg.rate_hz == pytest.approx(stream.starts[k + 1], abs=0.25 * symbol)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_receiver_joins_in_the_middle_of_a_unit(stream, received, part):
    first = int(stream.starts[3] + part * stream.unit)
    assert frames(received(stream.leg.receiver(), stream.samples[first:])) == stream.frames[4:]


def test_a_lost_marker_is_ridden_over(stream, received):
    """Not even the frame is lost where the code mends what was drowned with the marker."""
    x = stream.spoilt(stream.starts[5] - 10, stream.starts[5] + stream.marker)
    heard = received(stream.leg.receiver(), x)
    assert set(frames(heard)) >= set(stream.frames) - {stream.frames[4], stream.frames[5]}
    assert frames(heard)[-6:] == stream.frames[-6:]


def test_a_marker_that_was_not_sent_is_ridden_over(stream, received):
    """Its frame is whole, and comes where it is due."""
    x, first = stream.samples.copy(), stream.starts[5]
    x[first : first + stream.marker] = 0
    heard = received(stream.leg.receiver(), x)
    assert frames(heard) == stream.frames
    assert heard[5].quality.started_s * stream.leg.rate_hz == pytest.approx(
        first, abs=0.5 * stream.leg.samples_per_symbol
    )


def test_a_stream_is_found_again_behind_a_gap_of_noise(stream, received):
    """Two markers and all between them drown: whatever was followed meanwhile, no later frame is lost."""
    x = stream.spoilt(int(stream.starts[3] + 0.3 * stream.unit), int(stream.starts[5] + 0.7 * stream.unit))
    heard = frames(received(stream.leg.receiver(), x))
    assert [frame for frame in heard if frame not in stream.frames] == []
    assert heard[:3] == stream.frames[:3]
    assert heard[3:] == stream.frames[6:]


def test_a_stream_that_jumps_in_time_is_found_again(stream, received):
    """As when a receiver drops samples: the markers do not show where they should, and are searched for."""
    cut = int(stream.starts[4] + 0.5 * stream.unit)
    x = np.concatenate((stream.samples[:cut], stream.samples[cut + 1001 :]))
    heard = frames(received(stream.leg.receiver(), x))
    assert heard == stream.frames[:4] + stream.frames[5:]


def test_a_half_cycle_slip_costs_one_frame(stream, received):
    slip = int(stream.starts[4] + 0.5 * stream.unit)
    x = stream.samples.copy()
    x[slip:] *= -1
    assert frames(received(stream.leg.receiver(), x)) == stream.frames[:4] + stream.frames[5:]


@pytest.mark.parametrize("turn", [1j, -1, -1j])
def test_qpsk_slips_by_quarters(link, orbit, received, turn):
    leg, rng = link("qpsk", transmission="continuous"), np.random.default_rng(14)
    slipped = Stream(leg, [rng.bytes(60) for _ in range(6)], orbit(leg, 13.0, 500.0), rng)
    slip = int(slipped.starts[2] + 0.5 * slipped.unit)
    slipped.samples[slip:] *= np.complex64(turn)
    receiver, soon = leg.receiver(), int(slipped.starts[4] + 0.4 * slipped.unit)
    at_once = frames(received(receiver, slipped.samples[:soon]))  # without another search
    assert at_once == [*slipped.frames[:2], slipped.frames[3]]
    assert frames(received(receiver, slipped.samples[soon:])) == slipped.frames[4:]


@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_a_stream_that_stops_in_a_frame_gives_no_wrong_frame_and_no_hang(stream, received, part):
    end = int(stream.starts[6] + part * stream.unit)
    silence = stream.leg.noise(4 * stream.unit, 13.0, np.random.default_rng(13))
    silence = np.concatenate((silence, np.zeros(4 * stream.unit)))  # for what noise may be on trial
    receiver = stream.leg.receiver()
    heard = received(receiver, np.concatenate((stream.samples[:end], silence)).astype(np.complex64))
    assert frames(heard) in (stream.frames[:6], stream.frames[:7])
    assert not receiver.following


def test_a_stream_that_is_switched_on_again_is_found_again(stream, received):
    x = np.concatenate((stream.samples, stream.samples))
    assert frames(received(stream.leg.receiver(), x)) == 2 * stream.frames


@pytest.mark.parametrize("spoiler", [np.nan, np.inf, 1e30])
def test_samples_that_are_no_numbers_cost_no_more_than_their_own_unit(stream, received, spoiler):
    x = stream.samples.copy()
    x[stream.starts[2] + 500 : stream.starts[2] + 520] = spoiler
    receiver = stream.leg.receiver()
    heard = frames(received(receiver, x))
    assert set(heard) >= set(stream.frames[:2] + stream.frames[3:])
    assert receiver.samples_unusable == 20


def test_memory_stays_bounded_over_a_long_stream(stream):
    """What is held is a few units, however long the stream and however it is cut."""
    receiver, held = stream.leg.receiver(), []
    x = np.concatenate(
        (stream.samples[: stream.starts[-1]], *3 * [stream.samples[stream.starts[0] : stream.starts[-1]]])
    )
    for k in range(0, len(x), 500):
        receiver.process(x[k : k + 500])
        held.append(receiver._buffer.end - receiver._buffer.first)
    per_unit = stream.unit / stream.leg.samples_per_symbol * 4
    assert max(held) < 3 * per_unit
    assert max(held[-100:]) <= max(held[:300])
