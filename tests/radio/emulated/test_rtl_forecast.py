from dataclasses import replace

import numpy as np
import pytest

from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.emulated.rtl_forecast import Cause, ReceivedLink, ReceiverFault, foretell
from radio.errors import ChannelError
from radio.modem.open_receiver import open_receiver

SKY_RATE_HZ, NEEDED_DB = 240e3, 2.0
DROPS = DroppedTransferSettings(probability=0.05)


@pytest.fixture
def link(profile):
    return ReceivedLink(profile.downlink, 60.0, NEEDED_DB, SKY_RATE_HZ, 4.0, doppler_hz=3000.0)


def bursts(leg, frames, c_n0_db_hz, doppler_hz):
    """What there is at the antenna: frames between pauses."""
    gap = np.zeros(2000)
    parts = [np.concatenate((leg.burst(frame), gap)) for frame in frames]
    signal = np.concatenate((gap, *parts, gap, gap, gap))
    turning = np.exp(2j * np.pi * doppler_hz / SKY_RATE_HZ * np.arange(len(signal)))
    return (np.sqrt(10 ** (c_n0_db_hz / 10) / SKY_RATE_HZ) * signal * turning).astype(np.complex64)


@pytest.fixture
def received_through(leg_of, profile, make_dongle, heard):
    """Send frames through a dongle that is set wrong to our receiver; return those that came, and what it clipped."""

    def run(link, fault, count=6):
        leg = leg_of(profile.downlink)
        frames = [bytes([k]) * leg.octets for k in range(count)]
        made = make_dongle(
            frequency_hz=link.profile.carrier_hz + fault.tuning_error_hz,
            ppm=round(fault.ppm),
            gain_tenths_db=round(297 + 10 * fault.gain_excess_db),
            dropped_transfers=fault.drops,
        )
        samples = heard(made, bursts(leg, frames, link.c_n0_db_hz, link.doppler_hz))
        receptions = open_receiver(link.profile, SKY_RATE_HZ).process(samples)
        came = [each for each in receptions if each.frame in frames]
        return len(came) / count, came, made.counters

    return run


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ReceiverFault(), ()),
        (ReceiverFault(tuning_error_hz=25e3), (Cause.CARRIER,)),
        (ReceiverFault(tuning_error_hz=-25e3), (Cause.CARRIER,)),
        (ReceiverFault(tuning_error_hz=-8e3), ()),
        (ReceiverFault(ppm=40), (Cause.CARRIER,)),
        (ReceiverFault(ppm=-40), (Cause.CARRIER,)),
        (ReceiverFault(ppm=15), ()),
        (ReceiverFault(tuning_error_hz=15e3, ppm=25), ()),
        (ReceiverFault(gain_excess_db=19.9), ()),
    ],
)
def test_the_link_does_what_is_foretold(link, received_through, fault, expected):
    """437.05 MHz by 40 ppm are 17.5 kHz; the receiver looks 12 kHz to either side."""
    forecast = foretell(link, fault)
    arrived, came, _ = received_through(link, fault)
    assert forecast.causes == expected
    assert arrived == (1.0 if forecast.recovers else 0.0)
    for reception in came:
        assert reception.quality.first_offset_hz == pytest.approx(forecast.carrier_offset_hz, abs=30)


@pytest.mark.parametrize("c_n0_db_hz", [50.0, 60.0, 65.0])
@pytest.mark.parametrize("gain_excess_db", [0.0, 10.5, 19.9])
def test_what_gain_costs_is_what_it_costs(link, received_through, c_n0_db_hz, gain_excess_db):
    """Up to 4 dB are lost, and sometimes a little is gained: strong samples keep their noise in the limiter."""
    stronger, fault = replace(link, c_n0_db_hz=c_n0_db_hz), ReceiverFault(gain_excess_db=gain_excess_db)
    forecast = foretell(stronger, fault)
    _, came, counters = received_through(stronger, fault)
    measured_db = np.mean([reception.quality.es_n0_db for reception in came])
    assert measured_db == pytest.approx(forecast.es_n0_db, abs=1.3 if forecast.clipped_share > 0.1 else 0.25)
    share = counters.clipped_values / 2 / counters.samples
    assert share == pytest.approx(forecast.clipped_share, abs=0.08)


def test_too_much_gain_can_be_what_a_link_fails_of(link):
    strong = replace(link, c_n0_db_hz=70.0, needed_es_n0_db=18.0)
    assert foretell(strong, ReceiverFault()).causes == ()
    assert foretell(strong, ReceiverFault(gain_excess_db=19.9)).causes == (Cause.CLIPPING,)


def test_too_little_gain_drowns_in_the_converters_steps(link):
    """At 0.04 steps of noise, rounding's 1/12 is 17 dB stronger than that."""
    forecast = foretell(link, ReceiverFault(gain_excess_db=-40.0))
    assert forecast.clipping_loss_db == pytest.approx(10 * np.log10(1 + (1 / 12) / 0.8 / 0.04**2), abs=0.3)


def test_a_link_that_was_too_weak_fails_of_noise(link):
    weak = replace(link, c_n0_db_hz=46.0)
    assert foretell(weak, ReceiverFault()).causes == (Cause.NOISE,)
    assert foretell(weak, ReceiverFault(tuning_error_hz=25e3)).causes == (Cause.CARRIER, Cause.NOISE)


def test_lost_samples_hit_as_many_frames_as_foretold(link):
    """Frames that begin anywhere, in transfers that are lost one in twenty: counted."""
    rng, size = np.random.default_rng(1), DROPS.transfer_samples
    begins = rng.uniform(0, 40_000 * size, 20_000)
    lost = rng.random(50_000) < DROPS.probability
    ends = begins + link.profile.longest_frame_s * SKY_RATE_HZ
    hit = [lost[int(begin // size) : int(end // size) + 1].any() for begin, end in zip(begins, ends, strict=True)]
    forecast = foretell(link, ReceiverFault(drops=DROPS))
    assert forecast.recovers
    assert np.mean(hit) == pytest.approx(forecast.frame_loss, abs=0.01)


def test_the_receiver_loses_the_frames_that_are_hit(link, received_through):
    drops = DroppedTransferSettings(probability=0.2)
    arrived, _, _ = received_through(link, ReceiverFault(drops=drops), count=40)
    assert 1 - arrived == pytest.approx(foretell(link, ReceiverFault(drops=drops)).frame_loss, abs=0.18)


def test_too_many_lost_samples_are_what_a_link_fails_of(link):
    many = DroppedTransferSettings(probability=0.4, transfer_samples=4096)
    assert foretell(link, ReceiverFault(drops=many)).causes == (Cause.LOST_SAMPLES,)


def test_a_fault_out_of_its_bounds_is_refused():
    with pytest.raises(ChannelError, match=r"gain_excess_db is 100\.0"):
        ReceiverFault(gain_excess_db=100.0)
