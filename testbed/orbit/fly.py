"""An orbit from its request to its record."""

import time
from collections.abc import Callable
from dataclasses import replace

from flatsat.scripted_engine import ScriptedEngine
from flatsat.spacecraft import SpacecraftSettings
from protocol.journey import Milestone
from radio.errors import ProfileError
from radio.profile import Profile
from testbed.errors import ScenarioError
from testbed.orbit.orbit_plan import make_plan
from testbed.orbit.orbit_record import Answer, Deferral, OrbitRecord, Sample
from testbed.orbit.orbit_request import OrbitRequest
from testbed.orbit.orbit_rig import OrbitRig
from testbed.orbit.questions import questions
from testbed.trace import Trace, TraceEvent

SAMPLE_S = 5.0

_PREFILL_S = 0.5
_QUEUE_LIMIT = 64
"""So many prompts may wait over an eclipse."""


def fly(request: OrbitRequest, on_progress: Callable[[float], None] = lambda fraction: None) -> OrbitRecord:  # noqa: ARG005
    """Fly an orbit; `on_progress` is called with 0 to 1. Raises ScenarioError or SettingsError."""
    began_s = time.monotonic()
    plan = make_plan(request)
    dialogue = questions(request.prompts, request.max_tokens, request.seed)
    try:
        profile = Profile.load(request.profile)
    except ProfileError as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    settings = SpacecraftSettings(queue_limit=_QUEUE_LIMIT, limits=request.limits, metered_by_board=True)
    engine = ScriptedEngine(request.tokens_per_s, _PREFILL_S, dialogue)
    with OrbitRig(plan, profile, engine, settings, request.battery_charge, request.seed) as rig:
        samples: list[Sample] = []
        prompt_ids: list[bytes] = []
        for text, asked_s in zip(dialogue, plan.asked_s, strict=True):
            _pass_time(rig, asked_s, samples, on_progress, plan.duration_s)
            prompt_ids.append(
                rig.station.prompts.ask(
                    text, rig.now_s, max_tokens=request.max_tokens, within_contact=request.within_contact
                )
            )
        _pass_time(rig, plan.duration_s, samples, on_progress, plan.duration_s)
        source = rig.spacecraft.energy_source
    answers = [_answer(number, each.hex(), rig.trace) for number, each in enumerate(prompt_ids, 1)]
    deferrals = [
        deferral
        for number, each in enumerate(prompt_ids, 1)
        for deferral in _deferrals(number, rig.trace.of(each.hex()), plan.duration_s)
    ]
    deferrals.sort(key=lambda deferral: deferral.from_s)
    return OrbitRecord(request, plan, source, samples, answers, deferrals, time.monotonic() - began_s)


def _pass_time(
    rig: OrbitRig, until_s: float, samples: list[Sample], on_progress: Callable[[float], None], end_s: float
) -> None:
    while rig.now_s < until_s:
        rig.step(until_s)
        if not samples or rig.now_s >= samples[-1].time_s + SAMPLE_S:
            samples.append(_sample(rig))
            on_progress(rig.now_s / end_s)


def _sample(rig: OrbitRig) -> Sample:
    readings, health = rig.power.readings(rig.now_s), rig.spacecraft.health(rig.now_s)
    return Sample(
        time_s=rig.now_s,
        charge=readings.battery_charge,
        bus_voltage_v=readings.bus_voltage_v,
        payload_c=readings.temperature_c,
        payload_w=readings.power_w,
        inferring=health.inferring,
        waiting=health.queue_depth - health.inferring,
    )


def _answer(number: int, prompt_id: str, trace: Trace) -> Answer:
    """Put together what the trace knows of a prompt."""
    times = {name: trace.last(prompt_id, name.value) for name in Milestone}
    answer = Answer(
        number,
        asked_s=_time(times[Milestone.QUEUED]) or 0.0,
        on_board_s=_time(times[Milestone.PROMPT_RECEIVED]),
        begun_s=_time(times[Milestone.INFERENCE_STARTED]),
        ended_s=_time(times[Milestone.INFERENCE_DONE]),
        down_s=_time(times[Milestone.DONE]),
    )
    if refused := times[Milestone.REFUSED]:
        return replace(answer, outcome=f"refused: {refused.detail['reason']}")
    done = times[Milestone.DONE]
    if done is None:
        return replace(answer, outcome="on board still" if answer.on_board_s is not None else "waits for a contact")
    known = done.detail
    return replace(
        answer,
        outcome=known["finish_reason"],
        tokens=known["completion_tokens"],
        energy_j=known.get("energy_j"),
        peak_temperature_c=known.get("peak_temperature_c"),
        shortened_to=known.get("shortened_to"),
    )


def _time(event: TraceEvent | None) -> float | None:
    return None if event is None else event.link_time_s


def _deferrals(number: int, events: list[TraceEvent], end_s: float) -> list[Deferral]:
    """A deferral lasts until the model begins, or the prompt is refused, or else to the end."""
    found = []
    for begun in (event for event in events if event.name == Milestone.DEFERRED):
        over = (Milestone.INFERENCE_STARTED, Milestone.REFUSED)
        ends_s = [e.link_time_s for e in events if e.name in over and e.link_time_s >= begun.link_time_s]
        found.append(Deferral(number, begun.link_time_s, min(ends_s, default=end_s), begun.detail["reason"]))
    return found
