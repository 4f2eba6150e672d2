import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flatsat.models.pointers import Pointers, load_pointers, save_pointers
from protocol import cbor
from protocol.errors import LocalError

NAMES = st.sampled_from(["built-in", "a", "b", "c"])


@settings(max_examples=30)
@given(data=st.data())
def test_pointers_survive_the_disk_and_damage_gives_the_built_in_model(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "pointers"
    pointers = Pointers(
        data.draw(NAMES), data.draw(NAMES), data.draw(st.none() | NAMES), data.draw(st.integers(0, 3)), ("a", "b"), 7
    )
    save_pointers(path, pointers)
    assert load_pointers(path) == pointers
    octets = bytearray(path.read_bytes())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(octets)
    assert load_pointers(path) == Pointers()


def test_without_a_file_the_built_in_model_answers(tmp_path: Path) -> None:
    assert load_pointers(tmp_path / "pointers") == Pointers("built-in", "built-in", None, 0, (), 0)


def test_a_name_that_no_model_has_is_refused() -> None:
    for names in (("../a", "b"), ("a", "../b"), ("a", "b", "../c")):
        with pytest.raises(LocalError):
            Pointers(*names)


def test_a_model_that_passes_makes_the_active_one_the_previous() -> None:
    assert Pointers("a", "b").tried("c").serving("c") == Pointers("c", "a")
    assert Pointers("a", "b", starts=2).serving("a") == Pointers("a", "b")


def test_a_model_that_failed_is_nowhere() -> None:
    assert Pointers("a", "b", "c").without("c") == Pointers("a", "b", failed=("c",))
    assert Pointers("a", "b", starts=3).without("a") == Pointers("b", failed=("a",))
    assert Pointers("a", "b", "b").without("b") == Pointers("a", failed=("b",))
    assert Pointers("a", "b", "a").without("a") == Pointers("b", failed=("a",))
    assert Pointers("a", failed=("c",)).without("c") == Pointers("a", failed=("c",))


def test_a_second_trial_forgets_the_first() -> None:
    assert Pointers("a", failed=("b", "c")).tried("b") == Pointers("a", trial="b", failed=("c",))


def test_what_is_no_list_of_failed_models_gives_the_built_in_one(tmp_path: Path) -> None:
    for failed in (7, "abc", {"a": 1}):
        body = cbor.pack({1: "a", 2: "b", 5: failed})
        (tmp_path / "pointers").write_bytes(hashlib.sha256(body).digest() + body)
        assert load_pointers(tmp_path / "pointers") == Pointers()
