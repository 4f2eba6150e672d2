import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.coding.channel_code import DecodedFrame
from radio.coding.ldpc.ar4ja import INFORMATION_BITS, RATES, ar4ja_code
from radio.coding.ldpc.encoder import encoder
from radio.coding.ldpc_code import LDPC_ASM, LdpcCode
from radio.coding.randomizer import randomize_tm
from radio.coding.symbols import bits_to_octets, octets_to_bits, symbols_to_octets
from radio.errors import CodingError, DecodeError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "ldpc.json").read_text())
CODES = [LdpcCode(rate, information_bits) for rate in RATES for information_bits in INFORMATION_BITS]
each_code = pytest.mark.parametrize("code", CODES, ids=lambda code: f"{code.rate}-{code.information_bits}")


def frame_for(code, seed=7):
    return np.random.default_rng(seed).bytes(code.frame_octets)


def payload(code, frame, es_n0_db=40.0):
    """Return what a decoder is fed, float32."""
    symbols = code.encode(frame)[code.marker.size :]
    deviation = np.sqrt(0.5 / 10 ** (es_n0_db / 10))
    return (symbols + np.random.default_rng(1).normal(0, deviation, symbols.size)).astype(np.float32)


@each_code
def test_a_unit_is_marker_and_randomised_codeword(code):
    frame = frame_for(code)
    unit = symbols_to_octets(code.encode(frame))
    codeword = encoder(ar4ja_code(code.rate, code.information_bits)).encode(octets_to_bits(frame))
    assert unit == LDPC_ASM + randomize_tm(bits_to_octets(codeword))
    assert code.frame_octets == code.information_bits // 8
    assert code.information_bits_per_symbol == pytest.approx({"1/2": 1 / 2, "2/3": 2 / 3, "4/5": 4 / 5}[code.rate])


def test_the_marker_is_the_published_one():
    assert LDPC_ASM.hex().upper() == GOLDEN["cltu"]["start"]  # one pattern for both
    assert symbols_to_octets(LdpcCode().marker) == LDPC_ASM


@each_code
def test_a_frame_comes_back_through_noise(code):
    frame = frame_for(code)
    decoder = code.decoder()
    decoder.feed(payload(code, frame, 2.5 + 10 * np.log10(2 * code.information_bits_per_symbol)))
    assert decoder.result is not None
    assert decoder.result.frame == frame
    assert decoder.result.corrected > 0
    assert (decoder.failed, decoder.symbols_wanted) == (False, 0)


@settings(max_examples=30)
@given(
    st.sampled_from(["none", "short", "long"]),
    st.binary(min_size=128, max_size=128),
    st.lists(st.integers(0, 900), max_size=9),
)
def test_pieces_of_any_size_give_the_frame(randomizer, frame, sizes):
    code = LdpcCode("4/5", 1024, randomizer)
    soft = payload(code, frame)
    decoder = code.decoder()
    for piece in np.split(soft, np.minimum(np.cumsum(sizes), soft.size).astype(int)):
        assert decoder.result is None or not piece.size
        decoder.feed(piece)
    decoder.feed(np.ones(100, np.float32))  # beyond the end
    assert decoder.result == DecodedFrame(frame, corrected=0)


@each_code
def test_noise_gives_no_frame(code):
    decoder = code.decoder()
    decoder.feed(np.random.default_rng(5).normal(size=decoder.symbols_wanted).astype(np.float32))
    assert (decoder.failed, decoder.result, decoder.symbols_wanted) == (True, None, 0)


def test_the_wrong_randomiser_gives_no_frame():
    soft = payload(LdpcCode(randomizer="short"), frame_for(LdpcCode()))
    for other in ("none", "long"):
        with pytest.raises(DecodeError, match="iterations"):
            LdpcCode(randomizer=other).decode(soft)


def test_silence_gives_no_frame():
    with pytest.raises(DecodeError, match="LDPC"):
        LdpcCode().decode(np.zeros(2048, np.float32))


def test_a_stream_differs_only_in_being_one():
    stream, burst = LdpcCode(continuous=True), LdpcCode()
    assert (stream.continuous, burst.continuous) == (True, False)
    assert np.array_equal(stream.encode(frame_for(stream)), burst.encode(frame_for(burst)))


def test_the_acquisition_alternates():
    assert np.array_equal(LdpcCode(acquisition_symbols=5).acquisition, [1, -1, 1, -1, 1])
    assert LdpcCode(acquisition_symbols=0).acquisition.size == 0


def test_codes_are_values():
    assert LdpcCode() == LdpcCode("1/2", 1024, "short")
    assert hash(LdpcCode()) == hash(LdpcCode())
    assert LdpcCode() != LdpcCode("2/3")
    with pytest.raises(dataclasses.FrozenInstanceError):
        LdpcCode().rate = "4/5"
    with pytest.raises(ValueError, match="read-only"):
        LdpcCode().marker[0] = 0


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: LdpcCode("7/8"), "rate"),
        (lambda: LdpcCode("1/2", 1000), "information_bits"),
        (lambda: LdpcCode(randomizer="new"), "randomizer"),
        (lambda: LdpcCode(acquisition_symbols=-1), "acquisition_symbols"),
        (lambda: LdpcCode().encode(bytes(127)), "frame"),
        (lambda: LdpcCode().decode(np.ones(2047, np.float32)), "soft"),
        (lambda: LdpcCode().decode(np.full(2048, np.nan, np.float32)), "soft"),
    ],
)
def test_what_does_not_fit_is_refused(make, field):
    with pytest.raises(CodingError, match=field):
        make()
