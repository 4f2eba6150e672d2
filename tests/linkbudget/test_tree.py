from typing import Annotated

import numpy as np
import pytest

from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError
from linkbudget.quantity import Within, check_quantities, quantities, table
from linkbudget.tree import number_at, with_numbers


@table
class Leaf:
    size_m: Annotated[Real, Within(0.0, 1.0, "m", "how large")]
    count: Annotated[int, Within(1, 10, "", "how many")] = 1
    colour: str = "green"
    age_s: Annotated[Real | None, Within(0.0, 9.0, "s", "how old")] = None


@table
class Tree:
    leaves: tuple[Leaf, ...]
    named: dict[str, Leaf]


TREE = Tree(leaves=(Leaf(size_m=0.1), Leaf(size_m=0.2)), named={"top": Leaf(size_m=0.3)})


def test_numbers_are_found_and_put_by_their_place():
    assert number_at(TREE, "leaves.1.size_m") == 0.2
    changed = with_numbers(TREE, {"leaves.1.size_m": 0.5, "named.top.size_m": np.array([0.6, 0.7])})
    assert [leaf.size_m for leaf in changed.leaves] == [0.1, 0.5]
    np.testing.assert_array_equal(changed.named["top"].size_m, [0.6, 0.7])
    assert number_at(TREE, "named.top.size_m") == 0.3


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("leaves.2.size_m", "known instead of '2': 0, 1"),
        ("named.bottom.size_m", "known instead of 'bottom': top"),
        ("leaves.0.size", "size_m, count, colour, age_s"),
        ("leaves.0.colour", "the place of a number"),
        ("leaves.0.age_s", "the place of a number"),
        ("leaves.0", "known here: size_m, count, age_s"),
        ("leaves.0.size_m.more", "the place of a number"),
    ],
)
def test_places_without_a_number_are_told(place, known):
    with pytest.raises(LinkInputError) as caught:
        with_numbers(TREE, {place: 0.5})
    assert caught.value.field == place
    assert known in caught.value.accepted


def test_bounds_hold_for_what_is_put():
    with pytest.raises(LinkInputError) as caught:
        with_numbers(TREE, {"named.top.size_m": np.array([0.5, 1.5])})
    assert (caught.value.field, caught.value.value, caught.value.accepted) == ("named.top.size_m", 1.5, "0 to 1")


def test_tables_say_what_their_numbers_are():
    found = quantities(Leaf)
    assert list(found) == ["size_m", "count", "age_s"]
    assert (found["age_s"].unit, found["age_s"].meaning) == ("s", "how old")


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, np.inf, np.array([0.5, np.nan])])
def test_tables_check_their_numbers(value):
    with pytest.raises(LinkInputError, match="size_m is"):
        Leaf(size_m=value)


def test_a_table_with_checks_of_its_own():
    @table
    class Pair:
        low: Annotated[Real, Within(0.0, 1.0, "", "low")]
        high: Annotated[Real, Within(0.0, 1.0, "", "high")]

        def __post_init__(self):
            check_quantities(self)
            if self.low > self.high:
                raise LinkInputError("low", self.low, "less than high")

    with pytest.raises(LinkInputError, match="less than high"):
        Pair(low=0.9, high=0.1)
    with pytest.raises(LinkInputError, match="0 to 1"):
        Pair(low=0.9, high=2.0)
