"""Modulations: bits in a symbol, bandwidth, and the error rate of uncoded bits in white noise."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from linkbudget.errors import LinkInputError
from linkbudget.provenance import Source


class ErrorLaw(Enum):
    """How the bit error rate falls with x = Eb/N0 times the modulation's `efficiency`."""

    COHERENT = "errors_per_tail erfc(sqrt(x))"
    NONCOHERENT = "0.5 exp(-x)"


@dataclass(frozen=True, slots=True)
class Modulation:
    """One modulation.

    `efficiency` is the part of Eb/N0 that tells neighbouring symbols apart, 1 for antipodal ones.
    `bandwidth_per_baud` is None where the pulse is a root raised cosine, and its roll-off decides.
    `antipodal` says that a code's soft decoder sees the bits as those of BPSK, but for the efficiency.
    """

    bits_per_symbol: int
    source: Source
    law: ErrorLaw | None = ErrorLaw.COHERENT
    efficiency: float = 1.0
    errors_per_tail: float = 0.5
    bandwidth_per_baud: float | None = None
    antipodal: bool = False

    @property
    def efficiency_loss_db(self) -> float:
        """How much more Eb/N0 it asks for than BPSK at low error rates."""
        return -10.0 * math.log10(self.efficiency)


_PROAKIS = "Proakis & Salehi, Digital Communications, 5th ed., chapter 4"
_ANTIPODAL = Source(_PROAKIS, "BER = 0.5 erfc(sqrt(Eb/N0))")
_DIFFERENTIAL = Source(_PROAKIS, "BER = 0.5 exp(-Eb/N0)")
_8PSK = Source(_PROAKIS, "BER = erfc(sqrt(3 Eb/N0) sin(pi/8)) / 3: nearest neighbours, Gray code")
_ORTHOGONAL = "orthogonal tones; bandwidth by Carson's rule at modulation index 1"
_FSK = Source(_PROAKIS, f"BER = 0.5 erfc(sqrt(Eb/N0 / 2)), {_ORTHOGONAL}")
_FSK_NONCOHERENT = Source(_PROAKIS, f"BER = 0.5 exp(-Eb/N0 / 2), {_ORTHOGONAL}")
_APSK = Source("ETSI EN 302 307-1 V1.4.1 5.4", "coded only")
_AFSK = Source("Bell 202 tones on narrow-band FM", "bandwidth 2 (3.0 + 2.2) kHz at 1200 baud by Carson's rule")


def _gmsk(efficiency: float, bandwidth_per_baud: float) -> Modulation:
    """Return coherent GMSK with precoding.

    The efficiency is half the least squared distance d^2 / 2Eb between two phase paths of the Gaussian pulse, worked
    out over error events of up to five bits; the bandwidth holds 99 % of the power.
    """
    source = Source("Murota & Hirade, IEEE Trans. Commun. 29 (1981)", "BER = 0.5 erfc(sqrt(d^2/2Eb / 2 Eb/N0))")
    return Modulation(1, source, efficiency=efficiency, bandwidth_per_baud=bandwidth_per_baud, antipodal=True)


MODULATIONS: Mapping[str, Modulation] = MappingProxyType(
    {
        "bpsk": Modulation(1, _ANTIPODAL, antipodal=True),
        "qpsk": Modulation(2, _ANTIPODAL, antipodal=True),
        "oqpsk": Modulation(2, _ANTIPODAL, antipodal=True),
        "dbpsk": Modulation(1, _DIFFERENTIAL, ErrorLaw.NONCOHERENT),
        "8psk": Modulation(3, _8PSK, efficiency=3.0 * math.sin(math.pi / 8.0) ** 2, errors_per_tail=1.0 / 3.0),
        "16apsk": Modulation(4, _APSK, law=None),
        "32apsk": Modulation(5, _APSK, law=None),
        "gmsk": _gmsk(0.970, 1.04),  # BT 0.5
        "gmsk-bt0.3": _gmsk(0.893, 0.91),
        "gmsk-bt0.25": _gmsk(0.844, 0.86),
        "fsk-coherent": Modulation(1, _FSK, efficiency=0.5, bandwidth_per_baud=2.0),
        "fsk-noncoherent": Modulation(1, _FSK_NONCOHERENT, ErrorLaw.NONCOHERENT, 0.5, bandwidth_per_baud=2.0),
        "afsk-fm": Modulation(1, _AFSK, law=None, bandwidth_per_baud=10_400 / 1200),
    }
)


def modulation(name: str) -> Modulation:
    """Return the modulation of a name. Raises LinkInputError, with the names that there are, for another."""
    if name not in MODULATIONS:
        raise LinkInputError("modulation", name, ", ".join(MODULATIONS))
    return MODULATIONS[name]
