"""A bench whose flatsat is on another machine: behind a real ssh server, of this machine."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flatsat.scripted_engine import ScriptedEngine
from testbed.bench.bench import Bench, BoardTable, EndTable, MachineTable
from testbed.errors import RigError
from testbed.physics import work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

SEED = 3
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"

pytestmark = [
    pytest.mark.drivers,
    pytest.mark.skipif(not Path(SSHD).exists(), reason="Debian's package openssh-server is not installed"),
]


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[list[str]]:
    """What runs a command on this machine through a server of its own, with keys of its own."""
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    (tmp_path / "authorized").write_bytes((tmp_path / "user.pub").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "authorized",
        "PidFile": tmp_path / "pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
    }
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where the server shuts its unprivileged half in
    told = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", "/dev/null", *told], stderr=subprocess.DEVNULL)
    try:
        _await_port(port)
        known = [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            f"UserKnownHostsFile={tmp_path / 'known'}",
            "-o",
            "LogLevel=ERROR",
        ]
        yield ["ssh", *known, "-i", str(tmp_path / "user"), "-p", str(port), f"{getpass.getuser()}@127.0.0.1"]
    finally:
        server.terminate()
        server.wait()


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def far_bench(python: list[str], folder: Path) -> Bench:
    there = MachineTable(python=python, folder=str(folder))
    return Bench(name="far", flatsat=EndTable(machine=there), board=BoardTable(kind="none"))


def running_there(folder: Path) -> list[str]:
    """Command lines of programs that were started with something in that folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if any(word.startswith(str(folder)) for word in words):
                found.append(" ".join(words))
    return found


def test_a_question_is_answered_there_and_nothing_is_left(ssh: list[str], loopback: Scenario, tmp_path: Path) -> None:
    bench = far_bench([*ssh, sys.executable], tmp_path / "there")
    with ProcessRig(bench, loopback, work_out(loopback, SEED), SEED, SilentListener()) as rig:
        assert running_there(tmp_path / "there")
        assert rig.ask(AskRequest("Who is 'there'? $HOME")).answer == ScriptedEngine().answer("Who is 'there'? $HOME")
    deadline = time.monotonic() + 5
    while running_there(tmp_path / "there") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running_there(tmp_path / "there")
    assert not list((tmp_path / "there").iterdir())


def test_one_that_is_killed_here_ends_there_and_comes_back(ssh: list[str], loopback: Scenario, tmp_path: Path) -> None:
    slow = loopback.model_copy(update={"model": loopback.model.model_copy(update={"tokens_per_s": 5.0})})
    bench = far_bench([*ssh, sys.executable], tmp_path / "there")
    with ProcessRig(bench, slow, work_out(slow, SEED), SEED, SilentListener()) as rig:
        prompt_id = rig.submit(AskRequest("Are you back?"))
        rig.run_for(1.0)
        rig.restart("flatsat")
        assert rig.outcome(prompt_id).answer == ScriptedEngine().answer("Are you back?")
        assert (
            len([words for words in running_there(tmp_path / "there") if "flatsat.cli" in words]) <= 2
        )  # a shell's, too


def test_a_machine_that_cannot_be_reached_is_named(ssh: list[str], loopback: Scenario, tmp_path: Path) -> None:
    bench = far_bench([*ssh[:-2], "9", ssh[-1], sys.executable], tmp_path / "there")
    with pytest.raises(RigError, match="Connection refused"):
        ProcessRig(bench, loopback, work_out(loopback, SEED), SEED, SilentListener()).__enter__()
