"""Equations used outside the range for which they were made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from linkbudget.antenna.dish import DISH
from linkbudget.checker.case import Case
from linkbudget.checker.finding import Finding, nominal
from linkbudget.decibels import Real
from linkbudget.lines import Line
from linkbudget.link import Receiver, Transmitter
from linkbudget.provenance import Range

# What a line has to matter, for its equation's range to matter: an error of the size of the line itself is then one of
# half a decibel of the margin (a tenth of the system's temperature is 0.46 dB), or a few degrees of a rotation.
LEAST_DB = 0.5
LEAST_PART_OF_SYSTEM = 0.1
LEAST_DEG = 5.0
# Laws of frequency and of a boom's length are powers, and do not turn within an octave: so far they are carried without
# a word.
OCTAVE = 2.0
LAWS_OF_POWERS = ("frequency_hz", "boom_wavelengths")

_FIELDS = {
    "boom_wavelengths": "boom_m",
    "circumference_wavelengths": "circumference_m",
    "pitch_deg": "spacing_m",
    "surface_rms_wavelengths": "surface_rms_m",
}
"""The field of an antenna that a quantity of its equations follows from, where they differ."""
_ENDS = {"tx": "transmitter", "rx": "receiver"}


def outside_range(case: Case) -> Iterator[Finding]:
    """Lines of the budget whose equations do not hold for this link: one finding for each value that they share."""
    beyond = list(_beyond(case))
    for place, value in dict.fromkeys((each.place, each.value) for each in beyond):
        here = [each for each in beyond if each.place == place]
        names = ", ".join(dict.fromkeys(each.line for each in here))
        hint = ", ".join(dict.fromkeys(each.holds for each in here))
        yield Finding(place, value, f"outside the range of the equation for: {names}", hint)


@dataclass(frozen=True, slots=True)
class _Beyond:
    place: str
    value: float
    line: str
    holds: str


def _beyond(case: Case) -> Iterator[_Beyond]:
    for line in case.budget or ():
        for span in line.source.valid:
            value = _values(case, line).get(span.quantity)
            if value is None or span.holds(value) or _is_near(span, nominal(value)) or not _matters(case, line):
                continue
            place = _place(case, span.quantity, line)
            yield _Beyond(place, nominal(value), line.name, f"{line.source.reference} holds for {span}")


def _values(case: Case, line: Line) -> Mapping[str, Real]:
    """Return what a line's equation may have been given, by the name of the quantity."""
    path = case.link.path
    exceeded = path.fade_exceeded_percent if line.key == "fade_db" else path.exceeded_percent
    values: dict[str, Real] = {"frequency_hz": case.link.frequency_hz, "exceeded_percent": exceeded}
    if case.view is not None:
        values["elevation_deg"] = case.view.elevation_deg
    if case.station is not None:
        values |= {"latitude_deg": case.station.latitude_deg, "altitude_m": case.station.altitude_m}
    for place, end in case.ends():
        if place == _end(line):
            values |= _antenna_values(end, case.link.frequency_hz)
    return values


def _antenna_values(end: Transmitter | Receiver, frequency_hz: float) -> dict[str, Real]:
    """Return what the equations of antennas have ranges in: their fields, and their sizes in wavelengths."""
    antenna = end.antenna
    found: dict[str, Real | None] = {name: getattr(antenna, name, None) for name in ("turns", "efficiency")}
    for name in ("boom_wavelengths", "circumference_wavelengths", "surface_rms_wavelengths"):
        if hasattr(antenna, name):
            found[name] = getattr(antenna, name)(frequency_hz)
    if hasattr(antenna, "pitch_deg"):
        found["pitch_deg"] = antenna.pitch_deg()
    return {name: value for name, value in found.items() if value is not None}


def _matters(case: Case, line: Line) -> bool:
    size = float(np.max(np.abs(line.value)))
    if line.unit == "dB":
        return size >= LEAST_DB
    if line.unit == "K" and case.budget is not None:
        return size >= LEAST_PART_OF_SYSTEM * nominal(case.budget["system_temperature_k"])
    if line.unit == "deg":
        return size >= LEAST_DEG
    return line.source is not DISH  # its range is that of its pattern, not of its gain


def _is_near(span: Range, value: float) -> bool:
    return span.quantity in LAWS_OF_POWERS and span.lowest / OCTAVE <= value <= span.highest * OCTAVE


def _place(case: Case, quantity: str, line: Line) -> str:
    """Return the place in the study's file of what a line's quantity follows from."""
    exceeded = "fade_exceeded_percent" if line.key == "fade_db" else "exceeded_percent"
    places = {
        "elevation_deg": case.elevation_place,
        "latitude_deg": "station.latitude_deg",
        "altitude_m": "station.altitude_m",
        "frequency_hz": f"links.{case.name}.frequency_hz",
        "exceeded_percent": f"links.{case.name}.path.{exceeded}",
    }
    return places.get(quantity, f"links.{case.name}.{_end(line)}.antenna.{_FIELDS.get(quantity, quantity)}")


def _end(line: Line) -> str | None:
    """Return the end of the link that a line is of."""
    return _ENDS.get(line.key.split("_")[0])
