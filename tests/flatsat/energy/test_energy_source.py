from pathlib import Path

import pytest

from flatsat.energy.energy_policy import EnergyLimits
from flatsat.energy.energy_settings import EnergySettings
from flatsat.energy.energy_source import EnergySource
from flatsat.energy.hwmon_meter import HwmonMeter
from flatsat.energy.model_meter import ModelMeter
from flatsat.energy.rapl_meter import RaplMeter
from flatsat.energy.tegrastats_meter import TegrastatsMeter
from flatsat.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("board", EnergySource("board")),
        ("tegrastats", EnergySource("tegrastats")),
        ("rapl", EnergySource("rapl")),
        ("hwmon", EnergySource("hwmon")),
        ("hwmon:ina219", EnergySource("hwmon", "ina219")),
        ("model:2,5.5", EnergySource("model", None, 2.0, 5.5)),
    ],
)
def test_sources_by_their_names(text: str, source: EnergySource) -> None:
    assert EnergySource.parse(text) == source


@pytest.mark.parametrize(
    "text", ["", "solar", "board:1", "rapl:0", "hwmon:", "model", "model:", "model:2", "model:2,x", "model:1,2,3", ":"]
)
def test_what_names_no_source(text: str) -> None:
    with pytest.raises(ConfigError, match=r"energy is .*accepted: board, tegrastats, hwmon, hwmon:NAME, rapl or model"):
        EnergySource.parse(text)


def write(folder: Path, **values: object) -> None:
    folder.mkdir(parents=True)
    for name, value in values.items():
        (folder / name).write_text(f"{value}\n")


def test_each_source_is_opened_on_the_machine(tmp_path: Path) -> None:
    write(tmp_path / "thermal" / "thermal_zone0", type="cpu-thermal", temp=41000)
    write(tmp_path / "hwmon" / "hwmon0", name="ina226", power1_input=1_000_000)
    write(tmp_path / "powercap" / "intel-rapl:0", name="package-0", energy_uj=0, max_energy_range_uj=10)
    program = tmp_path / "tegrastats"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for text, kind in (
        ("hwmon", HwmonMeter),
        ("rapl", RaplMeter),
        ("model:1,2", ModelMeter),
        ("tegrastats", TegrastatsMeter),
    ):
        meter = EnergySource.parse(text).open(tmp_path, str(program))
        assert type(meter) is kind
        if kind is not TegrastatsMeter:
            assert meter.read(0.0, busy=False).temperature_c == 41.0
        meter.close()
    assert EnergySource("board").open(tmp_path) is None


@pytest.mark.parametrize("text", ["hwmon", "hwmon:ina219", "rapl", "tegrastats", "model:-1,2"])
def test_a_source_that_is_not_there_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"^energy is '"):
        EnergySource.parse(text).open(tmp_path, str(tmp_path / "tegrastats"))


def test_what_nobody_would_read_is_told_at_the_start() -> None:
    for settings, field in (
        (EnergySettings(EnergySource("board")), "energy"),
        (EnergySettings(limits=EnergyLimits(lowest_charge=0.3)), "lowest-charge"),
        (EnergySettings(limits=EnergyLimits(lowest_bus_v=7.0)), "lowest-bus-v"),
        (EnergySettings(limits=EnergyLimits(highest_temperature_c=60.0)), "highest-temperature-c"),
    ):
        settings.require_sensors(board=True)
        with pytest.raises(ConfigError, match="--board") as caught:
            settings.require_sensors(board=False)
        assert caught.value.field == field
    EnergySettings(EnergySource("rapl"), EnergyLimits(highest_temperature_c=60.0)).require_sensors(board=False)
    EnergySettings().require_sensors(board=False)
