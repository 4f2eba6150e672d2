import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.emulated.red_pitaya import (
    DEFAULT,
    QUEUE,
    RATES_HZ,
    TRANSFER,
    TRANSFER_OCTETS,
    Control,
    ReceiveSide,
    TransmitSide,
)

FREQUENCY, RATE, PTT_ON, PTT_OFF = (operation << 28 for operation in range(4))


def told(*commands):
    control = Control()
    for command in commands:
        control.obey(command)
    return control


@pytest.mark.parametrize(("index", "rate_hz"), list(enumerate((20e3, 50e3, 100e3, 250e3, 500e3, 1250e3))))
def test_rates_have_numbers(index, rate_hz):
    """As setSampleRate of SoapyRedPitaya, and set_sample_rate of gr-osmosdr, send them."""
    assert told(RATE | index).tuning.sample_rate_hz == rate_hz


@pytest.mark.parametrize("frequency_hz", [0, 600_000, 10_000_000, 60_000_000])
def test_a_frequency_is_a_whole_number_of_phase_steps(frequency_hz):
    """floor(f / 125e6 * 2^30 + 0.5) steps of 0.116 Hz (sdr-transceiver.c)."""
    steps = told(FREQUENCY | frequency_hz).tuning.frequency_hz * 2**30 / 125e6
    assert steps == pytest.approx(np.floor(frequency_hz / 125e6 * 2**30 + 0.5), abs=1e-6)


def test_ptt_is_a_command_and_ends_with_the_connection():
    control = told(PTT_ON)
    assert control.ptt
    control.obey(PTT_OFF)
    assert not control.ptt
    control.obey(PTT_ON)
    control.reset()
    assert (control.ptt, control.tuning) == (False, DEFAULT)


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_no_command_is_too_much(commands):
    tuning = told(*commands).tuning
    assert tuning.sample_rate_hz in RATES_HZ
    assert 0 <= tuning.frequency_hz < 2**28


def octets(samples):
    return np.asarray(samples, dtype="<c8").tobytes()


def ramp(start=1):
    return (np.arange(start, start + TRANSFER) / 10_000).astype(np.complex64)


def test_what_is_queued_comes_out_at_the_rate_after_a_transfer_of_zeros():
    side = TransmitSide(0.0)
    side.control.obey(RATE | 3)
    side.begin(1.0)
    assert side.takes
    side.queue(octets(ramp()))
    first = side.advance(1.0 + TRANSFER / 250e3)
    assert first is not None
    assert (first.start_s, len(first.samples), first.samples.any()) == (1.0, TRANSFER, False)
    second = side.advance(2.0)
    assert second is not None
    assert np.array_equal(second.samples, ramp())
    assert second.end_s - second.start_s == pytest.approx(TRANSFER / 250e3)
    assert side.advance(3.0) is None


def test_a_full_queue_takes_no_more():
    side = TransmitSide(0.0)
    side.begin(0.0)
    side.queue(octets(ramp()))
    assert not side.takes
    side.advance((TRANSFER - 1) / 100e3)
    assert not side.takes
    side.advance((TRANSFER + 1) / 100e3)
    assert side.takes
    assert QUEUE == 2 * TRANSFER


def test_each_axis_is_held_to_full_scale():
    side = TransmitSide(0.0)
    side.queue(octets(np.full(TRANSFER, 3 - 2j)))
    given = side.advance(1.0)
    assert given is not None
    assert set(given.samples.tolist()) == {1 - 1j}


@given(st.lists(st.floats(0.0001, 0.05), max_size=30))
def test_the_clock_loses_no_sample_however_often_it_is_asked(steps):
    side, now_s, count = TransmitSide(0.0), 0.0, 0
    for step_s in steps:
        if side.takes:
            side.queue(octets(ramp()))
        now_s += step_s
        given = side.advance(now_s)
        count += len(given.samples) if given else 0
        assert count <= now_s * 100e3 + 1
    assert len(octets(ramp())) == TRANSFER_OCTETS


def test_transfers_are_due_at_the_rate():
    side = ReceiveSide(0.0)
    side.control.obey(RATE | 4)
    side.begin(1.0)
    assert not side.due(1.0 + TRANSFER / 500e3 - 1e-6)
    due = sum(side.due(2.0) for _ in range(1000))
    assert due == 500e3 // TRANSFER
