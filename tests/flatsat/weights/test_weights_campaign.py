from collections import Counter

import numpy as np
import pytest

from flatsat.errors import EngineError
from flatsat.weights.campaign import STRATA, Outcome, bits_in, expected_shares, find_flips, try_flips
from flatsat.weights.flips import BitField, Flip
from flatsat.weights.scrubber import Repair, Scrubber
from flatsat.weights.tensor import tensor_hash


def test_every_flip_is_found(tensors) -> None:
    small = tensors[1:]
    disk = {tensor.name: tensor.values.copy() for tensor in small}
    scrubber = Scrubber(small, {tensor.name: tensor_hash(tensor) for tensor in small}, disk.__getitem__, 10.0)
    assert list(find_flips(small, scrubber.scrub, 50, per_pass=1, seed=1)) == [1] * 50
    assert list(find_flips(small, scrubber.scrub, 50, per_pass=20, seed=1)) == [20, 20, 10]
    assert scrubber.passes == 53


@pytest.mark.parametrize("told", [[], [Repair("norm", 2, 1)]])
def test_a_scrub_that_finds_nothing_or_too_much_shows(tensors, told: list[Repair]) -> None:
    assert list(find_flips(tensors[1:2], lambda: told, 3, per_pass=1, seed=1)) == [0] * 3


def test_outcomes_are_told_apart_and_weights_are_as_before(tensors) -> None:
    """A model whose answer is its weights' fate: the sign is garbage, the exponent no number, the mantissa a change."""
    norm, proj = tensors[1:]
    before = {tensor.name: tensor.values.copy() for tensor in (norm, proj)}

    def answer() -> str:
        changed = proj.values ^ before["proj"]
        (places,) = np.nonzero(changed)
        if not len(places):
            return "intact"
        bit = 8 * (places[0] % 4) + int(changed[places[0]]).bit_length() - 1
        if 23 <= bit < 31:
            raise EngineError("the model's output is not a number")
        return "garbage" if bit == 31 else "changed"

    def surprise(said: str) -> float:
        return 9.0 if said == "garbage" else 0.5

    told = list(try_flips([norm, proj], "float32", answer, surprise, per_stratum=4, seed=1))
    counts: dict[tuple[BitField, bool], Counter[Outcome]] = {}
    for stratum, flip, outcome in told:
        assert (flip.tensor == "norm") is stratum.norm
        counts.setdefault((stratum.field, stratum.norm), Counter())[outcome] += 1
    assert counts == {
        (BitField.SIGN, False): {Outcome.GARBAGE: 4},
        (BitField.EXPONENT, False): {Outcome.NOT_A_NUMBER: 4},
        (BitField.MANTISSA, False): {Outcome.CHANGED: 4},
        **{(field, True): {Outcome.UNCHANGED: 4} for field in BitField},
    }
    assert all(np.array_equal(tensor.values, before[tensor.name]) for tensor in (norm, proj))
    assert len({(stratum, flip) for stratum, flip, _ in told}) == 24
    assert isinstance(told[0][1], Flip)


def test_a_model_without_norm_layers_has_half_the_strata(tensors) -> None:
    told = try_flips(tensors[2:], "float32", lambda: "same", lambda said: 0.0, per_stratum=1, seed=1)
    assert [stratum.norm for stratum, _, _ in told] == [False] * 3


def test_shares_weigh_strata_by_their_bits(tensors) -> None:
    bits = {stratum: bits_in(tensors, "float32", stratum) for stratum in STRATA}
    assert sum(bits.values()) == 8 * sum(tensor.octets for tensor in tensors)
    counts = {stratum: Counter({Outcome.UNCHANGED: 3, Outcome.CHANGED: 1}) for stratum in STRATA}
    shares = expected_shares(counts, bits)
    assert shares[Outcome.CHANGED] == pytest.approx(0.25)
    assert sum(shares.values()) == pytest.approx(1.0)
    signs = {s: Counter({Outcome.GARBAGE if s.field is BitField.SIGN else Outcome.UNCHANGED: 5}) for s in STRATA}
    assert expected_shares(signs, bits)[Outcome.GARBAGE] == pytest.approx(1 / 32)
