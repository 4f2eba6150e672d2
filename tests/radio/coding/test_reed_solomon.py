import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.galois import GAMMA_POWERS, PRODUCTS, elements_of_octets
from radio.coding.reed_solomon import BASES, INTERLEAVES, PARITY_OCTETS, Decoded, ReedSolomon
from radio.errors import CodingError, DecodeError

VARIANTS = [ReedSolomon(1, *variant) for variant in product(PARITY_OCTETS, BASES)]
each_variant = pytest.mark.parametrize("code", VARIANTS, ids=repr)
codes = st.builds(ReedSolomon, *map(st.sampled_from, (INTERLEAVES, PARITY_OCTETS, BASES)))


@st.composite
def frames(draw):
    code = draw(codes)
    octets_each = draw(st.integers(1, code.data_octets))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return code, rng.bytes(octets_each * code.interleave), rng


def with_errors(codeblock, code, count, rng):
    """Return `codeblock` with `count` wrong octets in each codeword."""
    words = np.frombuffer(codeblock, np.uint8).reshape(-1, code.interleave).copy()
    for word in words.T:
        places = rng.choice(word.size, count, replace=False)
        word[places] ^= rng.integers(1, 256, count, dtype=np.uint8)
    return words.tobytes()


def value_at(word, power):
    """Return the polynomial of a codeword, as elements with the highest power first, at gamma^power."""
    value = 0
    for element in word:
        value = PRODUCTS[value, GAMMA_POWERS[power % 255]] ^ element
    return value


def test_codeblock_is_the_published_one(golden):
    for vector in golden("reed_solomon"):
        frame, codeblock = bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"])
        assert ReedSolomon(5).encode(frame) == codeblock
        assert ReedSolomon(5).decode(codeblock) == Decoded(frame, 0)


def test_codeblocks_received_from_a_satellite_are_clean(golden):
    for vector in golden("reed_solomon_real"):
        codeblock = bytes.fromhex(vector["input"])
        decoded = ReedSolomon(5).decode(codeblock)
        assert hashlib.sha256(decoded.frame).hexdigest() == vector["expected"]["decoded_frame_sha256"]
        assert decoded.corrected_octets == vector["expected"]["symbol_errors"]
        assert ReedSolomon(5).encode(decoded.frame) == codeblock


@each_variant
def test_codewords_have_the_roots_of_the_standard(code):
    """gamma^(128 - E) to gamma^(127 + E), gamma = alpha^11 (131.0-B section 4), and no others beside them."""
    errors = code.parity_octets // 2
    frame = np.random.default_rng(1).bytes(code.data_octets)
    word = elements_of_octets(code.basis)[np.frombuffer(code.encode(frame), np.uint8)]
    assert not any(value_at(word, power) for power in range(128 - errors, 128 + errors))
    assert value_at(word, 127 - errors)
    assert value_at(word, 128 + errors)


@given(frames(), st.integers(0, 16))
def test_up_to_e_wrong_octets_in_each_codeword_are_corrected(case, errors):
    code, frame, rng = case
    errors = min(errors, code.parity_octets // 2)
    damaged = with_errors(code.encode(frame), code, errors, rng)
    assert code.decode(damaged) == Decoded(frame, errors * code.interleave)


@given(frames())
def test_one_wrong_octet_more_is_flagged_or_gives_another_codeword(case):
    code, frame, rng = case
    damaged = with_errors(code.encode(frame), code, code.parity_octets // 2 + 1, rng)
    try:
        decoded = code.decode(damaged)
    except DecodeError:
        return
    assert decoded.frame != frame
    assert decoded.corrected_octets <= code.check_octets // 2


@pytest.mark.parametrize(("parity_octets", "least_flagged"), [(32, 2000), (16, 1990)])
def test_too_many_wrong_octets_are_flagged(parity_octets, least_flagged):
    """But for one in E!: 8! = 40320, more often by far than noise makes so many."""
    code, rng = ReedSolomon(1, parity_octets), np.random.default_rng(2)
    codeblock = code.encode(rng.bytes(code.data_octets))
    flagged = 0
    for _ in range(2000):
        try:
            code.decode(with_errors(codeblock, code, parity_octets // 2 + 1, rng))
        except DecodeError:
            flagged += 1
    assert flagged >= least_flagged


def test_the_error_says_which_code_failed():
    with pytest.raises(DecodeError, match=r"RS\(255,239\): a codeword has more than 8 wrong octets"):
        ReedSolomon(1, 16).decode(np.random.default_rng(3).bytes(255))


def test_one_codeword_of_five_that_fails_fails_the_codeblock():
    code = ReedSolomon(5)
    words = np.frombuffer(code.encode(bytes(1115)), np.uint8).reshape(-1, 5).copy()
    words[:40, 3] = 1
    with pytest.raises(DecodeError):
        code.decode(words.tobytes())


def test_a_burst_of_16_octets_for_each_interleaved_codeword_is_corrected():
    frame = bytes(range(223)) * 5
    codeblock = bytearray(ReedSolomon(5).encode(frame))
    codeblock[333:413] = bytes(octet ^ 0xFF for octet in codeblock[333:413])
    assert ReedSolomon(5).decode(bytes(codeblock)) == Decoded(frame, 80)


@given(frames())
def test_a_short_frame_is_coded_as_if_zeros_preceded_it(case):
    code, frame, _ = case
    full = frame.rjust(code.data_octets * code.interleave, b"\0")
    assert code.encode(frame)[len(frame) :] == code.encode(full)[len(full) :]


@each_variant
def test_an_error_located_in_the_virtual_fill_is_flagged(code):
    full_codeblock = code.encode(b"\x01" + bytes(code.data_octets - 1))
    with pytest.raises(DecodeError):
        code.decode(full_codeblock[100:])


def test_threads_do_not_disturb_each_other():
    def round_trips(seed):
        rng = np.random.default_rng(seed)
        code = VARIANTS[seed % len(VARIANTS)]
        errors = code.parity_octets // 2
        trips = [rng.bytes(code.data_octets) for _ in range(20)]
        return all(code.decode(with_errors(code.encode(frame), code, errors, rng)).frame == frame for frame in trips)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(round_trips, range(8)))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        *(("interleave", {"interleave": value}) for value in (0, 6, 7, 9, -1)),
        ("parity_octets", {"parity_octets": 8}),
        ("basis", {"basis": "berlekamp"}),
    ],
)
def test_other_codes_are_refused(name, arguments):
    with pytest.raises(CodingError, match=name):
        ReedSolomon(**arguments)


@pytest.mark.parametrize(
    ("code", "length"),
    [
        *((ReedSolomon(), length) for length in (0, 224)),
        *((ReedSolomon(5), length) for length in (1114, 1120)),
        (ReedSolomon(8), 7),
        (ReedSolomon(1, 16), 240),
    ],
)
def test_lengths_that_do_not_fit_are_refused(code, length):
    with pytest.raises(CodingError, match=r"len\(frame\)"):
        code.encode(bytes(length))
    with pytest.raises(CodingError, match=r"len\(codeblock\)"):
        code.decode(bytes(length + code.check_octets))
    with pytest.raises(CodingError, match="frame_octets"):
        code.check_frame_octets(length)
