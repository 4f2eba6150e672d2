import numpy as np
import pytest

from testbed.campaign.normal_approximation import capacity_and_dispersion, least_error_rate, required_eb_n0_db


@pytest.mark.parametrize(
    ("bits", "symbols", "eb_n0_db"),
    # performance anchors, worked out apart from this code; frame error rate 1e-4
    [
        (1024, 2048, 1.01),
        (4096, 8192, 0.61),
        (16384, 32768, 0.40),
        (1024, 1536, 1.90),
        (1024, 1280, 2.91),
        (64, 128, 2.92),
        (256, 512, 1.73),
    ],
)
def test_ccsds_code_sizes(bits: int, symbols: int, eb_n0_db: float) -> None:
    assert required_eb_n0_db(1e-4, symbols, bits) == pytest.approx(eb_n0_db, abs=0.006)
    at_db = required_eb_n0_db(1e-4, symbols, bits)
    assert float(least_error_rate(np.asarray(at_db), symbols, bits)) == pytest.approx(1e-4, rel=1e-6)


@pytest.mark.parametrize(("rate", "eb_n0_db"), [(1 / 2, 0.19), (2 / 3, 1.06), (4 / 5, 2.04)])
def test_capacity_is_the_rate_at_shannons_limit_of_binary_input(rate: float, eb_n0_db: float) -> None:
    capacity, _ = capacity_and_dispersion(eb_n0_db + 10 * np.log10(rate))
    assert float(capacity) == pytest.approx(rate, abs=8e-4)


def test_without_a_signal_and_without_noise_nothing_disperses() -> None:
    capacity, dispersion = capacity_and_dispersion(np.asarray([-60.0, 20.0]))
    assert capacity == pytest.approx([0.0, 1.0], abs=1e-5)
    assert dispersion == pytest.approx([0.0, 0.0], abs=1e-5)


def test_a_weak_signal_is_as_one_of_normal_input() -> None:
    """Of Es/N0 much below 1 capacity is Es/N0 log2 e, and the dispersion twice that times log2 e."""
    capacity, dispersion = capacity_and_dispersion(-30.0)
    assert float(capacity) == pytest.approx(1e-3 / np.log(2), rel=3e-3)
    assert float(dispersion) == pytest.approx(2e-3 / np.log(2) ** 2, rel=1e-2)


def test_the_error_rate_falls() -> None:
    rates = least_error_rate(np.linspace(-3.0, 10.0, 60), 2048, 1024)
    assert np.all(np.diff(rates) <= 0)
    assert rates[0] > 0.999
    assert rates[-1] < 1e-100
