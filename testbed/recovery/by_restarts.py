"""Prompts over a rig of processes whose programs are killed, or whose board loses its power, in the midst of them."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

from flatsat.scripted_engine import ScriptedEngine
from protocol.journey import Milestone
from testbed.bench.software import ZMQ_BENCH
from testbed.errors import NoAnswerError
from testbed.faults.fault import Kill, PowerCycle, ProgramFault
from testbed.physics import work_out
from testbed.recovery.verdict import Verdict, judged
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import ModelTable, Scenario

KILLS: tuple[ProgramFault, ...] = (
    Kill(target="ground"),
    Kill(target="flatsat"),
    Kill(target="inference"),
    Kill(target="sky"),
    Kill(target="firmware"),
)
POWER_CUTS: tuple[ProgramFault, ...] = (PowerCycle(),)

_MOMENTS_A_RIG = 20
"""So that a contact does not end before."""
_MOST_PROMPTS, _MOST_OPEN = 3, 6
"""Asked at once, and without an answer: fewer than the spacecraft takes, for a prompt refused is none accepted."""
_LATEST_S = 0.6
"""From the last prompt to the fault, by the wall's clock: seconds of the link's, longer than an answer takes."""
_TOKENS_PER_S = 25.0


class RestartCampaign:
    """Asks, harms, asks again; waits for all answers at the end."""

    def __init__(self, seed: int, scenario: Scenario | None = None) -> None:
        """Take the shipped link test, unless told otherwise, with the engine in a process of its own."""
        model = ModelTable(engine="scripted", tokens_per_s=_TOKENS_PER_S, own_process=True)
        self._scenario = scenario or Scenario.load("loopback").model_copy(update={"model": model})
        self._seed, self._rng = seed, random.Random(seed)
        self._engine = ScriptedEngine()
        self._expected: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._inferences: Counter[str] = Counter()
        self._harm: Counter[str] = Counter()
        self._open: list[str] = []
        self._refused = 0
        self._link_s = 0.0

    def run(
        self, name: str, faults: Sequence[ProgramFault], moments: int, on_progress: Callable[[int], None]
    ) -> Verdict:
        """Have faults, drawn from these, happen at so many moments; `on_progress` is called after each.

        Raises RigError if a rig does not come back.
        """
        for begin in range(0, moments, _MOMENTS_A_RIG):
            seed = self._rng.getrandbits(31)
            with ProcessRig(ZMQ_BENCH, self._scenario, work_out(self._scenario, seed), seed, SilentListener()) as rig:
                for moment in range(begin, min(begin + _MOMENTS_A_RIG, moments)):
                    self._ask(rig, self._rng.randint(1, _MOST_PROMPTS))
                    rig.run_for(self._rng.uniform(0, _LATEST_S))
                    self._inject(rig, self._rng.choice(faults))
                    on_progress(moment + 1)
                self._gather(rig)
        facts = {str(fault): self._harm[str(fault)] for fault in faults}
        facts |= {"refused": self._refused, "link time in s": round(self._link_s)}
        return judged(
            name,
            self._seed,
            self._expected,
            self._answers,
            self._inferences,
            **facts,
        )

    def _ask(self, rig: ProcessRig, prompts: int) -> None:
        while len(self._open) + prompts > _MOST_OPEN:
            self._await(rig, self._open.pop(0))
        for _ in range(prompts):
            text = f"Number {len(self._expected)}: why?"
            prompt_id = rig.submit(AskRequest(text, max_tokens=200))
            self._expected[prompt_id] = self._engine.answer(text)
            self._open.append(prompt_id)

    def _await(self, rig: ProcessRig, prompt_id: str) -> None:
        try:
            outcome = rig.outcome(prompt_id)
        except NoAnswerError:
            return
        if outcome.finish_reason == "refused":
            self._refused += 1
        else:
            self._answers[prompt_id] = outcome.answer

    def _inject(self, rig: ProcessRig, fault: ProgramFault) -> None:
        rig.inject(fault)
        self._harm[str(fault)] += 1

    def _gather(self, rig: ProcessRig) -> None:
        while self._open:
            self._await(rig, self._open.pop(0))
        rig.report()  # what is still on its way would tell of a second inference
        self._inferences.update(event.prompt_id for event in rig.trace.named(Milestone.INFERENCE_DONE.value))
        self._link_s += rig.link_time_s
