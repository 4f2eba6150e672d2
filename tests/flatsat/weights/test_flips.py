from collections import Counter

import numpy as np
import pytest

from flatsat.errors import ConfigError
from flatsat.weights.flips import BitField, Flip, draw_flips, field_bits, flip_bits


def test_a_seed_draws_the_same_bits_each_once(tensors) -> None:
    one, same, other = (draw_flips(tensors, 500, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == same != other
    assert len(set(one)) == 500


def test_every_bit_can_be_drawn_and_none_beyond(tensors) -> None:
    small = tensors[1:2]
    flips = draw_flips(small, 512, np.random.default_rng(1))
    assert set(flips) == {Flip("norm", element, bit) for element in range(16) for bit in range(32)}
    with pytest.raises(ConfigError, match="count is 513; accepted: 0 to 512"):
        draw_flips(small, 513, np.random.default_rng(1))


def test_only_the_bits_asked_for_are_drawn(tensors) -> None:
    bits = field_bits("float32", BitField.EXPONENT)
    flips = draw_flips(tensors[1:2], 128, np.random.default_rng(1), bits)
    assert set(flips) == {Flip("norm", element, bit) for element in range(16) for bit in range(23, 31)}


def test_tensors_are_hit_by_their_size(tensors) -> None:
    counts = Counter(flip.tensor for flip in draw_flips(tensors, 4000, np.random.default_rng(1)))
    assert counts["embed"] / 4000 == pytest.approx(0.75, abs=0.03)


def test_a_flip_changes_its_bit_and_twice_nothing(tensors) -> None:
    tensor = tensors[1]
    tensor.values = np.full(16, 1.0, "<f4").view(np.uint8)
    flips = [Flip("norm", 2, 31), Flip("norm", 3, 30), Flip("norm", 4, 22)]
    flip_bits(tensors, flips)
    assert tensor.values.view("<f4")[:6].tolist() == [1.0, 1.0, -1.0, np.inf, 1.5, 1.0]
    flip_bits(tensors, flips)
    assert np.all(tensor.values.view("<f4") == 1.0)


@pytest.mark.parametrize(
    ("dtype", "total", "exponent_bits"), [("float32", 32, 8), ("bfloat16", 16, 8), ("float16", 16, 5)]
)
def test_fields_are_those_of_ieee_754(dtype: str, total: int, exponent_bits: int) -> None:
    """IEEE 754-2019, table 3.5; bfloat16 has the exponent of binary32."""
    fields = [field_bits(dtype, field) for field in (BitField.MANTISSA, BitField.EXPONENT, BitField.SIGN)]
    assert [bit for field in fields for bit in field] == list(range(total))
    assert (len(fields[1]), len(fields[2])) == (exponent_bits, 1)
