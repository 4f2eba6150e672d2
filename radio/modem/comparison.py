"""What was received beside what was sent."""

import math
from dataclasses import dataclass

import numpy as np

from radio.coding.symbols import SoftSymbols, Symbols


@dataclass(frozen=True, slots=True)
class Comparison:
    """Soft symbols against those that were sent."""

    symbols: int
    errors: int
    symbol_energy_to_n0: float

    @classmethod
    def of(cls, soft: SoftSymbols, sent: Symbols) -> "Comparison":
        """Compare float32[n] with int8[n]."""
        agreed = soft * sent
        amplitude, power = float(np.mean(agreed)), float(np.mean(agreed**2))
        agreed = agreed if amplitude > 0 else -agreed  # levels of NRZ-M, all turned round
        noise = max(power - amplitude**2, 1e-9 * power, 1e-30)
        return cls(len(sent), int(np.count_nonzero(agreed < 0)), amplitude**2 / (2 * noise))

    @property
    def es_n0_db(self) -> float:
        """Of one channel symbol."""
        return 10 * math.log10(max(self.symbol_energy_to_n0, 1e-12))
