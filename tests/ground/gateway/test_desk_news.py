from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ground.gateway.desk import Desk, Event
from ground.gateway.desk_news import DeskNews

ID = "00112233445566aa"


def event(name: str, /, **fields: Any) -> Event:
    return {"event": name, "wall_time_s": 1000.0 + fields.get("link_time_s", 0.0), **fields}


def view(*heard: tuple[float, float]) -> Event:
    receptions = [{"at_s": at_s, "eb_n0_db": db, "offset_hz": None, "good": True} for at_s, db in heard]
    return event("view", link_time_s=heard[-1][0], receptions=receptions, cop1={}, channels={})


class Told:
    """A desk that a test tells events, and its news."""

    def __init__(self) -> None:
        self._desk = Desk()
        self._news = DeskNews(self._desk)
        self.after(event("station", contacts=[[0.0, 9.0], [100.0, None]], start_utc=None))
        self.after(event("uplink", link_time_s=0.0, state="active"))

    def after(self, told: Event) -> list[Event]:
        self._desk.take(told)
        return self._news.after(told)

    def history(self) -> dict[str, list[tuple[float, float]]]:
        series = self._desk.history.series
        return {name: list(zip(of.times_s, of.values, strict=True)) for name, of in series.items() if of.times_s}


def test_where_a_prompt_is_comes_when_it_changes() -> None:
    told = Told()
    told.after(event("time", link_time_s=1.0))
    queued = event("milestone", name="queued", prompt_id=ID, link_time_s=1.5, detail={"text": "Why?"})
    assert told.after(queued) == [
        {"event": "status", "wall_time_s": 1001.5, "prompt_id": ID, "status": "goes up next"},
    ]
    assert told.after(event("time", link_time_s=2.0)) == []
    assert [each["status"] for each in told.after(event("time", link_time_s=9.0))] == ["waits for AOS 00:18:20"]


def test_one_prompt_may_move_another() -> None:
    told = Told()
    told.after(event("time", link_time_s=1.0))
    for prompt_id in ("a", "b"):
        told.after(event("milestone", name="queued", prompt_id=prompt_id, link_time_s=1.0, detail={}))
    first = event("milestone", name="uplink_first_sample", prompt_id="a", link_time_s=1.0, detail={})
    moved = {each["prompt_id"]: each["status"] for each in told.after(first)}
    assert moved == {"a": "goes up", "b": "goes up next"}


def test_all_is_said_again_of_a_station_that_begins_anew() -> None:
    told = Told()
    queued = event("milestone", name="queued", prompt_id=ID, link_time_s=1.0, detail={"text": "Why?"})
    before = [each["status"] for each in told.after(queued)]
    inquiry = {"prompt_id": ID, "text": "Why?", "state": "waiting to send", "answer": ""}
    assert (
        [each["status"] for each in told.after(event("queue", prompts=[inquiry]))]
        == before
        == ["waits for AOS T+00:01:40"]
    )


def test_a_second_is_told_again_when_its_mean_changes() -> None:
    told = Told()
    assert told.after(view((1.2, 5.0))) == [
        {"event": "measured", "wall_time_s": 1001.2, "series": {"downlink_eb_n0_db": [(1, 5.0)]}},
    ]
    assert told.after(view((1.4, 5.0))) == []
    (news,) = told.after(view((1.8, 8.0), (3.1, 4.0)))
    assert news["series"] == {"downlink_eb_n0_db": [(1, 6.0), (3, 4.0)]}
    (news,) = told.after(event("health", link_time_s=4.0, temperature_c=21.0, waits_for=None))
    assert news["series"] == {"temperature_c": [(4, 21.0)]}


VIEWS = st.lists(st.tuples(st.integers(0, 30), st.lists(st.floats(-20, 20), min_size=1, max_size=3)), max_size=12)


@given(VIEWS)
def test_who_takes_the_news_knows_the_history(views: list[tuple[int, list[float]]]) -> None:
    """Each view is of one second; one that lies back means that the station began anew."""
    told = Told()
    points: dict[float, float] = {}
    for second, values in views:
        for news in told.after(view(*((second + 0.2, value) for value in values))):
            for at_s, mean in news["series"]["downlink_eb_n0_db"]:
                points = {} if at_s < max(points, default=at_s) else points
                points[at_s] = mean
        assert list(points.items()) == told.history()["downlink_eb_n0_db"]
