"""Programs killed, stopped and started again while prompts are under way, over the zmq rig."""

import threading
from pathlib import Path

import pytest

from testbed.bench.software import ZMQ_BENCH
from testbed.errors import ScenarioError
from testbed.faults.control import ask_for
from testbed.faults.fault import JournalFlips, Kill, PowerCycle, Stall
from testbed.physics import work_out
from testbed.recovery.by_restarts import KILLS, POWER_CUTS, RestartCampaign
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

TEXT = "What is left?"
ANSWER = "You asked: What is left? That is all I have been told to say."


def test_a_few_kills_and_power_cuts_lose_nothing() -> None:
    for faults in (KILLS, POWER_CUTS):
        verdict = RestartCampaign(5).run("a few", faults, 3, id)
        assert verdict.has_passed, verdict


def test_faults_of_the_scenario_come_at_their_moments(loopback: Scenario) -> None:
    faults = [
        Kill(target="flatsat", at_s=[0.5]),
        JournalFlips(target="flatsat", program="up", bits=1, at_s=[0.2]),
        Stall(target="sky", for_s=0.2, at_s=[0.3]),
        PowerCycle(at_s=[500.0]),
    ]
    scenario = loopback.model_copy(update={"faults": faults})
    with ProcessRig(ZMQ_BENCH, scenario, work_out(scenario, 1), 1, SilentListener()) as rig:
        assert rig.ask(AskRequest(TEXT, max_tokens=200)).answer == ANSWER
        rig.run_for(0.5)
        happened = [(record.fault.split()[0], record.link_time_s) for record in rig.faults]
    assert [name for name, _ in happened] == ["flip", "stall", "kill"]
    for (_, link_time_s), earliest_s in zip(happened, (0.2, 0.3, 0.5), strict=True):
        assert link_time_s >= earliest_s


def test_a_fault_by_command_and_one_that_this_rig_cannot_have(loopback: Scenario) -> None:
    scenario = loopback.model_copy(update={"board": loopback.board.model_copy(update={"present": False})})
    said: list[object] = []

    def command(folder: Path) -> None:
        for fault in ({"kind": "kill", "target": "ground"}, {"kind": "kill", "target": "firmware"}):
            try:
                said.append(ask_for(folder, dict(fault)))
            except ScenarioError as error:
                said.append(error.field)

    with ProcessRig(ZMQ_BENCH, scenario, work_out(scenario, 1), 1, SilentListener()) as rig:
        prompt_id = rig.submit(AskRequest(TEXT, max_tokens=200))
        commander = threading.Thread(target=command, args=[rig.folder])
        commander.start()
        while commander.is_alive():
            rig.run_for(0.05)
        assert said == ["ground ended by SIGKILL and started again", "target"]
        assert rig.outcome(prompt_id).answer == ANSWER
        with pytest.raises(ScenarioError, match="own_process"):
            rig.inject(Kill(target="inference"))
