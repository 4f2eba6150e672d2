from dataclasses import dataclass
from enum import Enum

import pytest

from protocol.checks import check_int
from protocol.errors import RemoteError
from protocol.records import from_map, read_member, read_tuple, to_map


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    n: int


@dataclass(frozen=True)
class Outer:
    colour: Colour
    sizes: tuple[int, ...] = ()
    inner: Inner | None = None
    limit: int = 3

    def __post_init__(self) -> None:
        check_int("limit", self.limit, 0, 9)


READERS = {"colour": read_member(Colour), "sizes": read_tuple}


def test_fields_take_the_keys_in_their_order_and_none_is_left_out() -> None:
    assert to_map(Outer(Colour.BLUE, (1, 2))) == {1: 1, 2: (1, 2), 4: 3}
    assert to_map(Outer(Colour.RED, inner=Inner(5)))[3] == {1: 5}


def test_defaults_stand_in_for_missing_keys_and_unknown_keys_are_ignored() -> None:
    assert from_map(Outer, {1: 1, 2: [4], 99: "later"}, READERS) == Outer(Colour.BLUE, (4,))


@pytest.mark.parametrize("item", [{}, {1: 2}, {1: -1}, {1: True}, {1: "red"}, {1: 0, 4: 10}])
def test_a_missing_key_or_refused_value_is_the_peers_mistake(item: dict[int, object]) -> None:
    with pytest.raises(RemoteError):
        from_map(Outer, item, READERS)
