"""The packaged model, packed on the ground: installed beside itself, tried, in service, and gone again."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flatsat.build import EngineSettings
from flatsat.model_files import find_model
from flatsat.models.build import ModelServiceSettings, build_model_service
from flatsat.models.service import ModelService
from ground.model_package_build import build_package
from protocol.model_messages import ModelState, ModelStatus, SwitchModel
from protocol.model_package.manifest import SelfTestPrompt


def wait(service: ModelService, done: Callable[[ModelStatus], bool]) -> ModelStatus:
    for _ in range(10_000):
        for status in service.poll(time.monotonic(), idle=True):
            if done(status):
                return status
        time.sleep(0.01)
    raise AssertionError("nothing came of it")


@pytest.mark.model
def test_a_model_that_was_uplinked_goes_into_service(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    tests = (SelfTestPrompt("What is the capital of France?", 12, "Paris"),)
    built = build_package(find_model(None).path, tmp_path / "smollm2.lmpack", "smollm2", None, tests)
    service = build_model_service(ModelServiceSettings(tmp_path / "store"), EngineSettings(), lambda _fraction: None)
    service.install(built.path)
    assert wait(service, lambda status: status.name == "smollm2").model_id == built.model_id
    service.take(SwitchModel(1, "smollm2"))
    last = wait(service, lambda status: status.state is not ModelState.ON_TRIAL)
    assert (last.name, last.state, last.detail) == ("smollm2", ModelState.ACTIVE, "")
    service.close()
