"""The tutorials: their files are written, their commands are run, and what they print is what the page says.

A fence whose first line is `# file: NAME` is a file. In a `console` fence, lines after `$ ` are commands, all of a page
in one shell and one folder; a command has to succeed, and each other line has to be among the lines that it printed.
"""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "tutorials").glob("*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "----- next command -----"

pytestmark = pytest.mark.tutorial


@dataclass
class Command:
    line: str
    says: list[str] = field(default_factory=list)


def files(text: str) -> dict[str, str]:
    firsts = [body.partition("\n") for _, body in FENCE.findall(text)]
    return {first.removeprefix("# file: "): rest for first, _, rest in firsts if first.startswith("# file: ")}


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for language, body in FENCE.findall(text):
        for line in body.splitlines() if language == "console" else ():
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            else:
                found[-1].says.append(line)
    return found


def run(lines: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the lines in one shell, a mark between what they print; end whatever they have left behind."""
    script = "".join(f"{line}\necho '{MARK}'\n" for line in lines)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )
    try:
        out, err = shell.communicate(timeout=110)
    finally:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(lines, shell.returncode, out, err)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_tutorial_says_happens(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name, content in files(text).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    told = commands(text)
    done = run([command.line for command in told], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for command, printed in zip(told, done.stdout.split(f"{MARK}\n"), strict=False):
        lines = [line.rstrip() for line in printed.splitlines()]
        assert not [line for line in command.says if line not in lines], f"{command.line}\n{printed}"


def test_there_are_tutorials() -> None:
    assert len(PAGES) >= 6
    assert all(commands(page.read_text(encoding="utf-8")) for page in PAGES)
