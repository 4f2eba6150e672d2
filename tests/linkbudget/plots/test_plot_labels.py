import dataclasses
import doctest
from typing import Any

import pytest

import linkbudget.plots.labels
from linkbudget.link import Link, Path, Receiver, StatedReceiver, StatedTransmitter, Transmitter
from linkbudget.modes.mode import Mode
from linkbudget.plots.labels import (
    input_name,
    narrow,
    number_format,
    place_label,
    plain,
    quantity,
    result_label,
    signed,
)
from linkbudget.quantity import quantities

TABLES = (Link, Path, Receiver, StatedReceiver, StatedTransmitter, Transmitter, Mode)


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(linkbudget.plots.labels).failed == 0


@pytest.mark.parametrize("table", TABLES)
def test_the_unit_of_a_name_is_that_of_its_field(table: Any) -> None:
    for name, within in quantities(table).items():
        label = place_label(f"links.downlink.{name}")
        unit = within.unit.replace("S/s", "Hz")  # of samples, one is the other
        assert unit == "" or label.endswith(f" ({unit})"), name
    assert dataclasses.is_dataclass(table)


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ("links.up.modes.0.information_rate_bit_s", "up modes 0 information rate (bit/s)"),
        ("links.up.receiver.g_over_t_db_k", "up receiver g over t (dB/K)"),
        ("climate.rain_rate_mm_h", "climate rain rate (mm/h)"),
        ("links.up.path.ionosphere.s4", "up path ionosphere s4"),
    ],
)
def test_places_become_labels(place: str, label: str) -> None:
    assert place_label(place) == label


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("margin_db", "margin (dB)"),
        ("c_n0_db_hz", "C/N0 (dB-Hz)"),
        ("eirp_dbw", "eirp (dBW)"),
        ("system_temperature_k", "system temperature (K)"),
    ],
)
def test_keys_become_labels(key: str, label: str) -> None:
    assert result_label(key) == label


def test_inputs_go_without_their_link() -> None:
    assert input_name("links.up.path.other_losses_db") == "path other losses"
    assert input_name("geometry.elevation_deg") == "geometry elevation"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (437.125e6, "Hz", "437.125 MHz"),
        (2.2e9, "Hz", "2.2 GHz"),
        (1_815_400.0, "m", "1,815 km"),
        (12_345_678.0, "bit", "12.35 Mbit"),
        (0.0, "bit", "0 bit"),
        (9600.0, "bit/s", "9.6 kbit/s"),
        (10.0, "deg", "10 deg"),
        (-3.5, "dBW", "−3.5 dBW"),
    ],
)
def test_quantities_are_written_as_people_write_them(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "with_sign", "without"),
    [(1.005, "+1.00", "1.00"), (-0.5, "−0.50", "−0.50"), (-0.001, "0.00", "0.00"), (0.0, "0.00", "0.00")],
)
def test_decibels_have_two_digits_and_nothing_has_no_sign(value: float, with_sign: str, without: str) -> None:
    assert (signed(value), plain(value)) == (with_sign, without)


def test_numbers_at_an_axis() -> None:
    assert number_format("Hz")(8.2e9) == "8.2 G"
    assert number_format("W")(0.1) == "0.1"
    assert number_format("dB")(-15.0) == "−15"


def test_long_names_are_broken() -> None:
    assert narrow("downlink") == "downlink"
    assert narrow("a name that is a good deal too long for a legend").count("\n") == 2
    assert narrow("") == ""
