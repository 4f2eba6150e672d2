"""The power is cut at each step that reaches the disk; what was not synced by then is lost."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flatsat.models.pointers import Pointers
from flatsat.models.store import ModelStore

OpenStore = Callable[..., ModelStore]
Pack = Callable[..., io.BytesIO]

OTHER = {"config.json": b"{}", "model.safetensors": b"Weights" * 50, "a/merges.txt": b"a b"}


class PowerCutError(BaseException):
    """The machine is off."""


class Disk:
    """Counts the steps that reach the disk, and cuts the power before one of them.

    A cut empties files that were not synced as they are. If `forgets_names`, it undoes renames, too, of which the
    directory was not synced since: a disk may do so or not.
    """

    def __init__(self, root: Path, cut_at: int, forgets_names: bool, patch: pytest.MonkeyPatch) -> None:
        self.steps, self._cut_at, self._root, self._forgets = 0, cut_at, root, forgets_names
        self._synced = {path.stat().st_ino: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        self._renamed: list[tuple[Path, Path, bytes | None]] = []
        self._fsync, self._rename = os.fsync, os.rename
        patch.setattr(os, "fsync", self._on_fsync)
        patch.setattr(Path, "rename", lambda path, target: self._on_rename(path, target))
        patch.setattr(Path, "replace", lambda path, target: self._on_rename(path, target))
        patch.setattr(shutil, "rmtree", self._on_remove(shutil.rmtree))

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self._cut_at:
            self.cut()
        if self.steps >= self._cut_at:
            raise PowerCutError

    def _on_fsync(self, descriptor: int) -> None:
        self._step()
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path.is_file():
            self._synced[path.stat().st_ino] = path.read_bytes()
        self._renamed = [rename for rename in self._renamed if rename[1].parent != path]

    def _on_rename(self, path: Path, target: Path) -> None:
        self._step()
        self._renamed.append((path, target, target.read_bytes() if target.is_file() else None))
        self._rename(path, target)

    def _on_remove(self, remove: Callable[..., None]) -> Callable[..., None]:
        def step_and_remove(*args: Any, **options: Any) -> None:
            self._step()
            remove(*args, **options)

        return step_and_remove

    def cut(self) -> None:
        for path, target, before in reversed(self._renamed if self._forgets else []):
            self._rename(target, path)
            if before is not None:
                target.write_bytes(before)
                self._synced[target.stat().st_ino] = before
        for path in self._root.rglob("*"):
            if path.is_file() and path.read_bytes() != self._synced.get(path.stat().st_ino):
                path.write_bytes(b"")


@contextmanager
def powered(root: Path, cut_at: int, forgets_names: bool) -> Iterator[Disk]:
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(root, cut_at, forgets_names, patch)
        try:
            yield disk
        except PowerCutError:
            assert disk.steps >= cut_at


def cuts(root: Path, forgets_names: bool, prepare: Callable[[], None], act: Callable[[], None]) -> Iterator[int]:
    """Do `act` with a cut at its first step, its second, ..., and when it is done; yield after each cut."""
    cut_at = 1
    while True:
        shutil.rmtree(root, ignore_errors=True)
        prepare()
        with powered(root, cut_at, forgets_names) as disk:
            act()
            disk.cut()
        yield cut_at
        if disk.steps < cut_at:
            return
        cut_at += 1


@pytest.mark.parametrize("forgets_names", [False, True])
def test_an_installation_is_whole_or_not_there(
    open_store: OpenStore, pack: Pack, tmp_path: Path, forgets_names: bool
) -> None:
    def act() -> None:
        open_store().install(pack("new", OTHER), lambda octets: None)

    there = []
    for _ in cuts(tmp_path / "store", forgets_names, lambda: None, act):
        store = open_store()
        there.append(store.holds("new"))
        if store.holds("new"):
            store.verify("new")
        else:
            assert list((tmp_path / "store" / "models").iterdir()) == []
            store.install(pack("new", OTHER), lambda octets: None)
    assert len(there) > 8
    assert there[0] is False
    assert there[-1] is True
    assert there == sorted(there)


@pytest.mark.parametrize("forgets_names", [False, True])
def test_a_removal_is_whole_or_did_not_happen(
    open_store: OpenStore, pack: Pack, tmp_path: Path, forgets_names: bool
) -> None:
    def prepare() -> None:
        open_store().install(pack("old", OTHER), lambda octets: None)

    for _ in cuts(tmp_path / "store", forgets_names, prepare, lambda: open_store().remove("old")):
        store = open_store()
        if store.holds("old"):
            store.verify("old")
    assert not store.holds("old")
    assert list((tmp_path / "store" / "models").iterdir()) == []


@pytest.mark.parametrize("forgets_names", [False, True])
def test_pointers_are_the_old_or_the_new_ones(open_store: OpenStore, tmp_path: Path, forgets_names: bool) -> None:
    seen = []
    for _ in cuts(
        tmp_path / "store",
        forgets_names,
        lambda: open_store().point(Pointers("a")),
        lambda: open_store().point(Pointers("b", "a")),
    ):
        seen.append(open_store().pointers)
    assert seen[0] == Pointers("a")
    assert seen[-1] == Pointers("b", "a")
    assert set(seen) == {Pointers("a"), Pointers("b", "a")}
