import pytest

from testbed.campaign.count import Count
from testbed.campaign.ledger import LEDGER, Ledger
from testbed.errors import ScenarioError

ORIGINS = {"campaign": "abc", "radio code": "def", "seed": "1"}
UNITS = [(0, 0, Count(frames=5, right=4)), (1, 7, Count(symbols=90, symbol_errors=3, alarms=1))]


@pytest.fixture
def begun(tmp_path):
    with Ledger(tmp_path, ORIGINS, anew=False) as ledger:
        for each in UNITS:
            ledger.add(*each)
    return tmp_path


def found(folder, origins=ORIGINS, anew=False):
    with Ledger(folder, origins, anew=anew) as ledger:
        return ledger.found


def test_what_was_added_is_found(begun):
    assert found(begun) == UNITS


def test_what_is_added_later_follows(begun):
    with Ledger(begun, ORIGINS, anew=False) as ledger:
        ledger.add(2, 3, Count(frames=1))
    assert found(begun) == [*UNITS, (2, 3, Count(frames=1))]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_was_cut_off_is_dropped(begun, cut):
    path = begun / LEDGER
    path.write_bytes(path.read_bytes()[:-cut])
    assert found(begun) == UNITS[:-1]
    with Ledger(begun, ORIGINS, anew=False) as ledger:
        ledger.add(*UNITS[-1])
    assert found(begun) == UNITS


@pytest.mark.parametrize("changed", ORIGINS)
def test_what_is_of_something_else_is_refused_and_left_as_it_is(begun, changed):
    with pytest.raises(ScenarioError, match=f"--anew.*another {changed}"):
        found(begun, {**ORIGINS, changed: "other"})
    assert found(begun) == UNITS


def test_or_begun_anew(begun):
    other = {**ORIGINS, "seed": "2"}
    assert found(begun, other, anew=True) == []
    assert found(begun, other) == []


@pytest.mark.parametrize("text", [b"[1]\n", b"{\n", b'{"campaign": "abc", "radio code": "def", "seed": "1"}\nx\n'])
def test_a_file_of_another_kind_is_refused(tmp_path, text):
    (tmp_path / LEDGER).write_bytes(text)
    with pytest.raises(ScenarioError, match="work units"):
        found(tmp_path)


def test_two_do_not_write_at_once(begun):
    with Ledger(begun, ORIGINS, anew=False), pytest.raises(ScenarioError, match="at the moment"):
        found(begun)


def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(ScenarioError, match="out"):
        found(tmp_path / "nowhere")


@pytest.mark.parametrize("line", [b"[" * 5000, b'[0, "a", 1]', b"[0, 0, -1]", b"[0, 0, 1.5]", b"[0]", b"[[], 0]"])
def test_a_line_that_is_no_work_unit_is_refused_and_the_file_let_go(begun, line):
    whole = (begun / LEDGER).read_bytes()
    (begun / LEDGER).write_bytes(whole + line + b"\n")
    with pytest.raises(ScenarioError, match="work units"):
        found(begun)
    (begun / LEDGER).write_bytes(whole)
    assert found(begun) == UNITS
