import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from linkbudget.errors import LinkInputError
from linkbudget.modes import error_rate
from linkbudget.modes.error_rate import bit_error_rate, required_eb_n0_db
from linkbudget.modes.modulation import MODULATIONS, modulation

WITH_LAW = [name for name, each in MODULATIONS.items() if each.law is not None]
GMSK_BT = {"gmsk": 0.5, "gmsk-bt0.3": 0.3, "gmsk-bt0.25": 0.25}


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(error_rate).failed == 0


def test_antipodal_signals_at_published_points(published) -> None:
    case = published["uncoded"]
    for name in ("bpsk", "qpsk", "oqpsk"):
        assert required_eb_n0_db(name, np.array(case["ber"])) == pytest.approx(case["bpsk_eb_n0_db"], abs=1e-5)
    for ber, printed in case["printed"].items():
        assert required_eb_n0_db("bpsk", float(ber)) == pytest.approx(printed, abs=0.05)


def test_antipodal_signals_along_a_published_curve(published) -> None:
    curve = published["bpsk_curve"]
    assert bit_error_rate("bpsk", np.array(curve["eb_n0_db"])) == pytest.approx(curve["ber"], rel=1e-8)


def test_gmsk_as_operators_budget_it(published) -> None:
    """The AMSAT sheet gives GMSK the figure of BPSK; a Gaussian pulse of BT 0.5 costs 0.13 dB more."""
    for ber, printed in published["uncoded"]["printed_gmsk"].items():
        assert required_eb_n0_db("gmsk", float(ber)) == pytest.approx(printed + 0.13, abs=0.01)


def test_textbook_differences_between_modulations() -> None:
    """Orthogonal tones ask for 3.01 dB more than antipodal signals; 1e-5 is 13.35 dB noncoherent, 10.34 dB DBPSK."""
    assert required_eb_n0_db("fsk-coherent", 1e-5) - required_eb_n0_db("bpsk", 1e-5) == pytest.approx(3.0103, abs=1e-4)
    assert required_eb_n0_db("fsk-noncoherent", 1e-5) == pytest.approx(13.35, abs=0.005)
    assert required_eb_n0_db("dbpsk", 1e-5) == pytest.approx(10.34, abs=0.005)
    assert bit_error_rate("dbpsk", 0.0) == pytest.approx(0.5 / np.e)


def test_8psk_against_a_simulation_of_its_decision_regions() -> None:
    rng = np.random.default_rng(1)
    eb_n0_db, symbols = 8.0, 400_000
    noise = rng.standard_normal((2, symbols)) * np.sqrt(1 / (2 * 3 * 10 ** (eb_n0_db / 10)))
    angle = np.arctan2(noise[1], 1 + noise[0])
    sector = np.round(angle / (np.pi / 4)).astype(int) % 8
    gray = np.array([0b000, 0b001, 0b011, 0b010, 0b110, 0b111, 0b101, 0b100])
    # averaged over the eight symbols sent, since a Gray code has no symmetry of rotation
    sent = rng.integers(0, 8, symbols)
    wrong = gray[sent] ^ gray[(sent + sector) % 8]
    measured = sum((wrong >> bit & 1).sum() for bit in range(3)) / (3 * symbols)
    assert bit_error_rate("8psk", eb_n0_db) == pytest.approx(measured, rel=0.04)


@pytest.mark.parametrize("name", WITH_LAW)
@given(ber=st.floats(1e-12, 0.3))
def test_required_eb_n0_is_the_inverse(name: str, ber: float) -> None:
    assert bit_error_rate(name, required_eb_n0_db(name, ber)) == pytest.approx(ber, rel=1e-9)


@pytest.mark.parametrize("name", WITH_LAW)
def test_more_energy_never_errs_more(name: str) -> None:
    rates = bit_error_rate(name, np.linspace(-20, 20, 401))
    assert np.all(np.diff(rates) <= 0)
    assert np.all((rates >= 0) & (rates <= 0.5))


@pytest.mark.parametrize("name", GMSK_BT)
def test_gmsk_efficiency_is_half_the_least_squared_distance(name: str) -> None:
    pulse, steps = gaussian_pulse(GMSK_BT[name])
    distances = [
        np.sum(1 - np.cos(phase(np.array(event, float), pulse, steps))) / steps
        for bits in range(2, 6)
        for event in itertools.product((-2, 0, 2), repeat=bits)
        # two phase paths that start apart and meet again
        if event[0] > 0 and event[-1] != 0 and sum(event) % 8 == 0
    ]
    assert MODULATIONS[name].efficiency == pytest.approx(min(distances) / 2, abs=1e-3)


@pytest.mark.parametrize("name", GMSK_BT)
def test_gmsk_occupies_the_published_bandwidth(name: str, published) -> None:
    """Against Murota & Hirade's table where it has the pulse, and against a spectrum worked out here."""
    per_baud = MODULATIONS[name].bandwidth_per_baud
    assert per_baud == published["gmsk_bandwidth"].get(name, per_baud)
    pulse, steps = gaussian_pulse(GMSK_BT[name])
    bits = np.random.default_rng(1).choice([-1.0, 1.0], (64, 256))
    window = np.hanning(bits.shape[1] * steps + len(pulse) - 1)
    spectra = [np.abs(np.fft.fft(np.exp(1j * phase(each, pulse, steps)) * window)) ** 2 for each in bits]
    power = np.mean(spectra, axis=0)
    frequency = np.abs(np.fft.fftfreq(power.size, 1 / steps))
    order = np.argsort(frequency)
    edge = np.searchsorted(np.cumsum(power[order]) / power.sum(), 0.99)
    assert per_baud == pytest.approx(2 * frequency[order][edge], rel=0.03)


def gaussian_pulse(bt: float, steps: int = 32, reach: int = 3) -> tuple[np.ndarray, int]:
    time = (np.arange(-reach * steps, reach * steps) + 0.5) / steps
    slope = 2 * np.pi * bt / np.sqrt(np.log(2))
    pulse = ndtr(slope * (time + 0.5)) - ndtr(slope * (time - 0.5))
    return pulse / pulse.sum() * steps / 2, steps


def phase(bits: np.ndarray, pulse: np.ndarray, steps: int) -> np.ndarray:
    impulses = np.kron(bits, np.r_[1.0, np.zeros(steps - 1)])
    return np.pi * np.cumsum(np.convolve(impulses, pulse)) / steps


def test_shapes_are_kept() -> None:
    assert bit_error_rate("gmsk", np.zeros((3, 2))).shape == (3, 2)
    assert required_eb_n0_db("dbpsk", np.full((4,), 1e-3)).shape == (4,)


@pytest.mark.parametrize("ber", [0.0, -1e-5, 0.6, float("nan")])
@pytest.mark.parametrize("name", ["bpsk", "dbpsk"])
def test_an_impossible_error_rate_is_refused(name: str, ber: float) -> None:
    with pytest.raises(LinkInputError) as error:
        required_eb_n0_db(name, ber)
    assert error.value.field == "ber"


def test_unknown_modulations_are_refused_with_those_there_are() -> None:
    with pytest.raises(LinkInputError, match="modulation is 'pigeon'; accepted: bpsk, qpsk"):
        modulation("pigeon")
    with pytest.raises(LinkInputError, match="modulation") as error:
        bit_error_rate("16apsk", 5.0)
    assert "16apsk" not in error.value.accepted
    assert "8psk" in error.value.accepted
