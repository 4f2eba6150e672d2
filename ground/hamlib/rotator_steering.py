"""Steering a rotator: ahead of each pass of a forecast, through it, and back to where it is parked."""

from collections.abc import Awaitable, Callable

import numpy as np

from ground.forecast import AROUND_S, Forecast
from ground.hamlib.errors import PeerError
from ground.hamlib.link_time import LinkTime
from ground.hamlib.pointing_report import PointingReport
from ground.hamlib.retry import Retry
from ground.hamlib.rotator import Pointing, Rotator, RotatorLimits
from ground.hamlib.rotator_path import RotatorPath, SkyTrack, plan_path
from ground.hamlib.tracker import Tracker, TrackSettings


class RotatorSteering:
    """Orders a rotator about for as long as it runs."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Rotator]],
        forecast: Forecast,
        time: LinkTime,
        settings: TrackSettings,
        limits: RotatorLimits | None,
        report: PointingReport,
        retry: Retry,
    ) -> None:
        """Take ``limits`` in place of those that the rotator tells of, unless None."""
        self._connect, self._forecast, self._time = connect, forecast, time
        self._settings, self._limits = settings, limits
        self._report, self._retry = report, retry

    async def run(self) -> None:
        """Steer until cancelled. A rotator that is lost is told of once, and tried again and again."""
        while True:
            try:
                await self._steer(await self._connect())
            except PeerError as error:
                await self._retry.failed(error)

    async def _steer(self, rotator: Rotator) -> None:
        try:
            limits = self._limits or await rotator.limits()
            start = self._settings.park or await rotator.position()
            tracker = Tracker(self._paths(limits, start), self._settings)
            while True:
                now_s = await self._time.next_s()
                at = await rotator.position()
                if (aim := tracker.order(now_s, at)) is not None:
                    await rotator.point(aim)
                self._retry.worked()
                self._report.take(now_s, at, tracker.aim)
        finally:
            await rotator.close()

    def _paths(self, limits: RotatorLimits, start: Pointing) -> list[RotatorPath]:
        tracks = (sky_track(self._forecast, each.aos_s, each.los_s) for each in self._forecast.passes)
        return [plan_path(track, limits, self._settings.rates, start) for track in tracks if len(track.time_s)]


def sky_track(forecast: Forecast, aos_s: float, los_s: float) -> SkyTrack:
    """Return where the satellite is through a pass of a forecast, from a little before AOS to a little after LOS."""
    time_s, azimuth_deg, elevation_deg = map(np.array, (forecast.time_s, forecast.azimuth_deg, forecast.elevation_deg))
    within = (aos_s - AROUND_S <= time_s) & (time_s <= los_s + AROUND_S)
    return SkyTrack(time_s[within], azimuth_deg[within], elevation_deg[within])
