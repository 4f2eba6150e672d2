import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.cadu import ASM, CaduCode
from radio.coding.channel_code import DecodedFrame
from radio.coding.convolutional import Convolutional
from radio.coding.randomizer import randomize_tm
from radio.coding.reed_solomon import ReedSolomon
from radio.coding.symbols import octets_to_bits, octets_to_symbols, symbols_to_octets
from radio.errors import CodingError, DecodeError

STREAMS = [
    CaduCode(100, continuous=True),
    CaduCode(1115, ReedSolomon(5), continuous=True),
    CaduCode(223, ReedSolomon(), Convolutional(), continuous=True),
    CaduCode(223, ReedSolomon(), Convolutional("2/3"), continuous=True),
    CaduCode(219, ReedSolomon(), Convolutional("3/4"), continuous=True),
    CaduCode(235, ReedSolomon(1, 16, "conventional"), Convolutional("5/6"), continuous=True),
    CaduCode(94, None, Convolutional("7/8"), "long", continuous=True),
    CaduCode(100, None, Convolutional("3/4"), "none", True, 10, bytes.fromhex("EB90")),
]


def payload(code, frame):
    """Return what a decoder is fed, float32."""
    return code.encode(frame)[code.marker.size :].astype(np.float32)


def random_frame(code, seed=7):
    return np.random.default_rng(seed).bytes(code.frame_octets)


def cadu_bits(code, frame):
    codeblock = code.reed_solomon.encode(frame) if code.reed_solomon else frame
    return octets_to_bits(code.sync_marker + randomize_tm(codeblock, code.randomizer))


def test_cadu_is_the_published_one(golden):
    for vector in golden("tm_cadu"):
        cadu, frame = bytes.fromhex(vector["input"]), bytes.fromhex(vector["expected"]["frame_hex"])
        code = CaduCode(1115, ReedSolomon(5))
        assert symbols_to_octets(code.encode(frame)) == cadu
        assert code.decode(octets_to_symbols(cadu[4:]).astype(np.float32)) == DecodedFrame(frame, 0)


@pytest.mark.parametrize("code", STREAMS, ids=repr)
def test_a_stream_of_units_is_what_one_encoder_makes_that_never_stops(code):
    frames = [random_frame(code, seed) for seed in range(3)]
    bits = np.concatenate([cadu_bits(code, frame) for frame in frames])
    if code.convolutional:
        whole = code.convolutional.encode(np.append(bits, octets_to_bits(code.sync_marker)[:6]))
    else:
        whole = 1 - 2 * bits.astype(int)
    units = np.concatenate([code.encode(frame) for frame in frames])
    begun = np.concatenate([code.acquisition[code.acquisition_symbols :], units])
    assert np.array_equal(begun, whole)


@pytest.mark.parametrize("code", STREAMS, ids=repr)
def test_the_acquisition_alternates(code):
    assert np.array_equal(code.acquisition[: code.acquisition_symbols], np.resize([1, -1], code.acquisition_symbols))


def test_the_marker_of_a_stream_is_shorter_by_six_bits():
    assert CaduCode(223, ReedSolomon(), Convolutional(), continuous=True).marker.size == 52
    assert CaduCode(223, ReedSolomon(), Convolutional()).marker.size == 64
    assert CaduCode(223, ReedSolomon(), continuous=True).marker.size == 32


def test_a_burst_is_ended_by_six_zero_bits():
    code = CaduCode(40, None, Convolutional("3/4"))
    frame = random_frame(code)
    bits = np.append(cadu_bits(code, frame), np.zeros(6, np.uint8))
    assert np.array_equal(code.encode(frame), code.convolutional.encode(bits))


def test_bursts_of_punctured_codes_may_have_any_length():
    for frame_octets in range(1, 12):
        code = CaduCode(frame_octets, None, Convolutional("7/8"))
        frame = random_frame(code)
        assert code.decode(payload(code, frame)) == DecodedFrame(frame, 0)


@given(
    frame_octets=st.integers(1, 223),
    reed_solomon=st.sampled_from([None, ReedSolomon(), ReedSolomon(1, 16, "conventional")]),
    convolutional=st.sampled_from([None, Convolutional(), Convolutional("3/4")]),
    randomizer=st.sampled_from(["none", "short", "long"]),
)
def test_any_frame_comes_back(frame_octets, reed_solomon, convolutional, randomizer):
    code = CaduCode(frame_octets, reed_solomon, convolutional, randomizer)
    frame = random_frame(code)
    assert code.decode(payload(code, frame)) == DecodedFrame(frame, 0)


def test_without_reed_solomon_each_unit_gives_a_frame():
    code = CaduCode(50, randomizer="none", sync_marker=bytes.fromhex("930B51DE"))
    soft = payload(code, bytes(50))
    soft[[3, 8 * 20]] *= -1
    assert code.decode(soft).frame == b"\x10" + bytes(19) + b"\x80" + bytes(29)
    assert symbols_to_octets(code.marker).hex() == "930b51de"


def test_a_wrong_randomizer_shows_only_where_the_sequence_is_not_a_codeword():
    full = CaduCode(223, ReedSolomon(), randomizer="none")
    wrong = CaduCode(223, ReedSolomon()).decode(payload(full, bytes(223)))
    assert wrong == DecodedFrame(randomize_tm(bytes(223)), 0)
    five = CaduCode(1115, ReedSolomon(5), randomizer="none")
    with pytest.raises(DecodeError):
        CaduCode(1115, ReedSolomon(5)).decode(payload(five, bytes(1115)))


def test_information_rates():
    assert CaduCode(100).information_bits_per_symbol == 1
    assert CaduCode(223, ReedSolomon()).information_bits_per_symbol == pytest.approx(223 / 255)
    assert CaduCode(100, None, Convolutional("7/8")).information_bits_per_symbol == 7 / 8
    concatenated = CaduCode(100, ReedSolomon(2), Convolutional("3/4"))
    assert concatenated.information_bits_per_symbol == pytest.approx(0.75 * 100 / 164)


def test_a_concatenated_decoder_survives_noise_and_counts_corrected_octets():
    code = CaduCode(1115, ReedSolomon(5), Convolutional())
    rng = np.random.default_rng(11)
    frame = rng.bytes(1115)
    es_n0_db = 3.0 + 10 * np.log10(code.information_bits_per_symbol)
    soft = payload(code, frame)
    soft += rng.normal(0, np.sqrt(0.5 / 10 ** (es_n0_db / 10)), soft.size).astype(np.float32)
    decoded = code.decode(soft)
    assert decoded.frame == frame
    assert decoded.corrected > 0


@pytest.mark.parametrize("code", [STREAMS[2], CaduCode(223, ReedSolomon(), Convolutional())], ids=repr)
def test_the_decoder_knows_the_states_at_both_ends(code):
    frame = random_frame(code)
    soft = payload(code, frame)
    soft[:6] = soft[-6:] = 0
    assert code.decode(soft) == DecodedFrame(frame, 0)


def test_noise_alone_fails():
    code = CaduCode(223, ReedSolomon(), Convolutional())
    with pytest.raises(DecodeError):
        code.decode(np.random.default_rng(5).normal(size=code.payload_symbols).astype(np.float32))


def test_another_number_of_symbols_is_refused():
    code = CaduCode(100)
    with pytest.raises(CodingError, match=r"soft\.size is 801, accepted: 800"):
        code.decode(np.ones(801, np.float32))


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("frame_octets is 0, accepted: 1 or more", (0,)),
        ("frame_octets is 224, accepted: an integer from 1 to 223", (224, ReedSolomon())),
        ("frame_octets is 223, accepted: a multiple of 5 from 5 to 1115", (223, ReedSolomon(5))),
        ("randomizer is 'off', accepted: one of none, short, long", (1, None, None, "off")),
        ("acquisition_symbols is -1", (1, None, None, "none", False, -1)),
        (r"len\(sync_marker\) is 1, accepted: 2 or more", (1, None, None, "none", False, 0, ASM[:1])),
        (
            "frame_octets is 223, accepted: .* whole puncturing periods, such as with 219 or 222",
            (223, ReedSolomon(), Convolutional("3/4"), "short", True),
        ),
        (
            "frame_octets is 1115, .* which no length has with this interleave",
            (1115, ReedSolomon(5), Convolutional("5/6"), "short", True),
        ),
        (
            "frame_octets is 100, .* such as with 94 or 101",
            (100, None, Convolutional("7/8"), "short", True),
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(message, arguments):
    with pytest.raises(CodingError, match=message):
        CaduCode(*arguments)


def test_the_lengths_that_a_refusal_names_are_accepted():
    for frame_octets in (219, 222):
        assert CaduCode(frame_octets, ReedSolomon(), Convolutional("3/4"), continuous=True)
    for frame_octets in (94, 101):
        assert CaduCode(frame_octets, None, Convolutional("7/8"), continuous=True)


@pytest.mark.parametrize("rate", ["1/2", "2/3", "3/4", "5/6", "7/8"])
@pytest.mark.parametrize("octets", [10, 105, 1050])
def test_a_path_through_noise_is_no_frame(rate, octets):
    code, rng = CaduCode(octets, None, Convolutional(rate)), np.random.default_rng(octets)
    for _ in range(20):
        with pytest.raises(DecodeError, match=f"convolutional {rate}: noise"):
            code.decode(rng.standard_normal(code.payload_symbols, dtype=np.float32))


@pytest.mark.parametrize(("rate", "eb_n0_db"), [("1/2", 3.5), ("2/3", 4.0), ("3/4", 4.5), ("5/6", 5.0), ("7/8", 5.5)])
def test_where_a_frame_can_be_decoded_it_is_far_nearer_than_noise(rate, eb_n0_db):
    code, rng = CaduCode(10, None, Convolutional(rate)), np.random.default_rng(1)
    deviation = np.float32(np.sqrt(0.5 / code.information_bits_per_symbol / 10 ** (eb_n0_db / 10)))
    for _ in range(200):
        soft = payload(code, rng.bytes(10))
        soft += deviation * rng.standard_normal(soft.size, dtype=np.float32)
        code.decode(soft)


def test_a_frame_that_fades_by_10_db_in_its_middle_is_one():
    code = CaduCode(105, None, Convolutional("7/8"))
    soft = payload(code, random_frame(code))
    soft[soft.size // 2 :] *= np.float32(0.316)
    assert code.decode(soft).frame == random_frame(code)


@pytest.mark.parametrize("scale", [1e-36, 1e-30, 1e30, 1e38])
def test_a_frame_is_found_whatever_the_scale_of_its_symbols(scale):
    code = CaduCode(16, None, Convolutional("1/2"))
    frame = random_frame(code)
    assert code.decode(payload(code, frame) * np.float32(scale)).frame == frame
