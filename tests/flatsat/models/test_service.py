"""Orders, packages and news, with real files, engines made up, and work done at once."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flatsat.build import EngineSettings
from flatsat.errors import EngineError
from flatsat.models.build import ModelServiceSettings, build_model_service
from flatsat.models.service import ModelService
from flatsat.models.store import StoreLimits
from flatsat.models.task import BackgroundTask, DoneTask
from flatsat.scripted_engine import ScriptedEngine
from protocol.errors import LocalError
from protocol.model_messages import ListModels, ModelFault, ModelState, ModelStatus, RemoveModel, SwitchModel

Pack = Callable[..., io.BytesIO]


class Rig:
    def __init__(self, directory: Path, built_in: Path, task: Any = DoneTask, **limits: int) -> None:
        self.directory = directory
        self.loaded: list[str | None] = []
        self.broken: set[str] = set()
        self.closed = 0
        self.now_s = 0.0
        settings = ModelServiceSettings(directory / "store", StoreLimits(**limits))
        engine_settings = EngineSettings(model=str(built_in))
        self.service: ModelService = build_model_service(settings, engine_settings, print, self.build, task)

    def build(self, settings: EngineSettings, on_progress: Any) -> ScriptedEngine:
        self.loaded.append(settings.model)
        if any(name in str(settings.model) for name in self.broken):
            raise EngineError("broken")
        rig = self

        class Engine(ScriptedEngine):
            def close(self) -> None:
                rig.closed += 1

        return Engine()

    def poll(self, steps: int = 60, idle: bool = True) -> list[ModelStatus]:
        news = []
        for _ in range(steps):
            news += self.service.poll(self.now_s, idle)
            self.now_s += 0.2
        return news

    def receive(self, name: str, package: io.BytesIO) -> Path:
        path = self.directory / f"{name}.lmpack"
        path.write_bytes(package.getvalue())
        self.service.install(path)
        return path


@pytest.fixture
def rig(tmp_path: Path, built_in: Path) -> Rig:
    rig = Rig(tmp_path, built_in)
    assert rig.service.start(0.0) == []
    assert [status.state for status in rig.poll(2)] == [ModelState.ACTIVE]
    return rig


def told(statuses: list[ModelStatus]) -> list[tuple[str, ModelState, ModelFault | None]]:
    return [(status.name, status.state, status.fault) for status in statuses]


def test_a_model_is_received_switched_to_and_the_one_before_removed(rig: Rig, pack: Pack, built_in: Path) -> None:
    path = rig.receive("new", pack("new"))
    assert told(rig.poll()) == [("new", ModelState.INSTALLED, None)]
    assert not path.exists()
    (status,) = rig.service.take(SwitchModel(1, "new"))
    assert (status.order, status.state) == (1, ModelState.ON_TRIAL)
    assert told(rig.poll()) == [("new", ModelState.ON_TRIAL, None), ("new", ModelState.ACTIVE, None)]
    assert rig.loaded == [str(built_in), str(rig.directory / "store" / "models" / "new" / "files")]
    assert rig.closed == 1
    rig.service.take(SwitchModel(2, "built-in"))
    rig.poll()
    assert told(rig.service.take(RemoveModel(3, "new"))) == [("new", ModelState.INSTALLED, ModelFault.IN_USE)]
    assert told(rig.service.take(ListModels())) == [
        ("built-in", ModelState.ACTIVE, None),
        ("new", ModelState.INSTALLED, None),
    ]


def test_an_order_waits_for_the_engine_to_be_idle(rig: Rig, pack: Pack) -> None:
    rig.receive("new", pack("new"))
    rig.poll()
    engine = rig.service.engine
    rig.service.take(SwitchModel(1, "new"))
    assert rig.poll(idle=False) == []
    assert rig.service.wants_engine
    assert rig.service.engine is engine
    assert told(rig.service.take(RemoveModel(2, "new"))) == [("new", ModelState.ON_TRIAL, ModelFault.BUSY)]
    rig.service.poll(rig.now_s, idle=True)
    assert not rig.service.wants_engine
    assert rig.service.engine is None


def test_an_order_is_carried_out_once_also_after_a_restart(
    rig: Rig, pack: Pack, tmp_path: Path, built_in: Path
) -> None:
    rig.receive("new", pack("new"))
    rig.poll()
    for order, name in ((5, "new"), (6, "built-in")):
        rig.service.take(SwitchModel(order, name))
        rig.poll()
    again = Rig(tmp_path, built_in)
    for each in (rig, again):
        if each is again:
            each.service.start(0.0)
            each.poll()
        (status,) = each.service.take(SwitchModel(5, "new"))
        assert (status.order, status.state) == (5, ModelState.INSTALLED)
        assert each.poll() == []


def test_a_model_that_fails_is_told_with_the_reason(rig: Rig, pack: Pack) -> None:
    rig.receive("new", pack("new"))
    rig.poll()
    rig.broken.add("new")
    rig.service.take(SwitchModel(1, "new"))
    news = rig.poll()
    assert told(news)[1:] == [
        ("new", ModelState.FAILED, ModelFault.LOAD_FAILED),
        ("built-in", ModelState.ACTIVE, None),
    ]
    assert news[1].detail == "broken"
    assert len(news[1].model_id) == 32


def test_a_model_whose_bits_flipped_on_disk_is_not_loaded(rig: Rig, pack: Pack) -> None:
    rig.receive("new", pack("new"))
    rig.poll()
    (rig.directory / "store" / "models" / "new" / "files" / "tokenizer.json").write_bytes(b"[1, 3]")
    rig.service.take(SwitchModel(1, "new"))
    assert ("new", ModelState.FAILED, ModelFault.CORRUPT) in told(rig.poll())
    assert len(rig.loaded) == 2
    assert "new" not in "".join(map(str, rig.loaded))


def test_an_order_about_no_model_is_answered(rig: Rig) -> None:
    for message in (SwitchModel(1, "nobody"), RemoveModel(2, "nobody")):
        assert told(rig.service.take(message)) == [("nobody", ModelState.ABSENT, ModelFault.UNKNOWN)]


def test_to_switch_to_the_active_model_is_no_trial(rig: Rig) -> None:
    assert told(rig.service.take(SwitchModel(1, "built-in"))) == [("built-in", ModelState.ACTIVE, None)]
    assert rig.poll() == []


def test_a_damaged_package_is_told_by_the_name_of_its_file_and_deleted(rig: Rig) -> None:
    path = rig.receive("odd", io.BytesIO(b"?"))
    assert told(rig.poll()) == [("odd", ModelState.ABSENT, ModelFault.MALFORMED)]
    assert not path.exists()


def test_a_package_that_is_not_there_is_told(rig: Rig, tmp_path: Path) -> None:
    rig.service.install(tmp_path / "gone.lmpack")
    assert told(rig.poll()) == [("gone", ModelState.ABSENT, ModelFault.DISK)]
    with pytest.raises(LocalError, match="package"):
        rig.service.install(tmp_path / "..lmpack")


def test_whatever_goes_wrong_with_a_package_the_spacecraft_goes_on(
    rig: Rig, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("4 TiB")

    monkeypatch.setattr("flatsat.models.store.unpack_model", fail)
    rig.receive("new", pack("new"))
    (status,) = rig.poll()
    assert (status.fault, status.detail) == (ModelFault.MALFORMED, "MemoryError('4 TiB')")
    assert rig.service.engine is not None


def test_a_package_without_room_waits_for_it(tmp_path: Path, built_in: Path, pack: Pack) -> None:
    rig = Rig(tmp_path, built_in, models=1)
    rig.service.start(0.0)
    rig.receive("first", pack("first"))
    path = rig.receive("second", pack("second"))
    assert told(rig.poll())[1:] == [
        ("first", ModelState.INSTALLED, None),
        ("second", ModelState.ABSENT, ModelFault.STORE_FULL),
    ]
    assert path.exists()
    assert told(rig.service.take(RemoveModel(1, "first"))) == [("first", ModelState.ABSENT, None)]
    assert told(rig.poll()) == [("second", ModelState.INSTALLED, None)]


def test_work_in_the_background_comes_to_the_same(tmp_path: Path, built_in: Path, pack: Pack) -> None:
    rig = Rig(tmp_path, built_in, BackgroundTask)
    rig.service.start(0.0)
    rig.receive("new", pack("new"))
    news: list[ModelStatus] = []
    while len(news) < 2:
        news += rig.service.poll(0.0, idle=True)
        os.sched_yield()
    assert {status.name: status.state for status in news} == {
        "built-in": ModelState.ACTIVE,
        "new": ModelState.INSTALLED,
    }
    rig.service.close()


def test_a_scripted_engine_has_no_files(tmp_path: Path) -> None:
    settings = ModelServiceSettings(tmp_path / "store")
    service = build_model_service(settings, EngineSettings("scripted"), print, task=DoneTask)
    service.start(0.0)
    service.poll(0.0, idle=True)
    assert isinstance(service.engine, ScriptedEngine)
