"""Studies as files: what can be said in one, and how a mistake is told."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from linkbudget.antenna.dish import Dish
from linkbudget.errors import LinkInputError
from linkbudget.link import Receiver, StatedReceiver, StatedTransmitter, Transmitter
from linkbudget.propagation.local_climate import LocalClimate
from linkbudget.quantity import quantities
from linkbudget.scene import link_budget
from linkbudget.study_file import StudyFile, load_study, parse_study, shipped_studies
from linkbudget.study_passes import orbit_of
from linkbudget.sweep import sweep
from linkbudget.tree import with_numbers
from linkbudget.uncertainty.analysis import analyse
from linkbudget.uncertainty.tolerance import Tolerance

TEXT = """
name = "Übung"

[geometry]
elevation_deg = 15
altitude_m = 550e3

[station]
name = "Zürich"
latitude_deg = 47.4
longitude_deg = 8.5
altitude_m = 408

[climate]
rain_zone = "K"

[links.down]
frequency_hz = 437.05e6

[links.down.transmitter]
power_w = 0.5
antenna = { kind = "turnstile" }

[links.down.path]
ionosphere = { scintillation = "s4", s4 = 0.3, s4_frequency_hz = 437e6 }
fading = { kind = "rician", k_db = 12 }

[links.down.receiver]
antenna = { kind = "yagi", peak_dbi = 12 }
stages = [{ name = "LNA", gain_db = 20, noise_figure_db = 0.8 }, { name = "cable", loss_db = 3 }]

[[links.down.modes]]
name = "38k4"
symbol_rate_baud = 38400
threshold = "conv-7-1/2"

[links.up]
frequency_hz = 145.9e6
transmitter = { eirp_dbw = 13 }
receiver = { g_over_t_db_k = -30 }

[sweep]
link = "down"
x = { place = "geometry.elevation_deg", lowest = 5, highest = 90 }
"""

ELEMENTS = """\
1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997
2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634
"""


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> StudyFile:
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        return load_study(str(path))

    return load


def test_a_file_is_a_study(load):
    study = load(TEXT).study
    down, up = study.links["down"], study.links["up"]
    assert (study.name, study.station.name) == ("Übung", "Zürich")
    assert study.climate == LocalClimate(rain_zone="K")
    assert isinstance(down.transmitter, Transmitter)
    assert isinstance(down.receiver, Receiver)
    assert isinstance(up.transmitter, StatedTransmitter)
    assert isinstance(up.receiver, StatedReceiver)
    assert [stage.name for stage in down.receiver.stages] == ["LNA", "cable"]
    assert down.modes[0].figures.information_rate_bit_s == 19200.0
    assert np.isfinite(link_budget(study, "down")["margin_db"])


def test_integers_are_numbers(load):
    assert load(TEXT).study.geometry.elevation_deg == 15.0
    assert isinstance(load(TEXT).study.geometry.elevation_deg, float)


def test_names_may_be_of_any_language(load):
    study = load(
        TEXT.replace("links.down", 'links."Abwärts, 下行"').replace('link = "down"', 'link = "Abwärts, 下行"')
    ).study
    assert analyse(StudyFile(study, {}), "Abwärts, 下行").link == "Abwärts, 下行"


@pytest.mark.parametrize("name", shipped_studies())
def test_the_shipped_studies_can_be_used(name):
    file = load_study(name)
    assert file.study.name == name
    for link in file.study.links:
        assert np.all(np.isfinite(analyse(file, link).cases["nominal"]["c_n0_db_hz"]))
    if file.study.sweep:
        assert np.all(np.isfinite(sweep(file.study).value))


def test_an_unknown_study_is_told_with_those_there_are():
    with pytest.raises(LinkInputError, match=r"cubesat-uhf, .*, or the path of a \.toml file") as caught:
        load_study("cubesat")
    assert (caught.value.field, caught.value.value) == ("study", "cubesat")


def test_a_file_of_elements_lies_beside_the_study(tmp_path):
    orbit = '\n[orbit]\nfile = "satellite.tle"\n'
    (tmp_path / "study.toml").write_text(TEXT + orbit, encoding="utf-8")
    (tmp_path / "satellite.tle").write_text("\ufeffÜBUNG-1\n" + ELEMENTS, encoding="utf-8")
    elements = orbit_of(load_study(str(tmp_path / "study.toml")).study).elements
    assert (elements.name, elements.catalogue_number) == ("ÜBUNG-1", 43798)
    (tmp_path / "satellite.tle").unlink()
    with pytest.raises(
        LinkInputError, match=r"^orbit\.file is '.*satellite\.tle'; accepted: a readable file \(No such"
    ):
        load_study(str(tmp_path / "study.toml"))


@pytest.mark.parametrize(
    ("place", "old"),
    [
        ("links.down.transmitter.power_w", "power_w = 0.5"),
        ("links.down.receiver.stages.1.loss_db", "loss_db = 3"),
        ("links.down.receiver.stages.0.noise_figure_db", "noise_figure_db = 0.8"),
        ("links.down.receiver.antenna.peak_dbi", "peak_dbi = 12"),
        ("links.down.path.ionosphere.s4", "s4 = 0.3"),
        ("links.down.path.fading.k_db", "k_db = 12"),
        ("links.down.modes.0.symbol_rate_baud", "symbol_rate_baud = 38400"),
        ("links.up.transmitter.eirp_dbw", "eirp_dbw = 13"),
        ("geometry.elevation_deg", "elevation_deg = 15"),
    ],
)
def test_a_tolerance_may_stand_wherever_a_number_stands(load, place, old):
    name, value = old.split(" = ")
    number = float(value)
    table = f"{name} = {{ value = {value}, adverse = {number - 0.1}, favourable = {number + 0.2}, shape = 'uniform' }}"
    assert TEXT.count(old) == 1
    file = load(TEXT.replace(old, table))
    tolerance = Tolerance(value=number, adverse=number - 0.1, favourable=number + 0.2, shape="uniform")
    assert file.tolerances == {place: tolerance}
    assert file.study == load(TEXT).study
    found = analyse(file, place.split(".")[1] if place.startswith("links") else "down").uncertainty
    assert found is not None
    assert found.result_db.std() > 0.0


def test_a_climate_s_number_may_have_a_tolerance(load):
    rain = "rain_rate_mm_h = { value = 30, adverse = 60, favourable = 10 }"
    file = load(TEXT.replace('rain_zone = "K"', rain))
    assert file.study.climate.rain_rate_mm_h == 30.0
    assert list(file.tolerances) == ["climate.rain_rate_mm_h"]


def test_a_link_may_be_called_value(load):
    study = load(
        TEXT + "[links.value]\nfrequency_hz = 1e9\nreceiver = { g_over_t_db_k = 1 }\ntransmitter = { eirp_dbw = 2 }\n"
    ).study
    assert set(study.links) == {"down", "up", "value"}


def without(text: str, start: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(start))


MISTAKES = [
    # a field that is not known, with those that are
    ("power_w", "power_watt", "links.down.transmitter.power_watt", 0.5, "known here: aim, antenna, line_loss_db"),
    ("[climate]", "[weather]", "weather", {"rain_zone": "K"}, "known here: bent_pipe, climate, geometry, links"),
    ("gain_db = 20", "gain = 20", "links.down.receiver.stages.0.gain", 20, "known here: gain_db, loss_db, name"),
    ("eirp_dbw = 13", "eirp_dbw = 13, power_w = 1", "links.up.transmitter.power_w", 1, "known here: eirp_dbw"),
    ("peak_dbi = 12", "gain_dbi = 12", "links.down.receiver.antenna.gain_dbi", 12, "boom_m, floor_dbi, kind, peak_dbi"),
    # of the wrong type
    ("437.05e6", '"437 MHz"', "links.down.frequency_hz", "437 MHz", "valid number"),
    ("elevation_deg = 15", "elevation_deg = true", "geometry.elevation_deg", True, "valid number"),
    ("transmitter = { eirp_dbw = 13 }", "transmitter = 13", "links.up.transmitter", 13, "a dictionary"),
    ('{ kind = "turnstile" }', '"turnstile"', "links.down.transmitter.antenna", "turnstile", "a valid dictionary"),
    ('name = "Übung"', "name = 1", "name", 1, "valid string"),
    # out of its bounds
    ("elevation_deg = 15", "elevation_deg = 91", "geometry.elevation_deg", 91.0, "0 to 90"),
    ("power_w = 0.5", "power_w = -0.5", "links.down.transmitter.power_w", -0.5, "1e-09 to 1e+07"),
    ("power_w = 0.5", "power_w = nan", "links.down.transmitter.power_w", ..., "1e-09 to 1e+07"),
    ("loss_db = 3", "loss_db = inf", "links.down.receiver.stages.1.loss_db", np.inf, "0 to 300"),
    ("145.9e6", "145.9", "links.up.frequency_hz", 145.9, "1e+06 to 3e+11"),
    ("k_db = 12", "k_db = 120", "links.down.path.fading.k_db", 120.0, "-60 to 100"),
    # missing
    ("frequency_hz = 145.9e6", "", "links.up.frequency_hz", None, "a value: the field is required"),
    ("receiver = { g_over_t_db_k = -30 }", "", "links.up.receiver", None, "a value: the field is required"),
    ("g_over_t_db_k = -30", "line_loss_db = 1", "links.up.receiver.stages", None, "a value: the field is required"),
    ("latitude_deg = 47.4", "", "station.latitude_deg", None, "a value: the field is required"),
    # not one of those there are
    ('"turnstile"', '"dishh"', "links.down.transmitter.antenna", ..., "'dish', 'helix', 'isotropic'"),
    ('"rician"', '"rice"', "links.down.path.fading", ..., "'none', 'rician', 'loo', 'corazza-vatalaro'"),
    ('"conv-7-1/2"', '"conv"', "links.down.modes.0.threshold", "conv", "bpsk-uncoded, "),
    ('"K"', '"Z"', "climate.rain_zone", "Z", "'K'"),
    (
        'kind = "turnstile"',
        'kind = "turnstile", sense = "left"',
        "links.down.transmitter.antenna.sense",
        "left",
        "lhcp",
    ),
    # of which one is to be given
    ("power_w = 0.5", "", "links.down.transmitter.power_dbw", None, "a value for one of power_dbw and power_w"),
    (
        "power_w = 0.5",
        "power_w = 1\npower_dbw = 0",
        "links.down.transmitter.power_dbw",
        0.0,
        "one of power_dbw and power",
    ),
    ("altitude_m = 550e3", "", "geometry.altitude_m", None, "a value for one of altitude_m and range_m"),
    ("altitude_m = 550e3", "altitude_m = 550e3\nrange_m = 1e6", "geometry.altitude_m", 550e3, "one of altitude_m and"),
    (
        "symbol_rate_baud = 38400",
        "",
        "links.down.modes.0.information_rate_bit_s",
        None,
        "one of information_rate_bit_s",
    ),
    ('rain_zone = "K"', 'rain_zone = "K"\nrain_rate_mm_h = 30', "climate.rain_zone", "K", "not both"),
    # orbits
    ("[sweep]", "[orbit]\n[sweep]", "orbit.elements", None, "a value for one of elements, file and preset"),
    ("[sweep]", '[orbit]\npreset = "sso-550-1030"\n[sweep]', "orbit.epoch", None, "a time with a preset"),
    ("[sweep]", "[passes]\n[sweep]", "passes.start", None, "a value: the field is required"),
    ("[sweep]", '[passes]\nstart = "noon"\n[sweep]', "passes.start", "noon", "valid datetime"),
    # what refers to something else
    ('link = "down"', 'link = "dwon"', "sweep.link", "dwon", "one of down, up"),
    ("[sweep]", '[bent_pipe]\nlinks = ["up", "dwon"]\n[sweep]', "bent_pipe.links", "dwon", "one of down, up"),
    ("[sweep]", "[bent_pipe]\nlinks = []\n[sweep]", "bent_pipe.links", "none", "at least one link"),
    ('name = "cable", loss_db = 3', 'name = "cable"', "links.down.receiver.stages.1.noise_figure_db", None, "'cable'"),
    # sweeps
    ("lowest = 5", "lowest = nan", "sweep.x.lowest", ..., "a finite number"),
    ("lowest = 5", 'lowest = 0, spacing = "logarithmic"', "sweep.x.lowest", 0.0, "greater than 0"),
    ("lowest = 5", "lowest = 5, points = 1", "sweep.x.points", 1, "2 to 2000"),
    ("lowest = 5", "lowest = 5, points = 2.5", "sweep.x.points", 2.5, "valid integer"),
    # tolerances
    (
        "power_w = 0.5",
        "power_w = { value = 1, adverse = 0.5 }",
        "links.down.transmitter.power_w.favourable",
        None,
        "req",
    ),
    (
        "power_w = 0.5",
        "power_w = { value = 1, adverse = 0.5, favorable = 2 }",
        "links.down.transmitter.power_w.favorable",
        2,
        "known here: adverse, favourable, shape, value",
    ),
    (
        "power_w = 0.5",
        'power_w = { value = 1, adverse = 0.5, favourable = 2, shape = "gauss" }',
        "links.down.transmitter.power_w.shape",
        "gauss",
        "'triangular', 'uniform' or 'normal'",
    ),
    (
        "power_w = 0.5",
        "power_w = { value = 3, adverse = 0.5, favourable = 2 }",
        "links.down.transmitter.power_w.value",
        3.0,
        "0.5 to 2",
    ),
    (
        "elevation_deg = 15",
        "elevation_deg = { value = 91, adverse = 5, favourable = 99 }",
        "geometry.elevation_deg",
        91.0,
        "0 to 90",
    ),
    ('"38k4"', "{ value = 1, adverse = 0, favourable = 2 }", "links.down.modes.0.name", 1.0, "valid string"),
    # not a TOML file
    ("[geometry]", "[geometry", "file", ..., "TOML"),
]


@pytest.mark.parametrize(("old", "new", "field", "value", "accepted"), MISTAKES, ids=[each[2] for each in MISTAKES])
def test_a_mistake_is_told_with_field_value_and_what_is_accepted(load, old, new, field, value, accepted):
    assert old in TEXT
    with pytest.raises(LinkInputError) as caught:
        load(TEXT.replace(old, new, 1))
    assert caught.value.field == field
    assert value is ... or caught.value.value == value
    assert accepted in caught.value.accepted
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("text", "field", "accepted"),
    [
        (
            without(TEXT, "[geometry]").replace("elevation_deg = 15\naltitude_m = 550e3", ""),
            "orbit",
            "or [geometry] in its place",
        ),
        (TEXT[: TEXT.index("[station]")] + TEXT[TEXT.index("[climate]") :], "station", "a table [station]"),
        (
            TEXT.replace("437.05e6", "{ value = 437e6, adverse = 436e6, favourable = 438e6 }"),
            "links.down.frequency_hz",
            "one number: it is the same for all of a budget",
        ),
        (
            TEXT.replace("power_w = 0.5", "power_w = { value = 1, adverse = -1, favourable = 2 }"),
            "links.down.transmitter.power_w",
            "1e-09 to 1e+07",
        ),
    ],
    ids=["no geometry", "no station", "an uncertain frequency", "a tolerance beyond the bounds"],
)
def test_what_is_missing_for_a_budget_is_told_when_it_is_worked_out(load, text, field, accepted):
    file = load(text)
    with pytest.raises(LinkInputError) as caught:
        analyse(file, "down")
    assert caught.value.field == field
    assert accepted in caught.value.accepted


def test_a_study_without_links_is_none():
    with pytest.raises(LinkInputError, match=r"^links is 'none'; accepted: at least one link"):
        parse_study({"name": "", "links": {}})


def test_the_two_axes_of_a_sweep_are_different_ones(load):
    more = 'y = { place = "geometry.elevation_deg", lowest = 5, highest = 90 }\n'
    with pytest.raises(LinkInputError, match="accepted: another place than that of x") as caught:
        load(TEXT + more)
    assert caught.value.field == "sweep.y.place"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(LinkInputError, match=r"^file is .*none\.toml'; accepted: a readable TOML file"):
        load_study(str(tmp_path / "none.toml"))


def numbers(node: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Give the dotted places of the numbers of a study with the bounds of each."""
    children: Any = ()
    if isinstance(node, dict | tuple):
        children = node.items() if isinstance(node, dict) else enumerate(node)
    elif is_dataclass(node):
        children = [(field.name, getattr(node, field.name)) for field in fields(node)]
        for name, within in quantities(type(node)).items():
            if getattr(node, name) is not None:
                yield f"{above}{name}", within
    for name, child in children:
        yield from numbers(child, f"{above}{name}.")


STUDY = parse_study(
    {
        "name": "",
        "links": {
            "down": {
                "frequency_hz": 8e9,
                "transmitter": {"power_w": 1.0, "antenna": {"kind": "dish", "diameter_m": 0.3}},
                "receiver": {"stages": ({"name": "LNA", "gain_db": 20.0, "noise_figure_db": 1.0},)},
                "path": {"ionosphere": {}, "fading": {"kind": "rician", "k_db": 10.0}},
                "modes": ({"name": "a", "symbol_rate_baud": 1e6, "threshold": "conv-7-1/2"},),
            }
        },
        "geometry": {"elevation_deg": 20.0, "altitude_m": 5e5},
    }
).study


NUMBERS = dict(numbers(STUDY))


@pytest.mark.parametrize("place", NUMBERS)
def test_every_number_is_told_with_its_whole_place_when_it_is_out_of_bounds(place):
    within = NUMBERS[place]
    for value in (within.highest * 1.01 + 1.0, np.nan):
        with pytest.raises(LinkInputError) as caught:
            with_numbers(STUDY, {place: value})
        assert caught.value.field == place
        assert caught.value.accepted == f"{within.lowest:g} to {within.highest:g}"


def test_there_are_numbers_in_every_part_of_a_study():
    for part in ("transmitter.antenna.", "receiver.stages.0.", "receiver.noise.", "path.ionosphere.", "modes.0."):
        assert [place for place in NUMBERS if place.startswith(f"links.down.{part}")]
    assert isinstance(STUDY.links["down"].transmitter.antenna, Dish)


def test_a_file_of_elements_whose_name_has_a_null_character_is_told(tmp_path):
    (tmp_path / "study.toml").write_text(TEXT + '\n[orbit]\nfile = "a\\u0000b"\n', encoding="utf-8")
    with pytest.raises(LinkInputError, match=r"^orbit\.file"):
        load_study(str(tmp_path / "study.toml"))
