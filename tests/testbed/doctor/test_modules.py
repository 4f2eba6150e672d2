"""What the imports say was taken from GNU Radio 3.10.5 of Debian 12, with numpy 1.26 and with numpy 2.3 beside it."""

from dataclasses import replace

import pytest

from testbed.doctor.finding import Level
from testbed.doctor.machine import Said
from testbed.doctor.modules import GNURADIO, OSMOSDR, Numpy, check_modules, judge_module, judge_numpy
from tests.testbed.doctor.conftest import NOTHING, MakeMachine, told

WITH_NUMPY_2 = Said(1, '  File "gr/__init__.py", line 30, in <module>\nImportError: initialization failed\n')
NOT_THERE = Said(1, "Traceback (most recent call last):\nModuleNotFoundError: No module named 'osmosdr'\n")


@pytest.mark.parametrize("name", ["numpy-1.24.2.egg-info", "numpy-1.21.5.dist-info"])
def test_the_systems_numpy_is_found(make_machine: MakeMachine, name: str) -> None:
    machine = make_machine({f"/usr/lib/python3/dist-packages/{name}/x": ""}, version_of=lambda _: "1.26.4")
    assert Numpy.of(machine) == Numpy("1.26.4", 1)


def test_a_system_without_numpy_has_none(make_machine: MakeMachine) -> None:
    machine = make_machine(
        {"/usr/lib/python3/dist-packages/numpydoc-1.2.dist-info/x": ""}, version_of=lambda _: "2.1.0"
    )
    assert Numpy.of(machine).system_major is None
    assert judge_numpy(Numpy("2.1.0", None), needed=True).level is Level.OK


def test_a_numpy_of_the_systems_major_version_fits() -> None:
    assert judge_numpy(Numpy("1.26.4", 1), needed=True).level is Level.OK
    assert judge_numpy(Numpy("2.2.4", 2), needed=True).level is Level.OK


@pytest.mark.parametrize(("numpy", "bound"), [(Numpy("2.3.5", 1), "numpy>=1,<2"), (Numpy("1.26.4", 2), "numpy>=2,<3")])
def test_another_numpy_does_not(numpy: Numpy, bound: str) -> None:
    finding = judge_numpy(numpy, needed=True)
    assert finding.level is Level.WRONG
    assert f'pip install "{bound}"' in finding.mend
    assert judge_numpy(numpy, needed=False).level is Level.ABSENT


def test_a_module_that_can_be_imported_says_its_version() -> None:
    finding = judge_module(GNURADIO, Said(0, "a warning\n3.10.5.1\n"), needed=True)
    assert (finding.level, finding.says) == (Level.OK, "3.10.5.1")


@pytest.mark.parametrize(
    ("said", "level", "words"),
    [
        (NOT_THERE, Level.MISSING, "gr-osmosdr"),
        (WITH_NUMPY_2, Level.WRONG, "initialization failed"),
        (Said(-11, ""), Level.WRONG, "signal 11"),
        (None, Level.WRONG, "does not end"),
    ],
)
def test_a_module_that_cannot_be_imported_says_why(said: Said | None, level: Level, words: str) -> None:
    finding = judge_module(OSMOSDR, said, needed=True)
    assert finding.level is level
    assert words in finding.says
    assert "apt-get install" in finding.mend
    assert judge_module(OSMOSDR, said, needed=False).level is Level.ABSENT


def test_each_is_imported_in_a_process_of_its_own(make_machine: MakeMachine) -> None:
    said = {"gnuradio": Said(-11, ""), "osmosdr": NOT_THERE, "SoapySDR": Said(0, "0.8.1-3\n")}
    machine = make_machine(said=said, version_of=lambda _: "1.26.4")
    needs = replace(NOTHING, gnuradio=True)
    assert told(list(check_modules(machine, needs))) == [
        ("numpy", "ok"),
        ("GNU Radio", "wrong"),
        ("gr-osmosdr", "absent"),
        ("SoapySDR", "ok"),
    ]
