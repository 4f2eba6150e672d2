"""The shipped air interfaces, each over the radio and back."""

import pytest

from flatsat.scripted_engine import ScriptedEngine
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario
from testbed.session import ask_once

SEED = 3
PROMPT = "¿Dónde está el satélite? 🛰"


@pytest.mark.parametrize("rig", ["memory", "zmq"])
@pytest.mark.parametrize("profile", ["leo-gmsk", "leo-oqpsk-ldpc"])
def test_an_answer_comes_back_over_a_stream(profile: str, rig: str, loopback: Scenario) -> None:
    """Idle frames keep the downlink going: none is lost, and the measured Eb/N0 is the predicted one."""
    scenario = loopback.model_copy(update={"profile": profile})
    found = ask_once(rig, scenario, SEED, AskRequest(PROMPT), SilentListener()).to_json()
    assert found["answer"] == ScriptedEngine().answer(PROMPT)
    uplink, downlink = found["link"]["uplink"], found["link"]["downlink"]
    assert uplink["frames_sent"] == uplink["frames_received"] > 0
    assert uplink["frames_lost"] == downlink["retransmissions"] == 0
    assert downlink["frames_sent"] > 10
    assert downlink["frames_lost"] <= 2  # on their way as the rig is stopped
    assert downlink["eb_n0_db_measured"] == pytest.approx(downlink["eb_n0_db_predicted"], abs=1.0)
