import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.randomizer import randomize_tc, randomize_tm


def long_randomize_tm(data):
    return randomize_tm(data, "long")


def test_telecommand_sequence_is_the_published_one(golden):
    for vector in golden("randomizer"):
        expected = bytes.fromhex(vector["expected"])
        assert randomize_tc(bytes(len(expected))) == expected


def test_telemetry_sequence_is_the_one_of_a_published_cadu(golden):
    [vector] = golden("tm_cadu")
    frame = bytes.fromhex(vector["expected"]["frame_hex"])
    assert randomize_tm(bytes.fromhex(vector["input"])[4:])[: len(frame)] == frame


def test_the_long_sequence_begins_with_the_published_octets():
    """131.0-B-5 section 10.4.3, note 2, prints 40 bits."""
    assert long_randomize_tm(bytes(5)).hex() == "1c71b91ba9"


@pytest.mark.parametrize("randomize", [randomize_tm, randomize_tc])
def test_sequence_has_a_period_of_255_octets(randomize):
    sequence = randomize(bytes(1000))
    assert sequence[255:] == sequence[:-255]
    assert len(set(sequence[:255])) == 255


def test_the_long_sequence_has_a_period_of_131071_octets():
    sequence = long_randomize_tm(bytes(140_000))
    assert sequence[131_071:] == sequence[: 140_000 - 131_071]
    assert sequence.count(sequence[:20]) == 2


@given(st.binary(max_size=600), st.sampled_from([randomize_tm, long_randomize_tm, randomize_tc]))
def test_randomising_twice_gives_the_data_back(data, randomize):
    assert randomize(randomize(data)) == data


def test_none_leaves_the_data_alone():
    assert randomize_tm(b"frame", "none") == b"frame"
