"""What flipped bits do to a model: whether scrubbing finds each, and what answers would have become without it."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from flatsat.errors import EngineError
from flatsat.weights.flips import BitField, Flip, draw_flips, field_bits, flip_bits
from flatsat.weights.scrubber import Repair
from flatsat.weights.tensor import WeightTensor

GARBAGE_NATS = 3.0
"""An answer that the intact model finds less likely than this a token (1 in 20) is no language any more. Its own
answers have 0.2 to 1."""


class Outcome(Enum):
    """What a flip that nobody found does to an answer."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GARBAGE = "garbage"
    NOT_A_NUMBER = "not a number"


@dataclass(frozen=True, slots=True)
class Stratum:
    """Bits of one kind: a field of the numbers, in the norm layers or in the others."""

    field: BitField
    norm: bool

    @property
    def name(self) -> str:
        """What a table calls it."""
        return f"{self.field.value}, {'norm' if self.norm else 'other'} layers"


STRATA = tuple(Stratum(field, norm) for norm in (False, True) for field in BitField)


def find_flips(
    weights: Sequence[WeightTensor], scrub: Callable[[], list[Repair]], count: int, per_pass: int, seed: int
) -> Iterator[int]:
    """Flip `count` bits, `per_pass` at a time, and scrub once after that; yield how many of them were repaired.

    A tensor counts if as many bits of it were repaired as had been flipped.
    """
    flips = draw_flips(weights, count, np.random.default_rng(seed))
    for begin in range(0, count, per_pass):
        batch = flips[begin : begin + per_pass]
        flip_bits(weights, batch)
        repaired = {repair.tensor: repair.bits for repair in scrub()}
        flipped = Counter(flip.tensor for flip in batch)
        yield sum(bits for tensor, bits in flipped.items() if repaired.get(tensor) == bits)


def try_flips(
    weights: Sequence[WeightTensor],
    dtype: str,
    answer: Callable[[], str],
    surprise: Callable[[str], float],
    per_stratum: int,
    seed: int,
) -> Iterator[tuple[Stratum, Flip, Outcome]]:
    """Flip bits of each stratum, one at a time, and have the model answer; yield what became of the answer.

    `answer` raises EngineError where the model's output is no number; `surprise` says how unlikely the intact model
    finds an answer, in nats a token. The weights are as before after each. Strata without weights yield nothing.
    """
    random = np.random.default_rng(seed)
    intact = answer()
    for stratum in STRATA:
        tensors = [tensor for tensor in weights if ("norm" in tensor.name) is stratum.norm]
        for flip in draw_flips(tensors, per_stratum if tensors else 0, random, field_bits(dtype, stratum.field)):
            flip_bits(tensors, [flip])
            said = _said(answer)
            flip_bits(tensors, [flip])
            yield stratum, flip, _outcome(said, intact, surprise)


def bits_in(weights: Sequence[WeightTensor], dtype: str, stratum: Stratum) -> int:
    """Return how many bits a stratum has: what its share of all flips is like."""
    elements = sum(w.octets // w.element_octets for w in weights if ("norm" in w.name) is stratum.norm)
    return elements * len(field_bits(dtype, stratum.field))


def expected_shares(counts: dict[Stratum, Counter[Outcome]], bits: dict[Stratum, int]) -> dict[Outcome, float]:
    """Return what share of flips anywhere in the weights has each outcome, from what each stratum showed."""
    total = sum(bits[stratum] for stratum in counts)
    return {
        outcome: sum(bits[s] / total * count[outcome] / count.total() for s, count in counts.items() if count)
        if total
        else math.nan
        for outcome in Outcome
    }


def _said(answer: Callable[[], str]) -> str | None:
    try:
        return answer()
    except EngineError:
        return None


def _outcome(said: str | None, intact: str, surprise: Callable[[str], float]) -> Outcome:
    if said is None:
        return Outcome.NOT_A_NUMBER
    if said == intact:
        return Outcome.UNCHANGED
    return Outcome.GARBAGE if surprise(said) > GARBAGE_NATS else Outcome.CHANGED
