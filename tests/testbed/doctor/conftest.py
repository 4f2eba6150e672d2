"""Machines made by hand: files below a folder, commands with set answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testbed.doctor.finding import Finding
from testbed.doctor.machine import Machine, Said
from testbed.doctor.needs import Needs

MakeMachine = Callable[..., Machine]

NOTHING = Needs(
    rig="memory",
    ends=("ground", "flatsat"),
    gnuradio=False,
    osmosdr=False,
    soapy_drivers=frozenset(),
    soapy_python=False,
    dongles=frozenset(),
    serial_devices=(),
    firmware=False,
    model=None,
    ports=(),
    programs=(),
    clock=False,
    sample_rate_hz=240e3,
)
"""What a rig needs that needs nothing but Python."""


@dataclass
class Answers:
    """What each command says, by a part of it; others cannot be started."""

    said: Mapping[str, Said]

    def __call__(self, command: Sequence[str]) -> Said | None:
        line = " ".join(command)
        return next((said for part, said in self.said.items() if part in line), None)


@pytest.fixture
def make_machine(tmp_path: Path) -> MakeMachine:
    """Return what makes a machine of files ({path: text}) and of what commands say."""

    def made(files: Mapping[str, str] | None = None, said: Mapping[str, Said] | None = None, **fields: Any) -> Machine:
        for path, text in (files or {}).items():
            place = tmp_path / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        defaults: dict[str, Any] = {
            "environment": {"PATH": "/usr/bin"},
            "version_of": lambda _: None,
            "may_use": lambda _: True,
            "user_id": 1000,
            "group_ids": frozenset({1000}),
            "python": (3, 11, 2),
            "prefix": "/usr",
            "base_prefix": "/usr",
        }
        return Machine(tmp_path, run=Answers(said or {}), **{**defaults, **fields})

    return made


def told(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return each finding's name and level."""
    return [(finding.name, finding.level.value) for finding in findings]
