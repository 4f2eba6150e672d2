from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.modem.pulse import gaussian_phase
from radio.modem.shapers import DELAY_SYMBOLS, FrequencyShift, MinimumShift, PulseTrain
from radio.modem.waveform import waveform_of

PER_SYMBOL = Fraction(25, 4)
BTS = [0.3, 0.5, 1.0]


def whole(shaper, sent):
    return np.concatenate((shaper.process(sent), shaper.rest(2 * DELAY_SYMBOLS)))


def phase_at(x, symbol, per_symbol):
    """Phase at a time in symbol periods after the middle of symbol 0."""
    position = (symbol + DELAY_SYMBOLS) * per_symbol
    assert position == int(position)
    return np.angle(x[int(position)])


@pytest.mark.parametrize("bt", BTS)
@pytest.mark.parametrize("index", [0.5, 1.0])
def test_frequency_shift_keying_turns_by_pi_times_the_index_a_symbol(symbols, bt, index):
    """Bit by bit: the phase between symbols, of pulses that each take some periods (bit 1 is the higher frequency)."""
    per_symbol, sent = 16, symbols(60)
    x = whole(FrequencyShift(bt, index, Fraction(per_symbol)), sent)
    phase = gaussian_phase(bt)
    for t in np.arange(2.0, 50.0, 0.5):
        at_first = phase_at(x, 0, per_symbol)
        turned = sum(-a * 2 * np.pi * index * (phase(t - k) - phase(-float(k))) for k, a in enumerate(sent))
        np.testing.assert_allclose(
            np.exp(1j * (phase_at(x, t, per_symbol) - at_first)), np.exp(1j * turned), rtol=0, atol=2e-3
        )


@pytest.mark.parametrize("sign", [1, -1])
def test_equal_symbols_are_a_tone(sign):
    """Of half the peak-to-peak deviation: minimum shift keying at index 1/2 has tones a quarter of the rate away."""
    per_symbol = 8
    x = whole(FrequencyShift(0.5, 0.5, Fraction(per_symbol)), np.full(60, sign, dtype=np.int8))
    inside = x[12 * per_symbol : 50 * per_symbol]
    turns = np.angle(inside[1:] * np.conj(inside[:-1])) / (2 * np.pi) * per_symbol
    np.testing.assert_allclose(turns, -sign / 4, atol=1e-3)


@pytest.mark.parametrize("bt", BTS)
def test_the_precoder_gives_each_symbol_an_axis_of_its_own(symbols, bt):
    """CCSDS 401.0-B, 2.4.17A: by turns on one axis and on the other, with their own sign."""
    sent = symbols(80)
    at_middle = 1j * whole(MinimumShift(bt, Fraction(16)), sent)[DELAY_SYMBOLS * 16 :: 16][: len(sent)]
    on_axis = np.where(np.arange(80) % 2, at_middle.imag, at_middle.real)
    assert np.all(on_axis * sent > 0.6 if bt > 0.3 else on_axis * sent > 0.3)


def test_the_precoder_bit_by_bit(symbols):
    """From each symbol's axis to the next one's it is a quarter turn: to the left, or to the right."""
    sent, per_symbol = symbols(40, seed=2), 16
    x = whole(MinimumShift(1.0, Fraction(per_symbol)), sent)
    phase_rad, expected = np.pi / 2, []  # as if a positive symbol on the imaginary axis had come before
    for k, symbol in enumerate(sent.tolist()):
        axis = 0.0 if k % 2 == 0 else np.pi / 2
        target = axis if symbol > 0 else axis + np.pi
        phase_rad += np.angle(np.exp(1j * (target - phase_rad)))
        expected.append(phase_rad)
    found = np.unwrap(np.angle(x))[DELAY_SYMBOLS * per_symbol :: per_symbol][: len(sent)]
    # BT 1: the phase is nearly there in the middle of a symbol, but rounded where it turns back
    np.testing.assert_allclose(found + np.pi / 2, expected, atol=0.35)


@pytest.mark.parametrize("bt", BTS)
def test_keyed_carriers_have_a_constant_envelope(symbols, bt):
    for shaper in (MinimumShift(bt, PER_SYMBOL), FrequencyShift(bt, 1.0, PER_SYMBOL)):
        np.testing.assert_allclose(np.abs(whole(shaper, symbols(400))), 1, atol=1e-6)


def test_the_main_pulses_of_minimum_shift_keying_make_its_signal(symbols, link):
    """What the modulator sends is what the receiver takes it for, to within the share of the other pulses."""
    sent, waveform = symbols(200), waveform_of(link("gmsk", bt=0.5).profile)
    x = 1j * whole(MinimumShift(0.5, Fraction(16)), sent)[DELAY_SYMBOLS * 16 :][: 200 * 16]
    train = waveform.samples(sent, 16)
    inside = slice(8 * 16, -8 * 16)
    scale = np.vdot(train[inside], x[inside]) / np.vdot(train[inside], train[inside])
    assert abs(np.angle(scale)) < 0.01
    assert np.mean(np.abs(x - scale * train)[inside] ** 2) < 2e-3


@pytest.mark.parametrize("modulation", ["bpsk", "qpsk", "oqpsk", "gmsk", "gfsk"])
@settings(max_examples=15)
@given(data=st.data())
def test_pieces_make_the_same_samples_as_one_piece(link, symbols, modulation, data):
    sent = symbols(240)
    cuts = sorted(data.draw(st.lists(st.integers(0, 120), max_size=5)))
    pieces = np.split(sent, [2 * cut for cut in cuts])  # two symbols a period, or on two axes

    def shaper():
        if modulation == "gmsk":
            return MinimumShift(0.5, PER_SYMBOL)
        if modulation == "gfsk":
            return FrequencyShift(0.5, 1.0, PER_SYMBOL)
        return PulseTrain(waveform_of(link(modulation).profile), 0.35, PER_SYMBOL)

    split = shaper()
    joined = np.concatenate([split.process(piece) for piece in pieces])
    expected = shaper().process(sent)
    np.testing.assert_allclose(joined, expected, atol=2e-6)
