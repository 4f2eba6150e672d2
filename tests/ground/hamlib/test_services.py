import asyncio
import json
import socket
from collections.abc import Awaitable, Callable

import pytest

from ground.errors import RequestError
from ground.forecast import Forecast
from ground.gateway.address import Address
from ground.gateway.station_line import StationLine
from ground.hamlib.services import HamlibServices
from ground.hamlib.settings import HamlibSettings
from ground.hamlib.tracker import TrackSettings
from tests.ground.hamlib.support import DOWN_HZ, STATION, UP_HZ, Told, fly_by

ANYWHERE = Address("127.0.0.1", 0)
FORECAST = fly_by(los_s=180.0, begin_s=10.0)


class Gateway:
    """A line to a station that is not there, and what was said on it."""

    def __init__(self, forecast: Forecast = FORECAST) -> None:
        self.forecast = forecast
        self.commands: list[dict[str, object]] = []
        self.line = StationLine(lambda octets: self.commands.append(json.loads(octets)))
        self.told = Told()

    def services(self, settings: HamlibSettings) -> HamlibServices:
        return HamlibServices(settings, self.line, self.forecast, self.told)

    async def second(self, link_time_s: float) -> None:
        """Have the station tell of time, and whoever waits for it do what is due."""
        self.line.take({"event": "time", "wall_time_s": 0.0, "link_time_s": link_time_s})
        for _ in range(20):
            await asyncio.sleep(0)

    def attempt(self, settings: HamlibSettings, trial: Callable[[HamlibServices], Awaitable[None]]) -> None:
        """Run services through a trial; nothing of theirs is left."""

        async def run() -> None:
            services = self.services(settings)
            running = asyncio.ensure_future(services.run())
            try:
                await asyncio.wait_for(trial(services), 20)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            assert len(asyncio.all_tasks()) == 1
            for server in services.servers.values():
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((server.address.host, server.address.port))

        asyncio.run(run())


async def ask(address: Address, text: bytes, lines: int) -> bytes:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(text)
    answer = b"".join([await reader.readline() for _ in range(lines)])
    writer.close()
    await writer.wait_closed()
    return answer


def test_a_program_that_tunes_us_commands_the_station() -> None:
    gateway = Gateway()

    async def trial(services: HamlibServices) -> None:
        asked = asyncio.ensure_future(ask(services.servers["rigctld"].address, b"F 437051000\nI 145901000\nf\n", 3))
        await asyncio.sleep(0.05)
        assert not asked.done()  # until the station has told its carriers
        gateway.line.take(STATION)
        assert await asked == b"RPRT 0\nRPRT 0\n437051000\n"
        assert gateway.commands == [
            {"command": "tune", "receive_hz": 437051000.0, "transmit_hz": UP_HZ},
            {"command": "tune", "receive_hz": 437051000.0, "transmit_hz": 145901000.0},
        ]

    gateway.attempt(HamlibSettings(rigctld=ANYWHERE), trial)
    assert gateway.told.events == []


def test_an_operator_is_told_of_a_frequency_beyond_reach() -> None:
    gateway = Gateway()

    async def trial(services: HamlibServices) -> None:
        gateway.line.take(STATION)
        assert await ask(services.servers["rigctld"].address, b"F 435000000\n", 1) == b"RPRT -1\n"

    gateway.attempt(HamlibSettings(rigctld=ANYWHERE), trial)
    assert gateway.commands == []
    ((_, warning),) = gateway.told.events
    assert "435000000 Hz" in str(warning["message"])


def test_a_station_that_cannot_be_tuned_says_so() -> None:
    gateway = Gateway()

    async def run() -> None:
        running = asyncio.ensure_future(gateway.services(HamlibSettings(rigctld=ANYWHERE)).run())
        gateway.line.take({**STATION, "sample_rate_hz": None})
        await asyncio.sleep(0.05)
        assert not running.done(), "or the gateway would end with it"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
    ((_, warning),) = gateway.told.events
    assert str(warning["message"]).endswith("this station has no samples to tune")


def test_a_program_turns_a_mount_that_is_not_there() -> None:
    gateway = Gateway()

    async def trial(services: HamlibServices) -> None:
        await gateway.second(100.0)
        assert await ask(services.servers["rotctld"].address, b"P 90 45\n", 1) == b"RPRT 0\n"
        await gateway.second(110.0)
        assert await ask(services.servers["rotctld"].address, b"p\n", 2) == b"50.00\n25.00\n"
        await gateway.second(200.0)
        await gateway.second(201.0)  # nothing has changed

    gateway.attempt(HamlibSettings(rotctld=ANYWHERE), trial)
    first, second, third = gateway.told.of("rotator")
    assert (third["link_time_s"], third["azimuth_deg"]) == (200.0, 90.0)
    assert (first["link_time_s"], first["azimuth_deg"]) == (100.0, 0.0)
    assert (second["azimuth_deg"], second["elevation_deg"], second["aim_azimuth_deg"]) == (50.0, 25.0, None)
    assert float(str(second["error_deg"])) > 10.0


def test_the_station_takes_its_own_doppler_out() -> None:
    gateway = Gateway()

    async def trial(_: HamlibServices) -> None:
        gateway.line.take(STATION)
        for now_s in (0.0, 1.0, 20.0, 21.0, 500.0):
            await gateway.second(now_s)

    gateway.attempt(HamlibSettings(radio="station"), trial)
    before, coming, nearer, after = gateway.commands
    assert before == after == {"command": "tune", "receive_hz": DOWN_HZ, "transmit_hz": UP_HZ}
    index = FORECAST.index_at(21.0)  # a glide ahead of 20 s
    assert index is not None
    assert coming["receive_hz"] == pytest.approx(DOWN_HZ + FORECAST.downlink.doppler_hz[index], abs=0.1, rel=0)
    assert coming["transmit_hz"] == pytest.approx(UP_HZ - FORECAST.uplink.doppler_hz[index], abs=0.1, rel=0)
    assert float(str(nearer["receive_hz"])) < float(str(coming["receive_hz"]))


def test_a_simulated_rotator_is_led_through_the_pass() -> None:
    gateway = Gateway(fly_by(aside_km=300.0, los_s=240.0, begin_s=100.0))

    async def trial(_: HamlibServices) -> None:
        for second in range(400):
            await gateway.second(float(second))

    gateway.attempt(HamlibSettings(rotator="simulated", track=TrackSettings(dead_band_deg=2.0)), trial)
    errors = [each["error_deg"] for each in gateway.told.of("rotator") if each["error_deg"] is not None]
    assert len(errors) > 200
    assert max(float(str(error)) for error in errors) < 4.0


def test_one_that_fails_ends_all() -> None:
    gateway = Gateway()

    async def run() -> None:
        services = gateway.services(HamlibSettings(rigctld=ANYWHERE, rotctld=ANYWHERE))
        running = asyncio.ensure_future(services.run())
        await asyncio.sleep(0.05)
        gateway.line.take({name: value for name, value in STATION.items() if name != "sample_rate_hz"})
        with pytest.raises(KeyError):
            await running
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_what_is_steered_needs_a_forecast() -> None:
    gateway = Gateway()
    with pytest.raises(RequestError, match="radio is 'station'; accepted: only with a forecast"):
        HamlibServices(HamlibSettings(radio="station"), gateway.line, None, gateway.told)


def test_an_address_that_is_taken_leaves_the_other_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(RequestError, match="rotctld is"):
            Gateway().services(HamlibSettings(rigctld=ANYWHERE, rotctld=here))


def test_nothing_to_serve_is_no_end() -> None:
    async def run() -> None:
        running = asyncio.ensure_future(Gateway().services(HamlibSettings()).run())
        done, _ = await asyncio.wait((running,), timeout=0.02)
        assert not done
        running.cancel()

    asyncio.run(run())
