import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flatsat.errors import ConfigError
from flatsat.models.errors import ModelError
from flatsat.models.pointers import Pointers
from flatsat.models.store import ModelStore, StoreLimits
from protocol.model_messages import ModelFault
from protocol.model_package.manifest import PackageKind

OpenStore = Callable[..., ModelStore]
Pack = Callable[..., io.BytesIO]

OTHER = {"config.json": b"{}", "model.safetensors": b"Weights" * 50, "a/merges.txt": b"a b"}


def install(store: ModelStore, package: io.BytesIO) -> Any:
    return store.install(package, lambda octets: None)


def tree_of(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def fault_of(action: Callable[[], object]) -> ModelFault:
    with pytest.raises(ModelError) as caught:
        action()
    return caught.value.fault


def test_an_installed_model_is_there_after_a_restart(open_store: OpenStore, pack: Pack) -> None:
    installed = install(open_store(), pack("new", OTHER))
    assert tree_of(installed.path) == OTHER
    assert [model.name for model in open_store().models()] == ["built-in", "new"]
    assert open_store().find("new") == installed
    assert open_store().verify("new") == installed


def test_the_built_in_model_is_one_too(open_store: OpenStore, built_in: Path) -> None:
    store = open_store()
    assert store.verify("built-in").path == built_in
    assert store.holds("built-in")


def test_a_patch_starts_from_any_model_on_board(open_store: OpenStore, pack: Pack, built_in: Path) -> None:
    store = open_store()
    first = install(store, pack("first", OTHER, base=tree_of(built_in)))
    assert tree_of(first.path) == OTHER
    second = install(store, pack("second", {**OTHER, "config.json": b"[]"}, base=OTHER))
    assert tree_of(second.path) == {**OTHER, "config.json": b"[]"}
    assert first.model_id == install(store, pack("whole", OTHER)).model_id


def test_a_gguf_model_is_its_file(open_store: OpenStore, pack: Pack) -> None:
    installed = install(open_store(), pack("g", {"tiny.gguf": b"GGUF"}))
    assert installed.path.read_bytes() == b"GGUF"
    assert installed.path.name == "tiny.gguf"


def test_the_same_package_again_changes_nothing_and_another_of_that_name_is_refused(
    open_store: OpenStore, pack: Pack
) -> None:
    store = open_store()
    assert install(store, pack("new", OTHER)) == install(store, pack("new", OTHER))
    assert fault_of(lambda: install(store, pack("new"))) is ModelFault.NAME_TAKEN
    assert tree_of(store.find("new").path) == OTHER


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        ({"models": 1}, ModelFault.STORE_FULL),
        ({"octets": 700}, ModelFault.STORE_FULL),
        ({"free_octets": 2**60}, ModelFault.DISK),
    ],
)
def test_without_room_nothing_is_installed_and_nothing_removed(
    open_store: OpenStore, pack: Pack, limits: dict[str, int], fault: ModelFault
) -> None:
    install(open_store(), pack("first"))
    store = open_store(**limits)
    assert fault_of(lambda: install(store, pack("second", OTHER))) is fault
    assert [model.name for model in store.models()] == ["built-in", "first"]


@pytest.mark.parametrize("name", ["models", "octets", "free_octets"])
def test_limits_are_checked(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        StoreLimits(**{name: -1})


def test_a_package_that_is_damaged_leaves_nothing(open_store: OpenStore, pack: Pack, tmp_path: Path) -> None:
    store, whole = open_store(), pack("new", OTHER).getvalue()
    for damaged in (whole[:-1], whole + b"x", whole[:-9] + bytes(9), b"", whole[:20]):
        assert fault_of(lambda damaged=damaged: install(store, io.BytesIO(damaged))) is ModelFault.MALFORMED
    assert list((tmp_path / "store" / "models").iterdir()) == []


def test_a_full_disk_leaves_nothing(
    open_store: OpenStore, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = open_store()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert fault_of(lambda: install(store, pack("new"))) is ModelFault.DISK
        assert fault_of(lambda: store.point(Pointers("new"))) is ModelFault.DISK
        assert store.pointers == Pointers()
        store.note(Pointers("new"))
        assert store.pointers == Pointers("new")
    assert list((tmp_path / "store" / "models").iterdir()) == []


def test_a_base_that_is_not_on_board_is_named(open_store: OpenStore, pack: Pack) -> None:
    assert fault_of(lambda: install(open_store(), pack("new", base=OTHER))) is ModelFault.BASE_MISSING


def test_an_adapter_of_a_gguf_model_needs_its_safetensors(open_store: OpenStore, pack: Pack) -> None:
    store, gguf = open_store(), {"tiny.gguf": b"GGUF"}
    install(store, pack("g", gguf))
    adapter = {"adapter_config.json": b"{}", "adapter_model.safetensors": b""}
    package = pack("tuned", adapter, base=gguf, kind=PackageKind.LORA)
    assert fault_of(lambda: install(store, package)) is ModelFault.NOT_MERGEABLE


def test_what_is_in_use_stays(open_store: OpenStore, pack: Pack) -> None:
    store = open_store()
    for name in ("a", "b", "c", "d"):
        install(store, pack(name))
    store.point(Pointers("a", "b", "c", failed=("d",)))
    for name in ("a", "b", "c", "built-in"):
        assert fault_of(lambda name=name: store.remove(name)) is ModelFault.IN_USE
    store.remove("d")
    assert not open_store().holds("d")
    assert open_store().pointers.failed == ()
    assert fault_of(lambda: store.remove("d")) is ModelFault.UNKNOWN


def test_a_flipped_bit_on_disk_is_found(open_store: OpenStore, pack: Pack) -> None:
    store = open_store()
    weights = install(store, pack("new")).path / "model.safetensors"
    octets = bytearray(weights.read_bytes())
    octets[100] ^= 4
    weights.write_bytes(octets)
    assert fault_of(lambda: store.verify("new")) is ModelFault.CORRUPT
    weights.unlink()
    assert fault_of(lambda: store.verify("new")) is ModelFault.CORRUPT


def test_a_model_whose_manifest_is_damaged_can_be_removed(open_store: OpenStore, pack: Pack, tmp_path: Path) -> None:
    store = open_store()
    install(store, pack("new"))
    (tmp_path / "store" / "models" / "new" / "manifests").write_bytes(b"?")
    assert fault_of(lambda: store.find("new")) is ModelFault.CORRUPT
    assert [model.name for model in store.models()] == ["built-in"]
    assert fault_of(lambda: install(store, pack("new"))) is ModelFault.NAME_TAKEN
    store.remove("new")
    install(store, pack("new"))


def test_a_store_without_a_built_in_model(tmp_path: Path, pack: Pack) -> None:
    store = ModelStore(tmp_path / "store", None, StoreLimits())
    install(store, pack("new"))
    assert [model.name for model in store.models()] == ["built-in", "new"]
    assert store.verify("built-in").files == ()


def test_a_built_in_model_with_an_odd_file_is_refused_in_words(tmp_path: Path, built_in: Path) -> None:
    (built_in / "config (1).json").touch()
    with pytest.raises(ConfigError, match="plain names"):
        ModelStore(tmp_path / "store", built_in, StoreLimits())
