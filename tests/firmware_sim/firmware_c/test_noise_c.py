import ctypes
from statistics import fmean, pstdev

import pytest


def test_noise_has_no_mean_and_the_deviation_that_is_asked_for(firmware_library: ctypes.CDLL) -> None:
    state = ctypes.c_uint32(1)
    drawn = [firmware_library.noise_next(ctypes.byref(state), 1000) for _ in range(10_000)]
    assert fmean(drawn) == pytest.approx(0, abs=50)  # five standard deviations of the mean
    assert pstdev(drawn) == pytest.approx(1000, abs=50)
    assert max(map(abs, drawn)) < 6000
