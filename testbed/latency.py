"""Where the time of an answer went."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from linkbudget.doppler import propagation_delay_s
from protocol.journey import Milestone
from testbed.physics import Physics
from testbed.rigs.rig import Outcome, RigReport
from testbed.trace import Trace, TraceEvent

_SAME_MOMENT_S = 1e-3


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of link time, as testbed/measure.py defines them. None where the event did not happen."""

    ttft_s: float | None
    e2e_s: float | None
    inference_s: float
    link_limit_s: float | None
    """What no implementation could go below: the wait for AOS, light time both ways, air time of the prompt's frames
    (once), inference, and air time of the answer's last frame, which cannot leave before the last word exists. Earlier
    frames leave meanwhile."""
    overhead_ratio: float | None
    itl_s: float | None = None
    """The median; None of an answer that came down in one piece."""
    goodput_token_s: float | None = None
    goodput_octet_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the figures rounded to the microsecond."""
        return {name: None if value is None else round(value, 6) for name, value in asdict(self).items()}


def latency(trace: Trace, outcome: Outcome, physics: Physics, report: RigReport) -> Latency:
    """Return the latency of a prompt from its trace and the bursts that both ends sent."""
    events = trace.of(outcome.prompt_id)
    limit_s, whole_s, intervals_s = _limit_s(trace, outcome, physics, report), e2e_s(events), itl_s(events)
    return Latency(
        ttft_s=ttft_s(events),
        e2e_s=whole_s,
        inference_s=outcome.inference_s,
        link_limit_s=limit_s,
        overhead_ratio=ratio(whole_s, limit_s),
        itl_s=median(intervals_s) if intervals_s else None,
        goodput_token_s=ratio(outcome.completion_tokens, whole_s),
        goodput_octet_s=ratio(octets(outcome.answer), whole_s),
    )


def ttft_s(events: Sequence[TraceEvent]) -> float | None:
    """Return a prompt's TTFT, or None if no word was shown. ``events`` are one prompt's, by link time."""
    return _between_s(events, Milestone.QUEUED, Milestone.FIRST_WORD_SHOWN)


def e2e_s(events: Sequence[TraceEvent]) -> float | None:
    """Return a prompt's E2E, or None if it has no whole answer."""
    return _between_s(events, Milestone.QUEUED, Milestone.DONE)


def itl_s(events: Sequence[TraceEvent]) -> list[float]:
    """Return a prompt's inter-token latencies: one less than the moments at which its answer grew on the ground.

    A segment that comes before one it follows makes the answer no longer; once the gap is filled, both do.
    """
    here: set[int] = set()
    readable, grown_s = 0, []
    for event in events:
        if event.name == Milestone.SEGMENT_RECEIVED.value:
            here.add(event.detail["index"])
            before = readable
            while readable in here:
                readable += 1
            grown_s += [event.link_time_s] if readable > before else []
    moments_s = list(dict.fromkeys(grown_s))
    return [after_s - before_s for before_s, after_s in pairwise(moments_s)]


def ratio(amount: float | None, by: float | None) -> float | None:
    """Return an amount over another, or None where either is not known, or the other nothing."""
    return amount / by if amount is not None and by else None


def octets(answer: str) -> int:
    """Return how many octets an answer's text has in UTF-8."""
    return len(answer.encode("utf-8", "surrogatepass"))


def _between_s(events: Sequence[TraceEvent], begin: Milestone, end: Milestone) -> float | None:
    """Time from the first event of a name to the first of another, or None."""
    first = {event.name: event.link_time_s for event in reversed(events)}
    begin_s, end_s = first.get(begin.value), first.get(end.value)
    return end_s - begin_s if begin_s is not None and end_s is not None else None


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
