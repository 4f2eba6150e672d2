import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.channel.gain_control import GainControlSettings
from radio.emulated.rtl_tcp import Command, Op

CARRIER_HZ, SKY_RATE_HZ = 437.05e6, 240e3
SILENCE = np.zeros(240_000, dtype=np.complex64)


def strongest_hz(samples, rate_hz):
    """Of the second half: its strongest line, and how far the phase turns beside it from one half to the next."""
    part = samples[len(samples) // 2 :]
    part = part[: len(part) // 1024 * 1024]
    coarse_hz = np.fft.fftfreq(len(part), 1 / rate_hz)[np.abs(np.fft.fft(part)).argmax()]
    first, second = np.split(part * np.exp(-2j * np.pi * coarse_hz / rate_hz * np.arange(len(part))), 2)
    return coarse_hz + np.angle(np.vdot(first.sum(), second.sum())) / np.pi * rate_hz / len(part)


@pytest.mark.parametrize("rate_hz", [240_000, 250_000, 1_024_000])
@pytest.mark.parametrize("frequency_hz", [CARRIER_HZ, CARRIER_HZ - 31_000, CARRIER_HZ + 25_000])
def test_a_tone_is_heard_where_it_is_tuned_to(make_dongle, heard, tone, rate_hz, frequency_hz):
    samples = heard(make_dongle(rate_hz, frequency_hz), tone(3000.0, seconds=0.25))
    assert strongest_hz(samples, rate_hz) == pytest.approx(CARRIER_HZ + 3000 - frequency_hz, abs=0.3)


@pytest.mark.parametrize("ppm", [40, -40, 7])
def test_a_correction_moves_carrier_and_sample_rate(make_dongle, heard, tone, ppm):
    """437.05 MHz are divided by 1 + 40e-6: the carrier lies 17.5 kHz higher; and there are 40 ppm fewer samples."""
    samples = heard(make_dongle(ppm=ppm), tone(0.0, seconds=2.0))
    assert strongest_hz(samples, 240e3) == pytest.approx(CARRIER_HZ * ppm * 1e-6, abs=1.5)
    assert len(samples) == pytest.approx(480_000 / (1 + ppm * 1e-6), abs=1.01)


@pytest.mark.parametrize("error_ppm", [30.0, -12.0])
def test_the_right_correction_undoes_the_error_of_its_crystal(make_dongle, heard, tone, path_to, error_ppm):
    """The path brings the error in, once, on carrier and sample clock; the correction takes both out."""
    signal = path_to(error_ppm).carry(tone(0.0, 1.0))
    wrong, right = (heard(make_dongle(ppm=ppm), signal) for ppm in (0, round(error_ppm)))
    assert strongest_hz(wrong, 240e3) == pytest.approx(-CARRIER_HZ * error_ppm * 1e-6, abs=1.0)
    assert strongest_hz(right, 240e3) == pytest.approx(0.0, abs=1.0)
    true_time = len(signal) / (1 + error_ppm * 1e-6)  # that a clock so much faster counts while the right one counts it
    assert len(right) == pytest.approx(true_time, abs=2)


@pytest.mark.parametrize("rate_hz", [240_000, 300_000, 1_024_000, 2_400_000])
def test_noise_fills_its_band_at_the_density_that_the_path_counts_on(make_dongle, heard, rate_hz):
    """4 steps on either axis in 240 kHz, so 2 x 16 / 240e3 a hertz, flat in three quarters of any band."""
    samples = 127.5 * heard(make_dongle(rate_hz), SILENCE)
    parts = samples[: len(samples) // 2048 * 2048].reshape(-1, 2048)
    density = np.mean(np.abs(np.fft.fft(parts)) ** 2, axis=0) / 2048 / rate_hz
    near = np.abs(np.fft.fftfreq(2048, 1 / rate_hz)) < 0.35 * rate_hz
    assert np.mean(density[near]) == pytest.approx(2 * (16 + 1 / 12 * SKY_RATE_HZ / rate_hz) / 240e3, rel=0.02)
    assert np.max(density[near]) < 1.8 * np.mean(density[near])


@pytest.mark.parametrize("rate_hz", [240_000, 2_400_000])
def test_a_signal_keeps_its_ratio_to_the_noise_density(make_dongle, heard, tone, rate_hz):
    made = make_dongle(rate_hz)
    samples = heard(made, tone(10e3, 10.0))[rate_hz // 8 :]
    turned = samples * np.exp(-2j * np.pi * 10e3 / rate_hz * np.arange(len(samples)))
    carrier = np.mean(turned)
    rest = np.fft.fft(turned - carrier)
    near = np.abs(np.fft.fftfreq(len(rest), 1 / rate_hz) + 10e3) < 0.3 * rate_hz
    density = np.mean(np.abs(rest[near]) ** 2) / len(rest) / rate_hz
    assert 10 * np.log10(abs(carrier) ** 2 / density) == pytest.approx(10 * np.log10(100 * SKY_RATE_HZ), abs=0.15)


def test_gain_makes_it_louder_until_it_clips(make_dongle, heard):
    """Beside what rounding adds, 1/12 of a step squared on either axis."""
    powers = {g: np.var(127.5 * heard(make_dongle(gain_tenths_db=g), SILENCE)) - 1 / 6 for g in (207, 297, 402, 496)}
    for one, other in ((207, 297), (297, 402), (402, 496)):
        assert 10 * np.log10(powers[other] / powers[one]) == pytest.approx((other - one) / 10, abs=0.1)


def test_twenty_decibels_too_much_gain_clips_as_often_as_a_limiter_does(make_dongle, heard, tone):
    """A sine of 20 x sqrt(2) x 4 = 113 steps, ten times as strong, is beyond 127.5 on either axis most of the time."""
    right, loud = make_dongle(), make_dongle(gain_tenths_db=496)
    signal = tone(1000.0)
    heard(right, signal)
    samples = heard(loud, signal)
    assert right.counters.clipped_values < 0.12 * 480_000
    beyond = 1 - 2 / np.pi * np.arcsin(127.5 / (113.1 * 10 ** (19.9 / 20)))
    assert loud.counters.clipped_values / 480_000 == pytest.approx(beyond, abs=0.03)
    assert np.mean(np.abs(samples.view(np.float32)) == 1) == pytest.approx(beyond, abs=0.03)


def test_automatic_gain_holds_the_level_whatever_is_heard(make_dongle, heard, tone):
    made = make_dongle(gain_control=GainControlSettings(rms_lsb=30.0, attack_s=0.01, decay_s=0.01))
    made.obey(Command(Op.GAIN_MODE, 0))
    for amplitude in (0.1, 20.0):
        samples = heard(made, tone(1000.0, amplitude))
        assert np.std(127.5 * samples[len(samples) // 2 :].view(np.float32)) == pytest.approx(30, rel=0.1)


def test_octets_take_all_their_values_and_128_is_just_above_nothing(make_dongle):
    octets = np.frombuffer(make_dongle(gain_tenths_db=496).receive(SILENCE), dtype=np.uint8)
    assert (octets.min(), octets.max()) == (0, 255)
    assert np.mean(octets) == pytest.approx(127.5, abs=0.3)


def test_direct_current_is_a_spike_in_the_middle(make_dongle, heard):
    samples = 127.5 * heard(make_dongle(dc_i_lsb=6.0, frequency_hz=CARRIER_HZ - 30e3), SILENCE)
    assert np.mean(samples) == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize("frequency_hz", [0, 100_000_000, CARRIER_HZ + 300e3])
def test_tuned_elsewhere_it_hears_noise(make_dongle, heard, tone, frequency_hz):
    samples = heard(make_dongle(frequency_hz=frequency_hz), tone(0.0, 1000.0))
    assert np.std(127.5 * samples[1000:].view(np.float32)) == pytest.approx(4 * np.sqrt(0.8), rel=0.03)


def test_in_direct_sampling_the_tuner_is_not_heard(make_dongle, heard, tone):
    made = make_dongle()
    made.obey(Command(Op.DIRECT_SAMPLING, 1))
    assert np.std(127.5 * heard(made, tone(1e3, 1000.0)).view(np.float32)) < 4
    made.obey(Command(Op.DIRECT_SAMPLING, 0))
    assert np.std(127.5 * heard(made, tone(1e3, 1000.0)).view(np.float32)) > 80


def test_the_test_mode_counts_octets(make_dongle):
    """As rtl_test expects: each octet is one more than that before it."""
    made = make_dongle()
    made.obey(Command(Op.TEST_MODE, 1))
    octets = np.frombuffer(b"".join(made.receive(SILENCE[:777]) for _ in range(20)), dtype=np.uint8)
    assert set(np.diff(octets)) == {1}  # uint8: 255 + 1 is 0
    made.obey(Command(Op.TEST_MODE, 0))
    assert set(np.diff(np.frombuffer(made.receive(SILENCE[:777]), dtype=np.uint8))) != {1}


def test_lost_transfers_are_missing_from_what_comes(make_dongle):
    made = make_dongle(dropped_transfers=DroppedTransferSettings(probability=0.05, transfer_samples=500))
    octets = b"".join(made.receive(SILENCE) for _ in range(5))
    assert made.counters.samples == 1_200_000
    assert len(octets) == 2 * (1_200_000 - made.lost_samples)
    assert made.lost_samples == pytest.approx(60_000, rel=0.2)


def test_the_same_seed_and_commands_make_the_same_octets_whatever_the_blocks(make_dongle, heard, tone):
    signal = tone(1e3, 5.0, 0.1)
    whole = heard(make_dongle(250_000), signal, len(signal))
    np.testing.assert_array_equal(heard(make_dongle(250_000), signal, 777), whole)
    assert not np.array_equal(heard(make_dongle(250_000, seed=2), signal), whole)


def test_each_setting_hears_noise_of_its_own(make_dongle, samples_of):
    made = make_dongle()
    first = samples_of(made.receive(SILENCE))
    made.obey(Command(Op.FREQUENCY, 437_000_000))
    second = samples_of(made.receive(SILENCE))
    assert abs(np.vdot(first, second)) < 0.02 * np.linalg.norm(first) * np.linalg.norm(second)


def test_a_command_that_changes_nothing_leaves_no_bit_different(make_dongle):
    made, other = make_dongle(), make_dongle()
    made.receive(SILENCE[:100])
    made.obey(Command(Op.SAMPLE_RATE, 192_000))
    made.obey(Command(Op.OFFSET_TUNING, 1))
    assert made.receive(SILENCE) == other.receive(np.concatenate((SILENCE[:100], SILENCE)))[200:]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Op), st.integers(0, 2**32 - 1)), max_size=6))
def test_whatever_it_is_told_it_goes_on(make_dongle, commands):
    made = make_dongle()
    for op, value in commands:
        made.obey(Command(op, value))
    octets = made.receive(np.ones(2400, dtype=np.complex64))
    assert len(octets) == pytest.approx(2 * 2400 / SKY_RATE_HZ * made.state.true_sample_rate_hz, abs=2.1)
