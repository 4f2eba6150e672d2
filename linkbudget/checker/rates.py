"""Rates and bandwidths that do not go together: Shannon's limit, Nyquist's, a temperature for a bandwidth."""

from collections.abc import Iterator

from linkbudget.checker.case import DEEP_SPACE_M, Case
from linkbudget.checker.finding import Finding, nominal, si
from linkbudget.constants import REFERENCE_TEMPERATURE_K
from linkbudget.link import Receiver
from linkbudget.modes.mode import Mode
from linkbudget.modes.modulation import MODULATIONS
from linkbudget.modes.shannon import capacity_bit_s, shannon_eb_n0_db
from linkbudget.modes.thresholds import threshold

LIMIT_SLACK_DB = 0.05  # published thresholds are rounded to it
SLOWEST_BIT_S = 10.0  # below it only deep space; slow telemetry begins at 31 (PSK31) and 50 bit/s
WIDEST_PART = 0.2  # of the carrier: ultra-wideband begins there (ITU-R SM.1755), no satellite has it
NARROWEST_PART = 0.5  # of the 99 % bandwidth of a continuous-phase signal: what receivers' filters leave at least
SAME_TEMPERATURE = 0.005


def required_below_shannon(case: Case) -> Iterator[Finding]:
    """A required Eb/N0 with which no code can do, at this rate in this bandwidth."""
    for place, mode in _modes(case):
        figures = mode.figures
        rate_bit_s, bandwidth_hz = nominal(figures.information_rate_bit_s), nominal(figures.occupied_bandwidth_hz)
        if bandwidth_hz < _least_bandwidth_hz(mode):
            continue  # then the bandwidth is what is wrong
        limit_db = float(shannon_eb_n0_db(rate_bit_s / bandwidth_hz))
        required_db = nominal(figures.required_eb_n0_db)
        if required_db < limit_db - LIMIT_SLACK_DB:
            given = "bandwidth_hz" if mode.required_eb_n0_db is None else "required_eb_n0_db"
            value = bandwidth_hz if mode.required_eb_n0_db is None else required_db
            hint = f"{si(rate_bit_s, 'bit/s')} in {si(bandwidth_hz, 'Hz')} take {limit_db:.2f} dB at least"
            yield case.finding(f"{place}.{given}", value, "below Shannon's limit", hint, "error")


def rate_above_shannon(case: Case) -> Iterator[Finding]:
    """A rate above the channel's capacity, even at the best geometry that there is."""
    if case.best is None:
        return
    c_n0_db_hz = nominal(case.best["c_n0_db_hz"])
    for place, mode in _modes(case):
        figures = mode.figures
        rate_bit_s, bandwidth_hz = nominal(figures.information_rate_bit_s), nominal(figures.occupied_bandwidth_hz)
        capacity = float(capacity_bit_s(c_n0_db_hz, bandwidth_hz))
        if rate_bit_s > capacity:
            hint = f"{c_n0_db_hz:.1f} dB-Hz of C/N0 in {si(bandwidth_hz, 'Hz')} carry {si(capacity, 'bit/s')} at most"
            where, value = _rate(place, mode)
            yield case.finding(where, value, "a rate above Shannon's capacity of this link", hint)


def narrow_bandwidth(case: Case) -> Iterator[Finding]:
    """A bandwidth too narrow for its symbols, which may be a temperature."""
    for place, mode in _modes(case):
        if mode.bandwidth_hz is None:
            continue
        value, least_hz = nominal(mode.bandwidth_hz), _least_bandwidth_hz(mode)
        if value >= least_hz:
            continue
        is_temperature = any(abs(value - each) < SAME_TEMPERATURE * value for each in _temperatures_k(case))
        suspicion = "a temperature of this link for a bandwidth?" if is_temperature else "too narrow for the symbols"
        symbols = f"{si(nominal(mode.figures.symbol_rate_baud), 'baud')} of {_modulation_name(mode)}"
        hint = f"{symbols} take {si(least_hz, 'Hz')} at least"
        yield case.finding(f"{place}.bandwidth_hz", value, suspicion, hint)


def wide_bandwidth(case: Case) -> Iterator[Finding]:
    """A bandwidth that is a good part of the carrier."""
    for place, mode in _modes(case):
        bandwidth_hz = nominal(mode.figures.occupied_bandwidth_hz)
        if bandwidth_hz > WIDEST_PART * case.link.frequency_hz:
            where, value = _rate(place, mode) if mode.bandwidth_hz is None else (f"{place}.bandwidth_hz", bandwidth_hz)
            hint = f"{si(bandwidth_hz, 'Hz')} around a carrier of {si(case.link.frequency_hz, 'Hz')}: kilo or mega?"
            yield case.finding(where, value, "more than a fifth of the carrier is occupied", hint)


def slow_rate(case: Case) -> Iterator[Finding]:
    """A rate of a few bits a second from near the Earth."""
    if case.view is None or nominal(case.view.range_m) > DEEP_SPACE_M:
        return
    for place, mode in _modes(case):
        rate_bit_s = nominal(mode.figures.information_rate_bit_s)
        if rate_bit_s < SLOWEST_BIT_S:
            where, value = _rate(place, mode)
            hint = f"{rate_bit_s:g} kbit/s are {1e3 * rate_bit_s:g} bit/s"
            yield case.finding(where, value, "slower than any link near the Earth; kbit/s?", hint)


def _modes(case: Case) -> Iterator[tuple[str, Mode]]:
    return ((f"modes.{index}", mode) for index, mode in enumerate(case.link.modes))


def _rate(place: str, mode: Mode) -> tuple[str, float]:
    """Return where a mode's rate is given, and the rate."""
    if mode.information_rate_bit_s is not None:
        return f"{place}.information_rate_bit_s", nominal(mode.information_rate_bit_s)
    return f"{place}.symbol_rate_baud", nominal(mode.figures.symbol_rate_baud)


def _modulation_name(mode: Mode) -> str:
    return mode.modulation or threshold(str(mode.threshold)).modulation


def _least_bandwidth_hz(mode: Mode) -> float:
    """Return Nyquist's bandwidth of a linear modulation, half the usual one of another, less rounding errors."""
    baud = nominal(mode.figures.symbol_rate_baud) * (1.0 - 1e-9)
    per_baud = MODULATIONS[_modulation_name(mode)].bandwidth_per_baud
    return baud if per_baud is None else NARROWEST_PART * per_baud * baud


def _temperatures_k(case: Case) -> Iterator[float]:
    yield REFERENCE_TEMPERATURE_K
    if case.budget is not None and case.budget.has("system_temperature_k"):
        yield nominal(case.budget["system_temperature_k"])
    if isinstance(case.link.receiver, Receiver):
        stages = case.link.receiver.stages
        given = (case.link.receiver.noise.antenna_temperature_k, *(stage.noise_temperature_k for stage in stages))
        yield from (nominal(each) for each in given if each is not None)
