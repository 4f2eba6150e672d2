"""Bench files: what they may say, and what is made of them."""

from pathlib import Path

import pytest

from radio.front_end_file import FrontEndFile
from testbed.bench.bench import Bench, shipped_benches
from testbed.bench.devices import as_toml, resolved
from testbed.bench.feature import Feature, lacking
from testbed.bench.software import SOFTWARE_BENCHES, bench_of
from testbed.errors import ScenarioError

DONGLE = """
[ground.front_end.receive]
driver = "osmosdr"
device = "rtl_tcp=sky"
sample_rate_hz = 240000.0
frequency_hz = 437.05e6
[ground.front_end.transmit]
driver = "zmq"
device = "sky"
"""
LAB = """
[ground.front_end.receive]
driver = "osmosdr"
device = "rtl=00000001"
sample_rate_hz = 240000.0
frequency_hz = 437.05e6
[ground.front_end.transmit]
driver = "soapy"
device = "driver=hackrf"
sample_rate_hz = 2400000.0
frequency_hz = 145.9e6
gain_db = 10.0
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
"""


def bench(tmp_path: Path, text: str) -> Bench:
    path = tmp_path / "bench.toml"
    path.write_text(f'name = "lab"\n{text}', encoding="utf-8")
    return Bench.load(str(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("frontend = 1", "frontend is 1; accepted: no such field"),
        ('[board]\nkind = "device"', "board.device is None; accepted: a serial device"),
        ('[board]\ndevice = "/dev/ttyACM0"', "board.device is '/dev/ttyACM0'; accepted: a serial device with kind"),
        ('[flatsat.machine]\npython = ["ssh"]', "flatsat.machine.folder is None; accepted: a value"),
        ('[attenuator]\ncommand = ["attenuate"]', "attenuator.command is ['attenuate']; accepted: a command with {db}"),
        (LAB.replace('[flatsat.front_end.serial_radio]\ndevice = "/dev/ttyUSB0"', ""), "ground.front_end is 'devices'"),
        (DONGLE.replace('device = "sky"', 'device = "tcp://127.0.0.1:5"'), "ground.front_end.transmit is 'tcp"),
        (DONGLE.split("[ground.front_end.transmit]")[0], "ground.front_end.transmit is None; accepted: driver"),
        ('[ground.front_end.serial_radio]\ndevice = "simulated"', "ground.front_end is 'devices'"),
        (
            "".join(f'[{end}.front_end.serial_radio]\ndevice = "simulated"\n' for end in ("ground", "flatsat")),
            "radios is None; accepted: a table [radios]",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as found:
        bench(tmp_path, text)
    assert str(found.value).startswith(said)


def test_a_name_that_no_rig_has_is_told_with_those_that_there_are() -> None:
    with pytest.raises(
        ScenarioError, match="rig is 'zmqq'; accepted: memory, zmq, gnuradio, emulated, serial-radio, or"
    ):
        bench_of("zmqq")


@pytest.mark.parametrize("name", shipped_benches())
def test_a_shipped_bench_is_whole(name: str) -> None:
    assert Bench.load(name).name == name


def test_devices_that_the_sky_emulates_are_where_it_says(tmp_path: Path) -> None:
    front_end = bench(tmp_path, DONGLE).ground.front_end
    assert isinstance(front_end, FrontEndFile)
    there = resolved(front_end, "rtl_tcp://127.0.0.1:1234", "tcp://127.0.0.1:5", "/tmp/radio")
    (tmp_path / "front-end.toml").write_text(as_toml(there.model_dump(exclude_unset=True)))
    read = FrontEndFile.load(tmp_path / "front-end.toml", 240e3)
    assert read == there
    assert (read.receive and read.receive.device) == "rtl_tcp=127.0.0.1:1234"
    assert (read.transmit and read.transmit.device) == "tcp://127.0.0.1:5"


def test_a_scenario_of_a_file_lies_beside_the_bench(tmp_path: Path) -> None:
    assert bench(tmp_path, 'scenario = "mine.toml"').scenario == str(tmp_path / "mine.toml")


def test_link_time_runs_as_it_likes_only_without_devices(tmp_path: Path) -> None:
    assert not SOFTWARE_BENCHES["zmq"].in_real_time
    assert bench(tmp_path, DONGLE).in_real_time
    assert bench(tmp_path, LAB).in_real_time


def test_what_each_bench_has(tmp_path: Path) -> None:
    def has(each: Bench | None) -> set[str]:
        return {feature.value for feature in Feature if not lacking(each, feature)}

    assert has(None) == {"uplink", "downlink", "board", "prediction"}
    software = {"uplink", "downlink", "board", "prediction", "programs", "power_control", "attenuator"}
    assert has(SOFTWARE_BENCHES["zmq"]) == software
    assert has(bench(tmp_path, DONGLE)) == software | {"rx_sdr"}
    assert has(bench(tmp_path, LAB)) == {
        "uplink",
        "downlink",
        "board",
        "power_control",
        "attenuator",
        "rx_sdr",
        "tx_sdr",
    }
    assert has(bench(tmp_path, '[board]\nkind = "none"')) == software - {"board"}
