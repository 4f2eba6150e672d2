"""The search for the next marker in a stream, whatever blocks the stream comes in."""

import numpy as np
from numpy.typing import NDArray

from radio.modem.acquisition import Acquisition
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.search_kernel import STEP

_PIECE = 512
"""Windows tried at once: their spectra stay in the cache, and a long block takes no more memory than a short one."""
_SAME_PEAK = 3
"""Windows to either side of a rejected one that saw the same."""


class MarkerSearch:
    """Works out the search metric of each window once, and picks the windows worth refining.

    A repetitive acquisition sequence resembles the marker that it leads to, and so does noise now and then: a window is
    picked only if none within ``look_ahead`` samples after it is better. Once it is rejected the next best one is.
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

    def next_window(self, buffer: SampleBuffer) -> int | None:
        """Return the sample at which the next window worth refining begins, or None if the samples do not reach."""
        while True:
            self._drop_useless()
            best = self._best()
            if len(self._metrics) > best + self._reach:
                return self.first + STEP * best
            if not self._extend(buffer):
                return None

    def reject(self, window: int) -> None:
        """Pick the window at that sample no more, nor those which saw the same."""
        at = (window - self.first) // STEP
        self._metrics[max(0, at - _SAME_PEAK) : at + _SAME_PEAK + 1] = 0

    def thin(self, window: int) -> None:
        """Of all before the window at that sample, let the best one alone be picked."""
        before = self._metrics[: (window - self.first) // STEP]
        before[before < before.max(initial=0)] = 0

    def _drop_useless(self) -> None:
        above = self._metrics > self._acquisition.search_threshold
        windows = int(np.argmax(above)) if above.any() else len(above)
        self._metrics = self._metrics[windows:]
        self.first += STEP * windows

    def _best(self) -> int:
        """The window that has none better within reach, from the first one on, as far as is known."""
        best = 0
        while len(self._metrics) > best + self._reach and (further := self._further(best)):
            best += further
        return best

    def _further(self, window: int) -> int:
        return int(np.argmax(self._metrics[window : window + self._reach + 1]))

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
