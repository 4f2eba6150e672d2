"""A pass in closed form, hamlib's own servers, and link time that a test sets."""

import asyncio
import math
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

import pytest

from ground.forecast import Forecast, LegForecast, PassForecast, Volume
from ground.gateway.address import Address
from linkbudget.orbit.station import Station

needs_hamlib = pytest.mark.skipif(shutil.which("rigctld") is None, reason="needs rigctld (package libhamlib-utils)")

HEIGHT_KM, SPEED_KM_S = 500.0, 7.5
LIGHT_KM_S = 299_792.458
DOWN_HZ, UP_HZ = 437.05e6, 145.9e6
RATE_HZ = 240e3
STATION = {
    "event": "station",
    "wall_time_s": 0.0,
    "sample_rate_hz": RATE_HZ,
    "start_utc": None,
    "contacts": [],
    "downlink": {"carrier_hz": DOWN_HZ, "symbol_rate_baud": 38400},
    "uplink": {"carrier_hz": UP_HZ, "symbol_rate_baud": 9600},
}


def fly_by(aside_km: float = 200.0, heading_deg: float = 20.0, los_s: float = 240.0, begin_s: float = 10.0) -> Forecast:
    """Return the forecast of one pass on a straight line over a flat Earth, `aside_km` to the right of the station.

    It begins `begin_s` after 0 and is nearest half-way. Azimuth and elevation are those of the line; the shift of the
    downlink is -f/c times the range rate.
    """
    aos_s, tca_s = begin_s, begin_s + los_s / 2
    time_s = tuple(float(second) for second in range(int(begin_s) - 5, int(begin_s + los_s) + 6))
    heading = math.radians(heading_deg)
    azimuth_deg, elevation_deg, range_m, rate_km_s = [], [], [], []
    for now_s in time_s:
        along = SPEED_KM_S * (now_s - tca_s)
        north = along * math.cos(heading) - aside_km * math.sin(heading)
        east = along * math.sin(heading) + aside_km * math.cos(heading)
        range_km = math.hypot(along, aside_km, HEIGHT_KM)
        azimuth_deg.append(math.degrees(math.atan2(east, north)) % 360)
        elevation_deg.append(math.degrees(math.asin(HEIGHT_KM / range_km)))
        range_m.append(range_km * 1e3)
        rate_km_s.append(SPEED_KM_S * along / range_km)

    def leg(carrier_hz: float) -> LegForecast:
        shift = tuple(-carrier_hz * rate / LIGHT_KM_S for rate in rate_km_s)
        level = (10.0,) * len(time_s)
        return LegForecast(doppler_hz=shift, es_n0_db=level, eb_n0_db=level, margin_db=level)

    highest = math.degrees(math.atan2(HEIGHT_KM, abs(aside_km)))
    only = PassForecast(
        aos_s=aos_s,
        tca_s=tca_s,
        los_s=aos_s + los_s,
        max_elevation_deg=highest,
        aos_azimuth_deg=azimuth_deg[5],
        los_azimuth_deg=azimuth_deg[-6],
        sunlit=True,
        volume_octets=Volume(uplink=1, downlink=1),
    )
    return Forecast(
        start_utc=datetime(2026, 1, 1, tzinfo=timezone.utc),
        satellite="FLY-BY",
        station=Station(name="Flat", latitude_deg=0.0, longitude_deg=0.0, altitude_m=0.0),
        tle_age_days=1.0,
        time_s=time_s,
        azimuth_deg=tuple(azimuth_deg),
        elevation_deg=tuple(elevation_deg),
        range_m=tuple(range_m),
        uplink=leg(UP_HZ),
        downlink=leg(DOWN_HZ),
        passes=(only,),
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def hamlibd(program: str, port: int) -> Iterator[Address]:
    """Run hamlib's own server with its dummy on a port."""
    process = subprocess.Popen(
        [program, "-m", "1", "-T", "127.0.0.1", "-t", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield Address("127.0.0.1", port)
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(500):
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(f"nothing listens on {port}")


class ToldTime:
    """Link time as a list of moments, one after the other; then it stands still."""

    def __init__(self, moments: list[float]) -> None:
        self._moments = iter(moments)
        self.now_s = 0.0
        self.over = asyncio.Event()

    async def next_s(self) -> float:
        await asyncio.sleep(0)
        moment = next(self._moments, None)
        if moment is None:
            self.over.set()
            await asyncio.Event().wait()
        else:
            self.now_s = moment
        return self.now_s


class Told:
    """What was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, **fields: object) -> None:
        self.events.append((event, fields))

    def of(self, event: str) -> list[dict[str, object]]:
        return [fields for name, fields in self.events if name == event]


async def until_over(running: "asyncio.Future[None]", over: asyncio.Event) -> None:
    """Wait for an event, then cancel; raise what was raised before."""
    waiting = asyncio.ensure_future(over.wait())
    await asyncio.wait((running, waiting), timeout=60, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    assert over.is_set() or running.done()
    if running.done():
        running.result()
    running.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
