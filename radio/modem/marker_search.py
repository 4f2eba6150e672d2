"""The search for the next marker in a stream, whatever blocks the stream comes in."""

import numpy as np
from numpy.typing import NDArray

from radio.modem.acquisition import Acquisition
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.search_kernel import STEP

_PIECE = 512
"""Windows tried at once: their spectra stay in the cache, and a long block takes no more memory than a short one."""


class MarkerSearch:
    """Works out the search metric of each window once, and picks the windows worth refining.

    A repetitive acquisition sequence resembles the marker that it leads to, and so does noise now and then: a window is
    picked only if none within ``look_ahead`` samples after it is better.
    """

    def __init__(self, acquisition: Acquisition, look_ahead: int, start: int) -> None:
        """Begin with the window at sample ``start``."""
        self._acquisition = acquisition
        self._reach = look_ahead // STEP
        self.restart(start)

    def restart(self, start: int) -> None:
        """Go on with the window at sample ``start``."""
        self.first = start
        """The sample at which the first window that still matters begins."""
        self._metrics = np.zeros(0, dtype=np.float32)

    def next_candidate(self, buffer: SampleBuffer) -> int | None:
        """Return the sample at which the next window worth refining begins, or None if the samples do not reach."""
        while True:
            self._drop(self._useless())
            if len(self._metrics) > self._reach:
                self._drop(1)
                return self.first - STEP
            if not self._extend(buffer):
                return None

    def _useless(self) -> int:
        """How many windows come before the one that has none better within reach, as far as is known."""
        above = self._metrics > self._acquisition.search_threshold
        if not above.any():
            return len(above)
        best = int(np.argmax(above))
        while (further := int(np.argmax(self._metrics[best : best + self._reach + 1]))) > 0:
            best += further
        return best

    def _drop(self, windows: int) -> None:
        self._metrics = self._metrics[windows:]
        self.first += STEP * windows

    def _extend(self, buffer: SampleBuffer) -> bool:
        """Work out the next metrics; return False if there are no samples for them."""
        start = self.first + STEP * len(self._metrics)
        windows = min(_PIECE, (buffer.end - start - self._acquisition.reach) // STEP + 1)
        if windows <= 0:
            return False
        stop = start + self._acquisition.reach + STEP * (windows - 1)
        metrics: NDArray[np.float32] = self._acquisition.metrics(buffer.view(start, stop))
        self._metrics = np.concatenate((self._metrics, metrics))
        return True
