import base64
from datetime import datetime, timezone
from functools import cache
from io import StringIO
from math import floor
from typing import Any

import pytest
from rich.console import Console, RenderableType
from rich.style import Style

from ground.forecast import Forecast
from ground.forecast_build import forecast_of_study
from ground.gateway.desk import Desk
from ground.text_chart import TextChart
from ground.text_waterfall import TextWaterfall, levels, narrowed
from ground.watch_desk import Curve, WatchDesk
from ground.watch_lines import WatchLines
from ground.watch_screen import WatchScreen, countdown
from linkbudget.study_file import load_study
from radio.profile import Profile

START = datetime(2024, 1, 22, tzinfo=timezone.utc)
LEG = {"carrier_hz": 437.05e6, "symbol_rate_baud": 38400.0, "information_rate_bit_s": 19200.0, "frame_octets": 223}
ONE, TWO = "0123456789abcdef", "fedcba9876543210"


@cache
def forecast() -> Forecast:
    return forecast_of_study(load_study("cubesat-uhf").study, Profile.load("leo-bpsk"), START, 86_400.0)


AOS_S = forecast().passes[0].aos_s


class Watched:
    """A watcher's desk that a test tells events."""

    def __init__(self, *, foretold: bool = True, security: str = "encrypted") -> None:
        told = forecast().to_json() if foretold else None
        self.watch = WatchDesk({"event": "hello", "snapshot": Desk().snapshot(), "forecast": told})
        contacts = [[each.aos_s, each.los_s] for each in forecast().passes]
        start = START.isoformat() if foretold else None
        about = {"profile": "leo-bpsk", "security": security, "sample_rate_hz": 240e3, "start_utc": start}
        self.tell("station", **about, contacts=contacts, uplink={**LEG, "carrier_hz": 145.9e6}, downlink=LEG)
        self.tell("queue", prompts=[])
        self.lines = WatchLines(self.watch)

    def tell(self, event: str, **fields: Any) -> list[str]:
        told = {"event": event, "wall_time_s": 1.7e9, **fields}
        self.watch.take(told)
        return list(self.lines.after(told)) if hasattr(self, "lines") else []

    def at(self, link_time_s: float) -> list[str]:
        return self.tell("time", link_time_s=link_time_s)

    def milestone(self, name: str, prompt_id: str = ONE, **detail: Any) -> list[str]:
        return self.tell("milestone", name=name, prompt_id=prompt_id, link_time_s=self.watch.now_s, detail=detail)

    def view(self, levels: bytes | None = None, *receptions: tuple[float, float], good: bool = True) -> None:
        heard = [{"eb_n0_db": eb, "offset_hz": hz, "at_s": self.watch.now_s, "good": good} for eb, hz in receptions]
        self.tell(
            "view",
            link_time_s=self.watch.now_s,
            spectrum=None if levels is None else base64.b64encode(levels).decode(),
            floor_db=-100.0,
            step_db=0.5,
            receptions=heard,
            channels={
                "down": {"0": {"frames": 40, "repeated": 0, "rejected": 2}, "1": {"frames": 2, "rejected": 0}},
                "up": {"0": {"sent": 9, "resent": 3}},
            },
            cop1={"state": "active", "vs": 14, "nr": 12, "outstanding": 2, "lockout": True, "wait": False},
        )

    def screen(self, width: int = 80, height: int = 24, trouble: str = "") -> list[str]:
        return drawn(WatchScreen(self.watch, trouble), width, height)


def drawn(what: RenderableType, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, file=StringIO(), force_terminal=True, color_system=None)
    return ["".join(segment.text for segment in line) for line in console.render_lines(what, console.options)]


@pytest.fixture
def watched() -> Watched:
    """In the middle of a pass: one answer is coming down, another prompt goes up."""
    watched = Watched()
    watched.at(AOS_S + 200.0)
    watched.tell("uplink", link_time_s=AOS_S, state="active")
    watched.milestone("queued", text="Why is the sky blue?")
    watched.milestone("queued", TWO, text="Name three moons.")
    watched.milestone("uplink_first_sample")
    watched.milestone("uplink_acked", queue_position=0)
    watched.milestone("uplink_first_sample", TWO)
    watched.tell("sending", prompt_id=TWO, link_time_s=0.0, frames=3, acknowledged=2)
    watched.tell("text", prompt_id=ONE, at=0, text="Because air scatters\nshort waves.")
    health = {"bus_voltage_v": 8.0, "current_a": 0.5, "temperature_c": 31.2, "payload_temperature_c": 44.4}
    watched.tell("health", link_time_s=AOS_S + 199.0, **health, uplink_es_n0_db=16.0, uplink_offset_hz=-1234.0)
    watched.view(bytes(128), (17.5, 4321.0))
    return watched


# -- what a watcher knows ----------------------------------------------------------------------------------------------


def test_what_is_foretold_of_this_moment(watched: Watched) -> None:
    index = forecast().index_at(AOS_S + 200.0)
    assert index is not None
    assert watched.watch.foretold("elevation_deg") == forecast().elevation_deg[index]
    assert watched.watch.foretold("downlink.margin_db") == forecast().downlink.margin_db[index]
    assert watched.watch.doppler("uplink").predicted_now == forecast().uplink.doppler_hz[index]
    watched.at(0.0)
    assert watched.watch.foretold("elevation_deg") is None
    assert Watched(foretold=False).watch.foretold("elevation_deg") is None


def test_a_curve_spans_the_pass(watched: Watched) -> None:
    one = forecast().passes[0]
    curve = watched.watch.eb_n0("downlink")
    assert (curve.begin_s, curve.end_s) == (one.aos_s, one.los_s)
    assert curve.measured == [(floor(AOS_S + 200.0), 17.5)]
    assert all(one.aos_s <= at_s <= one.los_s for at_s, _ in curve.predicted)
    assert len(curve.predicted) == int(one.los_s) - int(one.aos_s)


def test_without_a_forecast_a_curve_spans_the_last_two_minutes() -> None:
    watched = Watched(foretold=False)
    for at_s in (0.0, 100.0, 200.0):
        watched.at(at_s)
        watched.view(None, (at_s, 0.0))
    curve = watched.watch.eb_n0("downlink")
    assert (curve.begin_s, curve.end_s, curve.predicted) == (80.0, 200.0, [])
    assert curve.measured == [(100.0, 100.0), (200.0, 200.0)]


def test_measured_values_grow_old(watched: Watched) -> None:
    assert (watched.watch.doppler("downlink").now, watched.watch.doppler("uplink").now) == (4321.0, -1234.0)
    watched.at(AOS_S + 216.0)
    assert (watched.watch.doppler("downlink").now, watched.watch.doppler("uplink").now) == (None, None)


def test_bad_frames_are_not_measured(watched: Watched) -> None:
    watched.view(None, (3.0, 1.0), good=False)
    assert len(watched.watch.doppler("downlink").measured) == 1


def test_the_uplinks_eb_n0_is_that_of_a_bit(watched: Watched) -> None:
    assert watched.watch.eb_n0("uplink").now == pytest.approx(16.0 + 3.0103)


def test_what_the_station_shifts_is_no_doppler(watched: Watched) -> None:
    watched.tell("tuned", receive_hz=437.055e6, transmit_hz=145.903e6)
    watched.at(AOS_S + 202.0)
    watched.view(None, (17.5, 4000.0))  # at the antenna
    watched.tell("health", link_time_s=AOS_S + 202.0, uplink_es_n0_db=16.0, uplink_offset_hz=2500.0)
    assert watched.watch.doppler("downlink").now == 4000.0
    assert watched.watch.doppler("uplink").now == -500.0


def test_the_answer_of_interest(watched: Watched) -> None:
    assert watched.watch.answered is watched.watch.desk.prompts[ONE]
    watched.tell("text", prompt_id=TWO, at=0, text="I")
    assert watched.watch.answered is watched.watch.desk.prompts[ONE], "the first of two"
    watched.milestone("done", finish_reason="stop")
    assert watched.watch.answered is watched.watch.desk.prompts[TWO]
    watched.milestone("done", TWO, finish_reason="stop")
    watched.at(AOS_S + 210.0)
    watched.milestone("queued", "0" * 16, text="Next?")
    assert watched.watch.answered is not watched.watch.desk.prompts["0" * 16], "it has no words yet"
    assert Watched().watch.answered is None


def test_a_spectrum_a_second_so_that_short_bursts_stay_to_be_seen(watched: Watched) -> None:
    watched.watch.rows_db.clear()
    for at_s, spectrum in ((300.0, b"\x00\x10"), (300.25, b"\x20\x00"), (301.0, b"\x04\x04")):
        watched.at(AOS_S - AOS_S % 1 + at_s)
        watched.view(spectrum)
    assert list(watched.watch.rows_db) == [[-84.0, -92.0], [-98.0, -98.0]]


# -- the screen --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (200, 60)])
def test_the_screen_fits(watched: Watched, width: int, height: int) -> None:
    lines = watched.screen(width, height)
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}


def test_all_of_it_on_the_smallest_screen(watched: Watched) -> None:
    text = "\n".join(watched.screen())
    margin_db = watched.watch.foretold("downlink.margin_db")
    for part in (
        "ASTROCAST 0.1 over Zurich  leo-bpsk",
        "2024-01-22 09:19:21 UTC",
        "● in view  LOS in 06:08",
        f"margin {margin_db:+.1f} dB",
        "encrypted",
        "Doppler +4,321 Hz, foretold +6,",
        f"Eb/N0 17.5 dB, foretold {watched.watch.foretold('downlink.eb_n0_db'):.1f}",
        "Waterfall, ±120 kHz",
        "COP-1 active  LOCKOUT",
        "V(S) 14  N(R) 12  outstanding 2",
        "down 42 frames  rejected 2",
        "up 9 frames  again 3",
        "on board -1,234 Hz  Eb/N0 19.0 dB",
        "board 4.00 W  31 °C  payload 44 °C",
        "Queue: 2",
        "01234567  Why is the sky blue?",
        "answering",
        "uplink 2/3 acknowledged",
        "Answer to: Why is the sky blue?",
        "Because air scatters",
        "short waves.",
    ):
        assert part in text


def test_before_anything_is_known() -> None:
    text = "\n".join(Watched(foretold=False, security="clear").screen())
    for part in (
        "ground station",
        "NOT ENCRYPTED",
        "○ out of view  AOS in 9:16:01, at T+09:16:01",
        "Doppler – Hz, foretold –",
        "nothing is foretold or was measured",
        "no samples: nothing to see",
        "COP-1 not begun",
        "V(S) –",
        "board – W  – °C",
        "nothing waits",
        "none yet",
    ):
        assert part in text


def test_between_and_after_the_passes(watched: Watched) -> None:
    watched.at(forecast().passes[1].aos_s - 90.5)
    assert "○ out of view  AOS in 01:30, at 10:51:13" in watched.screen()[1]
    watched.at(forecast().passes[-1].los_s + 1)
    assert "○ no contact left" in watched.screen()[1]


def test_trouble_is_said(watched: Watched) -> None:
    assert "▲ no gateway; trying again in 2 s" in watched.screen(trouble="no gateway; trying again in 2 s")[1]


def test_the_last_lines_of_a_long_answer_are_seen(watched: Watched) -> None:
    watched.tell("text", prompt_id=ONE, at=0, text=" ".join(f"word{i}" for i in range(300)))
    lines = watched.screen()
    assert lines[-1].rstrip().endswith("word299")
    assert lines[-2].startswith("word281 ")


def test_a_long_queue_leaves_room_for_the_rest(watched: Watched) -> None:
    for number in range(30):
        watched.milestone("queued", f"{number:016x}", text=f"question {number}")
    lines = watched.screen()
    assert any(line.startswith("Queue: 32") for line in lines)
    assert any(line.startswith("Answer to: ") for line in lines)


def test_text_from_elsewhere_does_not_steer_the_terminal(watched: Watched) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[red]\u202e"
    watched.milestone("queued", "ff" * 8, text=evil)
    watched.tell("text", prompt_id=ONE, at=0, text=evil)
    watched.tell("station", profile=evil, security=evil, contacts=[], start_utc=None)
    said = watched.tell("warning", message=evil)
    for line in [*watched.screen(120, 40), *said]:
        assert line.isprintable()
        assert "\u202e" not in line
    assert any("\\x1b[2J\\x1b]0;owned\\x07[red]\\u202e" in line for line in watched.screen(120, 40))


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1.0, "00:00"), (59.9, "00:59"), (3599.0, "59:59"), (3600.0, "1:00:00")]
)
def test_countdown(seconds: float, words: str) -> None:
    assert countdown(seconds) == words


# -- charts ------------------------------------------------------------------------------------------------------------


def chart(predicted: list[tuple[float, float]], measured: list[tuple[float, float]], height: int = 2) -> list[str]:
    curve = Curve(0.0, 7.0, predicted, measured, None, None)
    console = Console(width=12, height=height, file=StringIO())
    options = console.options.update(height=height)
    lines = console.render_lines(TextChart(curve, 1.0, lambda value: f"{value:.0f}"), options, pad=False)
    return ["".join(segment.text for segment in line) for line in lines]


def test_a_rising_line_in_dots() -> None:
    assert chart([], [(float(t), float(t)) for t in range(8)]) == ["      7 ⠀⠀⡠⠊", "      0 ⡠⠊⠀⠀"]


def test_what_was_measured_hides_what_was_foretold_in_its_place() -> None:
    assert chart([(0.0, 0.0), (1.0, 0.0), (6.0, 7.0)], [(7.0, 0.0)]) == ["      7 ⠀⠀⠀⠁", "      0 ⡀⠀⠀⢀"]


def test_measured_and_foretold_differ_in_more_than_their_place() -> None:
    curve = Curve(0.0, 7.0, [(0.0, 0.0)], [(7.0, 7.0)], None, None)
    console = Console(width=12, height=2, file=StringIO())
    lines = console.render_lines(TextChart(curve, 1.0, str), console.options.update(height=2), pad=False)
    styles = {segment.text[-1]: segment.style for line in lines for segment in line if segment.style}
    assert (styles["⡀"], styles["⠈"]) == (Style.parse("cyan"), Style.parse("bold yellow"))


def test_what_hardly_changes_is_shown_so() -> None:
    assert chart([], [(0.0, 5.1), (7.0, 5.1)]) == ["      6 ⠀⠀⠀⠀", "      5 ⠁⠀⠀⠈"]


def test_points_outside_of_the_span_are_left_out() -> None:
    assert chart([], [(-1.0, 5.0), (9.0, 5.0), (0.0, 5.0), (7.0, 6.0)])[1].endswith("⡀⠀⠀⠀")


# -- waterfall ---------------------------------------------------------------------------------------------------------


def test_a_carrier_stays_to_be_seen_in_few_columns() -> None:
    row_db = [0.0] * 128
    row_db[77] = 30.0
    assert narrowed(row_db, 10) == [0.0] * 6 + [30.0] + [0.0] * 3
    assert narrowed(row_db, 128) == row_db
    assert narrowed([1.0, 2.0], 4) == [1.0, 1.0, 2.0, 2.0]


def test_levels_reach_from_the_noise_to_the_carrier() -> None:
    assert levels([[0.0, 0.0, 0.0, 25.0]]) == (0.0, 25.0)
    assert levels([[0.0, 0.0, 0.0, 3.0]]) == (0.0, 10.0)


def colours(rows_db: list[list[float]], height: int) -> list[list[Style]]:
    console = Console(width=4, height=height, file=StringIO())
    lines = console.render_lines(TextWaterfall(rows_db), console.options.update(height=height), pad=False)
    return [[segment.style for segment in line for _ in segment.text if segment.style] for line in lines]


def test_the_newest_spectrum_is_on_top_two_in_a_line() -> None:
    old, middle, new = [20.0, 0.0, 0.0, 0.0], [0.0, 20.0, 0.0, 0.0], [0.0, 0.0, 20.0, 0.0]
    lines = colours([old, middle, new], 2)
    assert len(lines) == 2
    bright, dark = lines[0][2].color, lines[0][3].color
    assert bright is not None
    assert dark is not None
    assert bright.triplet == (253, 231, 37)
    assert dark.triplet == (68, 1, 84)
    assert [style.color for style in lines[0]] == [dark, dark, bright, dark]
    assert [style.bgcolor for style in lines[0]] == [dark, bright, dark, dark]
    assert [style.color for style in lines[1]] == [bright, dark, dark, dark]
    assert {style.bgcolor for style in lines[1]} == {None}
    assert len(colours([old, middle, new], 1)) == 1


# -- lines -------------------------------------------------------------------------------------------------------------


def test_a_pass_in_lines() -> None:
    watched = Watched()
    watched.at(0.0)
    assert watched.milestone("queued", text="Why?") == [f"00:00:00  {ONE}  waits for AOS 09:16:01"]
    assert watched.at(1.0) == []
    assert watched.at(AOS_S + 1) == ["09:16:02  AOS", f"09:16:02  {ONE}  waits for the uplink to stand"]
    assert watched.tell("uplink", link_time_s=AOS_S, state="active") == [f"09:16:02  {ONE}  goes up next"]
    assert watched.milestone("uplink_first_sample") == [f"09:16:02  {ONE}  goes up"]
    watched.milestone("uplink_acked")
    assert watched.tell("text", prompt_id=ONE, at=0, text="So\n it is.") == [f"09:16:02  {ONE}  answering"]
    assert watched.milestone("done", finish_reason="stop") == [
        f"09:16:02  {ONE}  answered",
        f"09:16:02  {ONE}  So it is.",
    ]
    assert watched.tell("warning", message="hot") == ["09:16:02  warning: hot"]
    assert watched.at(forecast().passes[0].los_s + 1) == ["09:25:30  LOS"]
