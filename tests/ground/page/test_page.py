"""The page in a browser: what a station says is what a flight director sees."""

import json
import math
import re
from datetime import timedelta
from typing import Any, Literal
from urllib.request import Request, urlopen

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from ground.gateway.api_keys import ApiKeys, _digest
from ground.gateway.chat_response import MODEL
from tests.ground.page.conftest import Open
from tests.ground.page.fake_gateway import FakeGateway
from tests.ground.page.pass_events import (
    AOS_S,
    LOS_S,
    SCRIPT,
    START,
    answer_events,
    at,
    forecast,
    link_events,
    milestone,
    rotator,
    station,
    words,
)
from tests.ground.page.wire import wire_to

MAX_LOAD_OCTETS = 150_000
MAX_LIVE_OCTETS_PER_S = 100_000
ID = "0123456789abcdef"
PICTURES = ("#sky canvas", "#doppler canvas", "#signal canvas", "#waterfall-picture", "#constellation canvas",
            "#power-chart canvas", "#heat-chart canvas")  # fmt: skip
TEXTS = ("#doppler table", "#signal table", "#frames", "#cop1 dl", "#cop1-window", "#board dl", "#sky dl", "#countdown",
         "#link-time", "#utc")  # fmt: skip


def ask(page: Page, text: str) -> None:
    page.get_by_label("Prompt", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()


def pixels(page: Page, selector: str) -> str:
    return str(page.evaluate("selector => document.querySelector(selector).toDataURL()", selector))


def text_of(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text()


# -- talking ---------------------------------------------------------------------------------------------------------


def test_a_prompt_is_typed_and_its_answer_streams(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 60))
    gateway.answer = "The capital of France is Paris, on the Seine, and has been for long."
    gateway.events_at_once = 8
    page = open_page()
    ask(page, "What is the capital of France?")
    expect(page.locator(".words")).to_have_text(gateway.answer[:24])
    expect(page.locator("#talk .status")).to_have_text("answering")
    gateway.go_on()
    expect(page.locator(".words")).to_have_text(gateway.answer)
    expect(page.locator(".question")).to_have_text("What is the capital of France?")
    expect(page.locator("#talk .status")).to_have_text("answered")
    legend = page.locator("#talk .spans")
    for span in ("waited to be sent", "uplink", "waited on board", "prefill", "generation"):
        expect(legend).to_contain_text(re.compile(rf"{span} \d+\.\d\d.s"))
    expect(page.locator("#talk .figures")).to_contain_text(re.compile(r"TTFT 4\.00.s"))
    expect(page.locator("#talk .figures")).to_contain_text(re.compile(r"energy [\d.]+.J"))


@pytest.mark.parametrize("ack_late_s", [0.0, 2.5])
def test_the_spans_of_an_answer_add_up_to_all_of_its_time(
    gateway: FakeGateway, open_page: Open, ack_late_s: float
) -> None:
    """An acknowledgement that is heard late: part of what the board did passed meanwhile, and is counted once."""
    journey = answer_events(ID, "Q", "An answer of some length, in three frames of it.", 5.0)
    for event in journey:
        if event.get("name") == "uplink_acked":
            event["link_time_s"] += ack_late_s
    gateway.tell(*journey)
    legend = open_page().locator("#talk .spans")
    expect(legend).to_contain_text(re.compile(r"waited for AOS 25\.6.s"))
    spans_s = [float(found) for found in re.findall(r"([\d.]+).s", legend.inner_text())]
    assert sum(spans_s) == pytest.approx(journey[-1]["link_time_s"] - 5.0, abs=0.06)


def test_an_answered_turn_goes_up_with_the_next_prompt_until_begun_anew(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 60))
    page = open_page()
    ask(page, "Capital of France?")
    expect(page.locator("#turns")).to_have_text("1 earlier turn will go up with it.")
    page.reload()
    ask(page, "And of Italy?")
    expect(page.locator("#turns")).to_have_text("2 earlier turns will go up with it.")
    page.get_by_role("button", name="Begin anew").click()
    expect(page.locator("#turns")).to_have_text("")
    ask(page, "Who are you?")
    expect(page.locator(".words")).to_have_count(3)
    expect(page.locator(".words").last).to_have_text("Paris.")
    assert [asked.get("turns") or [] for asked in gateway.asked] == [[], ["Capital of France?", "Paris."], []]
    assert len({asked["prompt_id"] for asked in gateway.asked}) == 3


def test_what_others_wrote_is_text(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 40), *answer_events(ID, SCRIPT, SCRIPT, 31.0))
    gateway.tell(milestone(41.0, "queued", ID[::-1], text=SCRIPT))
    page = open_page()
    expect(page.locator(".words").first).to_have_text(SCRIPT)
    expect(page.locator(".question").first).to_have_text(SCRIPT)
    expect(page.locator("#queue .text")).to_have_text(SCRIPT)
    assert page.locator("main script, main img, main b").count() == 0
    assert page.title() == "Ground station"


def test_a_station_that_begins_anew_leaves_a_prompt_where_it_is(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(milestone(2.0, "queued", ID, text="Why?"), milestone(2.0, "queued", ID[::-1], text="Gone?"))
    page = open_page()
    expect(page.locator("#talk .status")).to_have_count(2)
    gateway.tell(
        at(3.0, "queue", prompts=[{"prompt_id": ID, "text": "Why?", "state": "waiting to send", "answer": ""}])
    )
    expect(page.locator("#talk .status")).to_have_text(["waits for AOS 14:02:10"])


def test_words_that_come_again_from_the_beginning_stand_once(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*answer_events(ID, "Q", "one two 🛰 three", 31.0)[:6])
    page = open_page()
    gateway.tell(words(36.0, ID, 0, "one two 🛰"), words(37.0, ID, 0, "one two"), words(38.0, ID, 4, "two 🛰 three"))
    expect(page.locator(".words")).to_have_text("one two 🛰 three")


def test_what_the_gateway_refuses_is_said_and_the_prompt_kept(gateway: FakeGateway, open_page: Open) -> None:
    waiting = [milestone(1.0, "queued", f"{number:016x}", text="q") for number in range(64)]
    gateway.tell(*waiting)
    page = open_page(complains="429")
    ask(page, "One too many?")
    expect(page.get_by_role("alert").filter(has_text="prompts are open")).to_be_visible()
    assert page.get_by_label("Prompt", exact=True).input_value() == "One too many?"


def test_a_prompt_in_the_queue_is_cancelled(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(milestone(2.0, "queued", ID, text="Never mind"), at(12.0, "time"))
    page = open_page()
    expect(page.locator("#queue .where")).to_have_text("waits for AOS 14:02:10 · asked 0:10 ago")
    page.get_by_role("button", name="Cancel: Never mind").click()
    expect(page.locator("#queue .why")).to_have_text("No prompt is under way.")
    expect(page.locator("#talk .status")).to_have_text("cancelled")


@pytest.mark.parametrize(
    ("count", "status"),
    [
        (1, "goes up next"),
        (2, "goes up"),
        (4, "uplink 2/3 acknowledged"),
        (5, "the model reads it"),
        (8, "answering"),
    ],
)
def test_the_queue_says_where_a_prompt_is(gateway: FakeGateway, open_page: Open, count: int, status: str) -> None:
    journey = answer_events(ID, "Q", "An answer of some length, more than one frame of it.", 31.0)
    gateway.tell(*link_events(29, 31), journey[0])
    page = open_page()
    gateway.tell(*journey[1:count], at(60.0, "time"))
    expect(page.locator("#queue .where")).to_have_text(re.compile(f"^{status} ·"))
    expect(page.locator("#talk .status")).to_have_text(status)
    page.reload()
    expect(page.locator("#talk .status")).to_have_text(status)


# -- the pass --------------------------------------------------------------------------------------------------------


def test_each_panel_changes_during_a_pass(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 90))
    page = open_page()
    gateway.tell(*link_events(90, 100))
    expect(page.locator("#link-time")).to_have_text(re.compile(r"^99\.8"))
    before = {picture: pixels(page, picture) for picture in PICTURES} | {text: text_of(page, text) for text in TEXTS}
    gateway.tell(*link_events(100, 300))
    expect(page.locator("#link-time")).to_have_text(re.compile(r"^299\.8"))
    after = {picture: pixels(page, picture) for picture in PICTURES} | {text: text_of(page, text) for text in TEXTS}
    assert [name for name, value in before.items() if after[name] == value] == []


def test_the_header_counts_down_to_aos_and_then_to_los(gateway: FakeGateway, open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#link")).to_have_text("○ below the horizon")
    expect(page.locator(".clocks .large")).to_have_text("AOS in0:30")
    gateway.tell(at(31.0, "time"))
    expect(page.locator("#link")).to_have_text("◐ in view, nothing heard")
    gateway.tell(*link_events(31, 32))
    expect(page.locator("#link")).to_have_text("● receiving")
    expect(page.locator(".clocks .large")).to_have_text("LOS in8:59")
    expect(page.locator("#utc")).to_have_text("14:02:11")
    gateway.tell(*link_events(580, 581))
    expect(page.locator(".clocks .large")).to_have_text("AOS inno more")


def test_predicted_and_measured_stand_beside_each_other(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 100))
    page = open_page()
    gateway.tell(*link_events(100, 101), at(100.0, "time"))
    foretold, now = forecast(), forecast()["time_s"].index(100.0)
    predicted = foretold["downlink"]["eb_n0_db"][now]
    cells = page.locator("#signal tbody tr").first.locator("td")
    expect(cells.nth(0)).to_have_text(f"{predicted:.1f}\u202fdB")
    measured = float(cells.nth(1).inner_text().split("\u202f")[0])
    assert abs(measured - predicted) < 2
    threshold = predicted - foretold["downlink"]["margin_db"][now]
    expect(cells.nth(2)).to_have_text(f"{threshold:.1f}\u202fdB")
    margin = float(cells.nth(3).inner_text().split("\u202f")[0])
    assert margin == pytest.approx(measured - threshold, abs=0.15)
    uplink_hz = page.locator("#doppler tbody tr").nth(1).locator("td").nth(2)
    expect(uplink_hz).to_have_text(re.compile("^\u2212"))


def test_what_is_measured_within_a_second_is_one_mean(gateway: FakeGateway, open_page: Open) -> None:
    page = open_page()
    heard = {"es_n0_db": 1.0, "corrected": 0, "good": True}
    receptions = [heard | {"at_s": 40.1 + n / 5, "eb_n0_db": 5.0 + n, "offset_hz": 100.0 * n} for n in range(3)]
    lost = heard | {"at_s": 40.8, "eb_n0_db": -30.0, "offset_hz": 9e3, "good": False}
    seen = next(link_events(41, 41.25)) | next(event for event in link_events(41, 41.25) if event["event"] == "view")
    gateway.tell(seen | {"receptions": [*receptions, lost]})
    expect(page.locator("#signal tbody tr").first.locator("td").nth(1)).to_have_text("6.0\u202fdB")
    expect(page.locator("#doppler tbody tr").first.locator("td").nth(1)).to_have_text("+100\u202fHz")


def test_a_clear_link_is_called_clear(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(station("clear"))
    badge = open_page().locator("#security")
    expect(badge).to_have_text("▲ CLEAR: nothing is encrypted")
    expect(badge).to_have_attribute("data-tone", "warn")


def test_the_antenna_is_a_cross_on_the_sky(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(40, 41))
    page = open_page()
    error, sky = page.locator("[data-figure=antenna]"), page.locator("#sky canvas")
    expect(error).to_have_text("–")
    pictures = [pixels(page, "#sky canvas")]
    for off_deg in (0.4, 25.0):
        gateway.tell(rotator(41.0, error_deg=off_deg))
        expect(error).to_have_text(f"{off_deg:.1f}\u202f°")
        pictures.append(pixels(page, "#sky canvas"))
    assert len(set(pictures)) == 3
    expect(sky).to_have_attribute("aria-label", re.compile(r"The antenna: azimuth \d+, elevation \d+ degrees\.$"))
    gateway.tell(rotator(800.0, error_deg=None))
    expect(error).to_have_text("–")


def test_flags_of_the_clcw_are_told_in_words(gateway: FakeGateway, open_page: Open) -> None:
    page = open_page()
    gateway.tell(*link_events(40, 40.25))
    expect(page.locator("[data-flag=retransmit]")).to_have_text("□ retransmit")
    gateway.tell(*link_events(45, 45.25))
    expect(page.locator("[data-flag=retransmit]")).to_have_text("■ retransmit SET")


def test_a_panel_without_its_source_says_why(open_page: Open) -> None:
    bare = FakeGateway(foretold=False)
    try:
        page = open_page(url=bare.url)
        expect(page.locator("#sky .why")).to_have_text("No forecast: the station was started without one.")
        expect(page.locator("#board .why")).to_have_text("The spacecraft has not reported yet.")
        view: dict[str, Any] = {
            "spectrum": None,
            "constellation": None,
            "receptions": [],
            "channels": {"down": {}, "up": {}},
            "cop1": {},
        }
        bare.tell(at(5.0, "view", floor_db=0.0, step_db=1.0, **view))
        for panel in ("waterfall", "constellation"):
            expect(page.locator(f"#{panel} .why")).to_have_text("No samples: this radio gives frames alone.")
        expect(page.locator("#doppler .why")).to_have_text("No forecast, and nothing measured yet.")
    finally:
        bare.close()


# -- pointing --------------------------------------------------------------------------------------------------------

_PLOT = """selector => {
  const { left, top, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [left, top, width, height];
}"""


def place_on(page: Page, selector: str, across: float, down: float = 0.5) -> tuple[float, float]:
    """Where a part of a picture is on the screen, scrolled into view."""
    page.locator(selector).scroll_into_view_if_needed()
    left, top, width, height = page.evaluate(_PLOT, selector)
    return left + across * width, top + down * height


def foretold_at(series: str, leg: str, link_time_s: float) -> float:
    return float(np.interp(link_time_s, forecast()["time_s"], forecast()[leg][series]))


def clock_of(link_time_s: float) -> str:
    return f"{START + timedelta(seconds=link_time_s):%H:%M:%S}"


def value(text: str) -> float:
    return float(text.split("\u202f")[0].replace("\u2212", "-"))


def test_a_pointer_on_a_chart_reads_every_curve_at_that_moment(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 300))
    page = open_page()
    expect(page.locator("thead .when")).to_have_text(["now", "now"])
    page.mouse.move(*place_on(page, "#doppler .u-over", 0.25))
    begin_s, end_s = AOS_S - 5, LOS_S + 5
    moment_s = begin_s + 0.25 * (end_s - begin_s)
    expect(page.locator("thead .when")).to_have_text([clock_of(moment_s)] * 2)
    for row, leg in enumerate(("downlink", "uplink")):
        shift = [value(text) for text in page.locator("#doppler tbody tr").nth(row).locator("td").all_inner_texts()]
        assert shift[0] == pytest.approx(foretold_at("doppler_hz", leg, moment_s), abs=60)
        assert shift[1] == pytest.approx(shift[0] + shift[2], abs=400), "measured up to 6 s away"
        assert shift[2] == pytest.approx({"downlink": 180, "uplink": -90}[leg], abs=90)
        levels = [value(text) for text in page.locator("#signal tbody tr").nth(row).locator("td").all_inner_texts()]
        assert levels[0] == pytest.approx(foretold_at("eb_n0_db", leg, moment_s), abs=0.15)
        assert levels[1] == pytest.approx(levels[0] - 0.5, abs=1.5)
        assert levels[3] == pytest.approx(levels[1] - levels[2], abs=0.11)
    units = page.locator("#doppler tbody td, #signal tbody td").all_inner_texts()
    assert {text.split("\u202f")[1] for text in units} == {"Hz", "dB"}
    page.mouse.move(*place_on(page, "#cop1", 0.5))
    expect(page.locator("thead .when")).to_have_text(["now", "now"])


def test_the_difference_is_that_of_the_moment_of_measurement(gateway: FakeGateway, open_page: Open) -> None:
    """Near the highest point the shift changes by a hundred Hz in a second."""
    gateway.tell(*link_events(280, 290), at(300.0, "time"))
    predicted, measured, difference = open_page().locator("#doppler tbody tr").first.locator("td").all()
    expect(predicted).to_have_text(re.compile("Hz$"))
    assert value(difference.inner_text()) == pytest.approx(180, abs=80)
    assert value(measured.inner_text()) - value(predicted.inner_text()) > 700


def test_what_lies_ahead_is_foretold_and_not_measured(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 100))
    page = open_page()
    page.mouse.move(*place_on(page, "#signal .u-over", 0.75))
    expect(page.locator("#signal tbody tr").first.locator("td").nth(1)).to_have_text("–")
    expect(page.locator("#signal tbody tr").first.locator("td").first).to_contain_text("dB")


def test_a_pointer_on_the_boards_charts_reads_power_and_temperatures(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 300))
    page = open_page()
    told = page.locator("#board [data-series]")
    expect(told).to_have_text(["", "", ""])
    page.mouse.move(*place_on(page, "#power-chart .u-over", 0.5))
    moment_s = page.locator("#board .when")
    expect(moment_s).to_have_text([clock_of(149.9)] * 2)
    known = min(
        (each for each in link_events(140, 160) if each["event"] == "health"),
        key=lambda each: abs(each["link_time_s"] + 0.5 - 149.9),
    )
    expect(told.nth(1)).to_have_text(f"{known['temperature_c']:.1f}\u202f°C")
    expect(told.nth(2)).to_have_text(f"{known['payload_temperature_c']:.1f}\u202f°C")
    assert value(told.first.inner_text()) == pytest.approx(known["bus_voltage_v"] * known["current_a"], abs=0.9)


def test_a_finger_on_a_chart_reads_it_until_it_points_elsewhere(browser: Browser, gateway: FakeGateway) -> None:
    gateway.tell(*link_events(0, 300))
    context = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        page.goto(gateway.url)
        expect(page.locator("thead .when").first).to_have_text("now")
        page.touchscreen.tap(*place_on(page, "#signal .u-over", 0.25))
        expect(page.locator("#signal .when")).to_have_text(re.compile(r"^14:0\d:\d\d$"))
        page.touchscreen.tap(*place_on(page, "#signal-title", 0.5))
        expect(page.locator("#signal .when")).to_have_text("now")
    finally:
        context.close()


def test_a_pointer_on_the_sky_tells_when_the_satellite_is_there(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 100))
    page = open_page()
    before = pixels(page, "#sky canvas")
    page.mouse.move(*place_on(page, "#sky canvas", 0.5, 0.5))
    expect(page.locator("#sky .when")).to_have_text("")
    azimuth_deg, elevation_deg = (forecast()[name][300 - 25] for name in ("azimuth_deg", "elevation_deg"))
    _, _, width, _ = page.evaluate(_PLOT, "#sky canvas")
    away = (width / 2 - 22) * (1 - elevation_deg / 90) / width
    across = 0.5 + away * math.sin(math.radians(azimuth_deg))
    down = 0.5 - away * math.cos(math.radians(azimuth_deg))
    page.mouse.move(*place_on(page, "#sky canvas", across, down))
    expect(page.locator("#sky .when")).to_have_text(re.compile(r"^14:06:\d\d$"))
    assert value(text_of(page, "[data-figure=elevation]")) == pytest.approx(elevation_deg, abs=2)
    expect(page.locator("#doppler .when")).to_have_text(text_of(page, "#sky .when"))
    assert pixels(page, "#sky canvas") != before


def test_a_pointer_on_the_waterfall_tells_frequency_level_and_time(gateway: FakeGateway, open_page: Open) -> None:
    page = open_page()
    gateway.tell(*link_events(100, 120))
    expect(page.locator("#link-time")).to_have_text(re.compile(r"^119\.8"))
    page.mouse.move(*place_on(page, "#waterfall-picture", 0.75, 0.3 / 120))
    told = page.locator("#waterfall-pointed")
    expect(told).to_have_text(re.compile(rf"^{clock_of(119.75)} · \+(59|60)\.\d\u202fkHz · \u2212\d+\u202fdB$"))
    page.mouse.move(*place_on(page, "#waterfall-picture", 0.5, 0.99))
    expect(told).to_have_text("")
    page.mouse.move(*place_on(page, "#waterfall-picture", 0.75, 0.3 / 120))
    expect(told).not_to_have_text("")
    page.mouse.move(*place_on(page, "#doppler .u-over", 0.1))
    expect(told).to_have_text("")


# -- connections -----------------------------------------------------------------------------------------------------


def test_a_reload_shows_the_same_again(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 60), *answer_events(ID, "Q", "Words that stay.", 31.0), at(61.0, "time"))
    page = open_page()
    expect(page.locator(".words")).to_have_text("Words that stay.")
    shown = {selector: text_of(page, selector) for selector in ("#talk", "#frames", "#cop1", "#board dl", "header")}
    page.reload()
    expect(page.locator(".words")).to_have_text("Words that stay.")
    again = {selector: text_of(page, selector) for selector in shown}
    expect(page.locator("#link-time")).to_have_text("61.0\u202fs")
    assert again == shown


def test_a_reload_shows_the_measured_curves_again(gateway: FakeGateway, open_page: Open) -> None:
    page = open_page()
    gateway.tell(*link_events(0, 100), rotator(99.5, error_deg=2.5), at(100.0, "time"))
    curves = [picture for picture in PICTURES if picture.endswith("canvas") and "constellation" not in picture]
    texts = (*TEXTS, "#link")
    shown: list[dict[str, str]] = []
    for _ in range(2):
        expect(page.locator("#link-time")).to_have_text("100.0\u202fs")
        expect(page.locator("#signal tbody td").nth(1)).to_contain_text("dB")
        shown.append({name: pixels(page, name) for name in curves} | {name: text_of(page, name) for name in texts})
        page.reload()
    assert [name for name in shown[0] if shown[0][name] != shown[1][name]] == []


def test_a_lost_gateway_is_said_and_found_again(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 60))
    page = open_page(complains="ERR_CONNECTION_REFUSED")
    cells = page.locator("#signal tbody tr td:nth-of-type(2)")
    measured = cells.all_inner_texts()
    gateway.close()
    expect(page.locator("#connection")).to_contain_text("Connection to the gateway lost. Trying again in")
    again = FakeGateway(gateway.port)
    try:
        again.tell(station(), at(70.0, "time"))
        expect(page.locator("#connection")).to_be_hidden()
        expect(page.locator("#link-time")).to_have_text("70.0\u202fs")
        assert "–" not in measured
        assert cells.all_inner_texts() == measured, "the page knows it, though the gateway does not"
    finally:
        again.close()


def test_a_gateway_that_wants_a_key_is_given_one(browser: Browser) -> None:
    key = "k" * 24
    guarded = FakeGateway(keys=ApiKeys(((_digest(key), "operator"),)))
    guarded.tell(station(), at(3.0, "time"))
    page = browser.new_page()
    try:
        page.goto(guarded.url)
        page.get_by_label("This gateway wants an API key").fill(key)
        page.get_by_role("button", name="Use it").click()
        expect(page.locator("#link-time")).to_have_text("3.0\u202fs")
        expect(page.locator("#key-form")).to_be_hidden()
        ask(page, "Hello?")
        expect(page.locator(".words")).to_have_text("Paris.")
    finally:
        page.close()
        guarded.close()


def test_the_page_with_a_whole_pass_is_small(gateway: FakeGateway, open_page: Open) -> None:
    """All that comes over the wire to a browser that has nothing yet, compressed as it is."""
    gateway.tell(*link_events(0, 600), *answer_events(ID, "Q", "A.", 31.0))
    with wire_to(gateway.port) as wire:
        page = open_page(url=wire.url)
        expect(page.locator("#link-time")).to_have_text(re.compile(r"^599\.\d"))
        assert 50_000 < wire.received < MAX_LOAD_OCTETS
        page.close()


def test_the_events_of_a_pass_are_few(gateway: FakeGateway, open_page: Open) -> None:
    with wire_to(gateway.port) as wire:
        page = open_page(url=wire.url)
        page.wait_for_load_state("networkidle")
        loaded = wire.received
        gateway.tell(*link_events(100, 110))
        expect(page.locator("#link-time")).to_have_text(re.compile(r"^109\.8"))
        assert 500 < (wire.received - loaded) / 10 < MAX_LIVE_OCTETS_PER_S
        page.close()


def test_the_words_of_a_stream_are_not_held_back_to_be_compressed(gateway: FakeGateway) -> None:
    gateway.tell(*link_events(0, 60))
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Q"}], "stream": True}
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    request = Request(f"{gateway.url}v1/chat/completions", json.dumps(body).encode(), headers)
    with urlopen(request, timeout=20) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in response.headers
        assert b"Paris." in response.read()


# -- everybody's page ------------------------------------------------------------------------------------------------


def test_all_of_it_works_by_keyboard(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*link_events(0, 60))
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the prompt")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for line in ("Two lines", "of a prompt"):
        page.get_by_label("Prompt", exact=True).focus()
        page.keyboard.type(line)
        page.keyboard.press("Shift+Enter" if line == "Two lines" else "Enter")
    expect(page.locator(".question")).to_have_text("Two lines\nof a prompt")
    expect(page.locator(".words")).to_have_text("Paris.")
    gateway.tell(milestone(60.0, "queued", ID, text="waits"))
    page.get_by_role("button", name="Cancel: waits").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#queue .why")).to_be_visible()


def test_the_answer_is_announced_and_figures_are_not(gateway: FakeGateway, open_page: Open) -> None:
    gateway.tell(*answer_events(ID, "Q", "A.", 31.0))
    page = open_page()
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    for quiet in (".status", ".timeline", ".figures"):
        expect(page.locator(f"#talk {quiet}")).to_have_attribute("aria-live", "off")
    for canvas in page.locator("canvas[role=img]").all():
        assert canvas.get_attribute("aria-label")


_WIDER_THAN_THEIR_CELL = """() => [...document.querySelectorAll("th, td")].filter((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().width > cell.getBoundingClientRect().width + 0.5;
}).map((cell) => cell.innerText)"""


@pytest.mark.parametrize("width", [348, 360, 800, 1600])  # a scrollbar leaves 348 of 360
def test_figures_fit_into_their_columns(gateway: FakeGateway, open_page: Open, width: int) -> None:
    gateway.tell(*link_events(100, 140))
    page = open_page(width=width)
    gateway.tell(*link_events(140, 142))
    expect(page.locator("#link-time")).to_have_text(re.compile(r"^141\.8"))
    assert page.evaluate(_WIDER_THAN_THEIR_CELL) == []


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_is_wider_than_the_screen(gateway: FakeGateway, open_page: Open, width: int) -> None:
    gateway.tell(*link_events(20, 60), *answer_events(ID, "x" * 200, "y" * 200, 31.0))
    gateway.tell(milestone(60.0, "queued", ID[::-1], text="z" * 300), at(60.0, "warning", message="w" * 200))
    page = open_page(width=width)
    gateway.tell(*link_events(60, 62))
    expect(page.locator("#link-time")).to_have_text(re.compile(r"^61\.8"))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    chat, sky = page.locator("#chat").bounding_box(), page.locator("#sky").bounding_box()
    assert chat is not None
    assert sky is not None
    assert chat["x"] > sky["x"] if width == 1600 else chat["y"] < sky["y"]


_CONTRASTS = """() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = numbers(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
  };
  return [...document.querySelectorAll("body *")]
    .filter((node) => node.checkVisibility() && [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
    .filter((node) => !node.disabled)
    .map((node) => {
      const [a, b] = [light(numbers(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
      return [node.outerHTML.slice(0, 80), (a + 0.05) / (b + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_text_has_contrast(gateway: FakeGateway, open_page: Open, scheme: Literal["dark", "light"]) -> None:
    gateway.tell(*link_events(20, 60), *answer_events(ID, "Q", "A.", 31.0), station("clear"))
    gateway.tell(milestone(60.0, "queued", ID[::-1], text="z"), at(60.0, "warning", message="w"))
    page = open_page(scheme=scheme)
    gateway.tell(*link_events(60, 62))
    expect(page.locator("#constellation canvas")).to_be_visible()
    assert page.evaluate(_CONTRASTS) == []
