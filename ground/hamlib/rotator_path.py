"""The way of a mount through a pass: which turn, which side, and how to be where the satellite is in time.

A direction can be had in several ways: a turn more or less, or with the mount turned round and tilted over the zenith,
to which it may also come in mid-pass, where that goes through the zenith.
Each way is cut off at the stops, and made slow enough for the motors; what is left is an angle beside the satellite.
The way with the least of it is taken.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates

Series = NDArray[np.float64]

LOST_DEG = 30.0
"""An antenna that points so far beside has lost the satellite: farther off is no worse."""


@dataclass(frozen=True, slots=True, eq=False)
class SkyTrack:
    """Where a satellite is through a pass: float64[n] each, azimuth from north over east."""

    time_s: Series
    azimuth_deg: Series
    elevation_deg: Series


@dataclass(frozen=True, slots=True, eq=False)
class RotatorPath:
    """Where a mount is to point, float64[n] each, in its own degrees, and how well that can be done."""

    time_s: Series
    azimuth_deg: Series
    elevation_deg: Series
    flipped: bool
    """Tilted over the zenith, in all of the pass or in half of it."""
    error_deg: float
    """The mean angle beside the satellite, each counted up to LOST_DEG."""

    @property
    def begin_s(self) -> float:
        """When it begins."""
        return float(self.time_s[0])

    @property
    def end_s(self) -> float:
        """When it ends."""
        return float(self.time_s[-1])

    def at(self, time_s: float) -> Pointing:
        """Return where to point at a time; before the begin and after the end as there."""
        azimuth, elevation = (np.interp(time_s, self.time_s, each) for each in (self.azimuth_deg, self.elevation_deg))
        return Pointing(float(azimuth), float(elevation))

    def ahead(self, time_s: float, most_deg: float) -> Pointing:
        """Return where to point for as long as possible: the last before it has turned by more than that."""
        aim = now = self.at(time_s)
        for index in range(int(np.searchsorted(self.time_s, time_s, "right")), len(self.time_s)):
            following = Pointing(float(self.azimuth_deg[index]), float(self.elevation_deg[index]))
            if now.turn_to(following) > most_deg:
                break
            aim = following
        return aim


def plan_path(track: SkyTrack, limits: RotatorLimits, rates: SlewRates, start: Pointing) -> RotatorPath:
    """Return the way through a pass of a mount that points to `start` before it.

    Of ways that are equally good, the one is taken that is not flipped, and then the one that begins nearest.
    """
    paths = [
        _path(track, turned, np.clip(elevation, *limits.elevation_deg), flipped, rates)
        for azimuth, elevation, flipped in _ways(track, limits)
        for turned in _turns(azimuth, *limits.azimuth_deg)
    ]
    return min(paths, key=lambda path: (round(path.error_deg, 1), path.flipped, start.turn_to(path.at(path.begin_s))))


def _ways(track: SkyTrack, limits: RotatorLimits) -> Iterator[tuple[Series, Series, bool]]:
    """Yield azimuth, elevation, and whether the mount is tilted over: never, always, from TCA on, up to TCA."""
    azimuth, elevation = np.unwrap(track.azimuth_deg, period=360.0), track.elevation_deg
    yield azimuth, elevation, False
    if not limits.over_zenith:
        return
    yield azimuth + 180.0, 180.0 - elevation, True
    half_turn = math.copysign(180.0, azimuth[-1] - azimuth[0])
    falls = track.time_s > track.time_s[int(elevation.argmax())]
    yield np.where(falls, azimuth - half_turn, azimuth), np.where(falls, 180.0 - elevation, elevation), True
    yield np.where(falls, azimuth, azimuth + half_turn), np.where(falls, elevation, 180.0 - elevation), True


def _path(track: SkyTrack, azimuth: Series, elevation: Series, flipped: bool, rates: SlewRates) -> RotatorPath:
    turn = _slowed(track.time_s, azimuth, rates.azimuth_deg_s)
    tilt = _slowed(track.time_s, elevation, rates.elevation_deg_s)
    return RotatorPath(track.time_s, turn, tilt, flipped, _mean_error_deg(turn, tilt, track))


def _turns(azimuth_deg: Series, low: float, high: float) -> list[Series]:
    """Return an azimuth without jumps in every turn that the mount has some of, cut off at the stops, and one with.

    That one goes right round from one stop to the other, where a pass cannot be had without.
    """
    fewest = math.ceil((low - float(azimuth_deg.max())) / 360)
    most = math.floor((high - float(azimuth_deg.min())) / 360)
    cut = [np.clip(azimuth_deg + 360.0 * turn, low, high) for turn in range(fewest, most + 1)]
    return [*cut, low + np.mod(azimuth_deg - low, 360.0)]


def _slowed(time_s: Series, angle_deg: Series, rate_deg_s: float) -> Series:
    """Return an angle that changes no faster than that: where it would, the motor begins before, and ends after.

    For a jump that is half of its time before and half after. A motor of twice the rate that is to be there in time
    begins so much before; one that follows it is so much late. And the same seen from the end, for what is no jump.
    """
    most = rate_deg_s * np.diff(time_s)
    late = _followed(_followed(angle_deg[::-1], 2 * most[::-1])[::-1], most)
    early = _followed(_followed(angle_deg, 2 * most)[::-1], most[::-1])[::-1]
    return (late + early) / 2


def _followed(angle_deg: Series, most_deg: Series) -> Series:
    """Return an angle that begins there and goes its way, float64[n], by no more a step than float64[n - 1] say."""
    at = float(angle_deg[0])
    followed = [at]
    for target, most in zip(angle_deg[1:].tolist(), most_deg.tolist(), strict=True):
        at += min(max(target - at, -most), most)
        followed.append(at)
    return np.array(followed)


def _mean_error_deg(turn_deg: Series, tilt_deg: Series, track: SkyTrack) -> float:
    moments = zip(turn_deg, tilt_deg, track.azimuth_deg, track.elevation_deg, strict=True)
    errors = [Pointing(turn, tilt).separation_deg(Pointing(az, el)) for turn, tilt, az, el in moments]
    return math.fsum(min(error, LOST_DEG) for error in errors) / len(errors)
