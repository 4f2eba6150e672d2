import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.gateway.desk import MAX_PROMPTS, Desk, Event

ID = "00112233445566aa"
LEG = {"frame_octets": 125, "information_rate_bit_s": 1000.0}  # a frame takes one second


def event(name: str, /, **fields: Any) -> Event:
    return {"event": name, "wall_time_s": 1000.0 + fields.get("link_time_s", 0.0), **fields}


def station(contacts: list[list[float | None]], start_utc: str | None = None) -> Event:
    return event("station", contacts=contacts, start_utc=start_utc, downlink=LEG, uplink=LEG)


def milestone(name: str, link_time_s: float, prompt_id: str = ID, /, **detail: Any) -> Event:
    return event("milestone", name=name, prompt_id=prompt_id, link_time_s=link_time_s, detail=detail)


def view(link_time_s: float, *heard: tuple[float, float]) -> Event:
    receptions = [{"at_s": at_s, "eb_n0_db": db, "good": True} for at_s, db in heard]
    return event("view", link_time_s=link_time_s, receptions=receptions, cop1={"state": "active"}, channels={})


def desk_after(*events: Event, contacts: list[list[float | None]] | None = None) -> Desk:
    desk = Desk()
    for each in (station(contacts or [[0.0, None]]), event("uplink", link_time_s=0.0, state="active"), *events):
        desk.take(each)
    return desk


JOURNEY = [
    (event("time", link_time_s=1.0), ""),
    (milestone("queued", 1.0, text="Why?"), "goes up next"),
    (milestone("uplink_first_sample", 1.1, transmission=1), "goes up"),
    (event("sending", prompt_id=ID, link_time_s=1.2, frames=3, acknowledged=2), "uplink 2/3 acknowledged"),
    (
        event("sending", prompt_id=ID, link_time_s=1.3, frames=3, acknowledged=3),
        "uplinked, waits for word from the spacecraft",
    ),
    (milestone("uplink_acked", 2.0, queue_position=0), "the model reads it"),
    (event("health", link_time_s=2.5, waits_for="low_battery"), "on board, waits: low_battery"),
    (milestone("segment_received", 3.0, index=0), "on board, waits: low_battery"),
    (event("text", prompt_id=ID, at=0, text="Be"), "answering"),
    (event("text", prompt_id=ID, at=2, text="cause"), "answering"),
    (milestone("done", 4.0, finish_reason="stop"), "answered"),
]


def test_a_journey_in_words() -> None:
    desk = desk_after()
    for each, words in JOURNEY:
        desk.take(each)
        if ID in desk.prompts:
            assert desk.status(desk.prompts[ID]) == words
    assert desk.prompts[ID].answer == "Because"
    assert not desk.open_prompts


@pytest.mark.parametrize(
    ("contacts", "start_utc", "words"),
    [
        ([[100.0, 200.0]], "2026-01-02T14:00:30+00:00", "waits for AOS 14:02:10"),
        ([[3700.0, None]], None, "waits for AOS 01:18:20"),  # link time 0 was at POSIX time 1000, 00:16:40
        ([[0.0, 0.5]], None, "no contact left"),
    ],
)
def test_out_of_contact(contacts: list[list[float | None]], start_utc: str | None, words: str) -> None:
    desk = Desk()
    for each in (station(contacts, start_utc), event("time", link_time_s=1.0), milestone("queued", 1.0, text="Why?")):
        desk.take(each)
    assert desk.status(desk.prompts[ID]) == words
    assert not desk.is_link_up


def test_an_answer_that_a_loss_of_signal_cuts() -> None:
    seen = [each for each, _ in JOURNEY[:9]]
    desk = desk_after(*seen, event("time", link_time_s=10.0), contacts=[[0.0, 9.0], [100.0, 200.0]])
    assert desk.status(desk.prompts[ID]) == "answering; no signal until AOS 00:18:20"


def test_how_many_stand_before_it() -> None:
    ids = [f"{number:016x}" for number in range(3)]
    desk = desk_after(event("time", link_time_s=1.0), *(milestone("queued", 1.0, each, text="?") for each in ids))
    assert [desk.status(desk.prompts[each]) for each in ids] == ["goes up next"] + [
        f"waits to go up, {n} before it" for n in (1, 2)
    ]
    for position, each in enumerate(ids):
        desk.take(milestone("uplink_acked", 2.0 + position, each, queue_position=position))
    assert desk.status(desk.prompts[ids[2]]) == "on board, 2 before it"
    desk.take(milestone("done", 6.0, ids[0], finish_reason="stop"))
    assert desk.status(desk.prompts[ids[2]]) == "on board, 1 before it"
    desk.take(milestone("done", 7.0, ids[1], finish_reason="stop"))
    desk.take(milestone("uplink_acked", 8.0, "f" * 16, queue_position=1))
    assert desk.status(desk.prompts[ids[2]]) == "the model reads it", "who came later is not before it"


def test_refusals_and_other_ends() -> None:
    for end, words in (
        (milestone("refused", 2.0, reason="too_hot", detail="91 C"), "refused: too hot (91 C)"),
        (milestone("refused", 2.0, reason="queue_full", detail=""), "refused: queue full"),
        (milestone("refused", 2.0, reason="cancelled", detail=""), "cancelled"),
        (milestone("done", 2.0, finish_reason="length"), "answered up to its limit of tokens"),
        (milestone("done", 2.0, finish_reason="deadline"), "cut off: its deadline passed"),
    ):
        desk = desk_after(event("time", link_time_s=1.0), end)
        assert desk.status(desk.prompts[ID]) == words


def test_a_link_is_up_in_a_contact_once_the_uplink_stands() -> None:
    desk = desk_after(contacts=[[5.0, 10.0]])
    ups = []
    for link_time_s in (4.9, 5.0, 9.9, 10.0):
        desk.take(event("time", link_time_s=link_time_s))
        ups.append(desk.is_link_up)
    assert ups == [False, True, True, False]
    desk.take(event("time", link_time_s=6.0))
    desk.take(event("uplink", link_time_s=6.0, state="initial"))
    assert not desk.is_link_up


def test_words_that_come_again_count_once() -> None:
    texts = [(0, "Be"), (2, "cause"), (0, "Because"), (7, " so")]
    desk = desk_after(*(event("text", prompt_id=ID, at=at, text=text) for at, text in texts))
    assert desk.prompts[ID].answer == "Because so"


def test_eb_n0_of_an_answer_is_the_mean_over_its_frames() -> None:
    desk = desk_after(milestone("segment_received", 10.0, index=0))
    desk.take(view(10.2, (8.9, 1.0), (9.1, 6.0), (10.1, 8.0)))  # the first frame began at 9 s, at the earliest
    desk.take(milestone("done", 11.0, finish_reason="stop"))
    desk.take(view(11.5, (10.9, 10.0), (11.1, 1.0)))
    assert desk.prompts[ID].eb_n0_db == pytest.approx(8.0)
    assert desk.prompts[ID].frames_heard == 3


def test_a_station_that_begins_anew_says_what_is_open() -> None:
    desk = desk_after(milestone("queued", 1.0, text="gone?"), milestone("done", 2.0, "0" * 16, finish_reason="stop"))
    inquiry = {"prompt_id": "1" * 16, "text": "Why?", "turns": [], "stop": [], "state": "accepted", "answer": "Be"}
    desk.take(event("queue", prompts=[inquiry]))
    assert list(desk.prompts) == ["0" * 16, "1" * 16]
    assert desk.prompts["1" * 16].answer == "Be"


def test_open_prompts_are_kept_and_of_the_others_the_newest() -> None:
    ids = [f"{number:016x}" for number in range(MAX_PROMPTS + 50)]
    desk = desk_after(*(milestone("queued", 1.0, each, text="?") for each in ids))
    assert len(desk.prompts) == len(ids), "all are open"
    for each in ids[10:]:
        desk.take(milestone("done", 2.0, each, finish_reason="stop"))
    desk.take(milestone("queued", 3.0, "f" * 16, text="?"))
    assert len(desk.prompts) == MAX_PROMPTS
    assert [*ids[:10], ids[-1], "f" * 16] == [each for each in desk.prompts if each in (*ids[:10], ids[-1], "f" * 16)]


def health(link_time_s: float, offset_hz: float) -> Event:
    measured = {"uplink_es_n0_db": 9.0, "uplink_offset_hz": offset_hz, "temperature_c": 20.0}
    return event("health", link_time_s=link_time_s, bus_voltage_v=8.0, current_a=0.5, waits_for=None, **measured)


def test_what_is_measured_is_kept_over_link_time() -> None:
    uplink = LEG | {"carrier_hz": 436e6, "symbol_rate_baud": 1000.0}
    tuned = event("tuned", receive_hz=437e6, transmit_hz=436e6 - 100.0)
    desk = desk_after(station([[0.0, None]]) | {"uplink": uplink}, view(3.0, (2.0, 3.0), (2.5, 5.0)))
    for each in (health(4.0, 50.0), health(14.0, 50.0), tuned, health(24.0, -60.0)):
        desk.take(each)
    told = desk.snapshot()["history"]
    curves = {name: list(zip(of["times_s"], of["values"], strict=True)) for name, of in told.items() if of["times_s"]}
    assert curves == {
        "downlink_eb_n0_db": [(2, 4.0)],
        "uplink_offset_hz": [(4, 50), (24, 40.0)],  # between them the board said again what it had measured at 4 s
        "uplink_eb_n0_db": [(4, 9.0), (24, 9.0)],
        "power_w": [(4, 4.0), (14, 4.0), (24, 4.0)],
        "temperature_c": [(4, 20.0), (14, 20.0), (24, 20.0)],
    }


def test_where_the_antenna_points_is_what_was_told_last() -> None:
    desk = desk_after(*(event("rotator", link_time_s=at_s, azimuth_deg=at_s, error_deg=None) for at_s in (1.0, 2.0)))
    assert desk.snapshot()["rotator"] == {"link_time_s": 2.0, "azimuth_deg": 2.0, "error_deg": None}


EVENTS = st.sampled_from(
    [each for each, _ in JOURNEY]
    + [view(5.0, (2.0, 3.0)), event("warning", message="!"), health(6.0, 1.0), health(7.0, 2.0)]
    + [event("rotator", link_time_s=5.0, azimuth_deg=1.0)]
)


@given(st.lists(EVENTS, max_size=20), st.lists(EVENTS, max_size=5))
def test_a_desk_made_of_a_snapshot_goes_on_as_the_one_it_is_of(before: list[Event], after: list[Event]) -> None:
    desk = desk_after(*before)
    other = Desk.of(json.loads(json.dumps(desk.snapshot())))
    for each in after:
        desk.take(each)
        other.take(each)
    assert other.snapshot() == desk.snapshot()
