import numpy as np
import pytest

from radio.emulated.red_pitaya import Transmission, Tuning
from radio.emulated.red_pitaya_antenna import SkyAntenna
from radio.transmit.up_converter import BACK_OFF

LINK_HZ, DEVICE_HZ = 240e3, 250e3
RECEIVE_HZ, TRANSMIT_HZ = 10e6, 20e6
TONE_HZ = 5e3
BLOCK_S = 0.01


def antenna():
    return SkyAntenna(LINK_HZ, RECEIVE_HZ, TRANSMIT_HZ, 0.0)


def tone(rate_hz, first, count, frequency_hz=TONE_HZ):
    return np.exp(2j * np.pi * frequency_hz / rate_hz * np.arange(first, first + count)).astype(np.complex64)


def frequency_of(samples, rate_hz):
    return float(np.angle(np.vdot(samples[:-1], samples[1:]))) / (2 * np.pi) * rate_hz


def heard(tuned_hz):
    """A tone above the carrier, as the device hears it when the first that waited is over."""
    air, tuning, parts = antenna(), Tuning(tuned_hz, DEVICE_HZ), []
    for n in range(60):
        air.hear(tone(LINK_HZ, 2400 * n, 2400))
        parts.append(air.received(tuning, 2500))
    return np.concatenate(parts)


@pytest.mark.parametrize("tuned_hz", [10e6, 10.03e6])
def test_what_is_in_the_air_is_heard_where_the_device_has_the_carrier(tuned_hz):
    samples = heard(tuned_hz)[-20_000:]
    assert frequency_of(samples, DEVICE_HZ) == pytest.approx(TONE_HZ + RECEIVE_HZ - tuned_hz, abs=1.0)
    assert np.abs(samples).std() < 0.01


def test_a_device_that_is_tuned_elsewhere_hears_nothing():
    assert not heard(7e6).any()


def put_out(bursts, tuned_hz=TRANSMIT_HZ):
    """What goes into the air of bursts of (begin, length), told each millisecond, and from 310 ms on a little late."""
    air, sent, told = antenna(), [], dict.fromkeys(bursts, 0)
    for ms in range(1, 1001):
        until_s = (ms if ms < 310 else ms // 2 * 2) * 1e-3
        for begin_s, length_s in bursts:
            first, last = told[begin_s, length_s], round((min(until_s - begin_s, length_s)) * DEVICE_HZ)
            if last > first:
                samples = BACK_OFF * tone(DEVICE_HZ, first, last - first)
                start_s = begin_s + first / DEVICE_HZ
                air.transmitted(Transmission(start_s, Tuning(tuned_hz, DEVICE_HZ), False, samples))
                told[begin_s, length_s] = last
        air.pass_time(ms * 1e-3)
        if ms % 10 == 0:
            sent.append(air.sent(2400))
    return np.concatenate(sent)


def edges_s(samples):
    """When bursts begin, and when they end."""
    steps = np.diff((np.abs(samples) > 0.5).astype(int))
    return np.flatnonzero(steps == 1) / LINK_HZ, np.flatnonzero(steps == -1) / LINK_HZ


def test_what_is_put_out_goes_into_the_air_whole():
    out = put_out([(0.3, 0.05), (0.352, 0.1)])
    begins_s, ends_s = edges_s(out)
    assert ends_s - begins_s == pytest.approx([0.05, 0.1], abs=2e-4)
    assert begins_s[1] - begins_s[0] == pytest.approx(0.052, abs=1e-5)
    for begin_s, end_s in zip(begins_s, ends_s, strict=True):
        burst = out[round(begin_s * LINK_HZ) + 100 : round(end_s * LINK_HZ) - 100]
        assert np.abs(burst) == pytest.approx(1.0, abs=0.01)
        assert np.abs(np.diff(np.unwrap(np.angle(burst))) - 2 * np.pi * TONE_HZ / LINK_HZ).max() < 0.01


def test_it_goes_there_when_it_was_put_out():
    (on_time,), (later,) = (edges_s(put_out([(begin_s, 0.05)]))[0] for begin_s in (0.3, 0.3004))
    assert later - on_time == pytest.approx(0.4e-3, abs=1e-5)


def test_what_is_put_out_elsewhere_is_not_on_the_link():
    assert np.abs(put_out([(0.3, 0.1)], TRANSMIT_HZ + 30e3)).max() > 0.5
    assert not put_out([(0.3, 0.1)], TRANSMIT_HZ + 5e6).any()


def test_it_waits_for_a_while_and_no_longer():
    (begin_s,), _ = edges_s(put_out([(0.3, 0.1)]))
    assert 0.3 < begin_s < 0.5
