import json
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from ground.mission_control.metrics import Metrics
from protocol.messages import FinishReason

GOLDEN = Path(__file__).parents[2] / "golden" / "telemetry.jsonl"


def told(metrics: Metrics) -> dict[str, dict[tuple[str, ...], float]]:
    """Return what Prometheus would read: values by name and labels' values."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def event(name: str, /, **fields: Any) -> dict[str, Any]:
    return {"event": name, "wall_time_s": 1.0, **fields}


def milestone(name: str, now_s: float, /, prompt_id: str = "aa", **detail: Any) -> dict[str, Any]:
    return event("milestone", name=name, prompt_id=prompt_id, link_time_s=now_s, detail=detail)


def test_a_prompts_way() -> None:
    metrics = Metrics()
    done = {"finish_reason": "stop", "prompt_tokens": 3, "completion_tokens": 9, "inference_s": 0.4, "energy_j": 11.5}
    for each in (
        milestone("queued", 100.0, text="?"),
        milestone("segment_received", 103.0, index=0),
        milestone("first_word_shown", 103.0),
        milestone("segment_received", 103.25, index=1),
        milestone("done", 104.0, **done),
    ):
        metrics.take(each)
    found = told(metrics)
    assert found["flatsat_prompts_queued_total"][()] == 1
    assert found["flatsat_prompts_answered_total"] == {("stop",): 1}
    assert found["flatsat_time_to_first_token_seconds_sum"][()] == 3.0
    assert found["flatsat_time_to_first_token_seconds_bucket"][("2.0",)] == 0
    assert found["flatsat_time_to_first_token_seconds_bucket"][("5.0",)] == 1
    assert found["flatsat_inter_token_latency_seconds_sum"][()] == 0.25
    assert found["flatsat_end_to_end_latency_seconds_sum"][()] == 4.0
    assert found["flatsat_inference_seconds_sum"][()] == 0.4
    assert found["flatsat_prompt_tokens_total"][()] == 3
    assert found["flatsat_completion_tokens_total"][()] == 9
    assert found["flatsat_answer_energy_joules_total"][()] == 11.5
    assert found["flatsat_link_time_seconds"][()] == 104.0


def test_what_was_asked_before_has_no_time() -> None:
    metrics = Metrics()
    metrics.take(milestone("first_word_shown", 5.0))
    metrics.take(milestone("segment_received", 5.0, index=0))
    metrics.take(milestone("done", 6.0, finish_reason="stop"))
    found = told(metrics)
    assert found["flatsat_prompts_answered_total"] == {("stop",): 1}
    assert found["flatsat_end_to_end_latency_seconds_count"][()] == 0
    assert found["flatsat_time_to_first_token_seconds_count"][()] == 0


def test_a_refused_prompt_has_no_end() -> None:
    metrics = Metrics()
    metrics.take(milestone("queued", 0.0))
    metrics.take(milestone("refused", 1.0, reason="too_hot", detail="86 C"))
    metrics.take(milestone("done", 2.0, finish_reason="stop"))
    found = told(metrics)
    assert found["flatsat_prompts_refused_total"] == {("too_hot",): 1}
    assert found["flatsat_end_to_end_latency_seconds_count"][()] == 0


@given(reasons=st.lists(st.text(), max_size=30))
def test_labels_are_bounded(reasons: list[str]) -> None:
    metrics = Metrics()
    for reason in reasons:
        metrics.take(milestone("done", 1.0, finish_reason=reason))
        metrics.take(
            event("view", channels={"down": {reason: {"frames": 1, "repeated": 0, "rejected": 0}}}, receptions=[])
        )
    answered = told(metrics).get("flatsat_prompts_answered_total", {})
    assert set(answered) <= {("other",), *((each.value,) for each in FinishReason)}
    assert sum(answered.values()) == len(reasons)
    channels = told(metrics).get("flatsat_downlink_frames_total", {})
    assert set(channels) <= {(str(number),) for number in range(64)}


def test_prompts_that_never_end_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ground.mission_control.metrics._MAX_OPEN_PROMPTS", 2)
    metrics = Metrics()
    for number in range(3):
        metrics.take(milestone("queued", float(number), prompt_id=str(number)))
    for number in range(3):
        metrics.take(milestone("done", 10.0, prompt_id=str(number), finish_reason="stop"))
    assert told(metrics)["flatsat_end_to_end_latency_seconds_sum"][()] == 9.0 + 8.0


def test_frames_and_signal_are_those_of_the_last_view() -> None:
    metrics = Metrics()
    assert "flatsat_downlink_frames_total" not in told(metrics)
    heard = {"es_n0_db": 7.0, "eb_n0_db": 10.5, "offset_hz": -900.0, "good": True}
    worse = {"es_n0_db": 1.0, "eb_n0_db": None, "offset_hz": None, "good": False}
    channels = {
        "down": {"0": {"frames": 5, "repeated": 1, "rejected": 2}},
        "up": {"0": {"sent": 9, "resent": 4}},
    }
    metrics.take(event("view", link_time_s=1.0, channels=channels, receptions=[heard, worse]))
    metrics.take(event("view", link_time_s=2.0, channels=channels, receptions=[]))
    found = told(metrics)
    assert found["flatsat_downlink_frames_total"] == {("0",): 5}
    assert found["flatsat_downlink_frames_repeated_total"] == {("0",): 1}
    assert found["flatsat_downlink_frames_rejected_total"] == {("0",): 2}
    assert found["flatsat_uplink_frames_total"] == {("0",): 9}
    assert found["flatsat_uplink_frames_resent_total"] == {("0",): 4}
    assert found["flatsat_downlink_es_n0_decibels"][()] == 7.0
    assert found["flatsat_downlink_eb_n0_decibels"][()] == 10.5
    assert found["flatsat_downlink_offset_hertz"][()] == -900.0


def test_the_state_of_fop_1_is_one_of_six() -> None:
    metrics = Metrics()
    assert told(metrics)["flatsat_fop_state"][("initial",)] == 1
    metrics.take(event("uplink", link_time_s=1.0, state="active"))
    states = told(metrics)["flatsat_fop_state"]
    assert len(states) == 6
    assert [name for name, value in states.items() if value] == [("active",)]


def test_health_is_a_gauge_for_each_number_with_its_unit() -> None:
    metrics = Metrics()
    metrics.take(event("health", link_time_s=1.0, uptime_s=5.0, bus_voltage_v=7.5, inferring=True, waits_for="heat"))
    found = told(metrics)
    assert found["flatsat_health_uptime_seconds"][()] == 5.0
    assert found["flatsat_health_bus_voltage_volts"][()] == 7.5
    assert found["flatsat_health_inferring"][()] == 1
    assert isnan(found["flatsat_health_battery_charge_ratio"][()])
    assert isnan(found["flatsat_health_uplink_es_n0_decibels"][()])
    assert not any("waits_for" in name for name in found)


def test_a_recorded_run() -> None:
    metrics = Metrics()
    for line in GOLDEN.read_text().splitlines():
        metrics.take(json.loads(line))
    found = told(metrics)
    assert found["flatsat_prompts_queued_total"][()] == 2
    assert found["flatsat_prompts_answered_total"] == {("stop",): 1}
    assert found["flatsat_prompts_refused_total"] == {("deadline_past",): 1}
    assert found["flatsat_time_to_first_token_seconds_count"][()] == 1
    assert found["flatsat_inter_token_latency_seconds_count"][()] > 5
    assert found["flatsat_downlink_frames_total"][("0",)] > 0


def test_two_gateways_in_one_process_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.take(milestone("queued", 0.0))
    assert told(second)["flatsat_prompts_queued_total"][()] == 0
