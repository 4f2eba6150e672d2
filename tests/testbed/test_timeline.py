from dataclasses import replace
from itertools import pairwise

import pytest

from edge.printable import printable
from protocol.journey import Milestone
from testbed.record import RunRecord
from testbed.timeline import light_time_s, moment_s, origin_s, phases, rows, tokens_per_s


def test_phases_follow_one_another_without_a_gap(answered: RunRecord) -> None:
    found = phases(answered)
    assert [(p.name, p.where, round(p.duration_s, 6)) for p in found] == [
        ("waiting for the link", "ground", 0.5),
        ("uplink", "link", 0.7),
        ("waiting on board", "flatsat", 0.0),
        ("prefill", "flatsat", 0.2),
        ("generation", "flatsat", 0.3),
        ("last downlink", "link", 0.5),
    ]
    assert all(before.end_s == after.start_s for before, after in pairwise(found))
    assert sum(p.duration_s for p in found) == pytest.approx(answered.latency.e2e_s)


def test_a_phase_also_has_its_wall_time(answered: RunRecord) -> None:
    assert phases(answered)[0].wall_s == pytest.approx(1.0)


def test_a_refusal_has_phases_of_its_own(refused: RunRecord) -> None:
    assert [(p.name, round(p.duration_s, 6)) for p in phases(refused)] == [
        ("waiting for the link", 0.5),
        ("uplink", 0.7),
        ("refusal's downlink", 0.3),
    ]


def test_a_refusal_that_one_end_alone_has_seen_is_no_span(refused: RunRecord) -> None:
    found = phases(replace(refused, events=refused.events[:-1]))
    assert [p.name for p in found] == ["waiting for the link", "uplink"]


def test_events_out_of_order_are_no_span(answered: RunRecord) -> None:
    done = replace(answered.events[-1], link_time_s=101.0)
    found = phases(replace(answered, events=[*answered.events[:-1], done]))
    assert found[-1].name == "generation"


def test_a_run_without_events_has_no_phases_and_no_rows(silent: RunRecord) -> None:
    assert phases(silent) == []
    assert rows(silent) == []
    assert origin_s(silent) == 0.0
    assert tokens_per_s(silent) is None
    assert light_time_s(silent) is None


def test_the_origin_is_the_first_event(answered: RunRecord) -> None:
    assert origin_s(answered) == 100.0


def test_moments_are_the_first_or_the_last_of_a_name(answered: RunRecord) -> None:
    assert moment_s(answered, Milestone.SEGMENT_SENT) == 101.5
    assert moment_s(answered, Milestone.SEGMENT_SENT, last=True) == 102.0
    assert moment_s(answered, Milestone.REFUSED) is None


def test_light_takes_its_time_both_ways(answered: RunRecord) -> None:
    assert light_time_s(answered) == pytest.approx(0.02)


def test_tokens_after_the_first_give_the_rate(answered: RunRecord) -> None:
    assert tokens_per_s(answered) == pytest.approx(10.0)


def test_tokens_segments_and_repetitions_share_rows(answered: RunRecord) -> None:
    assert [(row.event, row.detail) for row in rows(answered)] == [
        ("queued", ""),
        ("AOS", ""),
        ("uplink first sample", ""),
        ("prompt sent again, 2", ""),
        ("prompt received", ""),
        ("inference started", ""),
        ("prefill done", "12 prompt tokens"),
        ("uplink acked", ""),
        ("first token", "\"<script>alert('$x')</script> & \\x1b[2J\""),
        ("first word shown", ""),
        ("tokens 2-3", "from 1.600 s, 10.0 tokens/s"),
        ("inference done", "stop"),
        ("segments 1-3 sent", "from 1.500 s, 8 characters"),
        ("segment 2 sent again", ""),
        ("segments 1-3 received", "from 1.700 s"),
        ("done", ""),
    ]


def test_rows_count_from_the_return_key_by_both_clocks(answered: RunRecord) -> None:
    last = rows(answered)[-2]
    assert (last.where, round(last.link_s, 6), round(last.wall_s, 3)) == ("ground", 2.2, 4.4)
    assert round(last.delta_s, 6) == 0.2
    assert sum(row.delta_s for row in rows(answered)) == pytest.approx(2.2)


def test_both_ends_of_a_refusal_are_shown_with_its_reason(refused: RunRecord) -> None:
    reason = "prompt_too_long: 70 tokens; at most 64 <script>alert('$x')</script> & \\x1b[2J"
    assert [(row.event, row.where, row.detail) for row in rows(refused)[-2:]] == [
        ("refused", "flatsat", reason),
        ("refused", "ground", reason),
    ]


def test_printable_writes_control_characters_out() -> None:
    assert printable("Café 🛰 \x1b[31m\n\x7f") == "Café 🛰 \\x1b[31m\\n\\x7f"
