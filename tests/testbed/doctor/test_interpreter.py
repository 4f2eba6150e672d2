import pytest

from testbed.doctor.finding import Level
from testbed.doctor.interpreter import Interpreter, judge_interpreter
from tests.testbed.doctor.conftest import MakeMachine

GOOD = Interpreter((3, 11, 2), in_environment=True, sees_system=True, made_of="/usr")


@pytest.mark.parametrize(("settings", "sees"), [("include-system-site-packages = true", True), ("home = /usr", False)])
def test_the_environment_says_whether_it_sees_the_systems_modules(
    make_machine: MakeMachine, settings: str, sees: bool
) -> None:
    machine = make_machine({"/venv/pyvenv.cfg": settings}, prefix="/venv", base_prefix="/usr", python=(3, 10, 12))
    assert Interpreter.of(machine) == Interpreter((3, 10, 12), True, sees, "/usr")


def test_the_systems_own_python_sees_its_modules(make_machine: MakeMachine) -> None:
    assert Interpreter.of(make_machine(prefix="/usr", base_prefix="/usr")).sees_system


@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_versions_that_we_run_on(minor: int) -> None:
    python = Interpreter((3, minor, 0), True, True, "/usr")
    assert judge_interpreter(python, with_system_modules=True).level is Level.OK


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 14, 0)])
def test_other_versions_are_wrong_for_any_rig(version: tuple[int, ...]) -> None:
    finding = judge_interpreter(Interpreter(version, True, True, "/usr"), with_system_modules=False)
    assert finding.level is Level.WRONG
    assert "3.10 to 3.13" in finding.says
    assert finding.mend


@pytest.mark.parametrize(
    ("python", "word"),
    [
        (Interpreter((3, 11, 2), True, False, "/usr"), "hides"),
        (Interpreter((3, 12, 1), True, True, "/opt/python3.12"), "/opt/python3.12"),
    ],
)
def test_an_environment_without_the_systems_modules_is_wrong_where_they_are_needed(
    python: Interpreter, word: str
) -> None:
    finding = judge_interpreter(python, with_system_modules=True)
    assert finding.level is Level.WRONG
    assert word in finding.says
    assert "make install" in finding.mend
    assert judge_interpreter(python, with_system_modules=False).level is Level.ABSENT


def test_a_good_one_says_its_version() -> None:
    assert judge_interpreter(GOOD, with_system_modules=True).says.startswith("3.11.2, in a virtual environment")
