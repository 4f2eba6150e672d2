"""A prompt through SoapySDR's driver of a Red Pitaya, both ways: GNU Radio's soapy source, and SoapySDR's own stream.

The device is emulated behind its own protocol. The bench is a lab's: its ends have devices, and what joins them is no
part of it. Here the sky does, which the flatsat hears over ZeroMQ and the Red Pitaya for the ground.
"""

import importlib.util
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flatsat.scripted_engine import ScriptedEngine
from radio.zmq_iq import ANY_PORT
from testbed.bench.bench import Bench
from testbed.bench.check_simulated import ready
from testbed.physics import Physics, work_out
from testbed.rigs.child import Child
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario
from testbed.session import ask_on

PROMPT = "Who hears me through this?"
START_S = 60.0
SEED = 1
RECEIVE_HZ, TRANSMIT_HZ = 10e6, 20e6
BENCH = """
name = "red-pitaya"

[ground.front_end.receive]
driver = "soapy"
device = "driver=redpitaya,{device}"
sample_rate_hz = 250e3
frequency_hz = 10e6

[ground.front_end.transmit]
driver = "soapy"
device = "driver=redpitaya,{device}"
sample_rate_hz = 250e3
frequency_hz = 20e6
bandwidth_hz = 20e3
gain_db = 0.0
full_scale_dbm = 10.0

[ground.front_end.transmit.permit]
lowest_hz = 19.9e6
highest_hz = 20.1e6
max_power_dbm = 10.0
duty = 1.0
load = "cable"
attenuation_db = 30.0

[flatsat.front_end.receive]
driver = "zmq"
device = "{flatsat_rx}"

[flatsat.front_end.transmit]
driver = "zmq"
device = "{flatsat_tx}"
"""


def missing() -> str:
    """Which of Debian's packages is not installed."""
    for module, package in (("gnuradio", "gnuradio"), ("SoapySDR", "python3-soapysdr")):
        if importlib.util.find_spec(module) is None:
            return package
    import SoapySDR

    return "" if any("RedPitaya" in each for each in SoapySDR.listModules()) else "soapysdr0.8-module-redpitaya"


pytestmark = [
    pytest.mark.drivers,
    pytest.mark.gnuradio,
    pytest.mark.skipif(missing() != "", reason=f"{missing()} is not installed"),
]


def free_endpoint() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def program(name: str, module: str, folder: Path, *told: object) -> Iterator[tuple[Child, dict[str, Any]]]:
    """A program that runs, and what it said when it was ready."""
    child = Child(name, module, [str(each) for each in told], folder / f"{name}.stderr", [sys.executable])
    try:
        yield child, ready(child, START_S)
    finally:
        child.close_input()
        child.wait()


class Lab:
    """A device, what joins it to the flatsat's end of the link, and the bench's file."""

    def __init__(self, folder: Path, sky: Child, places: dict[str, Any], device: dict[str, Any]) -> None:
        self._sky, self._ground_tx, self._flatsat_tx = sky, device["tx"], free_endpoint()
        self.file = folder / "bench.toml"
        told = {"device": device["device"], "flatsat_rx": places["flatsat_rx"], "flatsat_tx": self._flatsat_tx}
        self.file.write_text(BENCH.format(**told))

    def join(self) -> None:
        """Let time begin in the sky: once both ends work, or it would have to make up for what they take."""
        self._sky.command("join", name="ground", tx=self._ground_tx)
        self._sky.command("join", name="flatsat", tx=self._flatsat_tx)


@contextmanager
def lab(folder: Path, scenario: Scenario, physics: Physics) -> Iterator[Lab]:
    physics.sky.save(folder / "sky.npz")
    told = (folder / "sky.npz", "realtime", ANY_PORT, ANY_PORT, ANY_PORT, 0.0)
    with program("sky", "radio.sky_process", folder, *told) as (sky, places):
        ends = (places["ground_rx"], ANY_PORT, scenario.sample_rate_hz, scenario.block_samples)
        red_pitaya = "radio.emulated.red_pitaya_process"
        with program("red-pitaya", red_pitaya, folder, *ends, RECEIVE_HZ, TRANSMIT_HZ, 0) as (_, device):
            yield Lab(folder, sky, places, device)


@pytest.mark.timeout(240)
def test_a_prompt_is_answered_through_soapys_driver_both_ways(tmp_path: Path) -> None:
    scenario = Scenario.load("loopback")
    physics = work_out(scenario, SEED)
    with (
        lab(tmp_path, scenario, physics) as there,
        ProcessRig(Bench.load(str(there.file)), scenario, physics, SEED, SilentListener()) as rig,
    ):
        there.join()
        record = ask_on(rig, "red-pitaya", scenario, physics, SEED, AskRequest(PROMPT))
    assert (record.outcome.answer, record.outcome.finish_reason) == (ScriptedEngine().answer(PROMPT), "stop")
    downlink = record.to_json()["link"]["downlink"]
    assert downlink["eb_n0_db_measured"] == pytest.approx(downlink["eb_n0_db_predicted"], abs=1.0)
