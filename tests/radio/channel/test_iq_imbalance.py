import numpy as np
import pytest

from radio.channel.iq_imbalance import IqImbalance


def image_rejection_db(gain_db, phase_deg):
    """Razavi, RF Microelectronics, 4.2.2: (1 + 2 g cos p + g^2) / (1 - 2 g cos p + g^2)."""
    g, cosine = 10 ** (gain_db / 20), np.cos(np.radians(phase_deg))
    return 10 * np.log10((1 + 2 * g * cosine + g * g) / (1 - 2 * g * cosine + g * g))


@pytest.mark.parametrize(("gain_db", "phase_deg"), [(0.5, 0.0), (0.0, 3.0), (-0.4, 2.0), (3.0, -20.0)])
def test_a_tone_has_its_image_as_far_down_as_the_closed_form_says(gain_db, phase_deg):
    tone = np.exp(2j * np.pi * 0.1 * np.arange(1000)).astype(np.complex64)
    IqImbalance(gain_db=gain_db, phase_deg=phase_deg).unbalance(tone)
    spectrum = np.abs(np.fft.fft(tone.astype(np.complex128))) ** 2
    found_db = 10 * np.log10(spectrum[100] / spectrum[-100])
    assert found_db == pytest.approx(image_rejection_db(gain_db, phase_deg), abs=0.01)


def test_noise_keeps_its_power():
    noise = np.random.default_rng(1).standard_normal(400_000).astype(np.float32).view(np.complex64)
    before = np.mean(np.abs(noise) ** 2)
    IqImbalance(gain_db=2.0, phase_deg=10.0).unbalance(noise)
    assert np.mean(np.abs(noise) ** 2) == pytest.approx(before, rel=0.01)
