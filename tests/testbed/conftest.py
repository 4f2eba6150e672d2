"""Small records of runs, made by hand, what every page, table and file is built from; and a small campaign."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protocol.journey import Milestone
from testbed.latency import Latency
from testbed.record import Burst, LegRecord, RunRecord
from testbed.rigs.rig import AskRequest, Outcome
from testbed.trace import TraceEvent

PROMPT_ID = "0102030405060708"
HOSTILE = "<script>alert('$x')</script> & \x1b[2J"
"""What a page, a figure and a terminal must each show as text."""

SMALL_CAMPAIGN = """
name = "small"

[[sweeps]]
name = "A code"
through = "symbols"
links = [{ profile = "leo-bpsk", leg = "uplink" }]
eb_n0_db = [6.0, 8.0]
errors = 40
most_frames = 400
unit_frames = 20
expected = { kind = "bch" }

[[sweeps]]
name = "A radio"
through = "samples"
count = "symbols"
links = [{ profile = "leo-bpsk", leg = "downlink" }]
es_n0_db = [3.0]
errors = 300
most_frames = 8
unit_frames = 2
sample_rate_hz = 153_600
doppler = [{ kind = "none" }, { kind = "pass" }]
expected = { kind = "channel-symbols", implementation_loss_db = 0.5 }
"""

_JOURNEY: tuple[tuple[Milestone, float, str, dict[str, object]], ...] = (
    (Milestone.QUEUED, 100.0, "ground", {}),
    (Milestone.AOS, 100.0, "ground", {}),
    (Milestone.UPLINK_FIRST_SAMPLE, 100.5, "ground", {"transmission": 1}),
    (Milestone.UPLINK_FIRST_SAMPLE, 101.0, "ground", {"transmission": 2}),
    (Milestone.PROMPT_RECEIVED, 101.2, "flatsat", {}),
    (Milestone.INFERENCE_STARTED, 101.2, "flatsat", {}),
    (Milestone.PREFILL_DONE, 101.4, "flatsat", {"prompt_tokens": 12}),
    (Milestone.UPLINK_ACKED, 101.5, "ground", {}),
    (Milestone.FIRST_TOKEN, 101.5, "flatsat", {"n": 1, "text": HOSTILE}),
    (Milestone.SEGMENT_SENT, 101.5, "flatsat", {"index": 0, "characters": 4, "again": False}),
    (Milestone.TOKEN, 101.6, "flatsat", {"n": 2, "text": " is"}),
    (Milestone.SEGMENT_SENT, 101.6, "flatsat", {"index": 1, "characters": 3, "again": False}),
    (Milestone.SEGMENT_RECEIVED, 101.7, "ground", {"index": 0}),
    (Milestone.FIRST_WORD_SHOWN, 101.7, "ground", {}),
    (Milestone.TOKEN, 101.7, "flatsat", {"n": 3, "text": ""}),
    (
        Milestone.INFERENCE_DONE,
        101.7,
        "flatsat",
        {"finish_reason": "stop", "inference_s": 0.5, "detail": ""},
    ),
    (Milestone.SEGMENT_SENT, 101.7, "flatsat", {"index": 2, "characters": 1, "again": False}),
    (Milestone.SEGMENT_RECEIVED, 101.9, "ground", {"index": 2}),
    (Milestone.SEGMENT_SENT, 102.0, "flatsat", {"index": 1, "characters": 3, "again": True}),
    (Milestone.SEGMENT_RECEIVED, 102.2, "ground", {"index": 1}),
    (Milestone.DONE, 102.2, "ground", {"prompt_id": bytes.fromhex(PROMPT_ID)}),
)


def _event(milestone: Milestone, link_time_s: float, source: str, detail: dict[str, object]) -> TraceEvent:
    return TraceEvent(PROMPT_ID, milestone.value, link_time_s, 1.7e9 + 2 * link_time_s, source, detail)


def _burst(started_s: float, ended_s: float, decoded: bool = True) -> Burst:
    symbol_errors = 10 if decoded else 2000
    return Burst(started_s, ended_s, decoded, 1, 9.5, 10.0, 2500.0, 2350.0, 4000, symbol_errors)


def _leg(name: str, carrier_hz: float, bursts: list[Burst]) -> LegRecord:
    time_s = np.arange(0.0, 300.0, 10.0)
    return LegRecord(
        name=name,
        carrier_hz=carrier_hz,
        symbol_rate_baud=9600.0,
        frames_sent=len(bursts),
        frames_received=sum(burst.decoded for burst in bursts),
        retransmissions=1,
        bursts=bursts,
        time_s=time_s,
        doppler_hz=-3000 * np.tanh((time_s - 150) / 60),
        eb_n0_db=np.full_like(time_s, 10.0),
        elevation_deg=45 - np.abs(time_s - 150) / 5,
        range_m=np.full_like(time_s, 299_792_458.0 / 100),
        constellation=np.asarray([1 + 0.1j, -1 - 0.1j], dtype=np.complex64),
        spectrum_hz=np.linspace(-120e3, 120e3, 64),
        spectrum_db=np.full(64, -80.0),
    )


@pytest.fixture(scope="session")
def answered() -> RunRecord:
    """A prompt that went up twice and was answered in three segments, the second of which was lost once."""
    up = [_burst(100.5, 100.7, decoded=False), _burst(101.0, 101.2)]
    down = [_burst(101.5, 101.7), _burst(101.6, 101.8, decoded=False), _burst(101.8, 101.9), _burst(102.0, 102.2)]
    health = {
        "link_time_s": 102.1,
        "uptime_s": 12.25,
        "queue_depth": 0,
        "inferring": True,
        "frames_received": 1,
        "frames_rejected": 1,
        "bus_voltage_v": 7.93,
        "current_a": None,
        "temperature_c": -4.5,
        "payload_rail_on": True,
        "watchdog_resets": 0,
    }
    return RunRecord(
        security="clear",
        rig="memory",
        scenario="default",
        profile="leo-bpsk",
        station="Zurich",
        start_utc="2024-01-22T09:18:20+00:00",
        tle_age_days=0.68,
        seed=7,
        request=AskRequest(HOSTILE),
        outcome=Outcome(PROMPT_ID, HOSTILE, "stop", prompt_tokens=12, completion_tokens=3, inference_s=0.5),
        events=[_event(*event) for event in _JOURNEY],
        latency=Latency(ttft_s=1.7, e2e_s=2.2, inference_s=0.5, link_limit_s=1.1, overhead_ratio=2.0),
        uplink=_leg("uplink", 145.9e6, up),
        downlink=_leg("downlink", 437.05e6, down),
        health=[health],
        real_time_factor=0.5,
    )


@pytest.fixture(scope="session")
def refused(answered: RunRecord) -> RunRecord:
    """A prompt that was refused on board: nothing after the refusal."""
    detail: dict[str, object] = {"reason": "prompt_too_long", "detail": f"70 tokens; at most 64 {HOSTILE}"}
    events = [e for e in answered.events if e.link_time_s <= 101.2 and e.name != Milestone.INFERENCE_STARTED.value]
    events += [_event(Milestone.REFUSED, time_s, at, detail) for time_s, at in ((101.2, "flatsat"), (101.5, "ground"))]
    return replace(
        answered,
        outcome=Outcome(PROMPT_ID, "", "refused", refusal="prompt_too_long: 70 tokens; at most 64"),
        events=events,
        latency=Latency(None, None, 0.0, None, None),
        downlink=_leg("downlink", 437.05e6, [_burst(101.3, 101.5)]),
        health=[],
    )


@pytest.fixture(scope="session")
def silent(refused: RunRecord) -> RunRecord:
    """A run in which nothing came through, and of which no event is known."""
    empty: dict[str, Any] = {
        "constellation": np.zeros(0, np.complex64),
        "spectrum_hz": np.zeros(0),
        "spectrum_db": np.zeros(0),
    }
    return replace(
        refused,
        outcome=Outcome(PROMPT_ID, "", "no_answer"),
        events=[],
        uplink=replace(_leg("uplink", 145.9e6, []), **empty),
        downlink=replace(_leg("downlink", 437.05e6, []), **empty),
    )


@pytest.fixture
def write_campaign(tmp_path: Path) -> Callable[..., str]:
    """Write a campaign file with some text replaced, and return its path."""

    def written(*changes: tuple[str, str]) -> str:
        text = SMALL_CAMPAIGN
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "small.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written
