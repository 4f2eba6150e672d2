"""The command as a user meets it, and the lines that it prints."""

import json
from dataclasses import replace

import pytest
import typer

from edge.command_line import run_app
from testbed import cli
from testbed.doctor import command
from testbed.doctor.command import doctor
from testbed.doctor.examination import CHECKS, Examination
from testbed.doctor.finding import Finding, Level
from testbed.doctor.lines import lines_of
from testbed.doctor.machine import Machine
from tests.testbed.doctor.conftest import NOTHING, MakeMachine

app = typer.Typer()
app.command()(doctor)

OK = Finding("Python", Level.OK, "3.11.2")
LONG = Finding("clock", Level.ABSENT, "nothing keeps it " * 8, "sudo apt-get install chrony " + "x" * 90)
MISSING = Finding("QEMU", Level.MISSING, "no qemu-system-arm", "sudo apt-get install qemu-system-arm")


def lines(*findings: Finding, width: int = 80) -> list[str]:
    return [line.plain for line in lines_of(Examination(NOTHING, findings), width)]


def test_each_finding_is_a_line_with_what_mends_it_below() -> None:
    assert lines(OK, MISSING) == [
        "ok       Python            3.11.2",
        "missing  QEMU              no qemu-system-arm",
        "                           sudo apt-get install qemu-system-arm",
        "",
        "rig memory, ground and flatsat here: 1 to mend",
    ]


def test_nothing_to_mend_is_said() -> None:
    assert lines(OK)[-1] == "rig memory, ground and flatsat here: ready"


@pytest.mark.parametrize("width", [80, 120])
def test_words_are_wrapped_and_commands_are_not(width: int) -> None:
    told, *_ = lines(LONG, width=width), None
    assert LONG.mend in told[-3]
    assert all(len(line) <= width for line in told[:-3])


@pytest.mark.parametrize(
    ("level", "hinders"),
    [(Level.OK, False), (Level.ABSENT, False), (Level.MISSING, True), (Level.WRONG, True)],
)
def test_what_is_needed_hinders(level: Level, hinders: bool) -> None:
    examination = Examination(NOTHING, (replace(OK, level=level),))
    assert bool(examination.hindrances) == hinders
    assert examination.to_json()["usable"] != hinders


def test_everything_is_looked_at(make_machine: MakeMachine) -> None:
    findings = Examination.of(make_machine(free_octets=lambda _: 10**10), NOTHING).findings
    assert len({finding.name for finding in findings}) >= len(CHECKS)
    assert all(finding.mend for finding in findings if finding.level is not Level.OK)


@pytest.fixture
def bare(make_machine: MakeMachine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that has nothing but Python, where the command looks."""
    machine = make_machine(version_of={"numpy": "1.26.4"}.get, free_octets=lambda _: 10**10)
    monkeypatch.setattr(command, "Machine", lambda: machine)
    return machine


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--rig", "memory", "--scenario", "loopback"], 0),
        (["--rig", "gnuradio", "--scenario", "loopback"], 1),
        (["--rig", "mars"], 2),
        (["--end", "moon"], 2),
    ],
)
def test_exit_status(bare: Machine, arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(app, "testbed", arguments) == status
    told = capsys.readouterr()
    assert bool(told.out) == (status < 2)
    assert len(told.err.splitlines()) == (status == 2)


def test_one_json_object(bare: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(app, "testbed", ["--rig", "gnuradio", "--scenario", "loopback", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["rig"], told["ends"], told["usable"]) == ("gnuradio", ["ground", "flatsat"], False)
    missing = [finding for finding in told["findings"] if finding["level"] not in ("ok", "absent")]
    assert {finding["name"] for finding in missing} == {"GNU Radio"}
    assert all(set(finding) == {"name", "level", "says", "mend"} for finding in told["findings"])


def test_the_testbed_has_the_command() -> None:
    assert "doctor" in {each.callback.__name__ for each in cli.app.registered_commands if each.callback}


def test_an_import_that_ends_without_a_word_is_a_line_too() -> None:
    silent = Finding("GNU Radio", Level.WRONG, "", "sudo apt-get install --reinstall gnuradio")
    assert lines(silent)[0].split() == ["wrong", "GNU", "Radio"]
