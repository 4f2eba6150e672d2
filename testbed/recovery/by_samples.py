"""Prompts over the memory rig, every sample of them, with frames lost behind the modem."""

from collections import Counter
from collections.abc import Callable

from flatsat.scripted_engine import ScriptedEngine
from protocol.journey import Milestone
from testbed.errors import NoAnswerError
from testbed.faults.fault import FrameTrouble
from testbed.physics import work_out
from testbed.recovery.verdict import Verdict, judged
from testbed.rigs.memory import MemoryRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

_TOKENS_PER_S = 100.0
_LEFT_S = 120.0
"""Of a pass, or no more is asked in it."""


def ask_by_samples(prompts: int, loss: float, seed: int, on_progress: Callable[[int], None]) -> Verdict:
    """Ask so many prompts, one after another, at a loss of frames in both directions.

    `on_progress` is called with how many have ended.
    """
    trouble = FrameTrouble(loss=loss, duplicates=0.05, reordering=0.3, flips=0.02, fecf_put_right=True)
    scenario = Scenario.load("loopback").model_copy(update={"faults": [trouble]})
    engine = ScriptedEngine(tokens_per_s=_TOKENS_PER_S)
    expected: dict[str, str] = {}
    answers: dict[str, str] = {}
    inferences: Counter[str] = Counter()
    passes, link_s = 0, 0.0
    while len(expected) < prompts:
        physics = work_out(scenario, seed + passes)
        with MemoryRig(scenario, physics, seed + passes, SilentListener(), engine) as rig:
            while len(expected) < prompts and rig.link_time_s < physics.end_s - _LEFT_S:
                text = f"Number {len(expected)}: why?"
                try:
                    outcome = rig.ask(AskRequest(text, max_tokens=200))
                except NoAnswerError:
                    expected[f"unanswered {len(expected)}"] = engine.answer(text)
                    break
                expected[outcome.prompt_id] = engine.answer(text)
                answers[outcome.prompt_id] = outcome.answer
                on_progress(len(expected))
            inferences.update(event.prompt_id for event in rig.trace.named(Milestone.INFERENCE_DONE.value))
            link_s += rig.link_time_s
        passes += 1
    facts = {"passes": passes, "link time in s": round(link_s)}
    return judged(f"{loss:.0%} of frames lost, by samples", seed, expected, answers, inferences, **facts)
