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
    for place, value in values.items():
        if np.ndim(value) and not takes_array(tree, place):
            raise LinkInputError(place, "an array", "one number: it is the same for all of a budget")
        number_at(tree, place)
        tree = _with(tree, place.split("."), value, place)
    return tree


def _with(node: Any, names: list[str], value: Real, place: str) -> Any:
    if not names:
        return value
    name, *rest = names
    child = _with(_child(node, name, place), rest, value, place)
    if isinstance(node, Mapping):
        return {**node, name: child}
    if isinstance(node, tuple):
        return (*node[: int(name)], child, *node[int(name) + 1 :])
    try:
        return replace(node, **{name: child})
    except LinkInputError as error:
        raise LinkInputError(place, error.value, error.accepted) from None


def _child(node: Any, name: str, place: str) -> Any:
    children = _children(node)
    if name not in children:
        raise LinkInputError(place, None, f"the place of a number; known instead of {name!r}: {', '.join(children)}")
    return children[name]


def _children(node: Any) -> dict[str, Any]:
    if isinstance(node, Mapping):
        return dict(node)
    if isinstance(node, tuple):
        return {str(index): each for index, each in enumerate(node)}
    if is_dataclass(node):
        return {field.name: getattr(node, field.name) for field in fields(node)}
    return {}


def _numbers(node: Any) -> list[str]:
    return list(quantities(type(node))) if is_dataclass(node) else list(_children(node))
