from pathlib import Path

import pytest

from testbed.doctor.needs import needs_of
from testbed.errors import ScenarioError
from testbed.scenario import ModelTable

LAB = """
name = "lab"
[ground.front_end.receive]
driver = "osmosdr"
device = "rtl=00000001,direct_samp=0"
sample_rate_hz = 960000.0
frequency_hz = 437.05e6
[ground.front_end.transmit]
driver = "soapy"
device = "driver=hackrf,serial=7"
sample_rate_hz = 2400000.0
frequency_hz = 145.9e6
gain_db = 0.0
full_scale_dbm = -10.0
[flatsat.machine]
python = ["ssh", "jetson", "python3"]
folder = "/var/lib/flatsat"
[flatsat.front_end.serial_radio]
device = "/dev/ttyUSB0"
[board]
kind = "device"
device = "/dev/ttyACM0"
[power]
off = ["usbrelay", "R1=0"]
on = ["usbrelay", "R1=1"]
[attenuator]
command = ["attenuate", "{db}"]
[consoles.jetson]
device = "/dev/ttyUSB9"
"""
RECEIVER = """
name = "r"
[ground.front_end.receive]
driver = "{driver}"
device = "{device}"
sample_rate_hz = 240000.0
frequency_hz = 437.05e6
[ground.front_end.transmit]
driver = "zmq"
device = "tcp://127.0.0.1:5790"
[flatsat.front_end.serial_radio]
device = "socket://10.0.0.2:4000"
"""


def written(folder: Path, text: str) -> str:
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("rig", ["memory", "zmq", "serial-radio"])
def test_rigs_without_gnu_radio(rig: str) -> None:
    needs = needs_of(rig, "loopback")
    assert not any((needs.gnuradio, needs.osmosdr, needs.soapy, needs.dongles, needs.serial_devices))
    assert needs.ends == ("ground", "flatsat")
    assert not needs.clock


def test_the_flowgraphs_need_it() -> None:
    needs = needs_of("gnuradio", "loopback")
    assert needs.gnuradio
    assert not needs.osmosdr


def test_the_emulated_dongle_needs_the_driver_and_the_firmware_but_no_dongle() -> None:
    needs = needs_of("emulated", "loopback")
    assert needs.gnuradio
    assert needs.osmosdr
    assert needs.firmware
    assert not needs.dongles


@pytest.mark.parametrize(("scenario", "model"), [("default", ModelTable()), ("loopback", None)])
def test_the_scenario_says_whether_there_is_a_model(scenario: str, model: ModelTable | None) -> None:
    assert needs_of("zmq", scenario).model == model


def test_the_scenario_says_which_ports(tmp_path: Path) -> None:
    from importlib import resources

    text = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")
    path = tmp_path / "ports.toml"
    path.write_text(text + '\n[ports]\nground_rx = "tcp://127.0.0.1:5701"\nhold = "tcp://*:5709"\n', encoding="utf-8")
    assert needs_of("zmq", str(path)).ports == (5701, 5709)
    assert needs_of("memory", str(path)).ports == ()


def test_an_end_on_another_machine_needs_nothing_here(tmp_path: Path) -> None:
    needs = needs_of(written(tmp_path, LAB), "default")
    assert needs.ends == ("ground",)
    assert (needs.gnuradio, needs.osmosdr, needs.soapy_python) == (True, True, True)
    assert needs.soapy_drivers == {"hackrf"}
    assert needs.dongles == {"00000001"}
    assert needs.serial_devices == ("/dev/ttyUSB9",)
    assert needs.programs == ("usbrelay", "attenuate", "ssh")
    assert needs.model is None
    assert needs.clock


def test_one_end_is_looked_at_where_it_runs(tmp_path: Path) -> None:
    needs = needs_of(written(tmp_path, LAB), "default", "flatsat")
    assert needs.ends == ("flatsat",)
    assert not any((needs.gnuradio, needs.osmosdr, needs.soapy, needs.soapy_python, needs.dongles))
    assert needs.serial_devices == ("/dev/ttyUSB0", "/dev/ttyACM0")
    assert needs.model == ModelTable()
    assert needs.programs == ()


@pytest.mark.parametrize(
    ("driver", "device", "dongles", "drivers"),
    [
        ("osmosdr", "rtl=0", {"0"}, set[str]()),
        ("osmosdr", "rtl_tcp=10.0.0.3:1234", set[str](), set[str]()),
        ("soapy", "driver=rtlsdr,serial=lab2", {"lab2"}, {"rtlsdr"}),
        ("soapy", "driver=rtlsdr", {""}, {"rtlsdr"}),
        ("soapy", "serial=7", set[str](), {""}),
    ],
)
def test_receivers(tmp_path: Path, driver: str, device: str, dongles: set[str], drivers: set[str]) -> None:
    needs = needs_of(written(tmp_path, RECEIVER.format(driver=driver, device=device)), "loopback")
    assert (needs.dongles, needs.soapy_drivers) == (dongles, drivers)
    assert needs.gnuradio
    assert needs.ports == (5790,)
    assert needs.serial_devices == ()
    assert needs.soapy == bool(drivers)


@pytest.mark.parametrize(
    ("rig", "scenario", "end", "field"),
    [("mars", "default", None, "rig"), ("zmq", "mars", None, "scenario"), ("zmq", "default", "moon", "end")],
)
def test_what_cannot_be_used_is_named(rig: str, scenario: str, end: str | None, field: str) -> None:
    with pytest.raises(ScenarioError) as mistake:
        needs_of(rig, scenario, end)
    assert mistake.value.field == field
