"""A mode: a rate, a modulation and a code, and what they ask of the link."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, cast

import numpy as np

from linkbudget.decibels import Floats, Real, to_db
from linkbudget.errors import LinkInputError
from linkbudget.modes.modulation import MODULATIONS, Modulation
from linkbudget.modes.thresholds import Threshold, threshold
from linkbudget.provenance import GIVEN, Source
from linkbudget.quantity import Within, check_quantities, table


@dataclass(frozen=True, slots=True, eq=False)
class ModeFigures:
    """The numbers of a mode, 0-d or float64[draws], or of a stack of modes, float64[modes, 1 or draws]."""

    information_rate_bit_s: Floats
    symbol_rate_baud: Floats
    occupied_bandwidth_hz: Floats
    required_eb_n0_db: Floats
    required_es_n0_db: Floats
    implementation_loss_db: Floats


@table
class Mode:
    """One way to use a link.

    Either `information_rate_bit_s` or `symbol_rate_baud` is given, and either `threshold`, the id of a row of the
    threshold table, or `required_eb_n0_db`. With a threshold, the code's rate comes from its row, and the modulation
    too if left out: a code listed for one antipodal modulation (BPSK, QPSK, OQPSK, GMSK) serves the others. Fields
    may hold draws. Raises LinkInputError, naming the field, for another combination.
    """

    name: str
    information_rate_bit_s: Annotated[Real | None, Within(1e-3, 1e12, "bit/s", "before coding")] = None
    symbol_rate_baud: Annotated[Real | None, Within(1e-3, 1e12, "baud", "channel symbols a second")] = None
    threshold: str | None = None
    required_eb_n0_db: Annotated[Real | None, Within(-1.6, 60.0, "dB", "of an information bit, ideal receiver")] = None
    modulation: str | None = None
    code_rate: Annotated[Real | None, Within(0.01, 1.0, "", "information bits over bits sent; 1 if left out")] = None
    roll_off: Annotated[Real, Within(0.0, 1.0, "", "of root-raised-cosine pulses")] = 0.35
    bandwidth_hz: Annotated[Real | None, Within(1e-3, 1e12, "Hz", "occupied, in place of the modulation's")] = None
    implementation_loss_db: Annotated[Real, Within(0.0, 30.0, "dB", "of the real receiver against the ideal")] = 0.0

    def __post_init__(self) -> None:
        check_quantities(self)
        _require_one(self, "information_rate_bit_s", "symbol_rate_baud")
        _require_one(self, "threshold", "required_eb_n0_db")
        _require_fit(self)

    @property
    def figures(self) -> ModeFigures:
        """The mode's numbers, given or worked out, each of the shape of what it depends on."""
        bits = _bits_per_symbol(self)
        bit_s, baud = _rates(self, bits)
        eb_n0_db = _required_eb_n0_db(self)
        return ModeFigures(
            information_rate_bit_s=np.asarray(bit_s, dtype=np.float64),
            symbol_rate_baud=np.asarray(baud, dtype=np.float64),
            occupied_bandwidth_hz=np.asarray(_bandwidth_hz(self, baud), dtype=np.float64),
            required_eb_n0_db=np.asarray(eb_n0_db, dtype=np.float64),
            required_es_n0_db=eb_n0_db + to_db(bits),
            implementation_loss_db=np.asarray(self.implementation_loss_db, dtype=np.float64),
        )

    @property
    def requirement(self) -> Source:
        """Where the required Eb/N0 comes from."""
        row = _row(self)
        if row is None:
            return GIVEN
        loss_db = _efficiency_loss_db(self, row)
        more = f", {loss_db:+.2f} dB for {self.modulation}" if loss_db else ""
        return Source(row.source, f"{row.id}: {row.metric} {row.error_rate:g} ({row.basis}){more}")


def stack(modes: Sequence[Mode]) -> ModeFigures:
    """Return the numbers of several modes, each float64[modes, 1], or float64[modes, draws] where one holds draws.

    Raises LinkInputError if there is no mode.
    """
    if not modes:
        raise LinkInputError("modes", "none", "at least one mode")
    figures = [mode.figures for mode in modes]
    return ModeFigures(
        **{field.name: _stacked([getattr(f, field.name) for f in figures]) for field in fields(ModeFigures)}
    )


def _stacked(values: Sequence[Floats]) -> Floats:
    return np.stack(np.broadcast_arrays(*map(np.atleast_1d, values)))


def _rates(mode: Mode, bits_per_symbol: Real) -> tuple[Real, Real]:
    """Return information rate and symbol rate, of which one is given."""
    if mode.information_rate_bit_s is not None:
        return mode.information_rate_bit_s, mode.information_rate_bit_s / bits_per_symbol
    symbol_rate_baud = cast("Real", mode.symbol_rate_baud)
    return symbol_rate_baud * bits_per_symbol, symbol_rate_baud


def _row(mode: Mode) -> Threshold | None:
    return None if mode.threshold is None else threshold(mode.threshold)


def _modulation(mode: Mode) -> Modulation:
    row = _row(mode)
    return MODULATIONS[row.modulation if row is not None and mode.modulation is None else str(mode.modulation)]


def _bits_per_symbol(mode: Mode) -> Real:
    """Return how many information bits there are in a channel symbol."""
    row = _row(mode)
    code_rate = (1.0 if mode.code_rate is None else mode.code_rate) if row is None else row.code_rate
    return _modulation(mode).bits_per_symbol * code_rate


def _required_eb_n0_db(mode: Mode) -> Real:
    row = _row(mode)
    return cast("Real", mode.required_eb_n0_db) if row is None else row.eb_n0_db + _efficiency_loss_db(mode, row)


def _efficiency_loss_db(mode: Mode, row: Threshold) -> float:
    """Return what the mode's modulation asks for beyond that of the row."""
    return _modulation(mode).efficiency_loss_db - MODULATIONS[row.modulation].efficiency_loss_db


def _bandwidth_hz(mode: Mode, symbol_rate_baud: Real) -> Real:
    if mode.bandwidth_hz is not None:
        return mode.bandwidth_hz
    per_baud = _modulation(mode).bandwidth_per_baud
    return symbol_rate_baud * (1.0 + mode.roll_off if per_baud is None else per_baud)


def _require_one(mode: Mode, *names: str) -> None:
    given = [name for name in names if getattr(mode, name) is not None]
    if len(given) != 1:
        name = names[len(given) // 2]
        raise LinkInputError(name, getattr(mode, name), f"a value for one of {' and '.join(names)}")


def _require_fit(mode: Mode) -> None:
    """Raise LinkInputError unless modulation and code rate go with the threshold."""
    row = _row(mode)
    allowed = tuple(MODULATIONS) if row is None else _served(row)
    if not (mode.modulation in allowed or (mode.modulation is None and row is not None)):
        raise LinkInputError("modulation", mode.modulation, ", ".join(allowed))
    if row is not None and mode.code_rate is not None:
        raise LinkInputError("code_rate", mode.code_rate, f"nothing, for {row.id} has its own")


def _served(row: Threshold) -> tuple[str, ...]:
    """Return the modulations that a threshold's figure serves."""
    if not MODULATIONS[row.modulation].antipodal:
        return (row.modulation,)
    return tuple(name for name, each in MODULATIONS.items() if each.antipodal)
