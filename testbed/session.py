"""One question from a scenario to its record."""

from contextlib import AbstractContextManager

from testbed.errors import ScenarioError
from testbed.latency import latency
from testbed.physics import Physics, work_out
from testbed.record import RunRecord, legs
from testbed.rigs.memory import MemoryRig
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, Listener, Outcome, Rig
from testbed.scenario import Scenario
from testbed.trace import Trace

RIGS = ("memory", "zmq", "gnuradio")


def make_rig(
    name: str, scenario: Scenario, physics: Physics, seed: int, listener: Listener
) -> AbstractContextManager[Rig]:
    """Return a rig, not yet started. Raise ScenarioError if there is none of that name."""
    if name == "memory":
        return MemoryRig(scenario, physics, seed, listener)
    if name in RIGS:
        return ProcessRig(name, scenario, physics, seed, listener)
    raise ScenarioError("rig", name, ", ".join(RIGS))


def ask_once(rig_name: str, scenario: Scenario, seed: int, request: AskRequest, listener: Listener) -> RunRecord:
    """Bring a rig up, ask, take it down, and return the record of it. Raise TestbedError."""
    physics = work_out(scenario, seed)
    with make_rig(rig_name, scenario, physics, seed, listener) as rig:
        outcome = rig.ask(request)
        report = rig.report()
    up, down = legs(physics, report)
    return RunRecord(
        rig=rig_name,
        scenario=scenario.name,
        profile=physics.profile.name,
        security=scenario.security.mode,
        station=physics.station,
        start_utc=physics.start_utc.isoformat(),
        tle_age_days=physics.tle_age_days,
        seed=seed,
        request=request,
        outcome=outcome,
        events=rig.trace.of(outcome.prompt_id),
        latency=latency(rig.trace, outcome, physics, report),
        uplink=up,
        downlink=down,
        health=report.health,
        real_time_factor=_real_time_factor(rig.trace, outcome),
        faults=rig.faults,
    )


def _real_time_factor(trace: Trace, outcome: Outcome) -> float:
    """Link time over wall time, from the prompt's first event to its last."""
    events = trace.of(outcome.prompt_id)
    wall_s = max(e.wall_time_s for e in events) - min(e.wall_time_s for e in events)
    link_s = events[-1].link_time_s - events[0].link_time_s
    return link_s / wall_s if wall_s > 0 else 0.0
