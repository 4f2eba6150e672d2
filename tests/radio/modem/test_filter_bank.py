import numpy as np
import pytest

from radio.modem.filter_bank import SAMPLES_PER_SYMBOL, filter_bank
from radio.modem.modulator import Modulator
from radio.modem.waveform import waveform_of

WAVEFORMS = [
    ("bpsk", {}),
    ("bpsk", {"roll_off": 0.1}),
    ("qpsk", {}),
    ("oqpsk", {}),
    ("gmsk", {"bt": 0.3}),
    ("gmsk", {}),
]


@pytest.fixture
def bank_of(link):
    return lambda modulation, **changes: filter_bank(waveform_of(link(modulation, **changes).profile))


def read(bank, x, at):
    """Both outputs of the bank at a sample number between samples."""
    rows = bank.taps.shape[1]
    whole = int(np.floor(at))
    row = int((at - whole) * rows)
    start = whole - (bank.length // 2 - 1)
    window = x[start : start + bank.length]
    return np.array([np.sum(window * bank.taps[0, row]), np.sum(window * bank.taps[1, row])])


@pytest.mark.parametrize(("modulation", "changes"), WAVEFORMS)
@pytest.mark.parametrize("late", [-0.12, 0.0, 0.05, 0.12])
def test_a_ticks_own_symbol_gives_1_and_how_late_it_comes(bank_of, link, modulation, changes, late):
    """Of a signal of unit mean power; averaged over neighbours of either sign, which leave no trace."""
    waveform = waveform_of(link(modulation, **changes).profile)
    bank = bank_of(modulation, **changes)
    fine = 64
    alone = waveform.pulse(np.arange(-16 * fine, 16 * fine + 1) / fine)
    energy = np.sum(alone**2) / fine
    sent = alone / np.sqrt(energy * waveform.bits_per_symbol)
    for at in (40.004, 40.25, 40.7, 40.996):
        times = (np.arange(100) - at - late * SAMPLES_PER_SYMBOL) / SAMPLES_PER_SYMBOL
        x = np.interp(times, np.arange(-16 * fine, 16 * fine + 1) / fine, sent, left=0, right=0)
        symbol, slope = read(bank, x, at)
        assert symbol == pytest.approx(1, abs=0.12 if late else 0.01)
        assert slope == pytest.approx(late, abs=0.02)


@pytest.mark.parametrize(("modulation", "changes"), WAVEFORMS)
def test_its_length_is_a_whole_number_of_vector_registers_and_holds_the_filter(bank_of, link, modulation, changes):
    bank = bank_of(modulation, **changes)
    reach = waveform_of(link(modulation, **changes).profile).matched.half_span * SAMPLES_PER_SYMBOL
    assert bank.length % 16 == 0
    assert bank.length >= 2 * reach
    assert bank.taps.shape == (2, 128, bank.length)
    assert (bank.taps.dtype, bank.taps.flags.c_contiguous) == (np.float32, True)


@pytest.mark.parametrize("modulation", ["bpsk", "gmsk"])
def test_a_modulated_signals_ticks_come_out_as_sent(bank_of, link, symbols, modulation):
    """From modulator to ticks: unit amplitude, whatever the modulation."""
    leg, sent = link(modulation, rate_hz=4 * 38400.0), symbols(300)
    x = Modulator(leg.profile, leg.rate_hz).burst(sent)
    ticks = np.array([read(bank_of(modulation), x, 4.0 * (8 + k))[0] for k in range(12, 280)])
    turned = ticks * np.resize([1j, 1], len(ticks)) if modulation == "gmsk" else ticks
    np.testing.assert_allclose(np.mean(turned.real * sent[12:280]), 1, atol=0.02)
    assert np.all(turned.real * sent[12:280] > 0.9)


def test_a_bank_is_made_once(bank_of):
    assert bank_of("oqpsk") is bank_of("oqpsk")
    assert bank_of("oqpsk") is not bank_of("oqpsk", roll_off=0.5)
