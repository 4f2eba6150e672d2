"""What is read of a record that ``testbed orbit`` wrote."""

from typing import Any

import pytest

from testbed.compare.orbit_file import orbit_run
from testbed.compare.run import Run
from testbed.errors import ScenarioError


def test_each_prompt_has_its_figures(orbited: Run) -> None:
    first = orbited.prompts[0]
    assert first.samples["e2e_s"] == (25.0,)
    assert first.samples["inference_s"] == (20.0,)
    assert first.samples["goodput_token_s"] == (2.0,)
    assert (first.samples["energy_j"], first.samples["j_per_token"]) == ((100.0,), (2.0,))
    assert [first.samples[name][0] for name in first.phases] == [0.5, 2.0, 20.0, 2.5]
    assert first.phases[2] == "prefill_and_generation_s"


def test_what_did_not_happen_is_left_out(orbited: Run) -> None:
    assert orbited.answered == 2
    assert orbited.prompts[2].phases == ("to_the_spacecraft_s",)
    assert orbited.without("e2e_s") == 1
    assert orbited.without("energy_j") == 2
    assert orbited.without("itl_s") == orbited.without("ttft_s") == 3


def test_what_the_orbit_was_is_kept(orbited: Run) -> None:
    facts = (orbited.rig, orbited.scenario, orbited.profile, orbited.seed, orbited.energy_source)
    assert facts == ("orbit", "cubesat-uhf", None, 3, "board: the payload's rail")
    assert not orbited.legs


@pytest.mark.parametrize("value", [[], None, [{"asked_s": 1.0}]])
def test_a_mistake_names_file_and_field(orbit_record: dict[str, Any], value: object) -> None:
    orbit_record["answers"] = value
    with pytest.raises(ScenarioError, match=r"^there: answers"):
        orbit_run(orbit_record, "there")
