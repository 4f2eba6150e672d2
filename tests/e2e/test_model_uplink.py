"""A changed model goes up over two passes, and answers."""

import dataclasses
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from flatsat.model_files import ConvertedModel, find_model
from ground.contact import Contact
from ground.uplink_model_command import put_into_outbox
from testbed.bench.software import ZMQ_BENCH
from testbed.physics import work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import ModelTable, Scenario

QUESTION = AskRequest("Tell me about the Moon.", max_tokens=12)
LOS_S, AOS_S = 30.0, 36.0


def changed_copy(model: Path, copy: Path) -> None:
    """Write a GGUF file of which one norm layer is another, so that it answers with other words."""
    gguf = pytest.importorskip("gguf")
    shutil.copyfile(model, copy)
    reader = gguf.GGUFReader(copy, "r+")
    tensor = next(tensor for tensor in reader.tensors if tensor.name == "blk.20.ffn_norm.weight")
    values = tensor.data.view(np.float32)
    values[:] = values * np.float32(1.5)
    reader.data.flush()


@contextmanager
def never_converted(model: Path) -> Iterator[None]:
    """Have the user's cache know nothing of a GGUF file, before or afterwards."""
    converted = ConvertedModel(model, "any").directory.parent
    shutil.rmtree(converted, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(converted, ignore_errors=True)


def run_until(rig: ProcessRig, done: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 240
    while not done():
        assert time.monotonic() < end_s, f"not within the time: {rig.link_time_s} s, {rig.models}"
        rig.run_for(0.02)


@pytest.mark.model
@pytest.mark.timeout(400)
def test_a_changed_model_goes_up_over_two_passes_and_answers(tmp_path: Path) -> None:
    known = find_model(None, None).path
    changed_copy(known, tmp_path / "changed.gguf")
    put_into_outbox(tmp_path / "changed.gguf", tmp_path, "changed", known, [], switch=True, as_json=True)
    scenario = Scenario.load("loopback").model_copy(update={"longest_s": 900.0, "model": ModelTable()})
    physics = work_out(scenario, 1)
    contacts = [Contact(0.0, LOS_S), Contact(AOS_S, physics.end_s)]
    physics = dataclasses.replace(physics, contacts=contacts)
    with (
        never_converted(tmp_path / "changed.gguf"),
        ProcessRig(ZMQ_BENCH, scenario, physics, 1, SilentListener()) as rig,
    ):
        before = rig.ask(QUESTION)
        run_until(rig, lambda: rig.link_time_s >= LOS_S - 2.5)
        (rig.outbox / "changed.switch").touch()
        shutil.copyfile(tmp_path / "changed.lmpack", rig.outbox / ".part").rename(rig.outbox / "changed.lmpack")
        run_until(rig, lambda: rig.link_time_s >= LOS_S + 1)
        assert (rig.outbox / "changed.lmpack").exists(), "not all of it has gone up before the loss of signal"
        run_until(rig, lambda: rig.models.get("changed") in ("active", "failed"))
        assert rig.models["changed"] == "active"
        assert rig.link_time_s > AOS_S
        after = rig.ask(QUESTION)
    assert before.answer
    assert after.answer
    assert after.answer != before.answer
