"""Meters on what the kernel and the monitor tell: files and a program as a machine has them, in the tests' folders."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flatsat.energy.cpu_temperature import CpuTemperature
from flatsat.energy.energy_meter import EnergyReading
from flatsat.energy.hwmon_meter import HwmonMeter
from flatsat.energy.model_meter import ModelMeter
from flatsat.energy.rapl_meter import RaplMeter
from flatsat.energy.tegrastats_meter import TegrastatsMeter
from flatsat.errors import ConfigError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, **values: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        (folder / name).write_text(f"{value}\n")
    return folder


def none(root: Path) -> CpuTemperature:
    return CpuTemperature(root / "thermal")


# -- the processor's temperature -----------------------------------------------------------------------------------


def test_the_temperature_is_that_of_the_processors_zone(root: Path) -> None:
    write(root / "thermal_zone0", type="acpitz", temp=27800)
    zone = write(root / "thermal_zone1", type="cpu-thermal", temp=48312)
    temperature = CpuTemperature(root)
    assert temperature.read_c(0.0) == 48.312
    write(zone, temp=50000)
    assert (temperature.read_c(0.05), temperature.read_c(0.15)) == (48.312, 50.0)


def test_a_zone_that_is_asleep_or_not_there_has_no_temperature(root: Path) -> None:
    zone = write(root / "thermal_zone0", type="x86_pkg_temp", temp="")
    assert CpuTemperature(root).read_c(0.0) is None
    (zone / "temp").unlink()
    assert CpuTemperature(root).read_c(0.0) is None
    assert CpuTemperature(root / "nowhere").read_c(0.0) is None


# -- hwmon ---------------------------------------------------------------------------------------------------------


def test_an_ina226_tells_its_power(root: Path) -> None:
    write(root / "hwmon0", name="cpu_thermal", temp1_input=40000)
    chip = write(root / "hwmon1", name="ina226", power1_input=5_000_000, in1_input=5100, curr1_input=990)
    meter = HwmonMeter(None, none(root), root)
    assert meter.read(10.0, busy=False) == EnergyReading(0.0, 5.0, None)
    write(chip, power1_input=7_000_000)
    assert meter.read(10.05, busy=True).power_w == 5.0
    assert meter.read(12.0, busy=True).energy_j == pytest.approx(12.0)
    assert "ina226" in meter.measures


def test_an_ina3221_has_no_power_of_its_own_but_voltage_and_current(root: Path) -> None:
    write(root / "hwmon3", name="ina3221", in1_label="VDD_IN", in1_input=4968, curr1_input=953)
    assert HwmonMeter("ina3221", none(root), root).read(0.0, busy=False).power_w == pytest.approx(4.734504)


def test_a_chip_that_goes_away_is_told_and_costs_nothing_meanwhile(root: Path) -> None:
    chip = write(root / "hwmon1", name="ina219", power1_input=4_000_000)
    meter = HwmonMeter(None, none(root), root)
    meter.read(0.0, busy=False)
    (chip / "power1_input").unlink()
    assert meter.read(1.0, busy=False).power_w is None
    assert str(chip) in meter.trouble
    write(chip, power1_input=4_000_000)
    meter.read(50.0, busy=False)
    assert meter.read(51.0, busy=False).energy_j == pytest.approx(4.0)
    assert meter.trouble == ""


@pytest.mark.parametrize("chip", [None, "ina219", "cpu_thermal"])
def test_no_power_monitor_is_one_clear_error(root: Path, chip: str | None) -> None:
    write(root / "hwmon0", name="cpu_thermal", temp1_input=40000)
    with pytest.raises(ConfigError, match=r"energy is 'hwmon.*there: cpu_thermal"):
        HwmonMeter(chip, none(root), root)


# -- RAPL ----------------------------------------------------------------------------------------------------------


def rapl(root: Path, **energies_uj: int) -> None:
    for number, (name, energy_uj) in enumerate(energies_uj.items()):
        zone = root / f"intel-rapl:{number}"
        write(zone, name=name.replace("_", "-"), energy_uj=energy_uj, max_energy_range_uj=1_000_000)


def test_the_packages_are_added_up_and_other_domains_left_out(root: Path) -> None:
    rapl(root, package_0=100_000, psys=0, package_1=0)
    meter = RaplMeter(none(root), root)
    assert meter.read(0.0, busy=False) == EnergyReading(0.0, None, None)
    rapl(root, package_0=300_000, psys=900_000, package_1=400_000)
    reading = meter.read(2.0, busy=True)
    assert reading.energy_j == pytest.approx(0.6)
    assert reading.power_w == pytest.approx(0.3)


def test_a_counter_begins_anew_at_its_range(root: Path) -> None:
    rapl(root, package_0=900_000)
    meter = RaplMeter(none(root), root)
    for now_s, energy_uj in ((0.0, 900_000), (1.0, 50_000), (2.0, 40_000)):
        rapl(root, package_0=energy_uj)
        reading = meter.read(now_s, busy=True)
    assert reading.energy_j == pytest.approx(0.15 + 0.99)


def test_a_counter_that_goes_away_is_told(root: Path) -> None:
    rapl(root, package_0=0)
    meter = RaplMeter(none(root), root)
    (root / "intel-rapl:0" / "energy_uj").unlink()
    assert meter.read(0.0, busy=False).energy_j == 0.0
    assert "RAPL" in meter.trouble


def test_a_machine_without_counters_is_told(root: Path) -> None:
    with pytest.raises(ConfigError, match="which this is not"):
        RaplMeter(none(root), root)


def test_a_counter_that_only_root_may_read_is_told_with_what_mends_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rapl(root, package_0=0)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # whoever runs the tests may be root
    with pytest.raises(ConfigError, match=r"Permission denied; only root may read it: sudo chmod a\+r .*energy_uj"):
        RaplMeter(none(root), root)


# -- the model -----------------------------------------------------------------------------------------------------


def test_the_model_counts_watts_and_busy_seconds(root: Path) -> None:
    meter = ModelMeter(2.0, 5.0, none(root))
    energies = [meter.read(now_s, busy=busy).energy_j for now_s, busy in ((1.0, True), (2.0, False), (4.0, True))]
    assert energies == [0.0, 2.0, 2.0 + 14.0]
    assert meter.measures.startswith("model: not measured")


@pytest.mark.parametrize("watts", [(-1.0, 5.0), (2.0, float("nan")), (2.0, 1e5)])
def test_a_model_of_no_power(root: Path, watts: tuple[float, float]) -> None:
    with pytest.raises(ConfigError, match="watts from 0"):
        ModelMeter(*watts, none(root))


# -- tegrastats ----------------------------------------------------------------------------------------------------

_LINES = "echo 'RAM 1/2MB tj@41.5C VDD_IN 4000mW/4000mW'; echo 'tj@42C VDD_IN 6000mW/5000mW'"


@pytest.fixture
def program(root: Path) -> Path:
    """Something that prints as the monitor does, and then a line every 20 ms, for ever."""
    return script(root / "tegrastats", f"{_LINES}; while :; do sleep 0.02; echo 'tj@43C VDD_IN 6000mW/5000mW'; done")


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\necho $$ >{path}.pid\n{text}\n")
    path.chmod(0o755)
    return path


def wait_until(meter: TegrastatsMeter, wanted_c: float) -> EnergyReading:
    for _ in range(1000):
        reading = meter.read(time.monotonic(), busy=True)
        if reading.temperature_c == wanted_c:
            return reading
        time.sleep(0.005)
    raise AssertionError(f"{reading} is not {wanted_c} C")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_it_takes_in_what_is_printed_and_ends_the_program(program: Path) -> None:
    meter = TegrastatsMeter(str(program))
    try:
        reading = wait_until(meter, 43.0)
        assert reading.power_w == 6.0
        assert reading.energy_j is not None
        pid = int(Path(f"{program}.pid").read_text())
        assert alive(pid)
    finally:
        meter.close()
    assert not alive(pid)


def test_one_that_ends_is_told(root: Path) -> None:
    meter = TegrastatsMeter(str(script(root / "tegrastats", _LINES)))
    for _ in range(1000):
        reading = meter.read(time.monotonic(), busy=True)
        if meter.trouble:
            break
        time.sleep(0.005)
    meter.close()
    assert reading == EnergyReading()
    assert meter.trouble == "tegrastats ended: energy is not measured"


def test_no_such_program_is_one_clear_error(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"energy is 'tegrastats'; accepted: a Jetson, .*No such file"):
        TegrastatsMeter(str(root / "tegrastats"))


def test_it_ends_with_us_even_if_we_are_killed(program: Path) -> None:
    code = f"import time; from flatsat.energy.tegrastats_meter import TegrastatsMeter as T; t = T({str(program)!r})"
    ours = subprocess.Popen(
        [sys.executable, "-c", f"{code}; time.sleep(0.3); print('up', flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE,
    )
    assert ours.stdout is not None
    with ours.stdout:
        assert ours.stdout.readline() == b"up\n"
    pid = int(Path(f"{program}.pid").read_text())
    assert alive(pid)
    ours.send_signal(signal.SIGKILL)
    ours.wait()
    for _ in range(500):
        if not alive(pid):
            return
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("it goes on without us")
