from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from linkbudget.errors import LinkInputError
from linkbudget.modes.mode import Mode, ModeFigures, stack
from linkbudget.modes.modulation import MODULATIONS
from linkbudget.modes.thresholds import threshold, thresholds

FILE_MODE = TypeAdapter(Mode)


def mode(**changes) -> Mode:
    return Mode(**{"name": "telemetry", "symbol_rate_baud": 38400.0, "threshold": "conv-7-1/2", **changes})


def test_a_concatenated_telemetry_mode() -> None:
    """38.4 kbaud BPSK with CCSDS convolutional and Reed-Solomon code: 223 information bits in 510 symbols."""
    figures = mode(threshold="rs-255-223-i1+conv-7-1/2").figures
    assert figures.information_rate_bit_s == pytest.approx(38400 * 223 / 510)
    assert figures.symbol_rate_baud == 38400
    assert figures.occupied_bandwidth_hz == pytest.approx(51840)
    assert figures.required_eb_n0_db == 2.806
    assert figures.required_es_n0_db == pytest.approx(2.806 - 3.593, abs=1e-3)


def test_the_published_amsat_downlink_mode() -> None:
    """AMSAT/IARU link model v2.5.3 example: 9600 bit/s GMSK, 8.4 dB at BER 1e-4, 1 dB implementation loss, 10 kHz."""
    figures = Mode(
        name="gmsk",
        information_rate_bit_s=9600.0,
        modulation="gmsk",
        required_eb_n0_db=8.4,
        implementation_loss_db=1.0,
        bandwidth_hz=10e3,
    ).figures
    assert (figures.required_eb_n0_db, figures.implementation_loss_db) == (8.4, 1.0)
    assert figures.symbol_rate_baud == 9600
    assert figures.required_es_n0_db == 8.4
    assert figures.occupied_bandwidth_hz == 10e3


def test_bits_of_a_symbol() -> None:
    figures = mode(threshold="dvbs2-8psk-3/4", symbol_rate_baud=1e6, roll_off=0.2).figures
    assert figures.information_rate_bit_s == pytest.approx(2.228124e6, rel=1e-6)
    assert figures.required_es_n0_db == pytest.approx(7.91, abs=0.01)
    assert figures.occupied_bandwidth_hz == pytest.approx(1.2e6)
    figures = mode(modulation="oqpsk").figures
    assert figures.information_rate_bit_s == pytest.approx(38400)


def test_a_code_on_gmsk_asks_for_the_pulse_s_loss_too() -> None:
    gmsk = mode(modulation="gmsk")
    assert gmsk.figures.required_eb_n0_db == pytest.approx(threshold("conv-7-1/2").eb_n0_db + 0.132, abs=1e-3)
    assert "+0.13 dB for gmsk" in gmsk.requirement.equation
    assert gmsk.figures.occupied_bandwidth_hz == pytest.approx(1.04 * 38400)
    uncoded = mode(threshold="bpsk-uncoded", modulation="gmsk").figures
    assert uncoded.required_eb_n0_db == pytest.approx(threshold("gmsk-uncoded").eb_n0_db, abs=1e-3)


def test_bandwidth_of_tones_is_carson_s() -> None:
    assert mode(threshold="fsk-noncoherent-uncoded", symbol_rate_baud=1200.0).figures.occupied_bandwidth_hz == 2400
    assert mode(threshold="afsk-fm-uncoded", symbol_rate_baud=1200.0).figures.occupied_bandwidth_hz == 10_400


def test_where_the_requirement_comes_from() -> None:
    source = mode().requirement
    assert "Begin" in source.reference
    assert source.equation == "conv-7-1/2: BER 1e-05 (bound)"
    assert mode(threshold=None, required_eb_n0_db=3.0, modulation="bpsk").requirement.reference == "given"


@given(rate=st.floats(1.0, 1e9), id_=st.sampled_from(sorted(thresholds())))
def test_either_rate_gives_the_other(rate: float, id_: str) -> None:
    by_symbols = mode(symbol_rate_baud=rate, threshold=id_).figures
    by_bits = mode(
        symbol_rate_baud=None, information_rate_bit_s=float(by_symbols.information_rate_bit_s), threshold=id_
    ).figures
    assert by_bits.symbol_rate_baud == pytest.approx(rate)
    assert by_bits.occupied_bandwidth_hz == pytest.approx(by_symbols.occupied_bandwidth_hz)
    # energy of a symbol over that of a bit is bits in a symbol
    spread_db = by_bits.required_es_n0_db - by_bits.required_eb_n0_db
    assert spread_db == pytest.approx(10 * np.log10(by_symbols.information_rate_bit_s / rate), abs=1e-9)


def test_from_a_file() -> None:
    table = {"name": "down", "information_rate_bit_s": 9600, "threshold": "qpsk-uncoded", "roll_off": 0.5}
    read = FILE_MODE.validate_python(table)
    assert read.figures.symbol_rate_baud == 4800
    assert read.figures.occupied_bandwidth_hz == 7200
    with pytest.raises(ValidationError, match="rolloff"):
        FILE_MODE.validate_python({**table, "rolloff": 0.5})
    with pytest.raises(ValidationError, match="threshold is 'qpsk'"):
        FILE_MODE.validate_python({**table, "threshold": "qpsk"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"symbol_rate_baud": None}, "information_rate_bit_s"),
        ({"information_rate_bit_s": 100.0}, "symbol_rate_baud"),
        ({"threshold": None}, "threshold"),
        ({"required_eb_n0_db": 3.0}, "required_eb_n0_db"),
        ({"threshold": "nonesuch"}, "threshold"),
        ({"threshold": None, "required_eb_n0_db": 3.0}, "modulation"),
        ({"modulation": "nonesuch"}, "modulation"),
        ({"modulation": "8psk"}, "modulation"),
        ({"threshold": "dvbs2-8psk-3/4", "modulation": "bpsk"}, "modulation"),
        ({"code_rate": 0.5}, "code_rate"),
        ({"symbol_rate_baud": 0.0}, "symbol_rate_baud"),
        ({"symbol_rate_baud": np.array([1e3, float("nan")])}, "symbol_rate_baud"),
        ({"roll_off": 1.5}, "roll_off"),
        ({"implementation_loss_db": -1.0}, "implementation_loss_db"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(changes, field) -> None:
    with pytest.raises(LinkInputError) as error:
        mode(**changes)
    assert error.value.field == field


def test_draws_go_where_they_matter() -> None:
    loss_db = np.array([0.5, 1.0, 2.0])
    drawn = replace(mode(), implementation_loss_db=loss_db).figures
    assert drawn.implementation_loss_db.tolist() == loss_db.tolist()
    assert drawn.required_eb_n0_db.shape == ()
    drawn = replace(mode(), symbol_rate_baud=np.array([1e3, 2e3])).figures
    assert drawn.information_rate_bit_s.tolist() == [500, 1000]
    assert drawn.occupied_bandwidth_hz.shape == (2,)
    given = mode(threshold=None, modulation="qpsk", required_eb_n0_db=2.0, code_rate=np.array([0.5, 0.25]))
    assert given.figures.required_es_n0_db == pytest.approx([2.0, 2.0 - 3.0103], abs=1e-4)


def test_a_stack_of_modes() -> None:
    modes = [mode(), mode(threshold="bpsk-uncoded"), mode(modulation="qpsk")]
    figures = stack(modes)
    assert all(getattr(figures, field.name).shape == (3, 1) for field in fields(ModeFigures))
    assert figures.information_rate_bit_s.ravel().tolist() == [19200, 38400, 38400]
    assert figures.required_eb_n0_db.ravel().tolist() == [4.174, 9.588, 4.174]


def test_a_stack_of_modes_of_which_one_holds_draws() -> None:
    figures = stack([mode(), replace(mode(), implementation_loss_db=np.arange(5.0))])
    assert figures.implementation_loss_db.tolist() == [[0.0] * 5, [0.0, 1.0, 2.0, 3.0, 4.0]]
    assert figures.required_eb_n0_db.shape == (2, 1)


def test_a_stack_wants_a_mode() -> None:
    with pytest.raises(LinkInputError, match="modes"):
        stack([])


PER_SYMBOL = {"dbpsk": 1, "qpsk": 2, "oqpsk": 2, "8psk": 3, "16apsk": 4, "32apsk": 5}
PER_BAUD = {"gmsk": 1.04, "gmsk-bt0.3": 0.91, "gmsk-bt0.25": 0.86, "fsk-coherent": 2, "fsk-noncoherent": 2}


@pytest.mark.parametrize("name", MODULATIONS)
def test_rate_and_bandwidth_of_every_modulation(name: str) -> None:
    uncoded = Mode(name=name, symbol_rate_baud=1e3, modulation=name, required_eb_n0_db=5.0)
    assert uncoded.figures.information_rate_bit_s == PER_SYMBOL.get(name, 1) * 1e3
    per_baud = 26 / 3 if name == "afsk-fm" else PER_BAUD.get(name, 1.35)
    assert uncoded.figures.occupied_bandwidth_hz == pytest.approx(per_baud * 1e3)
    assert MODULATIONS[name].source.reference


@pytest.mark.parametrize(
    ("field", "within", "beyond"),
    [
        ("code_rate", 1.0, 1.001),
        ("roll_off", 1.0, 1.001),
        ("bandwidth_hz", 1e12, 1.01e12),
        ("bandwidth_hz", 1e-3, 0.9e-3),
        ("symbol_rate_baud", 1e12, 1.01e12),
        ("implementation_loss_db", 30.0, 30.1),
        ("required_eb_n0_db", -1.6, -1.7),
        ("required_eb_n0_db", 60.0, 60.1),
    ],
)
def test_bounds(field: str, within: float, beyond: float) -> None:
    made = mode(threshold=None, modulation="bpsk", required_eb_n0_db=5.0)
    replace(made, **{field: within})
    with pytest.raises(LinkInputError, match=field):
        replace(made, **{field: beyond})
