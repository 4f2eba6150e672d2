"""A bench as an environment file of labgrid's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.command_line import run_app
from testbed.bench.bench import Bench
from testbed.bench.labgrid import environment
from testbed.bench.ssh_place import SshPlace
from testbed.cli import app
from testbed.errors import ScenarioError

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")

BENCH = {
    "name": "lab-1",
    "flatsat": {"machine": {"python": ["ssh", "-p", "2222", "pi@jetson", "python3"], "folder": "/var/lib/flatsat"}},
    "board": {"kind": "none"},
    "power": {"off": ["usb relay", "0"], "on": ["usb relay", "1"], "settle_s": 3.0},
    "attenuator": {"command": ["attenuate", "{db}"]},
    "consoles": {
        "jetson": {"device": "/dev/ttyUSB0"},
        "board": {"device": "rfc2217://192.168.1.7:4001", "baud": 9600},
        "other": {"device": "socket://server:4002"},
    },
}


def target(text: str, place: str = "main") -> dict[str, Any]:
    """The file's only target, each of its lists as (class, name): the rest."""
    found = yaml.safe_load(text)["targets"]
    assert list(found) == [place]
    return {
        heading: {(kind, settings.pop("name")): settings for item in items for kind, settings in item.items()}
        for heading, items in found[place].items()
    }


def test_consoles_machine_and_power_are_there() -> None:
    found = target(environment(Bench.model_validate(BENCH), "main"))
    assert found["resources"] == {
        ("RawSerialPort", "jetson"): {"port": "/dev/ttyUSB0", "speed": 115200},
        ("NetworkSerialPort", "board"): {"host": "192.168.1.7", "port": 4001, "protocol": "rfc2217", "speed": 9600},
        ("NetworkSerialPort", "other"): {"host": "server", "port": 4002, "protocol": "raw", "speed": 115200},
        ("NetworkService", "flatsat"): {"address": "jetson", "username": "pi", "port": 2222},
    }
    assert found["drivers"] == {
        ("SerialDriver", "jetson"): {"bindings": {"port": "jetson"}},
        ("SerialDriver", "board"): {"bindings": {"port": "board"}},
        ("SerialDriver", "other"): {"bindings": {"port": "other"}},
        ("SSHDriver", "flatsat"): {"bindings": {"networkservice": "flatsat"}},
        ("ExternalPowerDriver", "flatsat"): {"cmd_on": "'usb relay' 1", "cmd_off": "'usb relay' 0", "delay": 3.0},
    }


def test_what_there_is_no_driver_for_is_a_comment() -> None:
    elsewhere = {**BENCH, "flatsat": {"machine": {"python": ["podman", "exec", "x", "python3"], "folder": "/x"}}}
    text = environment(Bench.model_validate(elsewhere), "main")
    comments = [line for line in text.splitlines() if line.startswith("# No driver")]
    assert [line.split(".")[0] for line in comments] == [
        "# No driver: the attenuator",
        "# No driver: the flatsat's machine",
    ]
    assert {kind for kind, _ in target(text)["resources"]} == {"RawSerialPort", "NetworkSerialPort"}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFFF, categories=("L", "N", "P", "Zs")), min_size=1))
def test_any_name_comes_through(name: str) -> None:
    bench = Bench.model_validate({"name": "x", "consoles": {name: {"device": "/dev/ttyUSB0"}}})
    assert list(target(environment(bench, name), name)["drivers"]) == [("SerialDriver", name)]


def test_a_bench_without_anything_for_labgrid_is_refused() -> None:
    with pytest.raises(ScenarioError, match="a console, a machine"):
        environment(Bench(name="x"), "main")


@pytest.mark.parametrize(
    ("command", "place"),
    [
        (["ssh", "pi@jetson", "python3"], SshPlace("jetson", "pi")),
        (["/usr/bin/ssh", "-4", "-i", "k", "-p2222", "-l", "me", "h", "-p", "1"], SshPlace("h", "me", 2222, "k")),
        (["ssh", "-o", "Port=7", "a@b@c"], SshPlace("c", "a@b")),
        (["ssh", "-p"], None),
        (["ssh"], None),
        (["python3"], None),
    ],
)
def test_where_ssh_leads_to(command: list[str], place: SshPlace | None) -> None:
    assert SshPlace.of(command) == place


def test_without_a_user_it_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "somebody")
    assert SshPlace.of(["ssh", "there"]) == SshPlace("there", "somebody")


# -- the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = run_app(app, "testbed", ["bench", "labgrid", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_it_is_printed(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text('name = "lab"\n[consoles.jetson]\ndevice = "/dev/ttyUSB0"\n', encoding="utf-8")
    status, out, err = run(str(path), "--place", "shelf 3")
    assert (status, err) == (0, "")
    assert list(target(out, "shelf 3")["drivers"]) == [("SerialDriver", "jetson")]


@pytest.mark.parametrize("rig", ["moon", "memory", "zmq"])
def test_a_rig_without_devices_costs_one_line(rig: str, run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, err = run(rig)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "accepted" in err
