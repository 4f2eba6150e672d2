"""A receiver that is set wrong: the link does what was foretold, through the driver of an RTL-SDR."""

import dataclasses
import importlib.util
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flatsat.scripted_engine import ScriptedEngine
from ground.contact import Contact
from testbed.bench.bench import Bench
from testbed.bench.foresight import foresee
from testbed.errors import NoAnswerError
from testbed.physics import Physics, work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("osmosdr"), reason="gr-osmosdr is not installed")

LOS_S = 8.0
"""Long enough for an answer, and for a link that fails."""
REFERENCE_GAIN_DB = 29.7


def bench(**wrong: float) -> Bench:
    """The shipped bench with a simulated board, its receiver set as told."""
    found = Bench.load("emulated")
    front_end: Any = found.ground.front_end
    receive = front_end.receive.model_copy(update={"gain_db": REFERENCE_GAIN_DB, **wrong})
    ground = found.ground.model_copy(update={"front_end": front_end.model_copy(update={"receive": receive})})
    return found.model_copy(update={"ground": ground, "board": found.board.model_copy(update={"kind": "simulator"})})


def scenario(tmp_path: Path, impairments: str = "") -> Scenario:
    """The link alone."""
    path = tmp_path / "scenario.toml"
    path.write_text(
        'name = "wrong"\nstudy = "stated"\nstart = 2024-01-22T09:18:20Z\n'
        f'{impairments}\n[model]\nengine = "scripted"\ntokens_per_s = 50.0\n'
    )
    return Scenario.load(str(path))


def within(physics: Physics, los_s: float) -> Physics:
    return dataclasses.replace(physics, contacts=[Contact(0.0, los_s)])


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"frequency_hz": 437.05e6 + 25e3}, "the carrier lies outside the receiver's search range"),
        ({"ppm": 40.0}, "the carrier lies outside the receiver's search range"),
    ],
    ids=["25 kHz off", "40 ppm"],
)
def test_a_link_that_cannot_recover_fails_with_its_cause(wrong: dict[str, float], cause: str, tmp_path: Path) -> None:
    set_wrong, told = bench(**wrong), scenario(tmp_path)
    physics = within(work_out(told, 1), LOS_S)
    with ProcessRig(set_wrong, told, physics, 1, SilentListener()) as rig:
        with pytest.raises(NoAnswerError, match=cause):
            rig.ask(AskRequest("do you hear me?"))
        ground = rig.report().ground
    assert ground["frames_received"] == 0


@pytest.mark.parametrize(
    ("wrong", "impairments"),
    [
        ({}, ""),
        ({"gain_db": REFERENCE_GAIN_DB + 19.9}, ""),
        ({}, "[front_end.impairments]\ndropped_transfers = { probability = 0.05, transfer_samples = 8192 }"),
    ],
    ids=["right", "20 dB too much gain", "5 % of the samples dropped"],
)
def test_a_link_that_recovers_is_as_good_as_foretold(wrong: dict[str, float], impairments: str, tmp_path: Path) -> None:
    set_wrong, told = bench(**wrong), scenario(tmp_path, impairments)
    physics = work_out(told, 1)
    forecast = foresee(set_wrong, told, physics)
    assert forecast
    assert forecast.recovers
    assert (forecast.frame_loss > 0.1) == bool(impairments)
    with ProcessRig(set_wrong, told, physics, 1, SilentListener()) as rig:
        outcome = rig.ask(AskRequest("do you hear me?"))
        report = rig.report()
    assert outcome.answer == ScriptedEngine().answer("do you hear me?")
    c_n0_db_hz = partial(physics.sky.downlink_states.at, "c_n0_db_hz")
    good = [burst for burst in report.ground["bursts"] if burst["decoded"]]
    nearer_db = [c_n0_db_hz(burst["started_s"]) - c_n0_db_hz(0.0) for burst in good]  # than as the run began
    measured_db = [burst["es_n0_db"] for burst in good]
    assert np.mean(measured_db) == pytest.approx(forecast.es_n0_db + np.mean(nearer_db), abs=1.0)
    clipped = report.dongles["ground"]["clipped_values"]
    assert (clipped > 0) == bool(wrong)
    assert (report.dongles["ground"]["lost_samples"] > 0) == bool(impairments)
