"""Numbers and places as words."""

import re
from textwrap import wrap

from matplotlib.ticker import EngFormatter, Formatter, FuncFormatter

_UNITS = {
    "baud": "baud",
    "bit_s": "bit/s",
    "db": "dB",
    "db_hz": "dB-Hz",
    "db_k": "dB/K",
    "dbi": "dBi",
    "dbw": "dBW",
    "deg": "deg",
    "el_m2": "electrons/m²",
    "g_m3": "g/m³",
    "hpa": "hPa",
    "hz": "Hz",
    "k": "K",
    "kg_m2": "kg/m²",
    "km": "km",
    "m": "m",
    "mm_h": "mm/h",
    "percent": "%",
    "s": "s",
    "t": "T",
    "w": "W",
}
"""What a name ends in, and the unit that this says."""
_WITH_UNIT = re.compile(rf"(.+?)_({'|'.join(_UNITS)})")  # the longest unit: db_hz and not hz
_RATIOS = {"c_n0_db_hz": "C/N0", "eb_n0_db": "Eb/N0", "es_n0_db": "Es/N0", "c_n_db": "C/N"}
_PREFIXED = ("Hz", "bit/s", "baud", "bit")
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_LEGEND_WIDTH = 24


def input_name(place: str) -> str:
    """Return a dotted place of a study as words, without the name of its link and its unit.

    >>> input_name("links.downlink.transmitter.power_dbw")
    'transmitter power'
    """
    names = _parted(place)[0].split(".")
    return _words(".".join(names[2:] if names[0] == "links" else names))


def place_label(place: str) -> str:
    """Return a dotted place of a study as the label of an axis, with its unit.

    >>> place_label("links.downlink.transmitter.power_dbw")
    'downlink transmitter power (dBW)'
    """
    name, unit = _parted(place)
    return f"{_words(name)} ({unit})" if unit else _words(name)


def result_name(key: str) -> str:
    """Return the key of a budget's line as words."""
    return _RATIOS.get(key, _words(_parted(key)[0]))


def result_label(key: str) -> str:
    """Return the key of a budget's line as the label of an axis.

    >>> result_label("c_n0_db_hz")
    'C/N0 (dB-Hz)'
    """
    return f"{result_name(key)} ({unit_of(key)})"


def unit_of(place: str) -> str:
    """Return the unit that the name of a place carries, or nothing."""
    return _parted(place)[1]


def number_format(unit: str) -> Formatter:
    """Return how numbers of a unit stand at an axis: 437 M for Hz, 0.1 for others."""
    return EngFormatter(sep=" ") if unit in _PREFIXED else FuncFormatter(lambda value, _: with_minus(f"{value:g}"))


def quantity(value: float, unit: str) -> str:
    """Return a number with its unit as people write it: 437.05 MHz, 1,815 km, 12.3 Mbit.

    >>> quantity(1_815_400.0, "m")
    '1,815 km'
    """
    if unit == "m":
        return f"{value / 1e3:,.0f} km"
    factor, prefix = next((each for each in _PREFIXES if value >= each[0]), (1.0, ""))
    if unit == "Hz":
        return f"{value / factor:.7g} {prefix}Hz"  # a channel's frequency has all its digits
    return f"{value / factor:.4g} {prefix}{unit}" if unit in _PREFIXED else with_minus(f"{value:.4g} {unit}")


def signed(value: float) -> str:
    """Return decibels with their sign and two digits; nothing has no sign."""
    rounded = round(value, 2)
    return with_minus(f"{rounded:+.2f}") if rounded else "0.00"


def plain(value: float) -> str:
    """Return decibels with two digits, and a sign only if negative."""
    return with_minus(f"{round(value, 2) + 0.0:.2f}")


def with_minus(text: str) -> str:
    """Put the minus sign in place of the hyphen."""
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") else text


def narrow(name: str) -> str:
    """Break a long name into lines that a legend has room for."""
    return "\n".join(wrap(name, _LEGEND_WIDTH)) or name


def _parted(place: str) -> tuple[str, str]:
    found = _WITH_UNIT.fullmatch(place)
    return (found[1], _UNITS[found[2]]) if found else (place, "")


def _words(name: str) -> str:
    return name.removeprefix("links.").replace(".", " ").replace("_", " ")
