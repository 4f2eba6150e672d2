"""The trace keeps events of several programs in the order of link time."""

from testbed.trace import Trace, TraceEvent


def event(prompt_id: str, name: str, link_s: float) -> TraceEvent:
    return TraceEvent(prompt_id, name, link_s, 0.0, "test")


def test_events_come_out_by_link_time_whatever_the_order_they_came_in() -> None:
    trace = Trace()
    late, early, other = event("a", "done", 3.0), event("a", "queued", 1.0), event("b", "queued", 2.0)
    for one in (late, early, other):
        trace.add(one)
    assert trace.of("a") == [early, late]
    assert trace.named("queued") == [early, other]


def test_events_of_one_time_stay_as_they_came() -> None:
    trace = Trace()
    for name in ("first", "second", "third"):
        trace.add(event("a", name, 1.0))
    assert [e.name for e in trace.of("a")] == ["first", "second", "third"]


def test_first_and_last_of_a_name() -> None:
    trace = Trace()
    for link_s in (2.0, 1.0, 3.0):
        trace.add(event("a", "token", link_s))
    assert trace.first("a", "token").link_time_s == 1.0
    assert trace.last("a", "token").link_time_s == 3.0
    assert trace.first("a", "done") is None
    assert trace.last("b", "token") is None
