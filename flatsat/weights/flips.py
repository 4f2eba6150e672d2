"""Single bits of a model's weights, as radiation would flip them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from flatsat.errors import ConfigError
from flatsat.weights.tensor import WeightTensor


class BitField(Enum):
    """What a bit of a floating-point number belongs to."""

    SIGN = "sign"
    EXPONENT = "exponent"
    MANTISSA = "mantissa"


_MANTISSA_BITS = {"float32": 23, "bfloat16": 7, "float16": 10}
"""IEEE 754 binary32 and binary16; bfloat16 is the upper half of a binary32. Above is the exponent, then the sign."""


@dataclass(frozen=True, slots=True)
class Flip:
    """Bit `bit` of a tensor's element, counted from the least significant."""

    tensor: str
    element: int
    bit: int


def field_bits(dtype: str, field: BitField) -> range:
    """Return which bits of a number of type float32, bfloat16 or float16 belong to a field."""
    mantissa, sign = _MANTISSA_BITS[dtype], 31 if dtype == "float32" else 15
    return {
        BitField.MANTISSA: range(mantissa),
        BitField.EXPONENT: range(mantissa, sign),
        BitField.SIGN: range(sign, sign + 1),
    }[field]


def draw_flips(
    tensors: Sequence[WeightTensor], count: int, random: np.random.Generator, bits: range | None = None
) -> list[Flip]:
    """Return `count` different bits, each as likely as any other; only those in `bits` of an element, if given.

    Raises ConfigError if there are not so many.
    """
    widths = [8 * tensor.element_octets if bits is None else len(bits) for tensor in tensors]
    sizes = [width * tensor.octets // tensor.element_octets for width, tensor in zip(widths, tensors, strict=True)]
    ends = np.cumsum(sizes, dtype=np.int64)
    total = int(ends[-1]) if sizes else 0
    if not 0 <= count <= total:
        raise ConfigError("count", count, f"0 to {total}, the bits there are")
    flips = []
    for place in _distinct(total, count, random):
        index = int(np.searchsorted(ends, place, side="right"))
        element, bit = divmod(place - int(ends[index]) + sizes[index], widths[index])
        flips.append(Flip(tensors[index].name, element, bits[bit] if bits else bit))
    return flips


def flip_bits(tensors: Sequence[WeightTensor], flips: Sequence[Flip]) -> None:
    """Invert bits of `tensors`; done twice, nothing has changed."""
    named = {tensor.name: tensor for tensor in tensors}
    for flip in flips:
        tensor = named[flip.tensor]
        octet = flip.element * tensor.element_octets + flip.bit // 8
        tensor.write(octet, tensor.read(octet, octet + 1) ^ np.uint8(1 << flip.bit % 8))


def _distinct(total: int, count: int, random: np.random.Generator) -> list[int]:
    """Return `count` different numbers below `total`, in the order they were drawn."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn.setdefault(int(random.integers(total)))
    return list(drawn)
