"""One question from a scenario to its record."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from testbed.bench.software import MEMORY, SOFTWARE_BENCHES, bench_of
from testbed.latency import latency
from testbed.physics import Physics, work_out
from testbed.record import RunRecord, legs
from testbed.rigs.memory import MemoryRig
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, Listener, Outcome, Rig, RigReport
from testbed.scenario import Scenario
from testbed.trace import Trace

RIGS = (MEMORY, *SOFTWARE_BENCHES)
"""Of software alone."""


def make_rig(
    name: str, scenario: Scenario, physics: Physics, seed: int, listener: Listener, record: Path | None = None
) -> AbstractContextManager[Rig]:
    """Return a rig, not yet started: of a name, or of a bench's file. Raise ScenarioError if there is none such.

    ``record``: the folder to keep in what both ends receive.
    """
    bench = bench_of(name)
    if bench is None:
        return MemoryRig(scenario, physics, seed, listener, record=record)
    return ProcessRig(bench, scenario, physics, seed, listener, record)


def ask_once(
    rig_name: str,
    scenario: Scenario,
    seed: int,
    request: AskRequest,
    listener: Listener,
    record: Path | None = None,
) -> RunRecord:
    """Bring a rig up, ask, take it down, and return the record of it. Raise TestbedError.

    ``record``: the folder to keep in what both ends receive, also when no answer comes.
    """
    physics = work_out(scenario, seed)
    with make_rig(rig_name, scenario, physics, seed, listener, record) as rig:
        return ask_on(rig, rig_name, scenario, physics, seed, request)


def ask_on(rig: Rig, rig_name: str, scenario: Scenario, physics: Physics, seed: int, request: AskRequest) -> RunRecord:
    """Ask on a rig that is up, and return the record of it. Raise TestbedError."""
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
        energy_source=report.flatsat.get("energy_source") or "",
        devices=_devices(report),
    )


def _real_time_factor(trace: Trace, outcome: Outcome) -> float:
    """Link time over wall time, from the prompt's first event to its last."""
    events = trace.of(outcome.prompt_id)
    wall_s = max(e.wall_time_s for e in events) - min(e.wall_time_s for e in events)
    link_s = events[-1].link_time_s - events[0].link_time_s
    return link_s / wall_s if wall_s > 0 else 0.0


def _devices(report: RigReport) -> dict[str, Any]:
    """Return what devices say of themselves, by the end that they are at."""
    ends = {"ground": report.ground, "flatsat": report.flatsat}
    said = {name: {**summary.get("front_end", {}), **report.dongles.get(name, {})} for name, summary in ends.items()}
    if report.foretold:
        said["ground"]["foretold"] = report.foretold
    return {name: facts for name, facts in said.items() if facts}
