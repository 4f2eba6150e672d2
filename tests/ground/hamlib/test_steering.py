import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from ground.forecast import Forecast
from ground.gateway.address import Address
from ground.hamlib.client import HamlibClient
from ground.hamlib.doppler import DopplerTuning
from ground.hamlib.errors import PeerError
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.pointing_report import PointingReport
from ground.hamlib.radio_steering import Radio, RadioSteering
from ground.hamlib.remote_radio import RemoteRadio
from ground.hamlib.remote_rotator import RemoteRotator
from ground.hamlib.retry import Retry
from ground.hamlib.rotator import Pointing, Rotator, RotatorLimits, SlewRates
from ground.hamlib.rotator_steering import RotatorSteering
from ground.hamlib.tracker import TrackSettings
from tests.ground.hamlib.support import (
    DOWN_HZ,
    UP_HZ,
    Told,
    ToldTime,
    fly_by,
    free_port,
    hamlibd,
    needs_hamlib,
    until_over,
)

PARK = Pointing(180.0, 0.0)
RATES = SlewRates(6.0, 3.0)
FORECAST = fly_by(aside_km=300.0, heading_deg=0.0, los_s=240.0, begin_s=100.0)


async def steered(
    rotator: Callable[[], Awaitable[Rotator]], forecast: Forecast, time: ToldTime, told: Told, dead_band_deg: float
) -> None:
    settings = TrackSettings(PARK, dead_band_deg, RATES)
    retry = Retry(told, retry_s=0.02)
    steering = RotatorSteering(rotator, forecast, time, settings, None, PointingReport(forecast, told), retry)
    await until_over(asyncio.ensure_future(steering.run()), time.over)


# -- a mount that is not there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dead_band_deg", "at_most_deg"), [(1.0, 1.6), (5.0, 6.5)])
def test_a_simulated_mount_follows_a_pass_within_its_dead_band(dead_band_deg: float, at_most_deg: float) -> None:
    told, time = Told(), ToldTime([float(second) for second in range(500)])
    mount = Mount(RotatorLimits(), RATES, Pointing(0.0, 0.0))

    async def reach() -> Rotator:
        return SimulatedRotator(mount, PARK, lambda: time.now_s)

    asyncio.run(steered(reach, FORECAST, time, told, dead_band_deg))
    pointings = told.of("rotator")
    errors = [each["error_deg"] for each in pointings if each["error_deg"] is not None]
    assert len(errors) > 200
    assert max(map(float, errors)) < at_most_deg  # type: ignore[arg-type]
    last = pointings[-1]
    assert (last["azimuth_deg"], last["elevation_deg"], last["error_deg"]) == (180.0, 0.0, None)
    assert told.of("warning") == []
    assert mount.position(90.0) in RotatorLimits()


def test_a_mount_that_is_too_slow_shows_by_its_error() -> None:
    told, time = Told(), ToldTime([float(second) for second in range(400)])
    mount = Mount(RotatorLimits(), SlewRates(0.5, 0.5), Pointing(0.0, 0.0))

    async def reach() -> Rotator:
        return SimulatedRotator(mount, PARK, lambda: time.now_s)

    asyncio.run(steered(reach, FORECAST, time, told, 1.0))
    assert max(float(each["error_deg"] or 0) for each in told.of("rotator")) > 20.0  # type: ignore[arg-type]


# -- hamlib's own servers ----------------------------------------------------------------------------------------------


@needs_hamlib
def test_a_rotctld_is_led_through_a_whole_pass() -> None:
    """500 s in about one: the dummy turns by 6 degrees a second and follows as it can, but takes every order."""
    told, time = Told(), ToldTime([float(second) for second in range(500)])
    with hamlibd("rotctld", free_port()) as address:

        async def reach() -> Rotator:
            return await RemoteRotator.connect(address)

        asyncio.run(steered(reach, FORECAST, time, told, 1.0))
    assert told.of("warning") == []
    aims = {(each["aim_azimuth_deg"], each["aim_elevation_deg"]) for each in told.of("rotator")}
    assert len(aims) > 50
    index = FORECAST.index_at(FORECAST.passes[0].tca_s)
    assert index is not None
    at_tca = next(each for each in told.of("rotator") if each["link_time_s"] == FORECAST.passes[0].tca_s)
    assert at_tca["aim_azimuth_deg"] == pytest.approx(FORECAST.azimuth_deg[index], abs=1.0)
    assert at_tca["aim_elevation_deg"] == pytest.approx(FORECAST.elevation_deg[index], abs=1.0)
    assert (told.of("rotator")[-1]["aim_azimuth_deg"], told.of("rotator")[-1]["aim_elevation_deg"]) == (180.0, 0.0)


class Heard:
    """A radio that reads back from rigctld what it was tuned to."""

    ahead_s = 0.0

    def __init__(self, radio: RemoteRadio, client: HamlibClient, time: ToldTime) -> None:
        self._radio, self._client, self._time = radio, client, time
        self.heard: list[tuple[float, float, float]] = []

    async def tune(self, receive_hz: float, transmit_hz: float) -> None:
        await self._radio.tune(receive_hz, transmit_hz)
        down, up = await self._client.ask("f"), await self._client.ask("i")
        self.heard.append((self._time.now_s, float(down["Frequency"]), float(up["TX Frequency"])))

    async def close(self) -> None:
        await self._radio.close()
        await self._client.close()


@needs_hamlib
def test_a_rigctld_is_tuned_through_a_whole_pass() -> None:
    """hamlib takes a tenth of a second for each tuning, so not every second is told."""
    told, time = Told(), ToldTime([float(second) for second in range(90, 350, 6)])
    tuning = DopplerTuning(FORECAST, DOWN_HZ, UP_HZ)
    radios: list[Heard] = []

    async def run(address: Address) -> None:
        async def reach() -> Radio:
            client = await HamlibClient.connect("rigctld", address)
            radios.append(Heard(await RemoteRadio.connect(address), client, time))
            return radios[-1]

        steering = RadioSteering(reach, tuning, time, Retry(told))
        await until_over(asyncio.ensure_future(steering.run()), time.over)

    with hamlibd("rigctld", free_port()) as address:
        asyncio.run(run(address))
    assert told.events == []
    (radio,) = radios
    seconds, receive_hz, transmit_hz = np.array(radio.heard).T
    assert len(seconds) > 40
    expected_hz = np.array([tuning.at(now_s) for now_s in seconds])
    np.testing.assert_allclose(receive_hz, expected_hz[:, 0], atol=1.0, rtol=0)
    np.testing.assert_allclose(transmit_hz, expected_hz[:, 1], atol=1.0, rtol=0)
    assert np.ptp(receive_hz) > 8000
    assert np.all(receive_hz - DOWN_HZ == pytest.approx(-(transmit_hz - UP_HZ) * DOWN_HZ / UP_HZ, abs=4.0))
    assert (receive_hz[-1], transmit_hz[-1]) == (DOWN_HZ, UP_HZ)


@needs_hamlib
def test_a_rotctld_that_vanishes_is_told_of_once_and_taken_up_again() -> None:
    told, port = Told(), free_port()

    class Minutes(ToldTime):
        """Link time that goes on for as long as the test does."""

        async def next_s(self) -> float:
            await asyncio.sleep(0.005)
            self.now_s += 0.1
            return self.now_s

    time = Minutes([])

    async def reach() -> Rotator:
        return await RemoteRotator.connect(Address("127.0.0.1", port))

    async def heard(count: int) -> None:
        before = len(told.of("rotator"))
        while len(told.of("rotator")) < before + count:
            await asyncio.sleep(0.01)

    async def lost(count: int) -> None:
        while len(told.of("warning")) < count:
            await asyncio.sleep(0.01)

    async def watch() -> None:
        for round_number in (1, 2):
            await lost(round_number)
            await asyncio.sleep(0.2)  # ten attempts
            assert len(told.of("warning")) == round_number
            loop = asyncio.get_running_loop()
            server = hamlibd("rotctld", port)
            await loop.run_in_executor(None, server.__enter__)
            await heard(3)
            await loop.run_in_executor(None, server.__exit__, None, None, None)
        await lost(3)
        time.over.set()

    async def run() -> None:
        watching = asyncio.ensure_future(asyncio.wait_for(watch(), 30))
        await steered(reach, fly_by(begin_s=10.0), time, told, 0.0)
        await watching

    asyncio.run(run())
    assert len(told.of("warning")) == 3
    message = str(told.of("warning")[0]["message"])
    assert message.startswith(f"rotctld 127.0.0.1:{port}: Connect")
    assert message.endswith("; tried again every 0.02 s")


# -- servers that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (b"", "it closed the connection"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "it closed the connection"),
        (b"x" * 10_000, "no answer of hamlib's to 'p'"),
        (b"x\n" * 1_000, "no answer of hamlib's to 'p'"),
        (b"RPRT -6\n", "answered 'RPRT -6' to 'p'"),
        (b"RPRT 0\n", "told no Azimuth and Elevation"),
        (b"Azimuth: abc\nElevation: 1\nRPRT 0\n", "told no Azimuth and Elevation"),
    ],
)
def test_what_is_no_rotctld_is_named(says: bytes, told: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(says)
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        rotator = await RemoteRotator.connect(Address("127.0.0.1", port))
        with pytest.raises(PeerError) as error:
            await rotator.position()
        assert str(error.value) == f"rotctld 127.0.0.1:{port}: {told}"
        await rotator.close()
        server.close()

    asyncio.run(run())


def test_a_rotctld_with_limits_that_cannot_be() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        names = ("Minimum Azimuth", "Maximum Azimuth", "Minimum Elevation", "Maximum Elevation")
        writer.write("".join(f"{name}: 0\n" for name in names).encode() + b"RPRT 0\n")
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        rotator = await RemoteRotator.connect(Address("127.0.0.1", server.sockets[0].getsockname()[1]))
        with pytest.raises(PeerError, match="says that its azimuth_deg is '0:0'"):
            await rotator.limits()
        await rotator.close()
        server.close()

    asyncio.run(run())
