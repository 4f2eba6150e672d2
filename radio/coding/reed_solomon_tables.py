"""What the Reed-Solomon kernels look up, made once for each code: E = 16 or 8, dual or conventional basis.

The octets of a codeword are summed by tables that take them as they are sent, so the dual basis costs nothing: to
change the basis is linear, and so are the remainder and the syndromes.
"""

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radio.coding.galois import (
    GAMMA_LOGS,
    GAMMA_POWERS,
    INVERSES,
    ORDER,
    PRODUCTS,
    Basis,
    Octets,
    elements_of_octets,
    octets_of_elements,
)

WORDS = 4
"""64-bit words of a remainder or of syndromes, E = 16; with E = 8 the last two are zero."""


class Tables(NamedTuple):
    """Of one code; parity is 2 E octets.

    divider: uint64[256, WORDS], what a leading octet adds to the remainder, as sent, the highest power first;
    syndromes: uint64[2 E, 256, WORDS], what an octet of the remainder adds to the syndromes, elements, S_0 first;
    search: uint8[E + 1, 8, 255], bit b of gamma^(-j p) as 0 or 255, for the roots of the error locator;
    products, inverses, powers, logs: of GF(256); octets: of the elements; first_power: of the generator's roots.
    """

    divider: NDArray[np.uint64]
    syndromes: NDArray[np.uint64]
    search: NDArray[np.uint8]
    products: NDArray[np.uint8]
    inverses: Octets
    powers: Octets
    logs: NDArray[np.int64]
    octets: Octets
    first_power: int


@functools.cache
def tables(parity_octets: int, basis: Basis) -> Tables:
    """Return the tables of the code with `parity_octets`, 16 or 32: roots gamma^(128 - E) to gamma^(127 + E)."""
    first_power = 128 - parity_octets // 2
    return Tables(
        divider=_divider(generator(parity_octets), basis),
        syndromes=_syndromes(parity_octets, first_power, basis),
        search=_search(parity_octets // 2),
        products=PRODUCTS,
        inverses=INVERSES,
        powers=GAMMA_POWERS,
        logs=GAMMA_LOGS,
        octets=octets_of_elements(basis),
        first_power=first_power,
    )


def generator(parity_octets: int) -> Octets:
    """Return the coefficients of the generator polynomial, uint8[parity_octets + 1], the highest power first."""
    first_power = 128 - parity_octets // 2
    coefficients = np.array([1], np.uint8)
    for root in GAMMA_POWERS[first_power : first_power + parity_octets]:
        coefficients = np.append(coefficients, np.uint8(0)) ^ np.append(np.uint8(0), PRODUCTS[root, coefficients])
    return coefficients


def _divider(coefficients: Octets, basis: Basis) -> NDArray[np.uint64]:
    elements = PRODUCTS[elements_of_octets(basis)][:, coefficients[1:]]
    return _as_words(octets_of_elements(basis)[elements])


def _syndromes(parity_octets: int, first_power: int, basis: Basis) -> NDArray[np.uint64]:
    """S_i is the received polynomial at gamma^(first_power + i)."""
    exponents = np.arange(parity_octets)[::-1, np.newaxis] * (first_power + np.arange(parity_octets))
    rows = PRODUCTS[elements_of_octets(basis)][:, GAMMA_POWERS[exponents % ORDER]]
    return _as_words(rows.transpose(1, 0, 2))


def _search(errors: int) -> NDArray[np.uint8]:
    exponents = -np.arange(errors + 1)[:, np.newaxis] * np.arange(ORDER) % ORDER
    bits = GAMMA_POWERS[exponents][:, np.newaxis] >> np.arange(8, dtype=np.uint8)[:, np.newaxis] & 1
    return np.ascontiguousarray(bits * np.uint8(255))


def _as_words(rows: NDArray[np.uint8]) -> NDArray[np.uint64]:
    padding = [(0, 0)] * (rows.ndim - 1) + [(0, 8 * WORDS - rows.shape[-1])]
    return np.ascontiguousarray(np.pad(rows, padding)).view(np.uint64)
