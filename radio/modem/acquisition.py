"""Finding a known run of symbols at an unknown time and carrier offset.

Feed-forward and coherent: each window of the stream is multiplied by the expected waveform, summed over half-symbol
chunks, and the chunks are Fourier transformed, so that one transform tries every carrier offset at once. A candidate is
then refined in time and frequency. The metric is the normalised correlation |<x, t>|^2 / (<x, x> <t, t>), which needs
no gain control and has the same false-alarm rate at any level.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import fft

from radio.modem.pulse import root_raised_cosine

SAMPLES_PER_SYMBOL = 4
CHUNK = 2
"""Samples per chunk: half a symbol, so that an offset of a quarter of the symbol rate costs 0.2 dB."""
STEP = 2
"""Samples between windows tried in the search: at most a quarter of a symbol off the true time."""

SEARCH_THRESHOLD = 0.087
"""Passed by noise about 10 times a second at 38.4 kbaud, each time costing one refinement."""
CONFIRM_THRESHOLD = 0.155
"""Of the refined metric. Noise in the 126 degrees of freedom of a 64-symbol window passes with 0.845^125 = 7e-10."""

FINE_FFT = 1024
_TIME_SPAN = 3


@njit(cache=True, nogil=True, fastmath=True)
def _despread(x, template, first, step, out, energy):  # type: ignore[no-untyped-def]
    """Chunk sums of x * template for windows from ``first`` on, ``step`` samples apart, and the energy of each."""
    size = template.size
    total = np.float64(0.0)
    for n in range(first, first + size):
        total += x[n].real * x[n].real + x[n].imag * x[n].imag
    for w in range(out.shape[0]):
        base = first + w * step
        window = x[base : base + size]
        for c in range(out.shape[1]):
            out[w, c] = window[2 * c] * template[2 * c] + window[2 * c + 1] * template[2 * c + 1]
        energy[w] = total
        if w + 1 < out.shape[0]:
            for n in range(base, base + step):
                gone, come = x[n], x[n + size]
                total += come.real * come.real + come.imag * come.imag
                total -= gone.real * gone.real + gone.imag * gone.imag


@njit(cache=True, nogil=True, fastmath=True)
def _peak(row, first, last):  # type: ignore[no-untyped-def]
    """Greatest power of bins first..last-1 of a spectrum and, halfway, of their differences to the bins before them."""
    best = np.float32(0.0)
    for k in range(first, last):
        re, im = row[k].real, row[k].imag
        between_re, between_im = re - row[k - 1].real, im - row[k - 1].imag
        power = re * re + im * im
        halfway = (between_re * between_re + between_im * between_im) * np.float32(0.5)
        best = max(best, power, halfway)
    return best


@njit(cache=True, nogil=True, fastmath=True)
def _strongest(spectra, reach, energy, template_energy, metric):  # type: ignore[no-untyped-def]
    """Best normalised power over bins -reach..reach and, halfway, over the differences of neighbouring bins."""
    bins = spectra.shape[1]
    for w in range(spectra.shape[0]):
        row = spectra[w]
        # bin 0 follows the last one: in a Python index -1 that is the same place
        best = max(_peak(row, bins - reach, bins), _peak(row, 0, reach + 1))
        metric[w] = best / (energy[w] * template_energy + np.float32(1e-30))


@dataclass(frozen=True, slots=True)
class Acquired:
    """Where a marker was found."""

    start: float
    """Sample number of the first marker symbol's centre."""
    offset_cycles: float
    """Carrier offset in cycles per sample."""
    metric: float
    """Refined normalised correlation, 0 to 1."""

    def shifted(self, samples: int) -> "Acquired":
        """Return the same finding with its start counted from ``samples`` earlier."""
        return Acquired(self.start + samples, self.offset_cycles, self.metric)


class Acquisition:
    """Searches a stream at 4 samples per symbol for a marker of +-1 symbols."""

    def __init__(self, marker: NDArray[np.int8], roll_off: float, search_range_cycles: float) -> None:
        """Take the marker int8[m] and the largest carrier offset in cycles per sample."""
        self._template = _waveform(marker, roll_off)
        self._template_energy = np.float32(np.sum(self._template**2))
        self._chunks = len(self._template) // CHUNK
        self._reach = int(np.ceil(search_range_cycles * CHUNK * self._chunks))
        self._range_cycles = search_range_cycles
        self.window = len(self._template)

    def metrics(self, samples: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Return the search metric of each window of ``samples``, STEP samples apart: float32[k]."""
        count = (len(samples) - self.window) // STEP + 1
        chunks = np.empty((count, self._chunks), dtype=np.complex64)
        energy = np.empty(count, dtype=np.float32)
        _despread(samples, self._template, 0, STEP, chunks, energy)
        spectra = fft.fft(chunks, axis=1, overwrite_x=True)
        metric = np.empty(count, dtype=np.float32)
        _strongest(spectra, self._reach, energy, self._template_energy, metric)
        return metric

    def refine(self, samples: NDArray[np.complex64]) -> Acquired:
        """Return time and offset of the marker in ``samples``, complex64[window + 2 * MARGIN], near sample MARGIN."""
        first, count = MARGIN - _TIME_SPAN, 2 * _TIME_SPAN + 1
        products = np.empty((count, self._chunks), dtype=np.complex64)
        energy = np.empty(count, dtype=np.float32)
        _despread(samples, self._template, first, 1, products, energy)
        spectra = np.abs(fft.fft(products, FINE_FFT, axis=1)) ** 2
        spectra *= _in_range(self._range_cycles * 1.1)
        row, column = np.unravel_index(int(np.argmax(spectra)), spectra.shape)
        delta_time = _parabola(spectra[:, column], int(row))
        delta_bin = _parabola(spectra[row], int(column))
        bin_number = (column + FINE_FFT // 2) % FINE_FFT - FINE_FFT // 2 + delta_bin
        metric = spectra[row, column] / (energy[row] * self._template_energy + 1e-30)
        return Acquired(float(first + row + delta_time), float(bin_number / FINE_FFT / CHUNK), float(metric))


MARGIN = _TIME_SPAN + 1
"""Samples that ``refine`` needs before and after the window."""


def _waveform(marker: NDArray[np.int8], roll_off: float) -> NDArray[np.float32]:
    """The marker as the modulator shapes it: float32[4 m], symbol k centred on sample 4 k."""
    pulse = root_raised_cosine(roll_off, SAMPLES_PER_SYMBOL, 8)
    impulses = np.zeros(len(marker) * SAMPLES_PER_SYMBOL)
    impulses[::SAMPLES_PER_SYMBOL] = marker
    return np.convolve(impulses, pulse, mode="same").astype(np.float32)


def _in_range(limit_cycles: float) -> NDArray[np.float32]:
    return (np.abs(fft.fftfreq(FINE_FFT, CHUNK)) <= limit_cycles).astype(np.float32)


def _parabola(values: NDArray[np.float32], peak: int) -> float:
    """Offset of the vertex of a parabola through the peak and its neighbours, -0.5 to 0.5; 0 at an edge."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    left, middle, right = (float(v) for v in values[peak - 1 : peak + 2])
    curvature = left - 2 * middle + right
    return 0.0 if curvature >= 0 else max(-0.5, min(0.5, 0.5 * (left - right) / curvature))
