"""The search's arithmetic, for many windows side by side.

Row c of each array holds chunk c, or bin c, of all windows: neighbours in memory belong to neighbouring windows, so
that every loop below runs along vector registers. The transform is the plain one of radix 2, decimated in frequency.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

STEP = 2
"""Samples between windows: at most a quarter of a symbol off the true time."""


def roots_of_unity(size: int) -> NDArray[np.complex64]:
    """Return exp(-2 pi i k / size), complex64[size / 2]."""
    return np.asarray(np.exp(-2j * np.pi * np.arange(size // 2) / size), dtype=np.complex64)


def reversed_bits(bins: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the rows in which a transform of ``size``, a power of two, leaves its bins: int64, of the same shape.

    >>> reversed_bits(np.array([0, 1, -1]), 8).tolist()
    [0, 4, 7]
    """
    rows = np.zeros_like(bins)
    for bit in range(size.bit_length() - 1):
        rows = 2 * rows + (bins % size >> bit & 1)
    return rows


@njit(cache=True, nogil=True, fastmath=True)
def window_energies(x, size, step, energies):  # type: ignore[no-untyped-def]
    """Fill ``energies`` with those of windows of ``size`` samples of x, ``step`` samples apart."""
    total = np.float64(0.0)
    for n in range(size):
        total += x[n].real * x[n].real + x[n].imag * x[n].imag
    for w in range(energies.size):
        energies[w] = total
        for n in range(w * step, (w + 1) * step if w + 1 < energies.size else 0):
            gone, come = x[n], x[n + size]
            total += come.real * come.real + come.imag * come.imag
            total -= gone.real * gone.real + gone.imag * gone.imag


@njit(cache=True, nogil=True, fastmath=True)
def _add_product(re, im, near_re, near_im, by_re, by_im):  # type: ignore[no-untyped-def]
    for w in range(re.size):
        re[w] += near_re[w] * by_re - near_im[w] * by_im
        im[w] += near_re[w] * by_im + near_im[w] * by_re


@njit(cache=True, nogil=True, fastmath=True)
def _butterfly(re, im, other_re, other_im, root):  # type: ignore[no-untyped-def]
    root_re, root_im = root.real, root.imag
    for w in range(re.size):
        less_re, less_im = re[w] - other_re[w], im[w] - other_im[w]
        re[w] += other_re[w]
        im[w] += other_im[w]
        other_re[w] = less_re * root_re - less_im * root_im
        other_im[w] = less_re * root_im + less_im * root_re


@njit(cache=True, nogil=True, fastmath=True)
def _transform(re, im, roots):  # type: ignore[no-untyped-def]
    half, stride = re.shape[0] // 2, 1
    while half:
        for base in range(0, re.shape[0], 2 * half):
            for k in range(half):
                top, bottom = base + k, base + k + half
                _butterfly(re[top], im[top], re[bottom], im[bottom], roots[k * stride])
        half //= 2
        stride *= 2


@njit(cache=True, nogil=True, fastmath=True)
def _keep_greatest(re, im, before_re, before_im, greatest):  # type: ignore[no-untyped-def]
    """Of a bin's power and, halfway to the bin before, of their difference's."""
    for w in range(greatest.size):
        between_re, between_im = re[w] - before_re[w], im[w] - before_im[w]
        power = re[w] * re[w] + im[w] * im[w]
        halfway = (between_re * between_re + between_im * between_im) * np.float32(0.5)
        greatest[w] = max(greatest[w], max(power, halfway))


@njit(cache=True, nogil=True, fastmath=True)
def search(x, conjugate, chunk, roots, bins, metrics):  # type: ignore[no-untyped-def]
    """Fill ``metrics``, float32[w]: of each window of x, STEP samples apart, the greatest power over its energy.

    conjugate: of the template, complex64[a multiple of chunk]; bins: the rows of neighbouring bins, of which the first
    counts only for what lies between it and the next.
    """
    windows, size = metrics.size, 2 * roots.size
    parts_re, parts_im = (
        np.empty((STEP, x.size // STEP + 1), np.float32),
        np.empty((STEP, x.size // STEP + 1), np.float32),
    )
    for n in range(x.size):
        parts_re[n % STEP, n // STEP] = x[n].real
        parts_im[n % STEP, n // STEP] = x[n].imag
    re, im = np.zeros((size, windows), np.float32), np.zeros((size, windows), np.float32)
    for n in range(conjugate.size):
        part, first, row, by = n % STEP, n // STEP, n // chunk, conjugate[n]
        near_re, near_im = parts_re[part, first : first + windows], parts_im[part, first : first + windows]
        _add_product(re[row], im[row], near_re, near_im, by.real, by.imag)
    _transform(re, im, roots)
    metrics[:] = np.float32(0.0)
    for k in range(1, bins.size):
        _keep_greatest(re[bins[k]], im[bins[k]], re[bins[k - 1]], im[bins[k - 1]], metrics)
    energies = np.empty(windows, np.float32)
    window_energies(x, conjugate.size, STEP, energies)
    for w in range(windows):
        metrics[w] /= energies[w] + np.float32(1e-30)
