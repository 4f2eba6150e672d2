import numpy as np
import pytest

from radio.sdr.carrier_sense import CarrierSense

RATE_HZ, BLOCK = 240e3, 2400


def noise(rng, scale=1.0):
    return (scale * rng.standard_normal(2 * BLOCK, dtype=np.float32)).view(np.complex64)


def test_noise_alone_is_silence():
    rng, sense = np.random.default_rng(1), CarrierSense(RATE_HZ)
    assert not any(sense.hears(noise(rng)) for _ in range(5000))


@pytest.mark.parametrize(("snr_db", "heard"), [(-4.5, True), (-9.0, False), (10.0, True)])
def test_a_signal_is_heard_down_to_6_db_below_the_noise(snr_db, heard):
    rng, sense = np.random.default_rng(2), CarrierSense(RATE_HZ)
    for _ in range(200):
        sense.hears(noise(rng))
    amplitude = np.complex64(np.sqrt(2 * 10 ** (snr_db / 10)))
    told = [sense.hears(noise(rng) + amplitude) for _ in range(20)]
    assert all(told) if heard else not any(told)


def test_what_was_blanked_is_no_measure_of_noise():
    rng, sense = np.random.default_rng(3), CarrierSense(RATE_HZ)
    for _ in range(10):
        sense.hears(noise(rng))
    assert not sense.hears(np.zeros(BLOCK, dtype=np.complex64))
    assert not sense.hears(noise(rng))


def test_noise_that_has_risen_is_silence_again_after_10_s():
    rng, sense = np.random.default_rng(4), CarrierSense(RATE_HZ)
    for _ in range(100):
        sense.hears(noise(rng))
    told = [sense.hears(noise(rng, 2.0)) for _ in range(1200)]
    assert all(told[:900])
    assert not any(told[1010:])
