"""``testbed bench check``: what is connected, what is not."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.command_line import run_app
from radio.front_end_file import SdrReceiveTable, SoapyTransmitTable
from testbed.bench.bench import Bench, BoardTable, MachineTable
from testbed.bench.check import Check, findings
from testbed.bench.check_devices import (
    _judged,
    look_at_board,
    look_at_free_endpoint,
    look_at_permit,
    look_at_samples,
    look_at_transmitter,
)
from testbed.bench.check_machine import look_at_machine, look_there
from testbed.bench.check_simulated import Simulated
from testbed.cli import app
from testbed.errors import RigError
from testbed.rigs.programs import BOARD
from testbed.scenario import Scenario
from tests.radio.emulated.test_red_pitaya_server import needs_soapy
from tests.radio.sdr.conftest import needs
from tests.radio.transmit.conftest import LINK_HZ, permit_with, running_red_pitaya, table_with

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = run_app(app, "testbed", ["bench", "check", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def bench_file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "lab.toml"
        path.write_text(f'name = "lab"\n{text}', encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def board() -> Iterator[str]:
    """The serial device of a simulated board."""
    with Simulated(Bench(name="x"), Scenario.load("loopback")).running(BOARD) as ready:
        yield ready["link"]


def told(out: str) -> dict[str, dict[str, object]]:
    return {each["what"]: each for each in json.loads(out)["checks"]}


# -- all of a bench ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rig", "things"),
    [
        ("memory", ["memory rig"]),
        ("zmq", ["ground front end", "flatsat front end", "board"]),
        ("serial-radio", ["ground radio", "flatsat radio", "board"]),
    ],
)
def test_what_is_simulated_is_started_and_answers(rig: str, things: list[str], run: Run) -> None:
    status, out, err = run(rig, "--json")
    found = told(out)
    assert (status, err, list(found)) == (0, "", things)
    assert json.loads(out)["connected"] is True
    if "board" in found:
        assert " V, payload on at " in str(found["board"]["said"])


@pytest.mark.gnuradio
@needs("gnuradio", "gnuradio")
@needs("osmosdr", "gr-osmosdr")
def test_an_emulated_dongle_is_heard_through_its_driver(run: Run, bench_file: Callable[[str], str]) -> None:
    receive = (
        'driver = "osmosdr"\ndevice = "rtl_tcp=sky"\nsample_rate_hz = 240e3\nfrequency_hz = 437.05e6\ngain_db = 20'
    )
    transmit = 'driver = "zmq"\ndevice = "sky"'
    path = bench_file(
        f'[board]\nkind = "none"\n[ground.front_end.receive]\n{receive}\n[ground.front_end.transmit]\n{transmit}\n'
    )
    status, out, _ = run(path)
    assert out.startswith("ok     ground receives    rtl_tcp=sky: "), out
    assert "dBFS, 0.0% at full scale" in out.splitlines()[0]
    assert status == 0


def test_what_is_not_connected_is_named_with_its_device(
    run: Run, bench_file: Callable[[str], str], tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    relay = tmp_path / "relay"
    relay.write_text(f"#!/bin/sh\ntouch {ran}\n")
    relay.chmod(0o755)
    ours, theirs = os.openpty()
    console = os.ttyname(theirs)
    path = bench_file(
        '[board]\nkind = "device"\ndevice = "/dev/no-board"\n'
        f'[power]\noff = ["{relay}", "0"]\non = ["no-such-relay"]\n'
        f'[consoles.there]\ndevice = "{console}"\n[consoles.gone]\ndevice = "/dev/no-console"\n'
    )
    status, out, _ = run(path)
    os.close(ours)
    os.close(theirs)
    lines = {line[7:26].strip(): line for line in out.splitlines()}
    assert status == 1
    assert lines["ground front end"].startswith("ok ")
    assert lines["board"].startswith("wrong  board")
    assert "/dev/no-board" in lines["board"]
    assert lines["power off"].startswith("ok ")
    assert "no-such-relay" in lines["power on"]
    assert lines["power on"].startswith("wrong ")
    assert lines["console there"].startswith("ok ")
    assert "/dev/no-console" in lines["console gone"]
    assert not ran.exists(), "commands are looked for, not run"


@pytest.mark.parametrize("rig", ["moon", "nowhere.toml"])
def test_a_bench_that_cannot_be_used_costs_one_line(rig: str, run: Run) -> None:
    status, out, err = run(rig)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert rig in err
    assert "accepted" in err


def test_nothing_is_looked_at_behind_what_does_not_answer() -> None:
    looked = []

    def look(name: str) -> str:
        looked.append(name)
        if name == "machine":
            raise RigError("no route")
        return "there"

    checks = [
        Check("ground", "a", lambda: look("ground")),
        Check("machine", "b", lambda: look("machine")),
        Check("radio", "c", lambda: look("radio"), behind="machine"),
        Check("board", "d", lambda: look("board"), behind="ground"),
    ]
    begun: list[str] = []
    found = list(findings(checks, lambda check: begun.append(check.what)))
    assert looked == ["ground", "machine", "board"]
    assert [each.ok for each in found] == [True, False, False, True]
    assert (found[1].said, found[2].said) == ("no route", "not looked at: machine")
    assert begun == ["ground", "machine", "radio", "board"]


# -- another machine ---------------------------------------------------------------------------------------------------


def test_what_is_on_another_machine_is_looked_at_there(
    run: Run, bench_file: Callable[[str], str], board: str, tmp_path: Path
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nshift\nexport THERE=1\nexec sh -c "$*"\n')
    ssh.chmod(0o755)
    python = json.dumps([str(ssh), "jetson", sys.executable])
    path = bench_file(
        f'[flatsat.machine]\npython = {python}\nfolder = "{tmp_path / "there"}"\n'
        f'[board]\nkind = "device"\ndevice = "{board}"\n'
    )
    status, out, _ = run(path, "--json")
    found = told(out)
    assert list(found) == ["ground front end", "flatsat machine", "flatsat front end", "board"]
    assert (status, [each["ok"] for each in found.values()]) == (0, [True] * 4)
    assert " V, payload " in str(found["board"]["said"])
    assert not list((tmp_path / "there").iterdir())


def test_what_is_wrong_on_another_machine_is_told_here(tmp_path: Path) -> None:
    machine = MachineTable(python=[sys.executable], folder=str(tmp_path))
    bench = Bench(name="x", board=BoardTable(kind="device", device="/dev/no-board"))
    with pytest.raises(RigError, match="board on /dev/no-board: cannot be opened"):
        look_there(machine, bench, Scenario.load("loopback"), "board")


def test_a_machine_with_another_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.bench.check_machine.version", lambda name: "99.1")
    with pytest.raises(RigError, match=r"has flatsat-testbed \d.*; accepted: 99\.1"):
        look_at_machine(MachineTable(python=[sys.executable], folder=str(tmp_path)))


@pytest.mark.parametrize(
    ("python", "folder", "said"),
    [
        (["no-such-ssh"], "/x", "no-such-ssh cannot be run: No such file or directory"),
        (["false"], "/x", "false: ended with status 1"),
        ([sys.executable], "/dev/null/x", "Not a directory"),
        (["true"], "/x", "true: ended with status 0"),
    ],
)
def test_a_machine_that_does_not_do_is_told(python: list[str], folder: str, said: str) -> None:
    with pytest.raises(RigError, match=said):
        look_at_machine(MachineTable(python=python, folder=folder))


# -- devices -----------------------------------------------------------------------------------------------------------


def test_a_board_says_how_it_is(board: str) -> None:
    said = look_at_board(board)
    assert 5 < float(said.split(" V")[0]) < 9
    assert "payload on" in said


def test_a_board_that_says_nothing_is_told() -> None:
    ours, theirs = os.openpty()
    try:
        with pytest.raises(RigError, match=f"{os.ttyname(theirs)} gave no status within 1 s"):
            look_at_board(os.ttyname(theirs))
    finally:
        os.close(ours)
        os.close(theirs)


def received(rate_hz: float = 960e3, rms_dbfs: float = -20.0, clipped_share: float = 0.0) -> str:
    settings = {"driver": "osmosdr", "device": "rtl=1", "sample_rate_hz": 960e3, "frequency_hz": 437e6}
    return _judged(SdrReceiveTable.model_validate(settings), rate_hz, rms_dbfs, clipped_share)


def test_samples_are_judged() -> None:
    assert received() == "960 kS/s, -20.0 dBFS, 0.0% at full scale"
    with pytest.raises(RigError, match=r"rtl=1: 480 kS/s.*accepted: 960 kS/s"):
        received(rate_hz=480e3)
    with pytest.raises(RigError, match=r"5\.0% at full scale; accepted: a lower gain_db"):
        received(clipped_share=0.05)
    with pytest.raises(RigError, match="all 0"):
        received(rms_dbfs=-200.0)


def test_an_endpoint_without_samples_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.bench.check_devices._ENDPOINT_S", 0.2)
    with pytest.raises(RigError, match=r"tcp://127\.0\.0\.1:9 gave too few samples"):
        look_at_samples("tcp://127.0.0.1:9", LINK_HZ)


def test_an_endpoint_to_offer_samples_at_is_free() -> None:
    assert look_at_free_endpoint("tcp://127.0.0.1:*") == "free"


@pytest.mark.gnuradio
@needs_soapy
def test_a_transmitter_is_opened_and_transmits_nothing() -> None:
    with running_red_pitaya() as red_pitaya:
        said = look_at_transmitter(table_with(permit_with(), device=red_pitaya.device), LINK_HZ)
        assert not red_pitaya.keyed
    assert said.startswith("opened, nothing transmitted: 10.000000 MHz, 250 kS/s")
    assert not red_pitaya.air.transmissions


@needs_soapy
def test_a_transmitter_that_is_not_there_is_told() -> None:
    with pytest.raises(RigError, match="driver=no-such-radio"):
        look_at_transmitter(table_with(device="driver=no-such-radio"), LINK_HZ)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (table_with(), "refused: no permit"),
        (table_with(permit_with(max_power_dbm=0.0)), "allowed: 9.980000 to 10.020000 MHz.*refused: power: 10 dBm"),
    ],
)
def test_what_a_permit_refuses_is_told(table: SoapyTransmitTable, said: str) -> None:
    with pytest.raises(RigError, match=said):
        look_at_permit(table, LINK_HZ)


def test_what_a_permit_allows_is_told() -> None:
    said = look_at_permit(table_with(permit_with()), LINK_HZ)
    assert "up to 10 dBm" in said
    assert said.endswith("because: a cable with 30 dB; may transmit")
