"""A pass as a station tells of it: the same events every time, from closed forms."""

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Event = dict[str, Any]

START = datetime(2026, 3, 20, 14, 1, 40, tzinfo=timezone.utc)
AOS_S, LOS_S = 30.0, 570.0
VIEW_PERIOD_S = 0.25
SAMPLE_RATE_HZ = 240e3
SCRIPT = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\"> & **bold**"

_LIGHT_M_S = 299_792_458.0
_EARTH_M, _ORBIT_M, _SPEED_M_S = 6_371e3, 6_891e3, 7_606.0
_THRESHOLD_DB = 4.9
_CARRIER_HZ = {"downlink": 437.05e6, "uplink": 436.2e6}
_ES_N0_AT_1000_KM_DB = {"downlink": 12.0, "uplink": 15.5}
_CODE_RATE_DB = 3.6


@dataclass(frozen=True)
class Geometry:
    """Where the satellite of a circular orbit stands over time, float64[n] each."""

    time_s: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    elevation_deg: NDArray[np.float64]
    range_m: NDArray[np.float64]
    range_rate_m_s: NDArray[np.float64]


def geometry(time_s: NDArray[np.float64]) -> Geometry:
    """A pass from the south-west to the north-east, by plane trigonometry at the station."""
    middle_s, rate = (AOS_S + LOS_S) / 2, _SPEED_M_S / _ORBIT_M
    angle = rate * (time_s - middle_s)
    offset = 0.055
    up = _ORBIT_M * np.cos(angle) * math.cos(offset) - _EARTH_M
    along, across = _ORBIT_M * np.sin(angle), np.full_like(angle, _ORBIT_M * math.sin(offset))
    range_m = np.sqrt(up**2 + along**2 + across**2)
    heading = math.radians(35)
    north = along * math.cos(heading) + across * math.sin(heading)
    east = along * math.sin(heading) - across * math.cos(heading)
    azimuth_deg = np.degrees(np.arctan2(east, north)) % 360
    return Geometry(time_s, azimuth_deg, np.degrees(np.arcsin(up / range_m)), range_m, np.gradient(range_m, time_s))


_SKY = geometry(np.arange(AOS_S - 5, LOS_S + 6, 1.0))


def forecast() -> dict[str, Any]:
    """What was foretold of the pass."""
    sky = _SKY
    highest = int(np.argmax(sky.elevation_deg))
    one_pass = {
        "aos_s": AOS_S,
        "tca_s": float(sky.time_s[highest]),
        "los_s": LOS_S,
        "max_elevation_deg": float(sky.elevation_deg[highest]),
        "aos_azimuth_deg": float(sky.azimuth_deg[5]),
        "los_azimuth_deg": float(sky.azimuth_deg[-6]),
        "sunlit": True,
        "volume_octets": 412_000,
    }
    return {
        "start_utc": START.isoformat(),
        "satellite": "CUBESAT-UHF",
        "station": {"name": "Svalbard", "latitude_deg": 78.2, "longitude_deg": 15.4, "altitude_m": 450.0},
        "tle_age_days": 1.2,
        "time_s": sky.time_s.tolist(),
        "azimuth_deg": np.round(sky.azimuth_deg, 3).tolist(),
        "elevation_deg": np.round(sky.elevation_deg, 3).tolist(),
        "range_m": np.round(sky.range_m, 1).tolist(),
        "downlink": _foretold("downlink"),
        "uplink": _foretold("uplink"),
        "passes": [one_pass],
    }


@cache
def _foretold(leg: str) -> dict[str, list[float]]:
    es_n0_db = _ES_N0_AT_1000_KM_DB[leg] - 20 * np.log10(_SKY.range_m / 1e6)
    eb_n0_db = es_n0_db + _CODE_RATE_DB
    doppler_hz = -_SKY.range_rate_m_s / _LIGHT_M_S * _CARRIER_HZ[leg]
    decibels = {"es_n0_db": es_n0_db, "eb_n0_db": eb_n0_db, "margin_db": eb_n0_db - _THRESHOLD_DB}
    series = {"doppler_hz": doppler_hz, **decibels}
    return {name: np.round(values, 2).tolist() for name, values in series.items()}


def _leg(leg: str, modulation: str, frame_octets: int) -> dict[str, Any]:
    return {
        "carrier_hz": _CARRIER_HZ[leg],
        "modulation": modulation,
        "symbol_rate_baud": 19_200.0,
        "information_rate_bit_s": 19_200.0 / 10 ** (_CODE_RATE_DB / 10),
        "frame_octets": frame_octets,
        "coding": "cadu",
    }


def station(security: str = "encrypted") -> Event:
    return _at(0.0, "station") | {
        "profile": "leo-bpsk",
        "security": security,
        "sample_rate_hz": SAMPLE_RATE_HZ,
        "start_utc": START.isoformat(),
        "contacts": [[AOS_S, LOS_S]],
        "uplink": _leg("uplink", "bpsk", 256),
        "downlink": _leg("downlink", "qpsk", 1115),
    }


def _at(link_time_s: float, name: str) -> Event:
    return {"event": name, "wall_time_s": START.timestamp() + link_time_s}


def at(link_time_s: float, event: str, **fields: Any) -> Event:
    """An event of the station at a link time, which is said in it."""
    return _at(link_time_s, event) | {"link_time_s": link_time_s, **fields}


def milestone(link_time_s: float, name: str, prompt_id: str, **detail: Any) -> Event:
    return at(link_time_s, "milestone", name=name, prompt_id=prompt_id, detail=detail)


def words(link_time_s: float, prompt_id: str, at_character: int, text: str) -> Event:
    return _at(link_time_s, "text") | {"prompt_id": prompt_id, "at": at_character, "text": text}


def link_events(begin_s: float, end_s: float, seed: int = 7) -> Iterator[Event]:
    """All that the link itself tells in a span: time, views, health, the uplink's state."""
    rng = np.random.default_rng(seed)
    for step in range(round(begin_s / VIEW_PERIOD_S), round(end_s / VIEW_PERIOD_S)):
        now_s = step * VIEW_PERIOD_S
        if step % 4 == 0:
            yield at(now_s, "time")
        if now_s == AOS_S:
            yield at(now_s, "uplink", state="active")
        yield view(now_s, rng)
        if in_view(now_s) and step % 20 == 0:
            yield health(now_s, rng)


def in_view(now_s: float) -> bool:
    return AOS_S <= now_s < LOS_S


def view(now_s: float, rng: np.random.Generator) -> Event:
    """A view: noise, and while the satellite is in view its signal, symbols and frames."""
    noise_db = rng.normal(0, 1.2, 128)
    heard = in_view(now_s)
    frames = max(0, int((now_s - AOS_S) * 1.6)) if heard else int((LOS_S - AOS_S) * 1.6) * (now_s >= LOS_S)
    sent = frames // 4
    cop1 = {"state": "active" if heard else "initial", "vs": (sent + 3) % 256, "nr": sent % 256, "outstanding": 3}
    flags = {"waiting": 1, "lockout": False, "wait": False, "retransmit": step_of(now_s) % 60 < 6, "farm_b": sent % 4}
    return at(
        now_s,
        "view",
        spectrum=_base64(np.clip(np.round((noise_db + _signal_db(now_s) + 100) / 0.5), 0, 255).astype(np.uint8)),
        floor_db=-100.0,
        step_db=0.5,
        constellation=_base64(_symbols(now_s, rng)) if heard else None,
        receptions=_receptions(now_s, rng) if heard else [],
        channels={
            "down": {"0": {"frames": frames, "repeated": frames // 90, "rejected": frames // 60}},
            "up": {"0": {"sent": sent, "resent": sent // 25}},
        },
        cop1=cop1 | flags,
    )


def step_of(now_s: float) -> int:
    return round(now_s / VIEW_PERIOD_S)


def _signal_db(now_s: float) -> NDArray[np.float64]:
    """Above the noise, float64[128]: a raised-cosine band at the carrier's Doppler shift."""
    frequency_hz = (np.arange(128) + 0.5) / 128 * SAMPLE_RATE_HZ - SAMPLE_RATE_HZ / 2
    if not in_view(now_s):
        return np.full(128, -60.0)
    away = np.abs(frequency_hz - _now("doppler_hz", now_s)) / 19_200
    return np.where(away < 0.7, 6 + _now("es_n0_db", now_s) - 12 * away**2, 0.0) - 60.0


def _now(name: str, now_s: float) -> float:
    return float(np.interp(now_s, _SKY.time_s, _foretold("downlink")[name]))


def _receptions(now_s: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    lost_db = float(rng.normal(0.4, 0.35))
    es_n0_db = _now("es_n0_db", now_s) - lost_db
    reception = {
        "at_s": now_s,
        "es_n0_db": round(es_n0_db, 2),
        "eb_n0_db": round(es_n0_db + _CODE_RATE_DB, 2),
        "offset_hz": round(_now("doppler_hz", now_s) + 180 + float(rng.normal(0, 25)), 1),
        "corrected": int(rng.integers(0, 9)),
        "good": True,
    }
    return [reception]


def _symbols(now_s: float, rng: np.random.Generator) -> NDArray[np.int8]:
    """The int8 I,Q pairs of 128 QPSK symbols at the moment's Es/N0, 48 for unit power."""
    noise = 10 ** (-_now("es_n0_db", now_s) / 20) / math.sqrt(2)
    signs = rng.choice([-1, 1], 256) / math.sqrt(2)
    symbols: NDArray[np.float64] = np.round(48 * (signs + rng.normal(0, noise, 256)))
    return symbols.clip(-127, 127).astype(np.int8)


def _base64(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()


def health(now_s: float, rng: np.random.Generator) -> Event:
    """The board: warmer and hungrier while the model generates, as a slow wave does."""
    work = 0.5 + 0.5 * math.sin((now_s - AOS_S) / 22)
    uplink_hz = float(np.interp(now_s, _SKY.time_s, _foretold("uplink")["doppler_hz"]))
    uplink_db = float(np.interp(now_s, _SKY.time_s, _foretold("uplink")["es_n0_db"]))
    return at(
        now_s,
        "health",
        uptime_s=8_000 + now_s,
        queue_depth=int(work * 3),
        inferring=work > 0.4,
        frames_received=int(now_s),
        frames_rejected=1,
        bus_voltage_v=round(7.9 - 0.2 * work, 3),
        current_a=round(0.5 + 0.9 * work + float(rng.normal(0, 0.02)), 3),
        temperature_c=round(24 + 6 * work, 2),
        payload_rail_on=True,
        watchdog_resets=0,
        battery_charge=round(0.86 - 0.00012 * now_s, 4),
        payload_temperature_c=round(31 + 17 * work, 2),
        waits_for=None,
        uplink_es_n0_db=round(uplink_db - 0.5 + float(rng.normal(0, 0.3)), 2),
        uplink_offset_hz=round(uplink_hz - 90 + float(rng.normal(0, 25)), 1),
    )


def rotator(now_s: float, error_deg: float | None) -> Event:
    """Where the antenna points: at the satellite, or beside it by as much, in elevation."""
    azimuth_deg = float(np.interp(now_s, _SKY.time_s, np.unwrap(_SKY.azimuth_deg, period=360)))
    elevation_deg = float(np.interp(now_s, _SKY.time_s, _SKY.elevation_deg))
    aim = {"aim_azimuth_deg": azimuth_deg, "aim_elevation_deg": elevation_deg}
    pointing = {"azimuth_deg": azimuth_deg, "elevation_deg": elevation_deg + (error_deg or 0.0)}
    return at(now_s, "rotator", **pointing, **aim, error_deg=error_deg)


def answer_events(prompt_id: str, text: str, answer: str, asked_s: float, aos_s: float = AOS_S) -> list[Event]:
    """A prompt's whole journey, its words a frame at a time."""
    sent_s = max(asked_s, aos_s) + 0.6
    acked_s, first_s = sent_s + 1.3, sent_s + 3.4
    pieces = [answer[at : at + 24] for at in range(0, len(answer), 24)]
    done_s = first_s + 0.7 * len(pieces)
    ending = {
        "finish_reason": "stop",
        "prompt_tokens": 31,
        "completion_tokens": max(1, len(answer) // 4),
        "inference_s": done_s - first_s + 0.9,
        "energy_j": round(6.2 * (done_s - first_s), 1),
        "peak_temperature_c": 47.5,
        "waited_s": 0.3,
        "prefill_s": 0.8,
        "uplink_frames": 3,
        "uplink_resent": 1,
        "downlink_frames": len(pieces),
    }
    return [
        milestone(asked_s, "queued", prompt_id, text=text),
        *([milestone(aos_s, "aos", prompt_id)] if asked_s < aos_s else []),
        milestone(sent_s, "uplink_first_sample", prompt_id),
        at(sent_s + 0.4, "sending", prompt_id=prompt_id, frames=3, acknowledged=1),
        at(sent_s + 0.9, "sending", prompt_id=prompt_id, frames=3, acknowledged=2),
        milestone(acked_s, "uplink_acked", prompt_id, queue_position=0),
        milestone(first_s, "segment_received", prompt_id),
        milestone(first_s, "first_word_shown", prompt_id),
        *(words(first_s + 0.7 * index, prompt_id, 24 * index, piece) for index, piece in enumerate(pieces)),
        milestone(done_s, "done", prompt_id, **ending),
    ]
