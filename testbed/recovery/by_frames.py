"""Many prompts over a link that loses frames, passes that end in the midst of everything, frame by frame."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from flatsat.scripted_engine import ScriptedEngine
from ground.contact import Contact
from ground.inquiry import InquiryState
from protocol.journey import Milestone
from testbed.errors import NoAnswerError
from testbed.faults.frames import FrameFaultSettings
from testbed.recovery.verdict import Verdict, judged
from testbed.rigs.frame_rig import FrameRig

TROUBLE = FrameFaultSettings(duplicates=0.05, reordering=0.3, flips=0.02, fecf_put_right=True)
"""What there is beside the loss."""

_OPEN_AT_ONCE = 4
_PASS_S, _PERIOD_S = 40.0, 47.0
_PASSES = 800
_PATIENCE_S = 600.0
_TOKENS_PER_S = 100.0


def ask_by_frames(prompts: int, loss: float, seed: int, on_progress: Callable[[int], None]) -> Verdict:
    """Ask so many prompts at a loss of frames in both directions; `on_progress` is called with how many have ended.

    Raises NoAnswerError if nothing ends for long.
    """
    engine = ScriptedEngine(tokens_per_s=_TOKENS_PER_S)
    finished: Counter[str] = Counter()

    def observe(source: str, milestone: Milestone, prompt_id: bytes) -> None:  # noqa: ARG001
        finished[prompt_id.hex()] += milestone is Milestone.INFERENCE_DONE

    contacts = tuple(Contact(_PERIOD_S * number, _PERIOD_S * number + _PASS_S) for number in range(_PASSES))
    with FrameRig(engine, seed, replace(TROUBLE, loss=loss), contacts, observe) as rig:
        expected, answers = _Dialogue(rig, engine, prompts, on_progress).run()
        return judged(
            f"{loss:.0%} of frames lost",
            seed,
            expected,
            answers,
            +finished,
            len(rig.witness.lies),
            **_facts(rig),
        )


class _Dialogue:
    """Keeps some prompts open at once until all have ended."""

    def __init__(self, rig: FrameRig, engine: ScriptedEngine, prompts: int, on_progress: Callable[[int], None]) -> None:
        self._rig, self._engine, self._prompts, self._on_progress = rig, engine, prompts, on_progress
        self._expected: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._open: list[bytes] = []
        self._ended = 0
        self._heard_s = 0.0

    def run(self) -> tuple[dict[str, str], dict[str, str]]:
        while self._ended < self._prompts:
            while len(self._open) < _OPEN_AT_ONCE and len(self._expected) < self._prompts:
                self._ask(f"Number {len(self._expected)}: why?")
            self._rig.step()
            for prompt_id in [each for each in self._open if not self._rig.station.prompts.inquiry(each).open]:
                self._end(prompt_id)
            if self._rig.now_s > self._heard_s + _PATIENCE_S:
                raise NoAnswerError(f"nothing has ended for {_PATIENCE_S:g} s of link time", "")
        return self._expected, self._answers

    def _ask(self, text: str) -> None:
        prompt_id = self._rig.station.prompts.ask(text, self._rig.now_s, max_tokens=200)
        self._expected[prompt_id.hex()] = self._engine.answer(text)
        self._open.append(prompt_id)

    def _end(self, prompt_id: bytes) -> None:
        if self._rig.station.prompts.inquiry(prompt_id).state is InquiryState.ANSWERED:
            self._answers[prompt_id.hex()] = self._rig.texts.pop(prompt_id)
        self._open.remove(prompt_id)
        self._rig.station.prompts.forget(prompt_id)
        self._ended += 1
        self._heard_s = self._rig.now_s
        self._on_progress(self._ended)


def _facts(rig: FrameRig) -> dict[str, float]:
    up, down = rig.up.faults.count, rig.down.faults.count
    return {
        "passes": int(rig.now_s / _PERIOD_S) + 1,
        "frames sent": rig.up.sent + rig.down.sent,
        "lost": up.lost + down.lost,
        "duplicated": up.duplicated + down.duplicated,
        "reordered": up.reordered + down.reordered,
        "flipped": up.flipped + down.flipped,
        "wraps of N(S)": rig.witness.delivered_frames // 256,
        "wraps of the telemetry count": rig.down.sent // 256,
        "messages confirmed": rig.witness.confirmed.total(),
        "FOP-1 alerts": rig.ground_link.sender.alerts.total(),
        "link time in s": round(rig.now_s),
    }
