import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.cadu import CaduCode
from radio.coding.channel_code import DecodedFrame
from radio.coding.cltu import TAIL_SEQUENCE
from radio.coding.cltu_code import CltuCode
from radio.coding.cltu_ldpc import CltuLdpcCode
from radio.coding.convolutional import Convolutional
from radio.coding.ldpc_code import LdpcCode
from radio.coding.reed_solomon import ReedSolomon
from radio.coding.symbols import octets_to_symbols, symbols_to_octets
from radio.errors import CodingError

CODES = [
    CltuCode(),
    CltuCode(acquisition_octets=6, randomized=False, error_correcting=False),
    CaduCode(100),
    CaduCode(478, ReedSolomon(2, 16, "conventional"), randomizer="long"),
    CaduCode(223, ReedSolomon(), Convolutional()),
    CaduCode(100, ReedSolomon(2), Convolutional("3/4"), "none", acquisition_symbols=0),
    CaduCode(1115, ReedSolomon(5), Convolutional(), continuous=True),
    CaduCode(94, None, Convolutional("7/8"), continuous=True),
]
FRAME_OCTETS = {code: getattr(code, "frame_octets", 35) for code in CODES}
EVERY_KIND = [*CODES, CltuLdpcCode(128), CltuLdpcCode(512), LdpcCode("1/2"), LdpcCode("4/5", continuous=True)]
each_code = pytest.mark.parametrize("code", CODES, ids=repr)


def after_marker(code, frame):
    """Return what a decoder is fed, float32."""
    return code.encode(frame)[code.marker.size :].astype(np.float32)


def frame_for(code):
    return np.random.default_rng(7).bytes(FRAME_OCTETS[code])


@each_code
def test_a_unit_begins_with_its_marker(code):
    unit = code.encode(frame_for(code))
    assert unit.dtype == np.int8
    assert np.array_equal(unit[: code.marker.size], code.marker)
    assert code.acquisition.dtype == np.int8


@each_code
def test_a_whole_burst_in_one_piece_gives_the_frame(code):
    frame = frame_for(code)
    decoder = code.decoder()
    decoder.feed(np.float32(0.01) * after_marker(code, frame))
    assert decoder.result == DecodedFrame(frame, corrected=0)
    assert (decoder.failed, decoder.symbols_wanted) == (False, 0)


@each_code
def test_symbols_beyond_the_end_do_not_matter(code):
    frame = frame_for(code)
    decoder = code.decoder()
    decoder.feed(np.append(after_marker(code, frame), np.ones(100, np.float32)))
    decoder.feed(np.ones(100, np.float32))
    assert decoder.result == DecodedFrame(frame, corrected=0)


@each_code
def test_pieces_of_the_wanted_size_take_exactly_the_burst(code):
    frame = frame_for(code)
    soft = after_marker(code, frame)
    decoder = code.decoder()
    taken = 0
    while decoder.symbols_wanted:
        assert decoder.result is None
        wanted = decoder.symbols_wanted
        decoder.feed(soft[taken : taken + wanted])
        taken += wanted
    assert taken == soft.size
    assert decoder.result == DecodedFrame(frame, corrected=0)


@given(st.sampled_from(CODES), st.lists(st.integers(0, 900), max_size=40))
def test_pieces_of_any_size_give_the_same_frame(code, sizes):
    frame = frame_for(code)
    soft = after_marker(code, frame)
    decoder = code.decoder()
    for piece in np.split(soft, np.minimum(np.cumsum(sizes), soft.size).astype(int)):
        decoder.feed(piece)
    decoder.feed(np.ones(100, np.float32))  # beyond the end
    assert decoder.result == DecodedFrame(frame, corrected=0)
    assert decoder.symbols_wanted == 0


def test_cltu_marker_is_48_alternating_symbols_and_the_start_sequence():
    assert symbols_to_octets(CltuCode().marker) == bytes.fromhex("555555555555EB90")
    assert CltuCode(acquisition_octets=16).acquisition.size == 16 * 8 - 48


def test_the_marker_stands_out_from_the_rest_of_the_burst():
    code = CaduCode(223, ReedSolomon(), Convolutional(), acquisition_symbols=128)
    unit = code.encode(np.random.default_rng(3).bytes(223))
    burst = np.concatenate([code.acquisition, unit]).astype(int)
    peaks = np.abs(np.correlate(burst, code.marker.astype(int)))
    assert peaks[code.acquisition.size] == 64
    peaks[code.acquisition.size] = 0
    assert peaks.max() < 40


def test_a_cltu_carries_56_bits_in_64_symbols():
    assert CltuCode().information_bits_per_symbol == 7 / 8


def test_cltu_decoder_wants_one_codeblock_after_another():
    decoder = CltuCode().decoder()
    assert decoder.symbols_wanted == 64
    decoder.feed(np.ones(10, np.float32))
    assert decoder.symbols_wanted == 54


def test_cltu_decoder_counts_corrected_bits():
    frame = frame_for(CODES[0])
    soft = after_marker(CODES[0], frame)
    soft[[3, 64 + 20]] *= -1
    decoder = CODES[0].decoder()
    decoder.feed(soft)
    assert decoder.result == DecodedFrame(frame, corrected=2)


def test_a_cltu_without_an_accepted_codeblock_has_failed():
    decoder = CltuCode().decoder()
    decoder.feed(octets_to_symbols(TAIL_SEQUENCE).astype(np.float32))
    assert (decoder.failed, decoder.result, decoder.symbols_wanted) == (True, None, 0)


def test_error_correction_can_be_switched_off():
    code = CltuCode(error_correcting=False)
    soft = after_marker(code, bytes(35))
    soft[3] *= -1
    decoder = code.decoder()
    decoder.feed(soft)
    assert decoder.failed


def test_noise_alone_fails():
    decoder = CaduCode(223, ReedSolomon(), Convolutional()).decoder()
    decoder.feed(np.random.default_rng(5).normal(size=decoder.symbols_wanted).astype(np.float32))
    assert (decoder.failed, decoder.result, decoder.symbols_wanted) == (True, None, 0)


@pytest.mark.parametrize("code", EVERY_KIND, ids=repr)
def test_a_silent_transmitter_sends_no_frame(code):
    decoder = code.decoder()
    while wanted := decoder.symbols_wanted:
        decoder.feed(np.zeros(wanted, np.float32))
    assert (decoder.failed, decoder.result) == (True, None)


def information_bits(code):
    """Of a decoder's first decision."""
    return {CltuCode: 56, CltuLdpcCode: code.decoder().symbols_wanted // 2}.get(type(code)) or 8 * code.frame_octets


@given(st.sampled_from(EVERY_KIND), st.integers(0, 2**32 - 1), st.data())
def test_symbols_that_speak_are_never_fewer_than_the_bits_they_tell(code, seed, data):
    rng, decoder = np.random.default_rng(seed), code.decoder()
    wanted = decoder.symbols_wanted
    missing = data.draw(st.just(1) | st.integers(1, information_bits(code)))
    silent = rng.permutation(wanted) >= information_bits(code) - missing
    soft = after_marker(code, rng.bytes(getattr(code, "frame_octets", 70)))[:wanted]
    decoder.feed(np.where(silent, np.float32(0), soft))
    assert (decoder.failed, decoder.result) == (True, None)


def test_codes_are_values():
    assert CaduCode(223) == CaduCode(frame_octets=223)
    assert hash(CltuCode()) == hash(CltuCode())
    assert CltuCode() != CltuCode(randomized=False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        CltuCode().randomized = False
    with pytest.raises(ValueError, match="read-only"):
        CltuCode().marker[0] = 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: CltuCode(acquisition_octets=5),
        lambda: CaduCode(223).encode(bytes(222)),
        lambda: CltuCode().encode(b""),
    ],
)
def test_what_does_not_fit_is_refused(make):
    with pytest.raises(CodingError):
        make()
