"""Channel symbols to samples."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import upfirdn

from radio.errors import ProfileError
from radio.modem.pulse import root_raised_cosine
from radio.modem.rates import exact_ratio

PULSE_SPAN_SYMBOLS = 16


class Modulator:
    """BPSK with root-raised-cosine pulses: symbols +-1 to complex64 samples of unit mean power."""

    def __init__(self, symbol_rate_baud: float, sample_rate_hz: float, roll_off: float) -> None:
        ratio = exact_ratio("sample_rate_hz", sample_rate_hz, symbol_rate_baud)
        if ratio < 2:
            raise ProfileError(
                "symbol_rate_baud", symbol_rate_baud, f"at most half the sample rate of {sample_rate_hz:g} Hz"
            )
        self._up, self._down = ratio.numerator, ratio.denominator
        self._pulse = root_raised_cosine(roll_off, self._up, PULSE_SPAN_SYMBOLS).astype(np.float32)

    def modulate(self, symbols: NDArray[np.int8]) -> NDArray[np.complex64]:
        """Return one burst: complex64[n], both tails of the pulse included, 16 symbols longer than the symbols.

        Symbol k is centred ``k + 8`` symbols after the first sample.
        """
        samples = upfirdn(self._pulse, symbols.astype(np.float32), self._up, self._down)
        return np.asarray(samples, dtype=np.complex64)
