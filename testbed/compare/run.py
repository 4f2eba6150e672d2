"""A run as it is compared, whatever wrote it down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from testbed.campaign.interval import Interval, clopper_pearson
from testbed.compare.summary import Summary, summarise
from testbed.measure import Measure
from testbed.timeline import PHASE_NAMES

CONFIDENCE = 0.95

TO_SPACECRAFT, WORKING = "to the spacecraft", "prefill and generation"
"""Phases of an orbit's prompts, of which less is written down: two of an asked prompt's in one."""
ON_THE_LINK = "uplink and last downlink"
"""Of a served prompt: the ground does not see when the one ends and the other begins."""


def _phase(name: str) -> Measure:
    key = name.replace("'", "").replace(" ", "_")
    return Measure(f"{key}_s", name, "s", "a span of the prompt's journey", digits=3)


_NAMES = (TO_SPACECRAFT, *PHASE_NAMES[:-2], WORKING, *PHASE_NAMES[-2:], ON_THE_LINK)
PHASES = {name: _phase(name) for name in _NAMES}
"""The spans that a prompt's time goes into, by the names that people read."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What went through one direction of the link; Eb/N0 is the mean over the frames that came through."""

    frames_sent: int
    frames_lost: int
    retransmissions: int
    eb_n0_db_predicted: float | None
    eb_n0_db_measured: float | None

    @property
    def frame_error_rate(self) -> float | None:
        """Frames lost over frames sent, or None if none was sent."""
        return self.frames_lost / self.frames_sent if self.frames_sent else None

    @property
    def frame_error_interval(self) -> Interval:
        """Where the rate lies with a confidence of 95 %, if frames are lost independently of one another."""
        return clopper_pearson(self.frames_lost, self.frames_sent, CONFIDENCE)

    @property
    def eb_n0_db_difference(self) -> float | None:
        """How much more was measured than predicted."""
        if self.eb_n0_db_measured is None or self.eb_n0_db_predicted is None:
            return None
        return self.eb_n0_db_measured - self.eb_n0_db_predicted


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's figures by the names of their measures; what did not happen or was not written down is left out."""

    answered: bool
    samples: Mapping[str, tuple[float, ...]]
    """One value each, but for ITL."""
    phases: tuple[str, ...]
    """Names of the samples that follow one another without a gap, in their order."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: what it was, its prompts, and the link of it where that was written down."""

    path: str
    rig: str
    scenario: str | None
    seed: int | None
    profile: str | None
    station: str | None
    start_utc: str | None
    prompts: list[Prompt]
    legs: Mapping[str, Leg] = field(default_factory=dict)
    """By name: uplink, downlink."""
    energy_source: str | None = None

    @property
    def answered(self) -> int:
        """How many of its prompts were answered."""
        return sum(prompt.answered for prompt in self.prompts)

    def samples(self, name: str) -> list[float]:
        """Return the samples of a measure, over all prompts."""
        return [value for prompt in self.prompts for value in prompt.samples.get(name, ())]

    def without(self, name: str) -> int:
        """Return of how many prompts a measure is not known."""
        return sum(name not in prompt.samples for prompt in self.prompts)

    def summary(self, measure: Measure) -> Summary:
        """Return the summary of a measure over all prompts."""
        return summarise(self.samples(measure.name), more_is_better=measure.more_is_better)

    def phases(self) -> list[Measure]:
        """Return the phases that its prompts went through, in their order."""
        known = {name for prompt in self.prompts for name in prompt.phases}
        return [measure for measure in PHASES.values() if measure.name in known]
