"""What the memory rig shows about the link itself."""

import hashlib

import numpy as np
import pytest

from flatsat.scripted_engine import ScriptedEngine
from testbed.physics import work_out
from testbed.record import legs
from testbed.rigs.memory import MemoryRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario


def held_at(scenario: Scenario, uplink_db: float, downlink_db: float) -> Scenario:
    """The same link with Eb/N0 held."""
    return scenario.model_copy(
        update={
            "uplink": scenario.uplink.model_copy(update={"eb_n0_db": uplink_db}),
            "downlink": scenario.downlink.model_copy(update={"eb_n0_db": downlink_db}),
        }
    )


def fingerprints(seed: int) -> dict[str, str]:
    """Hashes of every sample of a run, by stream, in the default scenario's fading channel."""
    default = Scenario.load("default")
    scenario = default.model_copy(
        update={"pace": "fast", "model": default.model.model_copy(update={"engine": "scripted"})}
    )
    hashes = {name: hashlib.sha256() for name in ("ground_tx", "flatsat_tx", "ground_rx", "flatsat_rx")}

    def keep(name: str, samples: np.ndarray) -> None:
        hashes[name].update(samples.tobytes())

    with MemoryRig(scenario, work_out(scenario, seed), seed, SilentListener(), on_samples=keep) as rig:
        rig.ask(AskRequest("the same samples, bit for bit?"))
    return {name: digest.hexdigest() for name, digest in hashes.items()}


def test_the_same_seed_makes_the_same_samples_bit_for_bit() -> None:
    assert fingerprints(5) == fingerprints(5)


def test_another_seed_makes_other_samples() -> None:
    one, other = fingerprints(5), fingerprints(6)
    assert all(one[name] != other[name] for name in one)


@pytest.mark.timeout(240)
def test_80_prompts_where_one_frame_in_five_is_lost(loopback: Scenario) -> None:
    scenario = held_at(loopback, 5.3, 2.1)
    physics = work_out(scenario, 7)
    engine = ScriptedEngine(tokens_per_s=400, prefill_s=0.02)
    prompts = [f"Question {n}: ¿qué? 🛰" for n in range(80)]
    with MemoryRig(scenario, physics, 7, SilentListener(), engine) as rig:
        answers = [rig.ask(AskRequest(prompt)).answer for prompt in prompts]
        uplink, downlink = legs(physics, rig.report())
    assert answers == [engine.answer(prompt) for prompt in prompts]
    assert engine.inferences == 80
    for leg in (uplink, downlink):
        assert 0.1 < leg.frames_lost / leg.frames_sent < 0.3


@pytest.mark.parametrize("eb_n0_db", [6.0, 9.0, 12.0])
def test_measured_eb_n0_is_the_predicted(eb_n0_db: float, loopback: Scenario) -> None:
    scenario = held_at(loopback, eb_n0_db + 3, eb_n0_db)
    physics = work_out(scenario, 11)
    with MemoryRig(scenario, physics, 11, SilentListener()) as rig:
        for n in range(4):
            rig.ask(AskRequest(f"measure {n} " + "and measure again " * 4))
        for leg in legs(physics, rig.report()):
            numbers = leg.to_json()
            assert numbers["eb_n0_db_measured"] == pytest.approx(numbers["eb_n0_db_predicted"], abs=0.5)
