"""Numbers of a study by their dotted place: "links.downlink.transmitter.power_dbw", "links.downlink.modes.0.…"."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError
from linkbudget.quantity import quantities, takes_arrays


def number_at(tree: Any, place: str) -> Real:
    """Return the number at a dotted place. Raises LinkInputError if there is no number that can be varied."""
    node = tree
    for name in place.split("."):
        node = _child(node, name, place)
    if isinstance(node, bool) or not isinstance(node, float | int):
        raise LinkInputError(place, None, f"the place of a number; known here: {', '.join(_numbers(node)) or 'none'}")
    return float(node)


def takes_array(tree: Any, place: str) -> bool:
    """Say whether the number at a dotted place may be an array: draws, or the values of a sweep."""
    number_at(tree, place)
    *owners, name = place.split(".")
    for each in owners:
        tree = _child(tree, each, place)
    return bool(is_dataclass(tree) and takes_arrays(type(tree), name))


def with_numbers(tree: Any, values: Mapping[str, Real]) -> Any:
    """Return the tree with numbers (or arrays) put at dotted places, each checked as if it had been given so.

    Raises LinkInputError, with the whole place as its field, if a value is out of its bounds.
    """
    wanted: dict[str, Any] = {}
    for place, value in values.items():
        number_at(tree, place)
        if np.ndim(value) and not takes_array(tree, place):
            raise LinkInputError(place, "an array", "one number: it is the same for all of a budget")
        *tables, name = place.split(".")
        table = wanted
        for each in tables:
            table = table.setdefault(each, {})
        table[name] = value
    return _with(tree, wanted, "")


def _with(node: Any, wanted: dict[str, Any], place: str) -> Any:
    """Return a node with what is wanted in it; each table on the way is made anew once."""
    made = {
        name: _with(_child(node, name, place), each, f"{place}{name}.") if isinstance(each, dict) else each
        for name, each in wanted.items()
    }
    if isinstance(node, Mapping):
        return {**node, **made}
    if isinstance(node, tuple):
        return tuple(made.get(str(index), each) for index, each in enumerate(node))
    try:
        return replace(node, **made)
    except LinkInputError as error:
        raise LinkInputError(f"{place}{error.field}", error.value, error.accepted) from None


def _child(node: Any, name: str, place: str) -> Any:
    known = _names(node)
    if name not in known:
        raise LinkInputError(place, None, f"the place of a number; known instead of {name!r}: {', '.join(known)}")
    if isinstance(node, Mapping):
        return node[name]
    return node[int(name)] if isinstance(node, tuple) else getattr(node, name)


def _names(node: Any) -> list[str]:
    if isinstance(node, Mapping):
        return list(node)
    if isinstance(node, tuple):
        return [str(index) for index in range(len(node))]
    return [field.name for field in fields(node)] if is_dataclass(node) else []


def _numbers(node: Any) -> list[str]:
    return list(quantities(type(node))) if is_dataclass(node) else _names(node)
