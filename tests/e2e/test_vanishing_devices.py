"""Devices that are not there, or vanish in mid-run: one message that names them, and nothing left behind."""

import importlib.util
import os
import signal
from pathlib import Path

import pytest

from testbed.bench.bench import Bench
from testbed.errors import RigError, SettingsError
from testbed.physics import work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.programs import RADIOS, SKY
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

needs_osmosdr = pytest.mark.skipif(not importlib.util.find_spec("osmosdr"), reason="gr-osmosdr is not installed")
ENDS = """
[{end}.front_end.serial_radio]
device = "{device}"
"""


def rig(bench: Bench, tokens_per_s: float = 4.0) -> ProcessRig:
    scenario = Scenario.load("loopback")
    scenario = scenario.model_copy(update={"model": scenario.model.model_copy(update={"tokens_per_s": tokens_per_s})})
    return ProcessRig(bench, scenario, work_out(scenario, 1), 1, SilentListener())


def written(folder: Path, text: str) -> Bench:
    (folder / "bench.toml").write_text(f'name = "lab"\n{text}')
    return Bench.load(str(folder / "bench.toml"))


def running(folder: str) -> list[int]:
    """Processes that were told of a folder on their command lines."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if folder.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_a_serial_radio_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = "".join(ENDS.format(end=end, device="/dev/no-such-radio") for end in ("ground", "flatsat"))
    with pytest.raises((RigError, SettingsError), match="/dev/no-such-radio"), rig(written(tmp_path, text)):
        pass


@needs_osmosdr
def test_a_dongle_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = Path(__file__).parents[2].joinpath("testbed", "benches", "emulated.toml").read_text()
    lab = text.replace('name = "emulated"', "").replace("rtl_tcp=sky", "rtl_tcp=127.0.0.1:1")
    lab = lab.replace('driver = "zmq"\ndevice = "sky"', 'driver = "zmq"\ndevice = "tcp://127.0.0.1:*"').split(
        "[board]"
    )[0]
    lab += ENDS.format(end="flatsat", device="/dev/null")
    with pytest.raises((RigError, SettingsError), match=r"127\.0\.0\.1:1|/dev/null"), rig(written(tmp_path, lab)):
        pass


def lose(bench: ProcessRig, program: str) -> None:
    """Ask, and have a program that devices hang on end in the midst of it."""
    bench.submit(AskRequest("are you there?"))
    bench.run_for(1.0)
    os.kill(bench.pid(program), signal.SIGKILL)
    bench.run_for(10.0)


def test_serial_radios_that_vanish_in_mid_run_are_named_and_nothing_stays() -> None:
    with rig(Bench.load("serial-radio")) as bench:
        folder = str(bench.journal("ground").parent)
        with pytest.raises(RigError, match="radio"):
            lose(bench, RADIOS)
    assert running(folder) == []
    assert not Path(folder).exists()


@needs_osmosdr
def test_a_dongle_whose_connection_is_reset_in_mid_run_is_named() -> None:
    emulated = Bench.load("emulated")
    emulated = emulated.model_copy(update={"board": emulated.board.model_copy(update={"kind": "simulator"})})
    with rig(emulated) as bench:
        folder = str(bench.journal("ground").parent)
        with pytest.raises(RigError, match=r"sky was ended by SIGKILL|rtl_tcp=127\.0\.0\.1"):
            lose(bench, SKY)
    assert running(folder) == []
