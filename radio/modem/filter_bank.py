"""The receive filter at any fraction of a sample, and its slope."""

from functools import cache

import numpy as np

from radio.modem.pulse import Pulse
from radio.modem.waveform import Waveform

SAMPLES_PER_SYMBOL = 4
_ROWS = 128
_LANES = 16


class FilterBank:
    """Polyphase forms of a waveform's receive filter at 4 samples per symbol.

    ``taps`` is float32[2, rows, length]: row r reads ``(r + 0.5) / rows`` samples after tap ``length / 2 - 1``. The
    first half gives the filter's output, scaled so that a tick's own symbol gives 1; the second its slope, so that
    a tick that comes ``d`` symbol periods late gives ``d``.
    """

    def __init__(self, waveform: Waveform) -> None:
        pulse, matched = waveform.pulse, waveform.matched
        reach = int(np.ceil(matched.half_span * SAMPLES_PER_SYMBOL))
        self.length = -(-2 * reach // _LANES) * _LANES
        """Samples that one output takes in: a whole number of vector registers."""
        t = np.arange(self.length) - (self.length / 2 - 1)
        rows = (np.arange(_ROWS)[:, None] + 0.5) / _ROWS
        instants = (t[None, :] - rows) / SAMPLES_PER_SYMBOL
        step = 1e-3
        uncut = Pulse(matched.shape, np.inf)  # the step at which a pulse is cut off is no slope of it
        peak = pulse.correlation(uncut, np.array([0.0, step, -step])) * SAMPLES_PER_SYMBOL
        curvature = (2 * peak[0] - peak[1] - peak[2]) / step**2
        scale = _received_scale(waveform)
        slope = (uncut(instants - step) - uncut(instants + step)) / (2 * step)
        slope[np.abs(instants) > matched.half_span] = 0
        self.taps = np.ascontiguousarray(
            np.stack([matched(instants) / peak[0], slope / curvature]) / scale, dtype=np.float32
        )


def _received_scale(waveform: Waveform) -> float:
    """Amplitude of the pulse as it is sent, of a signal of unit mean power, over that of ``waveform.pulse``."""
    energy = waveform.pulse.correlation(waveform.pulse, np.zeros(1))[0]
    return float(1 / np.sqrt(energy * waveform.bits_per_symbol))


@cache
def filter_bank(waveform: Waveform) -> FilterBank:
    """Return the bank of a waveform: the same for every burst."""
    return FilterBank(waveform)
