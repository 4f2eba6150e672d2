import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.coding.channel_code import DecodedFrame
from radio.coding.cltu_ldpc import EARLIER_TAIL_SEQUENCE, START_SEQUENCE, TAIL_SEQUENCE, CltuLdpcCode
from radio.coding.randomizer import randomize_tc
from radio.coding.symbols import octets_to_symbols, symbols_to_octets
from radio.errors import CodingError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "ldpc.json").read_text())
CODES = [CltuLdpcCode(128), CltuLdpcCode(512)]
each_code = pytest.mark.parametrize("code", CODES, ids=["128", "512"])


def after_marker(code, frame):
    return code.encode(frame)[code.marker.size :].astype(np.float32)


def noise(size, deviation=1.0, seed=3):
    return np.random.default_rng(seed).normal(0, deviation, size).astype(np.float32)


def decoded(code, soft):
    """Return a decoder that was fed `soft` and then noise, as after the last symbol of a burst."""
    decoder = code.decoder()
    decoder.feed(soft)
    if decoder.symbols_wanted:
        decoder.feed(noise(decoder.symbols_wanted))
    return decoder


def test_the_sequences_are_the_published_ones():
    assert START_SEQUENCE.hex().upper() == GOLDEN["cltu"]["start"]
    assert EARLIER_TAIL_SEQUENCE.hex().upper() == GOLDEN["cltu"]["earlier_tail"]
    assert TAIL_SEQUENCE.hex().upper() == GOLDEN["cltu_tail"]["sent"]
    assert randomize_tc(TAIL_SEQUENCE).hex().upper() == GOLDEN["cltu_tail"]["derandomized"]


def test_a_cltu_is_start_sequence_randomised_codewords_and_tail():
    vector = GOLDEN["encoder"]["vectors"][0]
    information = bytes(range(8))
    codeword = randomize_tc(information + bytes.fromhex(vector["parity"]))
    cltu = symbols_to_octets(CltuLdpcCode(128).encode(information + information))
    assert cltu == START_SEQUENCE + codeword + codeword + TAIL_SEQUENCE


def test_long_codewords_have_no_tail():
    assert CltuLdpcCode(512).encode(bytes(33)).size == 64 + 2 * 512


@each_code
@settings(max_examples=30)
@given(frame=st.binary(min_size=1, max_size=300))
def test_any_frame_comes_back_with_fill(code, frame):
    decoder = decoded(code, after_marker(code, frame))
    assert decoder.result is not None
    fill = -len(frame) % code.information_octets
    assert decoder.result == DecodedFrame(frame + fill * b"\x55", corrected=0)
    assert (decoder.failed, decoder.symbols_wanted) == (False, 0)


@each_code
def test_pieces_of_any_size_give_the_same_frame(code):
    frame = bytes(range(64))
    decoder = code.decoder()
    assert decoder.symbols_wanted == code.codeword_bits
    soft = np.concatenate([after_marker(code, frame), noise(code.codeword_bits)])
    for piece in np.array_split(soft, 11):
        decoder.feed(piece)
    decoder.feed(np.ones(1000, np.float32))  # beyond the end
    assert decoder.result == DecodedFrame(frame, corrected=0)


@each_code
def test_errors_are_corrected_and_counted(code):
    frame = bytes(64)
    soft = after_marker(code, frame)
    sent = soft < 0
    soft += noise(soft.size, np.sqrt(0.5 / 10**0.2))
    wrong = np.count_nonzero((soft < 0)[: 16 * len(frame)] != sent[: 16 * len(frame)])
    assert decoded(code, soft).result == DecodedFrame(frame, corrected=wrong)
    assert wrong > 10


@pytest.mark.parametrize("tail", [TAIL_SEQUENCE, EARLIER_TAIL_SEQUENCE], ids=["tail", "earlier tail"])
@pytest.mark.parametrize("es_n0_db", [0.0, 3.0, 10.0])
def test_a_tail_sequence_ends_the_cltu_in_any_noise(tail, es_n0_db):
    for seed in range(15):
        decoder = CltuLdpcCode().decoder()
        symbols = octets_to_symbols(tail).astype(np.float32)
        decoder.feed(symbols + noise(128, np.sqrt(0.5 / 10 ** (es_n0_db / 10)), seed))
        assert (decoder.failed, decoder.result, decoder.symbols_wanted) == (True, None, 0)


@each_code
def test_a_codeword_lost_in_noise_ends_the_cltu(code):
    frame = np.random.default_rng(1).bytes(3 * code.information_octets)
    soft = after_marker(code, frame)
    soft[code.codeword_bits : 2 * code.codeword_bits] = noise(code.codeword_bits)
    decoder = code.decoder()
    decoder.feed(soft)
    assert decoder.result == DecodedFrame(frame[: code.information_octets], corrected=0)


@each_code
def test_noise_gives_no_frame(code):
    decoder = code.decoder()
    decoder.feed(noise(code.codeword_bits))
    assert (decoder.failed, decoder.result, decoder.symbols_wanted) == (True, None, 0)


def test_the_acquisition_sequence_alternates():
    code = CltuLdpcCode(acquisition_octets=16)
    assert symbols_to_octets(code.acquisition) == 16 * b"\x55"
    assert symbols_to_octets(code.marker) == START_SEQUENCE
    assert not code.continuous
    assert code.information_bits_per_symbol == 0.5


def test_codes_are_values():
    assert CltuLdpcCode() == CltuLdpcCode(128)
    assert hash(CltuLdpcCode()) == hash(CltuLdpcCode())
    with pytest.raises(dataclasses.FrozenInstanceError):
        CltuLdpcCode().codeword_bits = 512
    with pytest.raises(ValueError, match="read-only"):
        CltuLdpcCode().marker[0] = 0


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: CltuLdpcCode(256), "codeword_bits"),
        (lambda: CltuLdpcCode(acquisition_octets=-1), "acquisition_octets"),
        (lambda: CltuLdpcCode().encode(b""), "frame"),
        (lambda: CltuLdpcCode().decoder().feed(np.full(128, np.inf, np.float32)), "soft"),
    ],
)
def test_what_does_not_fit_is_refused(make, field):
    with pytest.raises(CodingError, match=field):
        make()
