import pickle

import numpy as np
import pytest

from protocol.crc import append_crc16
from radio.profile import Profile
from testbed.campaign.count import Count
from testbed.campaign.sky import FadingTable, Sky
from testbed.campaign.sky_motion import OverPass, Spread, Stated, Still
from testbed.campaign.theory import channel_symbols, lost_db
from testbed.campaign.trial import NoiseTrial, SamplesTrial, SymbolsTrial, _judged

RATE_HZ = 153_600.0
MOTIONS = {
    "none": Still(),
    "stated": Stated(kind="stated", offset_hz=-9e3, rate_hz_s=-150.0),
    "spread": Spread(kind="spread", largest_hz=10e3),
    "pass": OverPass(kind="pass"),
}


@pytest.fixture(scope="module")
def profile():
    return Profile.load("leo-bpsk")


def rng(seed=1):
    return np.random.default_rng(seed)


def sky(doppler="none", fading=None, **others):
    return Sky(RATE_HZ, MOTIONS[doppler], fading or FadingTable(), others.get("ppm", 0.0), others.get("front_end"))


@pytest.mark.parametrize("leg", ["uplink", "downlink"])
def test_a_code_without_noise_makes_no_error(profile, leg):
    count = SymbolsTrial(getattr(profile, leg), 20.0).run(5, rng())
    assert (count.frames, count.acquired, count.right, count.wrong, count.symbol_errors) == (5, 5, 5, 0, 0)


def test_channel_symbols_err_as_theory_has_it(profile):
    count = SymbolsTrial(profile.downlink, 2.0).run(60, rng())
    theory = channel_symbols("bpsk", profile.downlink.code().information_bits_per_symbol)
    assert lost_db(theory, 2.0, count.symbol_errors / count.symbols) == pytest.approx(0, abs=0.1)
    assert 0 < count.right < 60


@pytest.mark.parametrize("doppler", MOTIONS)
def test_the_radio_brings_every_frame_and_symbol_through(profile, doppler):
    count = SamplesTrial(profile.downlink, 15.0, sky(doppler)).run(3, rng())
    symbols = 3 * (len(profile.downlink.code().encode(bytes(223))) - 64)
    assert count == Count(frames=3, acquired=3, right=3, symbols=symbols)


def test_what_is_lost_is_counted(profile):
    count = SamplesTrial(profile.downlink, -12.0, sky()).run(2, rng())
    assert count.frames == 2
    assert count.right == count.wrong == 0


def test_each_frame_fades_by_itself(profile):
    """A level on either side of the code's threshold: some frames come through, some do not."""
    fading = FadingTable(distribution={"kind": "rician", "k_db": 0.0})
    assert sky(fading=fading).is_new_each_frame
    count = SamplesTrial(profile.downlink, 3.0, sky(fading=fading)).run(30, rng())
    assert 5 < count.right < 25


def test_the_same_seed_the_same_count_in_another_process_too(profile):
    for trial in (SymbolsTrial(profile.uplink, 6.0), SamplesTrial(profile.downlink, 3.0, sky("pass"))):
        again = pickle.loads(pickle.dumps(trial))
        assert again.run(3, rng(7)) == trial.run(3, rng(7))
        assert again.run(3, rng(8)) != trial.run(3, rng(7))


def test_noise_begins_nothing(profile):
    count = NoiseTrial(profile.downlink, RATE_HZ).run(2, rng())
    assert count == Count(symbols=2 * 38_400)


FRAME = append_crc16(bytes(range(30)))


@pytest.mark.parametrize(
    ("received", "count"),
    [
        (None, Count()),
        (FRAME, Count(right=1)),
        (FRAME + bytes(6), Count(right=1)),  # fill of a CLTU
        (FRAME + bytes(7), Count(caught=1)),
        (FRAME[:-8], Count(caught=1)),
        (bytes(32), Count(caught=1)),
        (append_crc16(bytes(30)), Count(wrong=1)),
    ],
)
def test_a_wrong_frame_that_its_checksum_passes_is_told_apart(received, count):
    assert _judged(FRAME, received) == count


def test_the_pass_has_the_doppler_of_a_low_orbit():
    motion, offsets_hz = MOTIONS["pass"], []
    for seed in range(40):
        seen = motion.motion(np.arange(3.0), 437e6, rng(seed))
        offsets_hz.append(float(-437e6 * seen.range_rate_m_s[0] / 299_792_458))
        assert 545e3 < seen.range_m.min() < 2400e3
        assert seen.elevation_deg.min() > 4.0
    assert 8e3 < max(offsets_hz) < 10.5e3
    assert -10.5e3 < min(offsets_hz) < -8e3


@pytest.mark.parametrize("rate_hz_s", [0.0, -150.0])
def test_a_stated_offset_is_that_of_the_carrier(rate_hz_s):
    time_s = np.arange(4.0)
    seen = Stated(kind="stated", offset_hz=5e3, rate_hz_s=rate_hz_s).motion(time_s, 437e6, rng())
    assert -437e6 * seen.range_rate_m_s / 299_792_458 == pytest.approx(5e3 + rate_hz_s * time_s)
    assert np.diff(seen.range_m) == pytest.approx((seen.range_rate_m_s[1:] + seen.range_rate_m_s[:-1]) / 2)
