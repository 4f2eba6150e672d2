import csv
import re
from importlib.resources import files
from typing import get_args

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from linkbudget.errors import LinkInputError
from linkbudget.modes.error_rate import bit_error_rate, required_eb_n0_db
from linkbudget.modes.modulation import MODULATIONS
from linkbudget.modes.shannon import SHANNON_LIMIT_DB, shannon_eb_n0_db
from linkbudget.modes.thresholds import Basis, Metric, threshold, thresholds

ALL = list(thresholds().values())
EVERY = pytest.mark.parametrize("row", ALL, ids=[row.id for row in ALL])


@EVERY
def test_every_row_is_whole_and_says_where_it_comes_from(row) -> None:
    assert row.modulation in MODULATIONS
    assert row.metric in get_args(Metric)
    assert row.basis in get_args(Basis)
    assert 0 < row.error_rate < 1
    assert 0 < row.code_rate <= 1
    assert len(row.source) > 20
    assert row.source in str(row)


@EVERY
def test_no_row_is_better_than_shannon(row) -> None:
    assert row.eb_n0_db > SHANNON_LIMIT_DB
    assert row.eb_n0_db > shannon_eb_n0_db(MODULATIONS[row.modulation].bits_per_symbol * row.code_rate)


@EVERY
def test_every_code_gains_on_no_code(row) -> None:
    if row.code == "none":
        return
    uncoded = required_eb_n0_db("bpsk" if row.modulation.endswith("apsk") else row.modulation, 1e-7)
    assert row.eb_n0_db < uncoded


def test_ids_are_unique() -> None:
    text = files("linkbudget.modes").joinpath("thresholds.csv").read_text(encoding="utf-8")
    assert len(list(csv.reader(text.splitlines()))) == 1 + len(ALL)


@pytest.mark.parametrize("row", [row for row in ALL if row.code == "none" and row.basis == "closed form"], ids=str)
def test_uncoded_rows_are_the_closed_form(row) -> None:
    assert row.eb_n0_db == pytest.approx(required_eb_n0_db(row.modulation, row.error_rate), abs=5e-4)


def test_digitised_and_simulated_rows_lie_on_their_published_curves(published) -> None:
    """Between neighbouring points the logarithm of the error rate is taken as straight."""
    curves = published["curves"]
    assert set(curves) == {row.id for row in ALL if row.basis in ("digitised", "simulated")}
    for id_, curve in curves.items():
        row = threshold(id_)
        wanted = np.interp(-np.log10(row.error_rate), -np.log10(curve["error_rate"]), curve["eb_n0_db"])
        assert row.eb_n0_db == pytest.approx(wanted, abs=1e-3), id_


def test_dvb_s2_rows_give_the_es_n0_and_efficiency_of_the_standard(published) -> None:
    case = published["dvbs2"]
    assert set(case["id"]) == {row.id for row in ALL if row.id.startswith("dvbs2")}
    for id_, efficiency, es_n0_db in zip(case["id"], case["bit_per_symbol"], case["es_n0_db"], strict=True):
        row = threshold(id_)
        bits = MODULATIONS[row.modulation].bits_per_symbol * row.code_rate
        assert bits == pytest.approx(efficiency, abs=1e-6), id_
        assert row.eb_n0_db + 10 * np.log10(bits) == pytest.approx(es_n0_db, abs=0.01), id_


def test_convolutional_rows_are_the_union_bound(published) -> None:
    for id_, case in published["convolutional"].items():
        if id_ == "source":
            continue
        free_distance, bits_a_step, weights = case
        row = threshold(id_)
        distance = free_distance + np.arange(len(weights))
        energy = 2 * row.code_rate * distance * 10 ** (row.eb_n0_db / 10)
        bound = np.sum(weights * ndtr(-np.sqrt(energy))) / bits_a_step
        assert bound == pytest.approx(row.error_rate, rel=5e-3), id_


def test_printed_operators_figures_agree(published) -> None:
    """The sheet's figures are for BER 1e-6: 0.6 dB above 1e-5 for the inner code, 0.1 dB for the concatenation."""
    printed = published["amsat_coded"]
    assert threshold("conv-7-1/2@1e-6").eb_n0_db == printed["conv-7-1/2"]
    assert threshold("conv-7-1/2").eb_n0_db == pytest.approx(printed["conv-7-1/2"] - 0.6, abs=0.1)
    assert threshold("rs-255-223-i5+conv-7-1/2").eb_n0_db == pytest.approx(
        printed["rs-255-223+conv-7-1/2"] - 0.1, abs=0.1
    )


def reed_solomon(eb_n0_db: float) -> float:
    bit = bit_error_rate("bpsk", eb_n0_db + 10 * np.log10(223 / 255))
    return float(binom.sf(16, 255, 1 - (1 - bit) ** 8))


def bch(eb_n0_db: float, code_rate: float) -> float:
    return float(binom.sf(1, 63, bit_error_rate("bpsk", eb_n0_db + 10 * np.log10(code_rate))))


def test_algebraic_codes_fail_as_published_simulations_do(published) -> None:
    """The closed forms behind the rows, against AFF3CT's decoders at points of 1000 frame errors (3 %)."""
    case = published["rs_255_223"]
    assert [reed_solomon(x) for x in case["eb_n0_db"]] == pytest.approx(case["fer"], rel=0.1)
    case = published["bch_63_57"]
    assert [bch(x, 57 / 63) for x in case["eb_n0_db"]] == pytest.approx(case["fer"], rel=0.1)


def test_algebraic_rows_are_those_closed_forms() -> None:
    assert reed_solomon(threshold("rs-255-223").eb_n0_db) == pytest.approx(1e-4, rel=0.01)
    assert bch(threshold("bch-63-56").eb_n0_db, 56 / 64) == pytest.approx(1e-4, rel=0.01)


def test_stronger_codes_ask_for_less() -> None:
    depths = [threshold(f"rs-255-223-i{depth}+conv-7-1/2").eb_n0_db for depth in range(1, 6)]
    rates = [threshold(f"turbo-1784-{rate}").eb_n0_db for rate in ("1/2", "1/3", "1/4", "1/6")]
    blocks = [threshold(f"ar4ja-{k}-1/2").eb_n0_db for k in (1024, 4096)]
    punctured = [threshold(f"conv-7-{rate}").eb_n0_db for rate in ("7/8", "5/6", "3/4", "2/3", "1/2")]
    for falling in (depths, rates, blocks, punctured):
        assert np.all(np.diff(falling) < 0)


def test_an_unknown_id_is_refused_with_those_there_are() -> None:
    with pytest.raises(LinkInputError, match=re.escape("threshold is 'bpsk'; accepted: bpsk-uncoded, ")) as error:
        threshold("bpsk")
    assert error.value.field == "threshold"
    assert "ar4ja-1024-1/2" in error.value.accepted
