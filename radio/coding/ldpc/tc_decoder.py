"""Decoders of the telecommand codes: message passing, and ordered statistics where that fails."""

import functools
import math

import numpy as np
from scipy.special import betaincinv

from radio.coding.ldpc.decoding import Decoding, checked_symbols, wrong_decisions
from radio.coding.ldpc.encoder import encoder
from radio.coding.ldpc.layered import LayeredDecoder
from radio.coding.ldpc.ordered_statistics import OrderedStatisticsDecoder
from radio.coding.ldpc.reliability import Reliability
from radio.coding.ldpc.tc import tc_code
from radio.coding.symbols import Bits, SoftSymbols

_DESIGN_ES_N0_DB = {128: 1.0, 512: -0.3}
_TRUST = 0.9
_MOST_ITERATIONS = 400
"""A short code may wander for long before it finds its codeword: with 50 it loses more than twice as many."""
_ORDERS = {128: 3, 512: 2}
_CHANCE = 1e-3
"""How many codewords lie as near to pure noise, on average, as one must lie to what is received."""

_ROUNDING = 1.001
"""What is as near as wanted is left to the decision, not to the search's arithmetic."""


class TcDecoder:
    """Decodes one code; holds nothing but tables, so that any number of threads may use it at once.

    Ordered statistics finds a codeword in anything. So a codeword is accepted only if it correlates with the symbols
    better than pure noise does with the best of all codewords, but for one time in a thousand.
    """

    def __init__(self, codeword_bits: int) -> None:
        """Set up for codewords of 128 or 512 bits; raises CodingError for any other."""
        self._code = tc_code(codeword_bits)
        reliability = Reliability(_DESIGN_ES_N0_DB[codeword_bits], _TRUST)
        self._message_passing = LayeredDecoder(self._code.halved(), reliability, _MOST_ITERATIONS)
        identity = np.eye(self._code.information_bits, dtype=np.uint8)
        generator = np.stack([encoder(self._code).encode(row) for row in identity])
        self._ordered_statistics = OrderedStatisticsDecoder(generator, _ORDERS[codeword_bits])
        self._least_correlation = least_correlation(codeword_bits, self._code.information_bits)

    def decode(self, soft: SoftSymbols) -> Decoding:
        """Return the decision on `soft`, float32[n], positive for bit 0, of any scale.

        Raises CodingError for another number of symbols.
        """
        soft = checked_symbols(soft, self._code.codeword_bits)
        decoding = self.pass_messages(soft)
        codeword = decoding.codeword if decoding.satisfied else self._search(soft)
        accepted = _correlation(soft, codeword) > self._least_correlation
        return Decoding(codeword, accepted, decoding.iterations, wrong_decisions(soft, codeword))

    def pass_messages(self, soft: SoftSymbols) -> Decoding:
        """Return the decision of message passing alone, on float32[n]: accepted if all checks hold."""
        half = self._code.size // 2
        decoding = self._message_passing.decode(soft.reshape(-1, half, 2).transpose(0, 2, 1).reshape(-1))
        codeword = decoding.codeword.reshape(-1, 2, half).transpose(0, 2, 1).reshape(-1)
        return Decoding(codeword, decoding.satisfied, decoding.iterations, decoding.corrected)

    def _search(self, soft: SoftSymbols) -> Bits:
        """Return the likeliest codeword, or any if that is not near enough to be accepted.

        A codeword that contradicts magnitudes of `cost` in all correlates by (sum |soft| - 2 cost) / (sqrt(n) |soft|).
        """
        farthest = float(np.abs(soft).sum()) - self._least_correlation * _length(soft)
        return self._ordered_statistics.decode(soft, farthest / 2 * _ROUNDING)


@functools.cache
def tc_decoder(codeword_bits: int) -> TcDecoder:
    """Return the one decoder of this process for codewords of 128 or 512 bits; raises CodingError for any other."""
    return TcDecoder(codeword_bits)


def least_correlation(codeword_bits: int, information_bits: int) -> float:
    """Return the normalised correlation that pure noise has with 0.001 codewords of a code on average.

    The direction of white noise is uniform on a sphere, of which the cap about a codeword where the correlation exceeds
    t takes up I(1 - t^2; (n - 1) / 2, 1 / 2) / 2, with the regularised incomplete beta function I.
    """
    cap = _CHANCE / 2.0**information_bits
    return math.sqrt(1 - betaincinv((codeword_bits - 1) / 2, 0.5, 2 * cap))


def _correlation(soft: SoftSymbols, codeword: Bits) -> float:
    """Return the cosine of the angle between the symbols and the codeword's, 0 for no symbols at all."""
    length = _length(soft)
    agreement = float(soft.sum() - 2 * soft[codeword.view(np.bool_)].sum())
    return agreement / length if length else 0.0


def _length(soft: SoftSymbols) -> float:
    """Return the product of the lengths of the symbols and of a codeword's, as vectors."""
    return math.sqrt(soft.size) * float(np.linalg.norm(soft))
