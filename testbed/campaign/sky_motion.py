"""How the spacecraft moves while a work unit lasts: range and range rate, from which Doppler follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from edge.checked_toml import CheckedModel, TableError
from linkbudget.decibels import Floats
from linkbudget.errors import LinkInputError
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.orbit.presets import preset
from linkbudget.orbit.station import Station
from radio.link_state import SPEED_OF_LIGHT_M_S

_EPOCH = datetime(2026, 3, 20, tzinfo=timezone.utc)
_NEAR_M, _FAR_M, _SPAN_M = 100e3, 2000e3, 1e3
_ELEVATION_DEG = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """float64[n] each."""

    range_m: Floats
    range_rate_m_s: Floats
    """Positive when receding."""
    elevation_deg: Floats


class Still(CheckedModel):
    """No Doppler: the distance is drawn anew for each work unit, and with it carrier phase and symbol timing."""

    kind: Literal["none"] = "none"

    @property
    def label(self) -> str:
        """What a legend says."""
        return "no Doppler"

    @property
    def is_new_each_frame(self) -> bool:
        """Whether each frame has a motion of its own; if not, those of a work unit share one."""
        return False

    def motion(self, time_s: Floats, carrier_hz: float, rng: np.random.Generator) -> Motion:  # noqa: ARG002
        """Return the motion at times after a random moment."""
        return _moving(_NEAR_M, 0.0, 0.0, time_s, rng)


class Stated(CheckedModel):
    """One offset and one rate of it, from the beginning of each frame."""

    kind: Literal["stated"]
    offset_hz: float
    rate_hz_s: float = 0.0

    @property
    def label(self) -> str:
        """What a legend says."""
        return f"{self.offset_hz / 1e3:+g} kHz, {self.rate_hz_s:+g} Hz/s"

    @property
    def is_new_each_frame(self) -> bool:
        """True: the rate would carry a later frame away."""
        return True

    def motion(self, time_s: Floats, carrier_hz: float, rng: np.random.Generator) -> Motion:
        """Return the motion at times after the beginning of a frame."""
        return _moving(_FAR_M, self.offset_hz / carrier_hz, self.rate_hz_s / carrier_hz, time_s, rng)


class Spread(CheckedModel):
    """An offset drawn for each frame, evenly from a range about the nominal carrier."""

    kind: Literal["spread"]
    largest_hz: float = Field(ge=0)
    rate_hz_s: float = 0.0

    @property
    def label(self) -> str:
        """What a legend says."""
        return f"within ±{self.largest_hz / 1e3:g} kHz, {self.rate_hz_s:+g} Hz/s"

    @property
    def is_new_each_frame(self) -> bool:
        """True."""
        return True

    def motion(self, time_s: Floats, carrier_hz: float, rng: np.random.Generator) -> Motion:
        """Return the motion at times after the beginning of a frame."""
        offset_hz = rng.uniform(-self.largest_hz, self.largest_hz)
        return _moving(_FAR_M, offset_hz / carrier_hz, self.rate_hz_s / carrier_hz, time_s, rng)


class OverPass(CheckedModel):
    """A pass: each work unit takes place at a random moment of it.

    It is the highest above 5 degrees within a day of 2026-03-20 00:00 UTC; the orbit's elements are of that time.
    """

    kind: Literal["pass"]
    orbit: str = "sso-550-1030"
    """As the link budget names circular orbits: sso-ALTITUDE-HHMM, leo-ALTITUDE-INCLINATION."""
    latitude_deg: float = Field(47.4, ge=-90, le=90)
    longitude_deg: float = Field(3.0, ge=-180, le=180)

    @model_validator(mode="after")
    def _must_pass(self) -> "OverPass":
        try:
            found = _highest_pass(self.orbit, self.latitude_deg, self.longitude_deg)
        except LinkInputError as error:
            raise TableError("orbit", error.value, error.accepted) from None
        if found is None:
            raise TableError("latitude_deg", self.latitude_deg, "a place that the orbit passes over within a day")
        return self

    @property
    def label(self) -> str:
        """What a legend says."""
        return f"{self.orbit} pass"

    @property
    def is_new_each_frame(self) -> bool:
        """False."""
        return False

    def motion(self, time_s: Floats, carrier_hz: float, rng: np.random.Generator) -> Motion:  # noqa: ARG002
        """Return the motion at times after a random moment of the pass."""
        found = _highest_pass(self.orbit, self.latitude_deg, self.longitude_deg)
        assert found is not None  # or the table would not exist
        begins_s = rng.uniform(0, max(0.0, found.duration_s - float(time_s[-1])))
        station = _station(self.latitude_deg, self.longitude_deg)
        seen = Orbit(preset(self.orbit, _EPOCH)).geometry(station, found.aos + timedelta(seconds=begins_s), time_s)
        return Motion(seen.range_m, seen.range_rate_m_s, np.maximum(seen.elevation_deg, 0.0))


Doppler = Annotated[Still | Stated | Spread | OverPass, Field(discriminator="kind")]


def _moving(start_m: float, shift: float, shift_per_s: float, time_s: Floats, rng: np.random.Generator) -> Motion:
    """Return a motion whose Doppler shift, over the carrier, begins at `shift` and changes evenly."""
    speed_m_s, gain_m_s2 = -shift * SPEED_OF_LIGHT_M_S, -shift_per_s * SPEED_OF_LIGHT_M_S
    range_m = start_m + rng.uniform(0, _SPAN_M) + time_s * (speed_m_s + time_s * gain_m_s2 / 2)
    return Motion(range_m, speed_m_s + gain_m_s2 * time_s, np.full_like(time_s, _ELEVATION_DEG))


def _station(latitude_deg: float, longitude_deg: float) -> Station:
    return Station(name="station", latitude_deg=latitude_deg, longitude_deg=longitude_deg, altitude_m=0.0)


@lru_cache(maxsize=16)
def _highest_pass(orbit: str, latitude_deg: float, longitude_deg: float) -> Pass | None:
    station = _station(latitude_deg, longitude_deg)
    found = Orbit(preset(orbit, _EPOCH)).passes(station, _EPOCH, _EPOCH + timedelta(days=1), min_elevation_deg=5.0)
    return max(found, key=lambda each: each.max_elevation_deg, default=None)
