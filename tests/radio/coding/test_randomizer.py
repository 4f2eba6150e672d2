import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.randomizer import randomize_tc, randomize_tm


def test_telecommand_sequence_is_the_published_one(golden):
    for vector in golden("randomizer"):
        expected = bytes.fromhex(vector["expected"])
        assert randomize_tc(bytes(len(expected))) == expected


def test_telemetry_sequence_is_the_one_of_a_published_cadu(golden):
    [vector] = golden("tm_cadu")
    frame = bytes.fromhex(vector["expected"]["frame_hex"])
    assert randomize_tm(bytes.fromhex(vector["input"])[4:])[: len(frame)] == frame


@pytest.mark.parametrize("randomize", [randomize_tm, randomize_tc])
def test_sequence_has_a_period_of_255_octets(randomize):
    sequence = randomize(bytes(1000))
    assert sequence[255:] == sequence[:-255]
    assert len(set(sequence[:255])) == 255


@given(st.binary(max_size=600))
def test_randomising_twice_gives_the_data_back(data):
    assert randomize_tm(randomize_tm(data)) == data
    assert randomize_tc(randomize_tc(data)) == data
