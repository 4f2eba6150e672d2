import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding.galois import GAMMA_LOGS, GAMMA_POWERS, INVERSES, PRODUCTS, elements_of_octets, octets_of_elements

elements = st.integers(0, 255)


def times(a, b):
    """Return the product of two polynomials modulo x^8 + x^7 + x^2 + x + 1, bit by bit."""
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x187 << bit - 8
    return product


@given(elements, elements)
def test_products_are_those_of_polynomials(a, b):
    assert PRODUCTS[a, b] == times(a, b)


@given(st.integers(1, 255))
def test_inverses_and_logarithms(a):
    assert PRODUCTS[a, INVERSES[a]] == 1
    assert GAMMA_POWERS[GAMMA_LOGS[a]] == a


def test_gamma_is_the_eleventh_power_of_alpha():
    power = 1
    for _ in range(11):
        power = times(power, 2)
    assert GAMMA_POWERS[:2].tolist() == [1, power]


def test_the_dual_basis_is_the_published_one():
    """The first octets of the conversion table of libfec (Phil Karn), Taltab in ccsds_tal.c."""
    assert octets_of_elements("dual")[:8].tolist() == [0x00, 0x7B, 0xAF, 0xD4, 0x99, 0xE2, 0x36, 0x4D]


@given(elements, elements)
def test_the_change_of_basis_is_linear(a, b):
    octets = octets_of_elements("dual")
    assert octets[a ^ b] == octets[a] ^ octets[b]


@pytest.mark.parametrize("basis", ["conventional", "dual"])
def test_octets_stand_for_one_element_each(basis):
    assert np.array_equal(elements_of_octets(basis)[octets_of_elements(basis)], np.arange(256))
