"""All of hamlib that a gateway runs beside its station."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from ground.errors import RequestError
from ground.forecast import Forecast
from ground.gateway.address import Address
from ground.gateway.station_line import StationLine
from ground.hamlib.doppler import DopplerTuning
from ground.hamlib.line_server import LineServer
from ground.hamlib.link_time import StationTime
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.pointing_report import PointingReport, Tell
from ground.hamlib.radio_steering import Radio, RadioSteering
from ground.hamlib.remote_radio import RemoteRadio
from ground.hamlib.remote_rotator import RemoteRotator
from ground.hamlib.retry import Retry
from ground.hamlib.rig import Rig
from ground.hamlib.rig_session import RigSession
from ground.hamlib.rotator import Pointing, Rotator, RotatorLimits
from ground.hamlib.rotator_session import RotatorSession
from ground.hamlib.rotator_steering import RotatorSteering
from ground.hamlib.settings import SIMULATED, STATION, HamlibSettings
from ground.hamlib.station_radio import StationRadio

_HOME = Pointing(0.0, 0.0)
_PATIENCE_S = 60.0


class HamlibServices:
    """Servers and steering, as an operator wants them."""

    def __init__(self, settings: HamlibSettings, line: StationLine, forecast: Forecast | None, tell: Tell) -> None:
        """Listen where it is wanted. ``tell`` takes events of ours: `rotator`, and `warning` of what is lost.

        Raises RequestError for an address that cannot be had, or for what is steered without a forecast.
        """
        if settings.steers and forecast is None:
            field = "radio" if settings.radio else "rotator"
            raise RequestError(field, getattr(settings, field), "only with a forecast, by which it is steered")
        self._settings, self._line, self._forecast, self._tell = settings, line, forecast, tell
        mount = Mount(settings.limits or RotatorLimits(), settings.track.rates, settings.track.park or _HOME)
        self._simulated = SimulatedRotator(mount, settings.track.park or _HOME, StationTime(line).now_s)
        self.servers: dict[str, LineServer] = {}
        """By the option's name; where each listens."""
        try:
            self._listen()
        except RequestError:
            self.close()
            raise

    async def run(self) -> None:
        """Serve and steer until cancelled."""
        running = [asyncio.ensure_future(each) for each in self._services()]
        try:
            await asyncio.gather(*running)
            await asyncio.Event().wait()  # what has nothing to do, as with a station without samples, ends nobody
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self.close()

    def close(self) -> None:
        """Let go of the addresses."""
        for server in self.servers.values():
            server.close()

    def _listen(self) -> None:
        for field in ("rigctld", "rotctld"):
            if address := getattr(self._settings, field):
                self.servers[field] = LineServer(field, address)

    def _services(self) -> list[Coroutine[Any, Any, None]]:
        services = []
        if rigctld := self.servers.get("rigctld"):
            services.append(self._serve_rig(rigctld))
        if rotctld := self.servers.get("rotctld"):
            services += [rotctld.run(lambda: RotatorSession(self._simulated)), self._watch_mount()]
        if self._forecast and self._settings.rotator:
            services.append(self._rotator_steering(self._forecast, self._settings.rotator).run())
        if self._forecast and self._settings.radio:
            services.append(self._steer_radio(self._forecast, self._settings.radio))
        return services

    # -- servers ---------------------------------------------------------------------------------------------------

    async def _serve_rig(self, server: LineServer) -> None:
        rig = Rig.of(await self._station(), self._tune, lambda message: self._tell("warning", message=message))
        if rig is None:
            self._tell("warning", message=f"rigctld {server.address}: this station has no samples to tune")
            server.close()
            return
        await server.run(lambda: RigSession(rig))

    def _tune(self, receive_hz: float, transmit_hz: float) -> None:
        self._line.command("tune", receive_hz=receive_hz, transmit_hz=transmit_hz)

    async def _watch_mount(self) -> None:
        report, time = PointingReport(self._forecast, self._tell), StationTime(self._line)
        while True:
            report.take(await time.next_s(), await self._simulated.position(), None)

    # -- steering --------------------------------------------------------------------------------------------------

    def _rotator_steering(self, forecast: Forecast, rotator: str) -> RotatorSteering:
        report, retry = PointingReport(forecast, self._tell), Retry(self._tell)
        time, settings = StationTime(self._line), self._settings
        return RotatorSteering(self._rotator(rotator), forecast, time, settings.track, settings.limits, report, retry)

    def _rotator(self, rotator: str) -> Callable[[], Awaitable[Rotator]]:
        if rotator == SIMULATED:
            return self._reach_simulated
        return partial(RemoteRotator.connect, Address.of("rotator", rotator))

    async def _reach_simulated(self) -> Rotator:
        return self._simulated

    async def _steer_radio(self, forecast: Forecast, radio: str) -> None:
        station = await self._station()
        carriers_hz = [station[leg]["carrier_hz"] for leg in ("downlink", "uplink")]
        if None in carriers_hz:
            self._tell("warning", message=f"radio {radio}: nothing is known of this station's carriers")
            return
        tuning, time = DopplerTuning(forecast, *carriers_hz), StationTime(self._line)
        await RadioSteering(self._radio(radio), tuning, time, Retry(self._tell)).run()

    def _radio(self, radio: str) -> Callable[[], Awaitable[Radio]]:
        if radio == STATION:
            return self._reach_station
        return partial(RemoteRadio.connect, Address.of("radio", radio))

    async def _reach_station(self) -> Radio:
        return StationRadio(self._line)

    async def _station(self) -> dict[str, Any]:
        """Return what the station says of itself, as soon as it does."""
        while (station := self._line.desk.station) is None:
            await self._line.changed(_PATIENCE_S)
        return station
