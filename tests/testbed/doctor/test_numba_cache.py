from pathlib import Path

import pytest

import radio
from testbed.doctor.finding import Level
from testbed.doctor.numba_cache import NumbaCache, check_numba_cache, judge_numba_cache
from tests.testbed.doctor.conftest import NOTHING, MakeMachine

BESIDE = str(Path(next(iter(radio.__path__))) / "channel" / "__pycache__")


def test_places_are_tried_in_numbas_order(make_machine: MakeMachine) -> None:
    environment = {"NUMBA_CACHE_DIR": "/var/cache/numba", "HOME": "/home/me"}
    cache = NumbaCache.of(make_machine(environment=environment))
    assert cache == NumbaCache(("/var/cache/numba", BESIDE, "/home/me/.cache/numba"), "/var/cache/numba")


@pytest.mark.parametrize(
    ("environment", "last"), [({"HOME": "/h"}, "/h/.cache/numba"), ({"XDG_CACHE_HOME": "/c"}, "/c/numba")]
)
def test_the_users_cache_is_the_last(make_machine: MakeMachine, environment: dict[str, str], last: str) -> None:
    assert NumbaCache.of(make_machine(environment=environment)).tried == (BESIDE, last)


def test_the_first_that_can_be_written_counts(make_machine: MakeMachine) -> None:
    machine = make_machine(
        {"/home/me/.cache/x": "", BESIDE + "/x": ""},
        environment={"HOME": "/home/me"},
        may_use=lambda path: path.name == ".cache",
    )
    assert NumbaCache.of(machine).written == "/home/me/.cache/numba"


def test_a_file_in_the_place_of_a_folder_is_no_place(make_machine: MakeMachine) -> None:
    machine = make_machine({"/var/cache": ""}, environment={"NUMBA_CACHE_DIR": "/var/cache/numba", "HOME": "/h"})
    assert NumbaCache.of(machine).written == BESIDE


def test_no_place_is_wrong(make_machine: MakeMachine) -> None:
    (finding,) = check_numba_cache(make_machine(may_use=lambda _: False), NOTHING)
    assert finding.level is Level.WRONG
    assert BESIDE in finding.says
    assert "NUMBA_CACHE_DIR=" in finding.mend


def test_a_place_is_ok() -> None:
    assert judge_numba_cache(NumbaCache(("/a", "/b"), "/b")).says == "/b"
