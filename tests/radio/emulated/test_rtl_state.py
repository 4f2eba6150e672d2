from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.emulated.rtl_state import GAINS_TENTHS_DB, RtlState
from radio.emulated.rtl_tcp import Command, Op


def after(*commands):
    state = RtlState()
    for op, value in commands:
        state = state.obeying(Command(op, value))
    return state


def test_it_begins_as_rtl_tcp_leaves_a_dongle():
    """The program's defaults: 100 MHz, 2.048 MS/s, gain automatic."""
    assert (RtlState().frequency_hz, RtlState().sample_rate_hz, RtlState().gain_tenths_db) == (
        100_000_000,
        2_048_000,
        None,
    )


@pytest.mark.parametrize("accepted", [225_001, 240_000, 300_000, 900_001, 2_400_000, 3_200_000])
def test_sample_rates_of_both_ranges_are_taken(accepted):
    assert after((Op.SAMPLE_RATE, accepted)).sample_rate_hz == accepted


@pytest.mark.parametrize("refused", [0, 192_000, 225_000, 300_001, 900_000, 3_200_001, 2**32 - 1])
def test_any_other_sample_rate_leaves_it_as_it_is(refused):
    assert after((Op.SAMPLE_RATE, 240_000), (Op.SAMPLE_RATE, refused)).sample_rate_hz == 240_000


def test_any_frequency_is_taken():
    assert after((Op.FREQUENCY, 0)).frequency_hz == 0
    assert after((Op.FREQUENCY, 2**32 - 1)).frequency_hz == 2**32 - 1


@pytest.mark.parametrize(("asked", "had"), [(0, 0), (8, 9), (297, 297), (298, 328), (400, 402), (496, 496), (999, 496)])
def test_a_gain_is_the_next_that_the_tuner_has(asked, had):
    assert after((Op.GAIN, asked)).gain_tenths_db == had


def test_a_negative_gain_is_the_least():
    assert after((Op.GAIN, 2**32 - 10)).gain_tenths_db == 0


def test_gains_by_index_are_those_of_the_table():
    """Of an R820T, 29 from 0 to 49.6 dB."""
    assert len(GAINS_TENTHS_DB) == 29
    assert [after((Op.GAIN_BY_INDEX, k)).gain_tenths_db for k in range(29)] == list(GAINS_TENTHS_DB)
    assert after((Op.GAIN, 297), (Op.GAIN_BY_INDEX, 29)).gain_tenths_db == 297


def test_automatic_gain_ends_with_a_gain_or_with_manual_mode():
    assert after((Op.GAIN_MODE, 1)).gain_tenths_db == 0
    assert after((Op.GAIN_MODE, 1), (Op.GAIN, 297)).gain_tenths_db == 297
    assert after((Op.GAIN, 297), (Op.GAIN_MODE, 0)).gain_tenths_db is None


def test_the_correction_is_signed():
    assert after((Op.PPM, 2**32 - 40)).ppm == -40
    assert after((Op.PPM, 40), (Op.PPM, 100_000)).ppm == 40


def test_a_crystal_that_is_said_to_be_fast_is_divided_down():
    state = replace(RtlState(), frequency_hz=437_000_000, sample_rate_hz=240_000, ppm=40)
    assert state.local_oscillator_hz == pytest.approx(437e6 / 1.00004, rel=1e-12)
    assert state.true_sample_rate_hz == pytest.approx(240e3 / 1.00004, rel=1e-12)


def test_a_crystals_frequency_acts_as_a_correction():
    both, tuner = after((Op.RTL_CRYSTAL, 28_800_288)), after((Op.TUNER_CRYSTAL, 28_800_288))
    for state, rate_hz in ((both, 2_048_000 / 1.00001), (tuner, 2_048_000)):
        assert state.local_oscillator_hz == pytest.approx(100e6 / 1.00001, rel=1e-12)
        assert state.true_sample_rate_hz == pytest.approx(rate_hz, rel=1e-12)


@pytest.mark.parametrize("refused", [0, 28_798_999, 28_801_001, 16_000_000])
def test_a_crystal_too_far_off_is_refused(refused):
    assert after((Op.RTL_CRYSTAL, refused)) == RtlState()


def test_the_tuner_follows_the_other_crystal_unless_it_has_its_own():
    assert after((Op.RTL_CRYSTAL, 28_800_100), (Op.TUNER_CRYSTAL, 0)).tuner_crystal_hz == 28_800_100


def test_switches_are_kept():
    state = after((Op.AGC, 1), (Op.BIAS_TEE, 1), (Op.TEST_MODE, 1), (Op.DIRECT_SAMPLING, 2))
    assert (state.agc, state.bias_tee, state.test_mode, state.direct_sampling) == (True, True, True, 2)


@pytest.mark.parametrize("op", [Op.IF_GAIN, Op.OFFSET_TUNING])
def test_what_the_tuner_has_not_changes_nothing(op):
    assert after((op, 1)) == RtlState()


@given(st.lists(st.tuples(st.sampled_from(Op), st.integers(0, 2**32 - 1))))
def test_whatever_it_is_told_it_can_do_what_it_says(commands):
    state = after(*commands)
    assert 225_000 < state.sample_rate_hz <= 300_000 or 900_000 < state.sample_rate_hz <= 3_200_000
    assert state.gain_tenths_db in (None, *GAINS_TENTHS_DB)
    assert 0.999 * state.sample_rate_hz < state.true_sample_rate_hz < 1.001 * state.sample_rate_hz
    assert state.local_oscillator_hz >= 0
