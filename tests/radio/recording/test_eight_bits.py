import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.channel.front_end import FrontEnd
from radio.recording.eight_bits import octets_of
from radio.recording.sample_format import SampleFormat

CU8 = SampleFormat.named("cu8")
EVERY = bytes(range(256))


def test_every_octet_comes_back_as_it_was() -> None:
    assert octets_of(CU8.samples(EVERY)) == EVERY


@given(st.binary(min_size=2, max_size=200).filter(lambda octets: len(octets) % 2 == 0))
def test_octets_and_samples_are_one_another(octets: bytes) -> None:
    assert octets_of(CU8.samples(octets)) == octets


def test_what_the_front_end_of_8_bits_gives_is_kept_bit_for_bit() -> None:
    samples = FrontEnd(240e3, 200e3, 8, 4.0, np.random.default_rng(1)).receive(np.zeros(5000, np.complex64))
    octets = octets_of(samples)
    assert octets is not None
    assert np.array_equal(CU8.samples(octets).view(np.uint32), samples.view(np.uint32))


@pytest.mark.parametrize("bits", [6, 7, 9, 12])
def test_another_converters_samples_are_told(bits: int) -> None:
    samples = FrontEnd(240e3, 200e3, bits, 4.0, np.random.default_rng(1)).receive(np.zeros(500, np.complex64))
    assert octets_of(samples) is None


@pytest.mark.parametrize(
    "sample",
    [0, 1.0 + 0.1j, 128.5 / 127.5 * (1 + 1j), -128.5 / 127.5 * (1 + 1j), np.nan + 1j, 1 + np.inf * 1j, 3e38 + 1j],
)
def test_what_no_octet_says_is_told(sample: complex) -> None:
    assert octets_of(np.array([-1 + 1j, sample], np.complex64)) is None


def test_a_bit_less_in_one_sample_shows() -> None:
    samples = CU8.samples(EVERY)
    samples.view(np.float32)[100] = np.nextafter(samples.view(np.float32)[100], np.float32(2))
    assert octets_of(samples) is None
