"""What campaigns use of the channel: samples sent to samples received."""

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from edge.checked_toml import CheckedModel
from linkbudget.decibels import Floats
from linkbudget.fading.fading import Fading as Distribution
from linkbudget.fading.fading import NoFading
from radio.channel.impairments import PathImpairments
from radio.link_state import LinkStates
from radio.profile import LinkProfile
from radio.sky import Leg, LegSettings
from testbed.campaign.modem import Samples
from testbed.campaign.sky_motion import Doppler
from testbed.scenario import FrontEndTable

_LEVELS = 1000
_FINE_BITS, _FINE_RMS_LSB = 16, 200.0


class FadingTable(CheckedModel):
    """How the signal fades. Each frame sees a moment of its own, so that frames fail independently."""

    label: str = ""
    """What a legend says; the distribution if left out."""
    distribution: Distribution = NoFading()
    """As in a link budget's study."""
    elevation_deg: float = Field(45.0, ge=0, le=90)
    """Where the distribution depends on it."""
    doppler_spread_hz: float = Field(0.2, ge=0, le=100)
    """The largest Doppler shift of a scattered ray: how fast the signal fades within a frame."""
    shadow_correlation_s: float = Field(20.0, ge=0.01, le=1000)
    impairments: PathImpairments = PathImpairments()
    """As in a scenario. Theory is not averaged over what fades here: such a sweep states a limit, or a reference."""

    @property
    def shown(self) -> str:
        """What a legend says."""
        if self.label or self.is_none:
            return self.label or "no fading"
        k_db = getattr(self.distribution, "k_db", None)
        factor = "" if k_db is None else f" K {k_db:g} dB"
        return f"{self.distribution.kind}{factor}, {self.doppler_spread_hz:g} Hz"

    @property
    def is_none(self) -> bool:
        """Whether nothing fades."""
        return isinstance(self.distribution, NoFading) and self.impairments == PathImpairments()

    def levels_db(self) -> tuple[Floats, Floats]:
        """Return levels about the line of sight's that stand for the distribution, and the share of each: float64[n].

        They are close together where the signal is lost: even steps of the cube root of the probability.
        """
        edges = np.linspace(0.0, 1.0, _LEVELS + 1)
        probability = ((edges[1:] + edges[:-1]) / 2) ** 3
        level_db = self.distribution.relative_power_db(self.elevation_deg, probability)
        return np.broadcast_to(level_db, probability.shape), np.diff(edges**3)


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """What a receiver gets."""

    samples: Samples
    """complex64[n], on the steps of the front end's converter."""
    states: LinkStates

    def arrived_s(self, left_s: Floats) -> Floats:
        """Return when what left at these times comes in, float64[k], but for the delay of filters."""
        return left_s + self.states.delay_s(left_s)


@dataclass(frozen=True, slots=True)
class Sky:
    """All that happens between transmitter and receiver."""

    sample_rate_hz: float
    doppler: Doppler
    fading: FadingTable
    clock_error_ppm: float
    front_end: FrontEndTable | None
    """One that passes the whole band and rounds finely if None."""

    @property
    def is_new_each_frame(self) -> bool:
        """Whether each frame has a sky of its own; if not, those of a work unit share one."""
        return self.doppler.is_new_each_frame or not self.fading.is_none

    def check(self, link: LinkProfile) -> None:
        """Raise ChannelError for an impairment that the sample rate has no room for."""
        rng = np.random.default_rng(0)
        Leg(self._settings(link), self._states(0.0, link, 0.0, rng), self.sample_rate_hz, seed=0)

    def carry(self, sent: Samples, link: LinkProfile, eb_n0_db: float, rng: np.random.Generator) -> Arrival:
        """Return what arrives of samples of unit mean power, until the last of them has arrived."""
        states = self._states(len(sent) / self.sample_rate_hz, link, eb_n0_db, rng)
        leg = Leg(self._settings(link), states, self.sample_rate_hz, int(rng.integers(2**63)))
        lag = np.zeros(int(states.delay_s(np.zeros(1))[0] * self.sample_rate_hz), np.complex64)
        return Arrival(leg.carry(np.concatenate([sent, lag])), states)

    def _settings(self, link: LinkProfile) -> LegSettings:
        front_end = self.front_end or FrontEndTable(
            bandwidth_hz=self.sample_rate_hz, adc_bits=_FINE_BITS, noise_rms_lsb=_FINE_RMS_LSB
        )
        return LegSettings(
            carrier_hz=link.carrier_hz,
            clock_error_ppm=self.clock_error_ppm,
            doppler_spread_hz=self.fading.doppler_spread_hz,
            shadow_correlation_s=self.fading.shadow_correlation_s,
            multipath_shadowed=self.fading.distribution.parameters(self.fading.elevation_deg).multipath_shadowed,
            bandwidth_hz=front_end.bandwidth_hz,
            adc_bits=front_end.adc_bits,
            noise_rms_lsb=front_end.noise_rms_lsb,
            path=self.fading.impairments,
            front_end=front_end.impairments,
        )

    def _states(self, span_s: float, link: LinkProfile, eb_n0_db: float, rng: np.random.Generator) -> LinkStates:
        time_s = np.arange(np.ceil(span_s) + 2)
        motion = self.doppler.motion(time_s, link.carrier_hz, rng)
        faded = self.fading.distribution.parameters(np.full_like(time_s, self.fading.elevation_deg))
        c_n0_db_hz = eb_n0_db + 10 * np.log10(link.information_rate_bit_s)
        return LinkStates(
            time_s=time_s,
            range_m=motion.range_m,
            range_rate_m_s=motion.range_rate_m_s,
            elevation_deg=motion.elevation_deg,
            c_n0_db_hz=np.full_like(time_s, c_n0_db_hz),
            direct_db=faded.direct_db,
            multipath_db=faded.multipath_db,
            shadowing_db=faded.shadowing_db,
        )


def noise(count: int, rng: np.random.Generator) -> Samples:
    """Return white noise of unit power, complex64[count]."""
    parts = rng.standard_normal(2 * count, dtype=np.float32)
    parts *= np.float32(np.sqrt(0.5))
    return parts.view(np.complex64)
