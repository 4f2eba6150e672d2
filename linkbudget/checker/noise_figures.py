"""Noise in the wrong unit: decibels for kelvin, kelvin for decibels, Celsius for kelvin, a rate for a temperature."""

from collections.abc import Iterator

import numpy as np

from linkbudget.checker.case import Case
from linkbudget.checker.finding import Finding, nominal
from linkbudget.constants import REFERENCE_TEMPERATURE_K
from linkbudget.decibels import from_db
from linkbudget.link import Receiver
from linkbudget.noise.man_made import man_made_temperature_k
from linkbudget.noise.sky import COSMIC_BACKGROUND_K

# Cooled receivers, to 4 K, stand behind the large dishes of deep space and of radio astronomy only.
COOLED_FROM_DBI = 45.0
COLDEST_UNCOOLED_K = 10.0  # the best uncooled amplifiers, at 1.4 GHz, have 7 to 15 K
LARGEST_FIGURE_DB = 20.0  # a receiver without a preamplifier has 3 to 15 dB
LARGEST_STAGE_K = 1e5  # 25 dB
COLDEST_PLACE_K = 70.0  # uncooled: -203 C; liquid nitrogen has 77 K
ZERO_CELSIUS_K = 273.15
LARGEST_ANTENNA_K = 1e4  # the quiet Sun in the beam of a small dish
CITY_DEVIATION_DB = 10.0  # upper decile of man-made noise over time (ITU-R P.372, Table 2)


def stage_temperature(case: Case) -> Iterator[Finding]:
    """A noise temperature that is as small as a noise figure, or as large as a bandwidth."""
    for place, end in _receivers(case):
        for index, stage in enumerate(end.stages):
            if stage.noise_temperature_k is None:
                continue
            where, value = f"{place}.stages.{index}.noise_temperature_k", nominal(stage.noise_temperature_k)
            if 0.0 < value < COLDEST_UNCOOLED_K and not _is_cooled(case, end):
                hint = f"{value:g} dB of noise figure are {_temperature_k(value):.0f} K"
                yield case.finding(where, value, "as cold as only cooled amplifiers are; a noise figure in dB?", hint)
            elif value > LARGEST_STAGE_K:
                yield case.finding(where, value, "a bandwidth or rate for a temperature?", "30 to 3000 K are usual")


def noise_figure(case: Case) -> Iterator[Finding]:
    """A noise figure of the first amplifier that is as large as a temperature."""
    for place, end in _receivers(case):
        active = next((index for index, stage in enumerate(end.stages) if stage.loss_db is None), None)
        if active is None or (given := end.stages[active].noise_figure_db) is None:
            continue
        value = nominal(given)
        if value > LARGEST_FIGURE_DB:
            figure_db = 10.0 * np.log10(1.0 + value / REFERENCE_TEMPERATURE_K)
            hint = f"{value:g} K are {figure_db:.2f} dB of noise figure, {value:g} dB are {_temperature_k(value):.3g} K"
            where = f"{place}.stages.{active}.noise_figure_db"
            yield case.finding(where, value, "a first amplifier has less; a temperature in kelvin?", hint)


def celsius(case: Case) -> Iterator[Finding]:
    """A line or pad that would be colder than liquid nitrogen."""
    for place, end in _receivers(case):
        temperatures = {f"{place}.line_temperature_k": end.line_temperature_k} | {
            f"{place}.stages.{index}.physical_temperature_k": stage.physical_temperature_k
            for index, stage in enumerate(end.stages)
        }
        for where, given in temperatures.items():
            if nominal(given) < COLDEST_PLACE_K and not _is_cooled(case, end):
                hint = f"{nominal(given):g} C are {nominal(given) + ZERO_CELSIUS_K:.0f} K"
                yield case.finding(where, nominal(given), "colder than liquid nitrogen; degrees Celsius?", hint)


def antenna_temperature(case: Case) -> Iterator[Finding]:
    """An antenna that is colder than the universe, or hotter than the Sun and any city make it."""
    for place, end in _receivers(case):
        if end.noise.antenna_temperature_k is None:
            continue
        where, value = f"{place}.noise.antenna_temperature_k", nominal(end.noise.antenna_temperature_k)
        city_k = float(man_made_temperature_k("city", case.link.frequency_hz, CITY_DEVIATION_DB))
        if 0.0 < value < COSMIC_BACKGROUND_K:
            hint = f"the cosmic background is {COSMIC_BACKGROUND_K} K; 10^({value:g} / 10) is {from_db(value):.3g}"
            yield case.finding(where, value, "colder than the sky can be", hint, "error")
        elif value > LARGEST_ANTENNA_K + city_k:
            hint = f"the Sun and a city together make at most {LARGEST_ANTENNA_K + city_k:.3g} K of it here"
            yield case.finding(where, value, "a bandwidth or rate for a temperature?", hint)


def system_temperature(case: Case) -> Iterator[Finding]:
    """A system that is colder than the universe."""
    if case.budget is None or not case.budget.has("system_temperature_k"):
        return
    value = nominal(case.budget["system_temperature_k"])
    if value < COSMIC_BACKGROUND_K:
        hint = f"the cosmic background alone is {COSMIC_BACKGROUND_K} K"
        yield case.finding("receiver.noise", value, "a system temperature that no receiver has", hint, "error")


def _receivers(case: Case) -> Iterator[tuple[str, Receiver]]:
    return ((place, end) for place, end in case.ends() if isinstance(end, Receiver))


def _is_cooled(case: Case, end: Receiver) -> bool:
    return case.peak_dbi(end) >= COOLED_FROM_DBI


def _temperature_k(figure_db: float) -> float:
    return float((from_db(figure_db) - 1.0) * REFERENCE_TEMPERATURE_K)
