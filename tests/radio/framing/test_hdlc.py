import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.coding.randomizer import randomize_tm
from radio.coding.reed_solomon import ReedSolomon
from radio.framing.hdlc import LONGEST_OCTETS, SHORTEST_OCTETS, HdlcDeframer, fcs_remainder
from radio.framing.payload import PayloadCode

FLAG = [0, 1, 1, 1, 1, 1, 1, 0]
ABORT = [1] * 8
ADDRESSES = bytes(2 * ord(letter) for letter in "CQ    pFLATSAp")[:13] + b"\x61"
FRAME = ADDRESSES + b"\x03\xf0" + bytes(range(40)) + b"\xff" * 20
frames = st.binary(min_size=SHORTEST_OCTETS - 16, max_size=80).map(lambda rest: ADDRESSES + rest)


def with_check(frame: bytes) -> bytes:
    return frame + (fcs_remainder(frame) ^ 0xFFFF).to_bytes(2, "little")


def bits_of(octets: bytes) -> list[int]:
    """Least significant bit first, a 0 stuffed after five ones."""
    bits, ones = [], 0
    for octet in octets:
        for k in range(8):
            bit = octet >> k & 1
            bits.append(bit)
            ones = ones + 1 if bit else 0
            if ones == 5:
                bits.append(0)
                ones = 0
    return bits


def levels(bits: list[int], scrambled: bool) -> np.ndarray:
    """NRZI (a 0 is a change), then the scrambler, bit by bit; soft symbols."""
    level, register, sent = 0, [0] * 17, []
    for bit in bits:
        level ^= 1 ^ bit
        out = level ^ register[11] ^ register[16] if scrambled else level
        register = [out, *register[:-1]]
        sent.append(out)
    return np.asarray(1.0 - 2.0 * np.array(sent), dtype=np.float32)


def on_air(*frames: bytes, scrambled: bool = True) -> np.ndarray:
    bits = FLAG * 6
    for frame in frames:
        bits = bits + bits_of(with_check(frame)) + FLAG
    return levels(bits + FLAG * 4, scrambled)


def test_the_check_sequence_is_x25s() -> None:
    assert fcs_remainder(b"123456789") ^ 0xFFFF == 0x906E  # CRC-16/IBM-SDLC, catalogue of parametrised CRC algorithms
    assert fcs_remainder(b"123456789\x6e\x90") == 0xF0B8


@settings(max_examples=30)
@given(st.lists(frames, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_frames_come_through(sent: list[bytes], scrambled: bool, inverted: bool) -> None:
    soft = on_air(*sent, scrambled=scrambled) * (-1 if inverted else 1)
    found = HdlcDeframer(scrambled, None).process(soft)
    assert [each.frame for each in found] == sent


def test_a_frame_says_where_it_was() -> None:
    (found,) = HdlcDeframer(False, None).process(on_air(FRAME, scrambled=False))
    assert found.start == len(FLAG) * 6
    assert found.stop == found.start + len(bits_of(with_check(FRAME)))


@given(st.lists(st.integers(0, 1500), max_size=5))
def test_any_split_gives_the_same(cuts: list[int]) -> None:
    soft = on_air(FRAME, ADDRESSES + bytes(30))
    deframer = HdlcDeframer(True, None)
    found = [each for part in np.split(soft, sorted(cuts)) for each in deframer.process(part)]
    assert found == HdlcDeframer(True, None).process(soft)
    assert len(found) == 2


@pytest.mark.parametrize("wrong", range(60, 200, 7))
def test_a_frame_with_a_wrong_bit_is_none(wrong: int) -> None:
    soft = on_air(FRAME, scrambled=False)
    soft[wrong:] *= -1  # under NRZI one wrong bit
    assert HdlcDeframer(False, None).process(soft) == []


def test_an_aborted_frame_is_none_and_the_next_is_received() -> None:
    begun = FLAG * 4 + bits_of(FRAME) + ABORT
    bits = levels(begun + FLAG + bits_of(with_check(FRAME)) + FLAG, False)
    deframer = HdlcDeframer(False, None)
    assert deframer.process(bits[: len(begun)]) == []
    assert deframer.oldest == len(begun), "nothing of it is wanted any more"
    assert [each.frame for each in deframer.process(bits[len(begun) :])] == [FRAME]


def test_a_frame_of_no_whole_octets_is_none() -> None:
    bits = FLAG * 4 + bits_of(with_check(FRAME)) + [0, 1, 0] + FLAG
    assert HdlcDeframer(False, None).process(levels(bits, False)) == []


def test_what_has_no_addresses_is_none() -> None:
    for at in range(13):
        wrong = bytearray(FRAME)
        wrong[at] |= 1
        assert HdlcDeframer(True, None).process(on_air(bytes(wrong))) == []


def test_what_is_too_short_or_too_long_is_none() -> None:
    short, long = bytes(SHORTEST_OCTETS - 3), bytes(LONGEST_OCTETS)
    found = HdlcDeframer(True, None).process(on_air(short, long, FRAME))
    assert [each.frame for each in found] == [FRAME]


def test_the_longest_is_received() -> None:
    longest = bytes(LONGEST_OCTETS - 2)
    assert [each.frame for each in HdlcDeframer(True, None).process(on_air(longest))] == [longest]


def test_noise_holds_no_frame() -> None:
    noise = np.random.default_rng(8).standard_normal(2_000_000).astype(np.float32)
    assert HdlcDeframer(True, None).process(noise) == []


def test_it_tells_when_it_follows_a_frame() -> None:
    deframer, told = HdlcDeframer(False, None), []
    for part in np.split(on_air(FRAME, scrambled=False), [100, 300]):
        deframer.process(part)
        told.append(deframer.following)
    assert told == [False, True, False]


def test_the_oldest_symbol_wanted_is_the_first_of_a_frame_begun() -> None:
    deframer = HdlcDeframer(False, None)
    soft = on_air(FRAME, scrambled=False)
    deframer.process(soft[:200])
    assert deframer.oldest == 48
    deframer.process(soft[200:])
    assert deframer.oldest > 500


CODE = PayloadCode(16, "short", ReedSolomon(basis="conventional"))
HEADER = bytes(range(100, 116))


def coded(payload: bytes, wrong: int = 0) -> bytes:
    octets = bytearray(HEADER + randomize_tm(CODE.reed_solomon.encode(payload)))
    for k in range(wrong):
        octets[16 + 3 * k] ^= 0x55
    return bytes(octets)


@pytest.mark.parametrize("wrong", [0, 5, 16])
def test_a_payloads_own_code_corrects_what_the_check_sequence_would_reject(wrong: int) -> None:
    bits = FLAG * 6 + bits_of(coded(b"beacon" * 9, wrong) + b"\x00\x00") + FLAG
    (found,) = HdlcDeframer(True, CODE).process(levels(bits, True))
    assert (found.frame, found.corrected) == (b"beacon" * 9, wrong)


@pytest.mark.parametrize("octets", [coded(b"beacon" * 9, 17), HEADER + b"too short", bytes(300), HEADER])
def test_what_a_payloads_code_cannot_decode_is_none(octets: bytes) -> None:
    bits = FLAG * 6 + bits_of(octets + b"\x00\x00") + FLAG
    assert HdlcDeframer(True, CODE).process(levels(bits, True)) == []
