"""The keys command as a user meets it."""

import json
import os
import stat
from pathlib import Path

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.command_line import run_app
from edge.control_key_file import ControlKeyFile, End, load_control_key_file
from edge.counter_file import CounterFile
from edge.key_file import load_key_file
from protocol.link import SpacecraftAddress
from protocol.sdls.link_keys import LinkKeys, SecurityMode
from protocol.tc_frame import TcFrame
from testbed.errors import ScenarioError
from testbed.keys import control_key_path, counter_path, key_path, keys, new_keys, rotate_keys

CONTROL = {"control-sky.toml", "control-flatsat.toml"}
NAMES = {"ground.toml", "ground.counters", "flatsat.toml", "flatsat.counters", *CONTROL}
ADDRESS = SpacecraftAddress()
COMMAND = TcFrame(ADDRESS.scid, ADDRESS.telecommand_vcid, True, False, 0, b"\xc0command")

app = typer.Typer()
app.add_typer(keys, name="keys")


@app.callback()
def testbed() -> None:
    """Hold the subcommand."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def outcome(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    status = run_app(app, "testbed", ["keys", *args])
    out, err = capsys.readouterr()
    return status, out, err


def held(folder: Path, end: str) -> LinkKeys:
    return LinkKeys.of(load_key_file(key_path(folder, end), ScenarioError))


def secrets_in(folder: Path) -> list[str]:
    return [
        held(folder, end).keys.key(i).hex() for end in ("ground", "flatsat") for i in held(folder, end).keys.key_ids
    ]


@pytest.mark.parametrize("mode", SecurityMode, ids=lambda mode: mode.value)
def test_new_keys_make_a_link(folder: Path, capsys: pytest.CaptureFixture[str], mode: SecurityMode) -> None:
    status, out, err = outcome(capsys, "new", str(folder), "--mode", mode.value)
    assert (status, err) == (0, "")
    assert mode.value in out
    assert {path.name for path in folder.iterdir()} == NAMES
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert held(folder, "ground").mode is held(folder, "flatsat").mode is mode
    stores = [CounterFile(counter_path(folder, end), ScenarioError) for end in ("ground", "flatsat")]
    sent = held(folder, "ground").sender(stores[0]).apply(COMMAND)
    assert held(folder, "flatsat").receiver(stores[1]).process(sent) == COMMAND
    for store in stores:
        store.close()


def test_new_keys_let_the_flatsat_and_nobody_else_hold_link_time(folder: Path, tmp_path: Path) -> None:
    sky, flatsat = control_keys(folder)
    others = control_keys(tmp_path / "other")
    assert len({each.secret_key for each in (sky, flatsat, *others)}) == 4
    for mine, theirs in ((sky, flatsat), (flatsat, sky)):
        private = X25519PrivateKey.from_private_bytes(bytes.fromhex(theirs.secret_key))
        assert mine.peers == (private.public_key().public_bytes_raw().hex(),)


def control_keys(folder: Path) -> list[ControlKeyFile]:
    new_keys(folder, SecurityMode.ENCRYPTED)
    ends: tuple[End, ...] = ("sky", "flatsat")
    return [load_control_key_file(control_key_path(folder, end), end, ScenarioError) for end in ends]


def test_rotating_leaves_the_keys_of_the_control_port(folder: Path) -> None:
    new_keys(folder, SecurityMode.ENCRYPTED)
    before = [(folder / name).read_text() for name in sorted(CONTROL)]
    rotate_keys(folder)
    assert [(folder / name).read_text() for name in sorted(CONTROL)] == before


def test_rotating_keeps_what_is_under_way(folder: Path) -> None:
    new_keys(folder, SecurityMode.ENCRYPTED)
    with_old = held(folder, "ground")
    rotate_keys(folder)
    counters = CounterFile(counter_path(folder, "flatsat"), ScenarioError)
    receiver = held(folder, "flatsat").receiver(counters)
    ground = CounterFile(counter_path(folder, "ground"), ScenarioError)
    assert receiver.process(with_old.sender(ground).apply(COMMAND)) == COMMAND
    assert receiver.process(held(folder, "ground").sender(ground).apply(COMMAND)) == COMMAND
    counters.close()
    ground.close()
    assert held(folder, "ground").send.spi == 3
    assert len(held(folder, "ground").keys.key_ids) == 3


def test_json_tells_ids_and_no_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, spis in (("new", [1, 2]), ("rotate", [3, 4, 2]), ("rotate", [5, 6, 4])):
        status, out, err = outcome(capsys, command, str(folder), "--json")
        facts = json.loads(out)
        ground = facts["ground"]
        assert (status, err, facts["mode"]) == (0, "", "encrypted")
        assert [ground["send"]["spi"], *(each["spi"] for each in ground["receive"])] == spis
        assert facts["flatsat"]["receive"][0] == ground["send"]
        assert (ground["file"], ground["counters"]) == (str(folder / "ground.toml"), str(folder / "ground.counters"))
        assert not [key for key in secrets_in(folder) if key in out]


def test_the_screen_shows_no_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("new", "rotate"):
        _, out, _ = outcome(capsys, command, str(folder))
        assert "SPI" in out
        assert not [key for key in secrets_in(folder) if key in out]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_keys_are_never_overwritten(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    folder.mkdir()
    (folder / name).write_text("mine")
    status, _, err = outcome(capsys, "new", str(folder))
    assert status == 2
    assert str(folder / name) in err
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]


def test_files_that_others_can_read_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_keys(folder, SecurityMode.CLEAR)
    (folder / "flatsat.toml").chmod(0o644)
    status, _, err = outcome(capsys, "rotate", str(folder))
    assert status == 2
    assert f"chmod 600 {folder / 'flatsat.toml'}" in err


def test_files_of_two_links_are_refused(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_keys(folder, SecurityMode.CLEAR)
    new_keys(tmp_path / "other", SecurityMode.CLEAR)
    os.replace(tmp_path / "other" / "ground.toml", folder / "ground.toml")
    before = (folder / "flatsat.toml").read_text()
    status, _, err = outcome(capsys, "rotate", str(folder))
    assert status == 2
    assert "one link" in err
    assert (folder / "flatsat.toml").read_text() == before


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    for command, place in (("new", tmp_path / "file"), ("new", tmp_path / "file" / "x"), ("rotate", tmp_path / "none")):
        status, out, err = outcome(capsys, command, str(place))
        assert (status, out) == (2, "")
        assert err.startswith("testbed: ")
        assert err.count("\n") == 1
