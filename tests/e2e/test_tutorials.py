"""The tutorials: their files are written, their commands are run, and what they print is what the page says.

A fence whose first line is `# file: NAME` is a file. In a `console` fence, lines after `$ ` are commands, all of a page
in one folder; a command has to succeed, and each other line has to be among the lines that it printed.
"""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"
PAGES = sorted(TUTORIALS.glob("*.md"))
pytestmark = pytest.mark.tutorial

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass
class Command:
    line: str
    printed: list[str] = field(default_factory=list)


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        else:
            found[-1].printed.append(line)
    return found


def carry_out(language: str, text: str, folder: Path) -> None:
    first, _, rest = text.partition("\n")
    if first.startswith("# file: "):
        (folder / first.removeprefix("# file: ")).write_text(rest, encoding="utf-8")
    elif language == "console":
        for command in commands(text):
            run(command, folder)


def run(command: Command, folder: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command.line],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )
    assert done.returncode == 0, f"{command.line}\n{done.stdout}\n{done.stderr}"
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    missing = [line for line in command.printed if line not in lines]
    assert not missing, f"{command.line}\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_tutorial_says_happens(page: Path, tmp_path: Path) -> None:
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        carry_out(language, text, tmp_path)


def test_there_are_tutorials() -> None:
    assert len(PAGES) >= 5
