"""How much a soft symbol tells: log-likelihood ratios from symbols of any scale."""

import math
from dataclasses import dataclass, field

from numba import njit

from radio.coding.symbols import SoftSymbols

_BELOW_DESIGN_DB = 0.5
_ABOVE_DESIGN_DB = 3.0
"""How far off the design Es/N0 an estimate is believed: 2000 symbols tell it to 0.3 dB, 128 to more than 1 dB."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Estimates Es/N0 about `design_es_n0_db`, where the code begins to work.

    trust: what the ratios are multiplied by. Messages that went round a short cycle are believed twice over, which a
    trust of less than 1 makes up for.
    """

    design_es_n0_db: float
    trust: float = 1.0
    _least: float = field(init=False, repr=False)
    _most: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_least", _signal_share(self.design_es_n0_db - _BELOW_DESIGN_DB))
        object.__setattr__(self, "_most", _signal_share(self.design_es_n0_db + _ABOVE_DESIGN_DB))

    def scale(self, soft: SoftSymbols) -> float:
        """Return what turns `soft`, float32[n], into log-likelihood ratios ln(P(0) / P(1)); 0 if all of them are 0.

        For symbols +-a in noise of variance v, E[y^2] = a^2 + v and E[y^4] = a^4 + 6 a^2 v + 3 v^2, so that
        3 E[y^2]^2 - E[y^4] = 2 a^4 (Pauluzzi and Beaulieu, IEEE Trans. Commun. 48, 2000), and the scale is 2 a / v.
        """
        square, fourth = _moments(soft)
        if square == 0:
            return 0.0
        estimate = math.sqrt(max(1.5 - 0.5 * fourth / square**2, 0.0))  # a^2 / (a^2 + v)
        share = min(max(estimate, self._least), self._most)
        return self.trust * 2 * math.sqrt(share / square) / (1 - share)


def _signal_share(es_n0_db: float) -> float:
    twice: float = 2 * 10 ** (es_n0_db / 10)
    return twice / (twice + 1)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _moments(soft):  # type: ignore[no-untyped-def]
    """Return the means of the squares and of the fourth powers."""
    squares = 0.0
    fourths = 0.0
    for symbol in soft:
        square = float(symbol) * float(symbol)
        squares += square
        fourths += square * square
    return squares / soft.size, fourths / soft.size
