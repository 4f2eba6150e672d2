"""The Reed-Solomon encoder and decoder, compiled.

A received word is divided by the generator first: a remainder of zero is a codeword, and any other gives the syndromes
from 2 E octets in place of 255. Then Berlekamp-Massey, a search over the places sent, and Forney.
"""

import numpy as np
from numba import njit

from radio.coding.reed_solomon_tables import WORDS

UNCORRECTABLE = -1
_OCTET = np.uint64(255)
_SHIFT = np.uint64(8)
_LAST = np.uint64(56)


@njit(cache=True, nogil=True)
def encode_codeblock(frame, interleave, codeblock, tables):  # type: ignore[no-untyped-def]
    """Fill `codeblock`, uint8[n + 2 E I], with `frame`, uint8[n], and its check octets."""
    codeblock[: frame.size] = frame
    remainder = np.empty(WORDS, np.uint64)
    for word in range(interleave):
        _divide(frame[word::interleave], tables.divider, remainder)
        parity = codeblock[frame.size + word :: interleave]
        parity[:] = remainder.view(np.uint8)[: parity.size]


@njit(cache=True, nogil=True)
def decode_codeblock(codeblock, interleave, tables):  # type: ignore[no-untyped-def]
    """Correct `codeblock`, uint8[n], in place; return the count of wrong octets or UNCORRECTABLE."""
    corrected = 0
    for word in range(interleave):
        count = _decode_word(codeblock[word::interleave], tables)
        if count == UNCORRECTABLE:
            return UNCORRECTABLE
        corrected += count
    return corrected


@njit(cache=True, nogil=True)
def _decode_word(word, tables):  # type: ignore[no-untyped-def]
    parity_octets = tables.syndromes.shape[0]
    remainder = np.empty(WORDS, np.uint64)
    _divide(word[: word.size - parity_octets], tables.divider, remainder)
    octets = remainder.view(np.uint8)
    octets[:parity_octets] ^= word[word.size - parity_octets :]
    if not remainder.any():
        return 0
    sums = np.zeros(WORDS, np.uint64)
    for place in range(parity_octets):
        row = tables.syndromes[place, octets[place]]
        for i in range(WORDS):
            sums[i] ^= row[i]
    syndromes = sums.view(np.uint8)[:parity_octets]
    locator, errors = _error_locator(syndromes, tables.products, tables.inverses)
    if 2 * errors > parity_octets:
        return UNCORRECTABLE
    places = _roots(locator[: errors + 1], word.size, tables.search)
    if places.size != errors:
        return UNCORRECTABLE
    _correct(word, syndromes, locator[: errors + 1], places, tables)
    return errors


@njit(cache=True, nogil=True)
def _divide(data, divider, remainder):  # type: ignore[no-untyped-def]
    """Leave in `remainder` that of data(x) x^(2 E) divided by the generator, the highest power in the lowest octet."""
    first = second = third = fourth = np.uint64(0)
    for i in range(data.size):
        row = divider[(first ^ np.uint64(data[i])) & _OCTET]
        first = (first >> _SHIFT | second << _LAST) ^ row[0]
        second = (second >> _SHIFT | third << _LAST) ^ row[1]
        third = (third >> _SHIFT | fourth << _LAST) ^ row[2]
        fourth = fourth >> _SHIFT ^ row[3]
    remainder[0], remainder[1], remainder[2], remainder[3] = first, second, third, fourth


@njit(cache=True, nogil=True)
def _error_locator(syndromes, products, inverses):  # type: ignore[no-untyped-def]
    """Return the locator's coefficients, the lowest power first, and its degree (Massey, IEEE Trans. IT-15, 1969)."""
    count = syndromes.size
    newest_first = syndromes[::-1].copy()
    locator = np.zeros(count + 1, np.uint8)
    former = np.zeros(count + 1, np.uint8)
    before = np.empty(count + 1, np.uint8)
    locator[0] = former[0] = former_discrepancy = np.uint8(1)
    degree = former_degree = 0
    age = 1
    for n in range(count):
        recent = newest_first[count - 1 - n :]
        discrepancy = np.uint8(0)
        for i in range(degree + 1):
            discrepancy ^= products[locator[i], recent[i]]
        if discrepancy:
            times = products[products[discrepancy, inverses[former_discrepancy]]]
            before[:] = locator
            aged = locator[age:]
            for i in range(former_degree + 1):
                aged[i] ^= times[former[i]]
            if 2 * degree <= n:
                former, before = before, former
                degree, former_degree, former_discrepancy, age = n + 1 - degree, degree, discrepancy, 0
        age += 1
    return locator, degree


@njit(cache=True, nogil=True)
def _roots(locator, length, search):  # type: ignore[no-untyped-def]
    """Return the powers p below `length` for which gamma^-p is a root of `locator`."""
    value = np.zeros(search.shape[2], np.uint8)
    for j in range(locator.size):
        coefficient = locator[j]
        for bit in range(8):  # times alpha^bit, where gamma^(-j p) has that bit
            mask = search[j, bit]
            for p in range(value.size):
                value[p] ^= mask[p] & coefficient
            coefficient = np.uint8(coefficient << 1 ^ (0x87 if coefficient & 0x80 else 0))
    return np.flatnonzero(value[:length] == 0)


@njit(cache=True, nogil=True)
def _correct(word, syndromes, locator, places, tables):  # type: ignore[no-untyped-def]
    """Add the errors to `word`: X^(1 - first power) Omega(1/X) / Lambda'(1/X), X = gamma^place (Forney, 1965)."""
    products = tables.products
    errors = places.size
    evaluator = np.zeros(errors, np.uint8)
    for i in range(errors):
        for j in range(i + 1):
            evaluator[i] ^= products[locator[j], syndromes[i - j]]
    for place in places:
        by_root = products[tables.powers[(255 - place) % 255]]
        numerator = np.uint8(0)
        for i in range(errors - 1, -1, -1):
            numerator = by_root[numerator] ^ evaluator[i]
        by_square = products[by_root[by_root[1]]]
        slope = np.uint8(0)
        for i in range((errors - 1) // 2 * 2 + 1, 0, -2):
            slope = by_square[slope] ^ locator[i]
        scale = tables.powers[(1 - tables.first_power) * place % 255]
        value = products[scale, products[numerator, tables.inverses[slope]]]
        word[word.size - 1 - place] ^= tables.octets[value]
