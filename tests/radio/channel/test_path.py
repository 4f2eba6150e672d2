import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.channel.fading import Fading
from radio.channel.oscillator import WarmUpSettings
from radio.channel.path import TAPS, Path
from radio.channel.shadow_states import ShadowStates, ShadowStateSettings, ShadowStatesSettings
from radio.channel.tumbling import TumblingSettings
from radio.link_state import SPEED_OF_LIGHT_M_S, LinkStates

RATE_HZ = 240e3
UNIT_GAIN_DB_HZ = 10 * np.log10(RATE_HZ)


def band_limited(count, seed=1, edge=0.25):
    """Noise of unit power up to ``edge`` of the sample rate."""
    rng = np.random.default_rng(seed)
    spectrum = rng.standard_normal(count) + 1j * rng.standard_normal(count)
    spectrum[np.abs(np.fft.fftfreq(count)) > edge] = 0
    x = np.fft.ifft(spectrum)
    return (x / np.sqrt(np.mean(np.abs(x) ** 2))).astype(np.complex64)


def read_at(x, position):
    """x at fractional sample numbers, by its Fourier series."""
    spectrum = np.fft.fft(x) / len(x)
    used = np.flatnonzero(np.abs(spectrum) > 1e-9)
    return np.exp(2j * np.pi * np.outer(position, np.fft.fftfreq(len(x))[used])) @ spectrum[used]


@pytest.mark.parametrize("range_m", [500e3, 612_345.0, 2.4e6])
def test_the_delay_is_the_light_time(straight_states, make_path, range_m):
    path = make_path(straight_states(range_m=range_m, c_n0_db_hz=UNIT_GAIN_DB_HZ), carrier_hz=0.0)
    x = band_limited(4000)
    y = path.carry(x)
    delay = range_m / SPEED_OF_LIGHT_M_S * RATE_HZ + TAPS / 2
    n = np.arange(2600, 2900)
    error = y[n] - read_at(x, n - delay)
    assert 10 * np.log10(np.mean(np.abs(error) ** 2)) < -50
    assert not y[: int(delay) - TAPS].any()


@pytest.mark.parametrize("rate_m_s", [-7000.0, -12.3, 5500.0])
def test_carrier_and_symbol_clock_follow_the_range_rate(straight_states, make_path, rate_m_s):
    """f' = -v/c f; after t seconds the waveform comes v/c t later."""
    states = straight_states(range_m=900e3, range_rate_m_s=rate_m_s, c_n0_db_hz=UNIT_GAIN_DB_HZ)
    tone = make_path(states).carry(np.ones(480_000, dtype=np.complex64))[4000:]
    turns = np.unwrap(np.angle(tone.astype(np.complex128))) / (2 * np.pi)
    seconds = (len(tone) - 1) / RATE_HZ
    assert (turns[-1] - turns[0]) / seconds == pytest.approx(-rate_m_s / SPEED_OF_LIGHT_M_S * 437e6, abs=0.01)

    x = band_limited(4000, seed=2)
    sent = np.concatenate((np.zeros(480_000 - len(x)), x)).astype(np.complex64)
    y = make_path(states, carrier_hz=0.0).carry(sent)
    n = np.arange(479_400, 479_900)
    delay = (900e3 + rate_m_s * n / RATE_HZ) / SPEED_OF_LIGHT_M_S * RATE_HZ + TAPS / 2
    error = y[n] - read_at(x, n - delay - (480_000 - len(x)))
    assert 10 * np.log10(np.mean(np.abs(error) ** 2)) < -47


@pytest.mark.parametrize("rate_m_s", [-7500.0, 7500.0])
def test_no_timing_error_is_left_on_average(straight_states, make_path, rate_m_s):
    """Where the delay is nearly a whole number of samples: the interpolator is exact, but for its weights' age."""
    sent = np.concatenate((np.zeros(236_000), x := band_limited(4000, edge=0.125))).astype(np.complex64)
    n = np.arange(239_300, 239_900)
    range_m = 650 / RATE_HZ * SPEED_OF_LIGHT_M_S - rate_m_s * 239_600 / RATE_HZ
    states = straight_states(range_m=range_m, range_rate_m_s=rate_m_s, c_n0_db_hz=UNIT_GAIN_DB_HZ)
    y = make_path(states, carrier_hz=0.0).carry(sent)[n]
    position = n - (range_m + rate_m_s * n / RATE_HZ) / SPEED_OF_LIGHT_M_S * RATE_HZ - TAPS / 2 - 236_000
    slope = (read_at(x, position + 0.01) - read_at(x, position - 0.01)) / 0.02
    early = np.vdot(slope, y - read_at(x, position)).real / np.vdot(slope, slope).real
    assert abs(early) < 4e-5
    assert 10 * np.log10(np.mean(np.abs(y - read_at(x, position)) ** 2)) < -75


@pytest.mark.parametrize(
    "motion", [(-7000.0, 12.0, 0.4, 0.01), (-800.0, 95.0, 0.9, -0.055)], ids=["rising", "overhead"]
)
def test_the_carrier_follows_a_range_of_fourth_order(motion):
    """Phase -2 pi f r / c: Doppler and its three derivatives. At 550 km the fourth of the range is at most 0.06 m/s^4,

    of which cubic Hermite interpolation over 1 s leaves 1/384: 0.15 mm, 0.2 thousandths of a turn at 437 MHz.
    """
    t = np.arange(5.0)
    coefficients = np.array([700e3, *motion]) / np.array([1, 1, 2, 6, 24])
    range_m = np.polynomial.Polynomial(coefficients)
    flat = (np.full(5, 50.0), np.full(5, UNIT_GAIN_DB_HZ), np.zeros(5), np.full(5, -200.0), np.zeros(5))
    states = LinkStates(t, range_m(t), range_m.deriv()(t), *flat)
    path = Path(states, 437e6, RATE_HZ, 0.0, Fading(1.0, 1.0, False, np.random.default_rng(1)))
    tone = path.carry(np.ones(4 * 240_000, dtype=np.complex64))[4800:]
    time_s = (np.arange(len(tone)) + 4800) / RATE_HZ
    turns = np.unwrap(np.angle(tone.astype(np.complex128))) / (2 * np.pi)
    wanted = -437e6 * range_m(time_s) / SPEED_OF_LIGHT_M_S
    error = turns - wanted
    assert np.ptp(error) < 3e-4 + 1e-5

    fitted = np.polynomial.Polynomial.fit(time_s, turns, 4)
    for order, tolerance_hz in ((1, 0.002), (2, 0.005), (3, 0.008), (4, 0.008)):
        doppler = fitted.deriv(order)(2.0)
        assert doppler == pytest.approx(-437e6 * range_m.deriv(order)(2.0) / SPEED_OF_LIGHT_M_S, abs=tolerance_hz)


def test_a_receiver_that_warms_up_drifts_to_its_settled_frequency(straight_states):
    """f' = -f (settled + cold exp(-t / constant))."""
    states, fading = straight_states(c_n0_db_hz=UNIT_GAIN_DB_HZ), Fading(1.0, 1.0, False, np.random.default_rng(1))
    warm_up = WarmUpSettings(cold_ppm=-6.0, time_constant_s=1.5)
    path = Path(states, 437e6, RATE_HZ, 2.0, fading, warm_up=warm_up)
    tone = path.carry(np.ones(4 * 240_000, dtype=np.complex64)).astype(np.complex128)
    for at_s in (0.1, 1.0, 3.5):
        n = int(at_s * RATE_HZ)
        found_hz = np.angle(np.vdot(tone[n - 100 : n + 99], tone[n - 99 : n + 100])) * RATE_HZ / (2 * np.pi)
        assert found_hz == pytest.approx(-437 * (2 - 6 * np.exp(-at_s / 1.5)), abs=0.5)


def test_faders_act_together(straight_states):
    """A dipole's null of -20 dB, and a sky that is 10 dB down, at once."""
    bad = ShadowStateSettings(direct_db=-10.0, shadowing_db=0.0, multipath_db=-60.0, mean_s=1.0)
    always = ShadowStates(ShadowStatesSettings(good=bad, bad=bad), np.random.default_rng(1))
    states, fading = straight_states(c_n0_db_hz=UNIT_GAIN_DB_HZ), Fading(1.0, 1.0, False, np.random.default_rng(1))
    tumbling = TumblingSettings(period_s=2.0, least_db=-20.0)
    y = Path(states, 0.0, RATE_HZ, 0.0, fading, (tumbling,), always).carry(np.ones(240_000, dtype=np.complex64))
    level_db = 20 * np.log10(np.abs(y[1000:]))
    assert level_db.min() == pytest.approx(-30, abs=0.1)
    assert level_db[120_000 - 1000] == pytest.approx(-10, abs=0.1)


@pytest.mark.parametrize("ppm", [-25.0, 2.0, 25.0])
def test_a_fast_receiver_clock_sees_the_carrier_low_and_the_symbols_long(straight_states, make_path, ppm):
    states = straight_states(range_m=600e3, c_n0_db_hz=UNIT_GAIN_DB_HZ)
    tone = make_path(states, clock_error_ppm=ppm).carry(np.ones(240_000, dtype=np.complex64))[2000:]
    turns = np.unwrap(np.angle(tone.astype(np.complex128))) / (2 * np.pi)
    assert (turns[-1] - turns[0]) * RATE_HZ / (len(tone) - 1) == pytest.approx(-437e6 * ppm * 1e-6, abs=0.01)

    pulses = np.zeros(240_000, dtype=np.complex64)
    pulses[[10_000, 230_000]] = 1
    y = np.abs(make_path(states, carrier_hz=0.0, clock_error_ppm=ppm).carry(pulses)).astype(float)
    first, last = (
        np.sum(y[k : k + 3000] ** 2 * np.arange(3000)) / np.sum(y[k : k + 3000] ** 2) for k in (9990, 229_990)
    )
    assert last - first == pytest.approx(220_000 * ppm * 1e-6, abs=0.5)


@pytest.mark.parametrize("ppm", [-100.0, 100.0])
def test_a_clock_that_drifts_for_the_whole_run_and_beyond_stays_causal(straight_states, make_path, ppm):
    states = straight_states(range_m=500e3, c_n0_db_hz=UNIT_GAIN_DB_HZ, seconds=200)
    path = make_path(states, carrier_hz=0.0, clock_error_ppm=ppm)
    for second in (0, 199, 400):
        path._count = int(second * RATE_HZ)
        path._history[:] = 0
        pulse = np.zeros(12_000, dtype=np.complex64)
        pulse[0] = 1
        late = int(np.argmax(np.abs(path.carry(pulse))))
        light_s = 500e3 / SPEED_OF_LIGHT_M_S
        delay_s = np.clip(light_s + ppm * 1e-6 * second + (0.02 if ppm < 0 else 0.0), 0, 1.01 * light_s + 0.02)
        assert late == pytest.approx(delay_s * RATE_HZ + TAPS / 2, abs=2)


@pytest.mark.parametrize("c_n0_db_hz", [40.0, 71.5])
def test_the_gain_gives_c_n0_against_noise_of_unit_density(straight_states, make_path, c_n0_db_hz):
    y = make_path(straight_states(c_n0_db_hz=c_n0_db_hz)).carry(np.ones(20_000, dtype=np.complex64))[2000:]
    power = np.mean(np.abs(y) ** 2)
    assert 10 * np.log10(power * RATE_HZ) == pytest.approx(c_n0_db_hz, abs=0.01)


@pytest.mark.parametrize(("direct_db", "multipath_db"), [(-3.0, -200.0), (-200.0, 0.0), (-1.0, -7.0)])
def test_direct_and_scattered_rays_have_the_power_said(straight_states, make_path, direct_db, multipath_db):
    states = straight_states(c_n0_db_hz=UNIT_GAIN_DB_HZ, direct_db=direct_db, multipath_db=multipath_db)
    y = make_path(states, carrier_hz=0.0).carry(np.ones(4 * 240_000, dtype=np.complex64))[2000:]
    assert 20 * np.log10(np.abs(np.mean(y))) == pytest.approx(direct_db, abs=0.3) or direct_db < -100
    both = 10 ** (direct_db / 10) + 10 ** (multipath_db / 10)
    assert np.mean(np.abs(y) ** 2) == pytest.approx(both, rel=0.15)


def test_nothing_comes_from_below_the_horizon(make_path):
    t = np.arange(5.0)
    states = LinkStates(
        t, 2.3e6 + 0 * t, 0 * t, np.array([2.0, 1.0, -1.0, -2.0, -3.0]), 70 + 0 * t, 0 * t, -200 + 0 * t, 0 * t
    )
    y = make_path(states).carry(np.ones(int(4 * RATE_HZ), dtype=np.complex64))
    sets = int(1.5 * RATE_HZ)
    assert np.abs(y[sets - 200]) > 1
    assert not y[sets + 64 :].any()


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(0, 700), min_size=1, max_size=8), ppm=st.sampled_from([0.0, -20.0]))
def test_the_split_into_blocks_leaves_no_bit_different(straight_states, make_path, sizes, ppm):
    states = straight_states(range_m=550e3, range_rate_m_s=-4321.0, direct_db=-1.0, multipath_db=-7.0, shadowing_db=3.0)
    x = band_limited(max(sum(sizes), 4), edge=0.4)[: sum(sizes)]

    def path():
        return make_path(states, clock_error_ppm=ppm)

    long_ago = np.ones(1000, dtype=np.complex64)
    whole, split = path(), path()
    whole.carry(long_ago)
    split.carry(long_ago)
    parts = [split.carry(x[end - size : end]) for size, end in zip(sizes, np.cumsum(sizes), strict=True)]
    np.testing.assert_array_equal(np.concatenate(parts), whole.carry(x))


def test_single_samples_are_blocks_too(straight_states, make_path):
    states, x = straight_states(range_rate_m_s=3000.0), band_limited(1000)
    whole, single = make_path(states), make_path(states)
    np.testing.assert_array_equal(np.concatenate([single.carry(x[k : k + 1]) for k in range(1000)]), whole.carry(x))


@pytest.mark.parametrize(("edge", "error_db"), [(0.125, -70), (0.25, -50), (0.35, -30)])
def test_the_interpolator_is_good_up_to_a_quarter_of_the_sample_rate(straight_states, make_path, edge, error_db):
    x, errors = band_limited(4000, seed=4, edge=edge), []
    for extra_m in (0.0, 311.0, 625.0, 937.0):
        y = make_path(straight_states(500e3 + extra_m, c_n0_db_hz=UNIT_GAIN_DB_HZ), carrier_hz=0.0).carry(x)
        delay = (500e3 + extra_m) / SPEED_OF_LIGHT_M_S * RATE_HZ + TAPS / 2
        n = np.arange(2000, 2400)
        errors.append(np.mean(np.abs(y[n] - read_at(x, n - delay)) ** 2))
    assert 10 * np.log10(np.mean(errors)) < error_db
