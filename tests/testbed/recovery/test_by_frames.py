"""Short versions of the campaigns by frames and by samples; and that they find what they are there to find."""

from itertools import pairwise

import pytest

from flatsat.scripted_engine import ScriptedEngine
from protocol.clcw import Clcw
from protocol.cop1.fop import Fop1
from testbed.faults.frames import FrameFaultSettings
from testbed.recovery.by_frames import ask_by_frames
from testbed.recovery.by_samples import ask_by_samples
from testbed.rigs.frame_rig import FrameRig


@pytest.mark.parametrize("loss", [0.01, 0.3])
def test_every_prompt_is_answered_once_whatever_is_lost(loss: float) -> None:
    heard: list[int] = []
    verdict = ask_by_frames(150, loss, 7, heard.append)
    assert verdict.has_passed, verdict
    assert verdict.asked == 150
    assert heard == list(range(1, 151))
    assert verdict.facts["wraps of N(S)"] >= 1
    assert min(verdict.facts[name] for name in ("passes", "lost", "duplicated", "reordered", "flipped")) > 0


def test_everything_follows_from_the_seed() -> None:
    assert ask_by_frames(20, 0.2, 1, id) == ask_by_frames(20, 0.2, 1, id) != ask_by_frames(20, 0.2, 2, id)


def test_a_few_prompts_with_every_sample() -> None:
    verdict = ask_by_samples(3, 0.2, 1, id)
    assert verdict.has_passed, verdict


def test_time_passes_in_the_rig_and_frames_fly() -> None:
    with FrameRig(ScriptedEngine(tokens_per_s=100), 1, FrameFaultSettings()) as rig:
        prompt_id = rig.station.prompts.ask("Why?", rig.now_s, max_tokens=100)
        times = [rig.now_s]
        while rig.station.prompts.inquiry(prompt_id).open:
            rig.step()
            times.append(rig.now_s)
        assert {round(b - a, 9) for a, b in pairwise(times)} == {0.02}
        assert rig.texts == {prompt_id: "You asked: Why? That is all I have been told to say."}
        assert rig.witness.confirmed <= rig.witness.delivered
        assert rig.witness.lies == []


def test_a_sender_that_confirms_what_was_lost_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A FOP-1 that takes every report for one of all that it has sent."""
    told = Fop1.clcw_received

    def believe(fop: Fop1, clcw: Clcw, now_s: float) -> None:
        flattering = Clcw(vcid=clcw.vcid, farm_b_counter=clcw.farm_b_counter, report_value=fop.v_s)
        told(fop, flattering if fop.state <= 2 else clcw, now_s)

    monkeypatch.setattr(Fop1, "clcw_received", believe)
    with FrameRig(ScriptedEngine(tokens_per_s=100), 1, FrameFaultSettings(loss=0.3)) as rig:
        for number in range(20):
            rig.station.prompts.ask(f"Number {number}: why?", rig.now_s, max_tokens=100)
        for _ in range(3000):
            rig.step()
        assert rig.witness.lies
