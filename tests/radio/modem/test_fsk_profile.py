"""GFSK legs of a profile, through our own modulator."""

import numpy as np
import pytest

from radio.errors import ProfileError
from radio.modem.fsk_profile import fsk_receiver
from radio.modem.modulator import Modulator
from radio.profile import LinkProfile, Profile

RATE_HZ = 240e3
LEAD = 6000
FRAMES = [np.random.default_rng(k).bytes(223) for k in range(2)]


def gfsk(leg: str, **changed: object) -> LinkProfile:
    link: LinkProfile = getattr(Profile.load("leo-bpsk"), leg)
    return link.model_copy(update={"modulation": "gfsk", **changed})


def on_air(link: LinkProfile, es_n0_db: float = 13.0) -> np.ndarray:
    code = link.code()
    bursts = [Modulator(link, RATE_HZ).burst(np.concatenate((code.acquisition, code.encode(each)))) for each in FRAMES]
    quiet = np.zeros(LEAD)
    x = np.concatenate((quiet, bursts[0], quiet, bursts[1], np.zeros(2000 * int(RATE_HZ / link.symbol_rate_baud))))
    x = x * np.exp(2j * np.pi * 2000 / RATE_HZ * np.arange(len(x)))
    rng = np.random.default_rng(5)
    sigma = np.sqrt(RATE_HZ / link.symbol_rate_baud / 10 ** (es_n0_db / 10) / 2)
    return np.asarray(x + sigma * (rng.standard_normal(len(x)) + 1j * rng.standard_normal(len(x))), np.complex64)


@pytest.mark.parametrize("line_code", ["nrz-l", "nrz-m"])
@pytest.mark.parametrize("index", [0.5, 1.0])
@pytest.mark.parametrize("leg", ["uplink", "downlink"])
def test_what_our_modulator_sends_is_received(leg: str, index: float, line_code: str) -> None:
    link = gfsk(leg, modulation_index=index, line_code=line_code)
    listening = fsk_receiver(link, link.code(), RATE_HZ)
    samples, found, followed = on_air(link), [], False
    for k in range(0, len(samples), 2400):
        found += listening.process(samples[k : k + 2400])
        followed |= listening.following
    assert [each.frame[:223] for each in found if each.frame] == FRAMES
    assert [each.quality.es_n0_db for each in found] == pytest.approx([13.0, 13.0], abs=0.7)
    assert [each.quality.first_offset_hz for each in found] == pytest.approx(
        [2000.0] * 2, abs=0.03 * link.symbol_rate_baud
    )
    assert followed
    assert not listening.following


def test_a_profile_that_does_not_fit_the_sample_rate_is_refused() -> None:
    link = gfsk("uplink")
    with pytest.raises(ProfileError, match="sample_rate_hz"):
        fsk_receiver(link, link.code(), 9600.0)
