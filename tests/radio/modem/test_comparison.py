import numpy as np
import pytest

from radio.modem.comparison import Comparison


def noisy(sent, es_n0_db, seed=1, amplitude=1.0):
    deviation = np.sqrt(0.5 / 10 ** (es_n0_db / 10))
    noise = np.random.default_rng(seed).standard_normal(len(sent))
    return (amplitude * (sent + deviation * noise)).astype(np.float32)


@pytest.mark.parametrize("es_n0_db", [-3.0, 3.0, 10.0, 20.0])
@pytest.mark.parametrize("amplitude", [1e-6, 1.0, 1e6, -1.0])
def test_es_n0_and_errors_at_any_level_and_either_way_round(symbols, es_n0_db, amplitude):
    sent = symbols(20_000)
    found = Comparison.of(noisy(sent, es_n0_db, amplitude=amplitude), sent)
    assert found.es_n0_db == pytest.approx(es_n0_db, abs=0.1)
    assert (found.symbols, found.errors) == (20_000, np.count_nonzero((noisy(sent, es_n0_db) > 0) != (sent > 0)))


def test_errors_are_counted_one_by_one(symbols):
    sent = symbols(100)
    received = sent.astype(np.float32)
    received[[3, 50, 99]] *= -1
    assert Comparison.of(received, sent).errors == 3


def test_without_noise_or_signal_a_number_comes_out(symbols):
    assert Comparison.of(symbols(10).astype(np.float32), symbols(10)).es_n0_db > 60
    assert Comparison.of(np.zeros(10, dtype=np.float32), symbols(10)).es_n0_db == -120
