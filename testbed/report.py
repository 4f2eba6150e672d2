"""A run as one page: figures and tables in a file that needs nothing else."""

from html import escape
from pathlib import Path

from testbed.measure import E2E, GOODPUT_TOKENS, ITL, TTFT
from testbed.page import NONE, facts, fill, number, table, tiles
from testbed.plots import figures, svg
from testbed.record import LegRecord, RunRecord
from testbed.timeline import light_time_s, phases, rows, tokens_per_s

_HEALTH = {
    "bus, V": ("bus_voltage_v", 2),
    "current, A": ("current_a", 3),
    "temperature, °C": ("temperature_c", 1),
    "payload, °C": ("payload_temperature_c", 1),
    "battery charge": ("battery_charge", 2),
    "payload rail": ("payload_rail_on", 0),
    "watchdog resets": ("watchdog_resets", 0),
    "uptime, s": ("uptime_s", 1),
    "frames received": ("frames_received", 0),
    "frames rejected": ("frames_rejected", 0),
}


def write_report(record: RunRecord, path: Path) -> None:
    """Write a run's page. Raise OSError if it cannot be written."""
    path.write_text(report_html(record), encoding="utf-8")


def report_html(record: RunRecord) -> str:
    """Return a run's page: HTML without scripts that refers to nothing outside of itself."""
    outcome = record.outcome
    plots = {name: svg(figure, name) for name, figure in figures(record).items()}
    return fill(
        "testbed",
        "report.html",
        title=escape(f"Run {outcome.prompt_id}, {record.scenario}"),
        heading=escape(f"A question over {record.station}"),
        run=_run_line(record),
        prompt=escape(record.request.text),
        answer=escape(outcome.answer or outcome.refusal or "(no text)"),
        ending=escape(_ending(record)),
        figures=_key_figures(record),
        milestones=_milestones(record),
        phases=_phases(record),
        legs=_legs(record),
        health=_health(record),
        faults=_faults(record),
        devices=_devices(record),
        **plots,
    )


def _run_line(record: RunRecord) -> str:
    known = (
        f"start {record.start_utc}",
        f"elements {record.tle_age_days:.1f} days old",
        f"scenario {record.scenario}",
        f"profile {record.profile}",
        f"telecommands {record.security}",
        f"rig {record.rig}",
        f"seed {record.seed}",
        f"prompt {record.outcome.prompt_id}",
        *((f"energy: {record.energy_source}",) if record.energy_source else ()),
    )
    return facts(known)


def _ending(record: RunRecord) -> str:
    outcome = record.outcome
    if outcome.refusal:
        return "refused by the spacecraft"
    tokens = f"{outcome.prompt_tokens} tokens read, {outcome.completion_tokens} written"
    return f"answered by the spacecraft: {tokens}; finish reason {outcome.finish_reason}"


def _key_figures(record: RunRecord) -> str:
    latency = record.latency
    found = (
        (TTFT.label, latency.ttft_s, TTFT.unit, TTFT.digits),
        (ITL.label, latency.itl_s, ITL.unit, ITL.digits),
        (E2E.label, latency.e2e_s, E2E.unit, E2E.digits),
        (f"{GOODPUT_TOKENS.label}, tokens", latency.goodput_token_s, "/s", GOODPUT_TOKENS.digits),
        ("inference", latency.inference_s, "s", 2),
        ("link limit", latency.link_limit_s, "s", 2),
        ("overhead ratio", latency.overhead_ratio, "", 3),
        ("tokens", tokens_per_s(record), "/s", 1),
        ("energy", record.outcome.energy_j, "J", 1),
        ("a token", record.j_per_token, "J", 2),
        ("real-time factor", record.real_time_factor, "", 2),
    )
    return tiles((name, number(value, digits), "" if value is None else unit) for name, value, unit, digits in found)


def _milestones(record: RunRecord) -> str:
    lines = [
        (row.event, row.where, f"{row.link_s:.3f}", f"{row.delta_s:.3f}", f"{row.wall_s:.3f}", row.detail)
        for row in rows(record)
    ]
    return table(("event", "where", "link s", "+ s", "wall s", "detail"), lines, numbers=(2, 3, 4))


def _phases(record: RunRecord) -> str:
    found = phases(record)
    total_s = sum(phase.duration_s for phase in found)
    lines = [
        (p.name, p.where, f"{p.duration_s:.3f}", f"{p.duration_s / total_s:.1%}" if total_s else NONE) for p in found
    ]
    lines.append(("of which light time, both ways", "", number(light_time_s(record), 3), ""))
    return table(("phase", "where", "s", "share"), lines, numbers=(2, 3))


def _legs(record: RunRecord) -> str:
    """The figures of both directions side by side."""
    up, down = _leg_figures(record.uplink), _leg_figures(record.downlink)
    lines = [(name, up[name], down[name]) for name in up]
    return table(("", "uplink", "downlink"), lines, numbers=(1, 2))


def _leg_figures(leg: LegRecord) -> dict[str, str]:
    known = leg.to_json()
    counts = ("frames_sent", "frames_received", "frames_lost", "retransmissions")
    return {
        "carrier, MHz": f"{leg.carrier_hz / 1e6:g}",
        **{name.replace("_", " "): str(known[name]) for name in counts},
        "Eb/N0 predicted, dB": number(known["eb_n0_db_predicted"], 1),
        "Eb/N0 measured, dB": number(known["eb_n0_db_measured"], 1),
        "channel symbol error rate": _rate(known["symbol_error_rate"]),
        "carrier offset first, Hz": number(known["doppler_hz_first"], 0),
        "carrier offset last, Hz": number(known["doppler_hz_last"], 0),
    }


def _health(record: RunRecord) -> str:
    """The first and the last telemetry that came down."""
    if not record.health:
        return "<p>No telemetry came down during the run.</p>"
    ends = record.health[:1] + record.health[1:][-1:]
    lines = [
        (f"{health['link_time_s']:.2f}", *(_reading(health.get(key), digits) for key, digits in _HEALTH.values()))
        for health in ends
    ]
    return table(("received at link time, s", *_HEALTH), lines, numbers=range(1, len(_HEALTH) + 1))


def _faults(record: RunRecord) -> str:
    """What befell the rig on purpose; nothing, mostly."""
    if not record.faults:
        return ""
    lines = [(f"{fault.link_time_s:.2f}", fault.fault, fault.done) for fault in record.faults]
    return "<h2>Faults</h2>" + table(("link time, s", "fault", "what was done"), lines, numbers=(0,))


def _devices(record: RunRecord) -> str:
    """What the devices of a bench say of themselves; nothing without any."""
    lines = [
        (end, name.replace("_", " "), f"{value:.4g}" if isinstance(value, float) else str(value))
        for end, facts in record.devices.items()
        for name, value in facts.items()
    ]
    return "<h2>Devices</h2>" + table(("at", "", ""), lines, numbers=()) if lines else ""


def _reading(value: object, digits: int) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return number(value if isinstance(value, int | float) else None, digits)


def _rate(value: float | None) -> str:
    return NONE if value is None else f"{value:.2g}"
