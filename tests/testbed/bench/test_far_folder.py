"""Files on another machine, whose Python is reached by a command."""

import stat
import sys
from pathlib import Path, PurePosixPath

import pytest

from testbed.bench.far_folder import FarFolder, command_line
from testbed.errors import RigError


def test_a_file_is_put_there_for_its_owner_alone_and_removed_with_its_folder(tmp_path: Path) -> None:
    far = FarFolder([sys.executable], PurePosixPath(tmp_path / "run one"))
    path = Path(far.put("keys/flatsat.toml", b"\x00secret"))
    assert path == tmp_path / "run one" / "keys" / "flatsat.toml"
    assert path.read_bytes() == b"\x00secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    far.remove()
    assert not (tmp_path / "run one").exists()


def test_what_ssh_is_given_comes_through_the_shell_there(tmp_path: Path) -> None:
    """A stand-in for ssh: it hands its arguments to a shell, joined by blanks, as the real one does."""
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nshift\nexec sh -c "$*"\n')
    ssh.chmod(0o755)
    far = FarFolder([str(ssh), "jetson", sys.executable], PurePosixPath(tmp_path / "it's a $HOME; folder"))
    path = Path(far.put("x", b"1"))
    assert path.read_bytes() == b"1"
    assert path.parent.name == "it's a $HOME; folder"


def test_only_ssh_gets_quotes() -> None:
    assert command_line(["python3"], ["a b"]) == ["python3", "a b"]
    assert command_line(["ssh", "there", "python3"], ["a b"]) == ["ssh", "there", "python3", "'a b'"]


@pytest.mark.parametrize(
    ("python", "said"),
    [(["no-such-command"], "no-such-command cannot be run"), (["false"], "false cannot write /x: 1")],
)
def test_a_machine_that_cannot_be_reached_is_named(python: list[str], said: str) -> None:
    with pytest.raises(RigError, match=said):
        FarFolder(python, PurePosixPath("/x")).remove()
