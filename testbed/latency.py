"""Where the time of an answer went."""

from dataclasses import asdict, dataclass
from typing import Any

from linkbudget.doppler import propagation_delay_s
from protocol.journey import Milestone
from testbed.physics import Physics
from testbed.rigs.rig import Outcome, RigReport
from testbed.trace import Trace

_SAME_MOMENT_S = 1e-3


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of link time; ``inference_s`` by the engine's own clock. None where the event did not happen."""

    ttft_s: float | None
    """From the operator's return key to the first word readable on the ground."""
    e2e_s: float | None
    """From the return key to the last word."""
    inference_s: float
    link_limit_s: float | None
    """What no implementation could go below: the wait for AOS, light time both ways, air time of the prompt's frames
    (once), inference, and air time of the answer's last frame, which cannot leave before the last word exists. Earlier
    frames leave meanwhile."""
    overhead_ratio: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures rounded to the microsecond."""
        return {name: None if value is None else round(value, 6) for name, value in asdict(self).items()}


def latency(trace: Trace, outcome: Outcome, physics: Physics, report: RigReport) -> Latency:
    """Return the latency of a prompt from its trace and the bursts that both ends sent."""
    queued_s = _time(trace, outcome, Milestone.QUEUED)
    shown_s = _time(trace, outcome, Milestone.FIRST_WORD_SHOWN)
    done_s = _time(trace, outcome, Milestone.DONE)
    limit_s = _limit_s(trace, outcome, physics, report)
    e2e_s = done_s - queued_s if done_s is not None and queued_s is not None else None
    return Latency(
        ttft_s=shown_s - queued_s if shown_s is not None and queued_s is not None else None,
        e2e_s=e2e_s,
        inference_s=outcome.inference_s,
        link_limit_s=limit_s,
        overhead_ratio=e2e_s / limit_s if e2e_s and limit_s else None,
    )


def _limit_s(trace: Trace, outcome: Outcome, physics: Physics, report: RigReport) -> float | None:
    first_sample_s = _time(trace, outcome, Milestone.UPLINK_FIRST_SAMPLE)
    received_s = _time(trace, outcome, Milestone.PROMPT_RECEIVED)
    sent_again_s = [e.link_time_s for e in trace.of(outcome.prompt_id) if e.name == Milestone.UPLINK_FIRST_SAMPLE][1:]
    last = trace.last(outcome.prompt_id, Milestone.SEGMENT_SENT.value)
    if first_sample_s is None or received_s is None or last is None:
        return None
    up_s = _air_time_s(report.ground["sent"], first_sample_s, min([received_s, *sent_again_s]))
    down_s = _air_time_s(report.flatsat["sent"], last.link_time_s, last.link_time_s + _SAME_MOMENT_S)
    sky = physics.sky
    ranges_m = sky.uplink_states.at("range_m", first_sample_s) + sky.downlink_states.at("range_m", last.link_time_s)
    light_s = float(propagation_delay_s(ranges_m))
    return _wait_for_aos_s(trace, outcome) + light_s + up_s + outcome.inference_s + down_s


def _wait_for_aos_s(trace: Trace, outcome: Outcome) -> float:
    """Return how long the prompt waited for the satellite to rise; 0 if it was in view."""
    queued_s, aos_s = (_time(trace, outcome, milestone) for milestone in (Milestone.QUEUED, Milestone.AOS))
    return aos_s - queued_s if aos_s is not None and queued_s is not None else 0.0


def _air_time_s(sent: list[dict[str, float]], from_s: float, to_s: float) -> float:
    """Sum of the bursts that began between two times."""
    return sum(b["air_time_s"] for b in sent if from_s - _SAME_MOMENT_S <= b["started_s"] < to_s)


def _time(trace: Trace, outcome: Outcome, milestone: Milestone) -> float | None:
    event = trace.first(outcome.prompt_id, milestone.value)
    return event.link_time_s if event else None
