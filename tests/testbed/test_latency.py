"""Where the time went, from a trace written by hand."""

import numpy as np
import pytest

from protocol.journey import Milestone
from testbed.latency import e2e_s, itl_s, latency, octets, ratio, ttft_s
from testbed.physics import work_out
from testbed.rigs.rig import Outcome, RigReport
from testbed.scenario import Scenario
from testbed.trace import Trace, TraceEvent

OUTCOME = Outcome("aa", "hello", "stop", 10, 5, inference_s=1.0)


def traced(*events: tuple[Milestone, float]) -> Trace:
    trace = Trace()
    for milestone, link_s in events:
        trace.add(TraceEvent("aa", milestone.value, link_s, 0.0, "test"))
    return trace


@pytest.fixture(scope="module")
def physics():
    return work_out(Scenario.load("loopback"), 1)


def report(up: list[tuple[float, float]], down: list[tuple[float, float]]) -> RigReport:
    def sent(bursts: list[tuple[float, float]]) -> dict[str, object]:
        return {"sent": [{"started_s": start, "air_time_s": air} for start, air in bursts]}

    return RigReport(sent(up), sent(down))


WHOLE = traced(
    (Milestone.QUEUED, 1.0),
    (Milestone.UPLINK_FIRST_SAMPLE, 1.1),
    (Milestone.PROMPT_RECEIVED, 1.3),
    (Milestone.SEGMENT_SENT, 1.9),
    (Milestone.FIRST_WORD_SHOWN, 2.0),
    (Milestone.SEGMENT_SENT, 2.4),
    (Milestone.DONE, 2.6),
)


def test_the_limit_is_light_air_and_inference(physics) -> None:
    found = latency(WHOLE, OUTCOME, physics, report([(1.1, 0.15)], [(1.3, 0.1), (1.9, 0.1), (2.4, 0.1)]))
    # slant range of this pass 2 s after 09:18:20 UTC, from the orbit; there and back at the speed of light
    light_s = 2 * np.interp(2.0, physics.sky.uplink_states.time_s, physics.sky.uplink_states.range_m) / 299_792_458
    assert 0.007 < light_s < 0.009
    assert found.ttft_s == pytest.approx(1.0)
    assert found.e2e_s == pytest.approx(1.6)
    assert found.link_limit_s == pytest.approx(light_s + 0.15 + 1.0 + 0.1, abs=1e-4)
    assert found.overhead_ratio == pytest.approx(1.6 / found.link_limit_s)


def test_the_wait_for_the_satellite_to_rise_is_part_of_the_limit(physics) -> None:
    report_of_both = report([(1.1, 0.15)], [(2.4, 0.1)])
    in_view = latency(WHOLE, OUTCOME, physics, report_of_both)
    waited = traced((Milestone.AOS, 1.08), *((Milestone(e.name), e.link_time_s) for e in WHOLE.of("aa")))
    assert latency(waited, OUTCOME, physics, report_of_both).link_limit_s == pytest.approx(in_view.link_limit_s + 0.08)


def test_a_prompt_of_two_frames_counts_both(physics) -> None:
    one = latency(WHOLE, OUTCOME, physics, report([(1.1, 0.05)], [(2.4, 0.1)]))
    two = latency(WHOLE, OUTCOME, physics, report([(1.1, 0.05), (1.15, 0.05)], [(2.4, 0.1)]))
    assert two.link_limit_s - one.link_limit_s == pytest.approx(0.05)


def test_a_retransmission_is_no_part_of_the_limit(physics) -> None:
    trace = traced(
        (Milestone.QUEUED, 1.0),
        (Milestone.UPLINK_FIRST_SAMPLE, 1.1),
        (Milestone.UPLINK_FIRST_SAMPLE, 1.8),
        (Milestone.PROMPT_RECEIVED, 1.9),
        (Milestone.SEGMENT_SENT, 2.4),
        (Milestone.DONE, 2.6),
    )
    once = latency(trace, OUTCOME, physics, report([(1.1, 0.05)], [(2.4, 0.1)]))
    again = latency(trace, OUTCOME, physics, report([(1.1, 0.05), (1.8, 0.05)], [(2.4, 0.1)]))
    assert again.link_limit_s == once.link_limit_s


def test_a_prompt_that_was_refused_has_no_limit(physics) -> None:
    trace = traced((Milestone.QUEUED, 1.0), (Milestone.UPLINK_FIRST_SAMPLE, 1.1), (Milestone.REFUSED, 1.5))
    found = latency(trace, Outcome("aa", "", "refused"), physics, report([(1.1, 0.2)], [(1.3, 0.1)]))
    assert (found.ttft_s, found.e2e_s, found.link_limit_s, found.overhead_ratio) == (None, None, None, None)
    assert found.to_json()["inference_s"] == 0.0


def received(*segments: tuple[int, float]) -> list[TraceEvent]:
    name = Milestone.SEGMENT_RECEIVED.value
    return [TraceEvent("aa", name, time_s, 0.0, "ground", {"index": index}) for index, time_s in segments]


@pytest.mark.parametrize(
    ("segments", "found_s"),
    [
        ([], []),
        ([(0, 1.0)], []),
        ([(0, 1.0), (1, 1.5), (2, 2.5)], [0.5, 1.0]),
        ([(0, 1.0), (2, 2.0), (1, 4.0), (3, 5.0)], [3.0, 1.0]),  # the third is of no use before the second
        ([(0, 1.0), (1, 1.0), (2, 3.0)], [2.0]),  # two at once are one moment
        ([(0, 1.0), (0, 2.0), (1, 3.0)], [2.0]),  # again: nothing new
        ([(1, 1.0), (2, 2.0)], []),  # never readable
    ],
)
def test_itl_is_from_words_to_words_on_the_ground(segments: list[tuple[int, float]], found_s: list[float]) -> None:
    assert itl_s(received(*segments)) == pytest.approx(found_s)


def test_ttft_and_e2e_count_from_the_first_queued_to_the_first_of_the_other() -> None:
    events = WHOLE.of("aa")
    assert (ttft_s(events), e2e_s(events)) == (pytest.approx(1.0), pytest.approx(1.6))
    again = [*events, TraceEvent("aa", Milestone.FIRST_WORD_SHOWN.value, 9.0, 0.0, "ground")]
    assert ttft_s(again) == pytest.approx(1.0)
    assert (ttft_s(events[1:]), e2e_s(events[:-1])) == (None, None)


def test_goodput_is_the_answer_over_e2e(physics) -> None:
    trace = traced(*((Milestone(e.name), e.link_time_s) for e in WHOLE.of("aa")))
    for event in received((0, 2.0), (1, 2.2), (2, 2.6)):
        trace.add(event)
    found = latency(trace, OUTCOME, physics, report([(1.1, 0.15)], [(2.4, 0.1)]))
    assert found.goodput_token_s == pytest.approx(5 / 1.6)
    assert found.goodput_octet_s == pytest.approx(len("hello") / 1.6)
    assert found.itl_s == pytest.approx(0.3)
    assert set(found.to_json()) >= {"ttft_s", "itl_s", "e2e_s", "goodput_token_s", "goodput_octet_s"}


def test_octets_are_those_of_utf8_whatever_the_text() -> None:
    assert (octets("aé€"), octets("\ud800")) == (6, 3)


@pytest.mark.parametrize(
    ("amount", "by", "found"), [(6.0, 2.0, 3.0), (0, 2.0, 0.0), (None, 2.0, None), (6.0, None, None), (6.0, 0.0, None)]
)
def test_a_ratio_needs_both(amount: float | None, by: float | None, found: float | None) -> None:
    assert ratio(amount, by) == found
