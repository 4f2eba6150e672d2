"""The sky: every path between the ground station and the flatsat, and the receivers' front ends at its ends."""

import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from radio.channel.adjacent_channel import AdjacentChannel
from radio.channel.attenuator import Attenuator
from radio.channel.dropped_transfers import DroppedTransfers
from radio.channel.fading import Fading
from radio.channel.front_end import FrontEnd
from radio.channel.impairments import FrontEndImpairments, PathImpairments
from radio.channel.interference_bursts import InterferenceBursts
from radio.channel.path import Fader
from radio.channel.path import Path as RadioPath
from radio.channel.scintillation import IonosphericScintillation, TroposphericScintillation
from radio.channel.shadow_states import ShadowStates
from radio.errors import ProfileError
from radio.link_state import SERIES, LinkStates

_DRAWN = ("fading", "noise", "shadow states", "ionosphere", "troposphere", "neighbour", "bursts", "drops")
"""What is random about a leg: each has a generator of its own, so that none changes another."""

_PASSED_AT_ONCE = 24_000


@dataclass(frozen=True, slots=True)
class LegSettings:
    """One direction of the sky, apart from its link states."""

    carrier_hz: float
    clock_error_ppm: float
    doppler_spread_hz: float
    shadow_correlation_s: float
    multipath_shadowed: bool
    bandwidth_hz: float
    adc_bits: int
    noise_rms_lsb: float
    path: PathImpairments = field(default_factory=PathImpairments)
    front_end: FrontEndImpairments = field(default_factory=FrontEndImpairments)


@dataclass(frozen=True, slots=True)
class SkySettings:
    """All that a sky is made from."""

    sample_rate_hz: float
    block: int
    """Samples per exchange."""
    seed: int
    uplink: LegSettings
    downlink: LegSettings
    uplink_states: LinkStates
    downlink_states: LinkStates

    def save(self, path: Path) -> None:
        """Write the settings to an .npz file."""
        legs = {"uplink": asdict(self.uplink), "downlink": asdict(self.downlink)}
        plain = {"sample_rate_hz": self.sample_rate_hz, "block": self.block, "seed": self.seed, **legs}
        series = {
            f"{leg}_{field}": getattr(getattr(self, f"{leg}_states"), field)
            for leg in ("uplink", "downlink")
            for field in SERIES
        }
        np.savez(path, settings=np.asarray(json.dumps(plain)), **series)

    @classmethod
    def load(cls, path: Path) -> "SkySettings":
        """Read settings that ``save`` wrote; raise ProfileError if the file is not such a one."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                plain = json.loads(str(stored["settings"]))
                uplink_states, downlink_states = (
                    LinkStates(*(stored[f"{leg}_{field}"] for field in SERIES)) for leg in ("uplink", "downlink")
                )
            return cls(
                plain["sample_rate_hz"],
                plain["block"],
                plain["seed"],
                TypeAdapter(LegSettings).validate_python(plain["uplink"]),
                TypeAdapter(LegSettings).validate_python(plain["downlink"]),
                uplink_states,
                downlink_states,
            )
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ProfileError("settings", str(path), f"a file of sky settings ({error})") from None


class Leg:
    """One direction: a path, what disturbs it, and the front end it leads to. Pure: time is the count of samples."""

    def __init__(self, settings: LegSettings, states: LinkStates, sample_rate_hz: float, seed: int) -> None:
        """The same settings always make the same samples. Raise ChannelError for a neighbour out of the band."""
        children = np.random.SeedSequence(seed).spawn(len(_DRAWN))
        rngs = {name: np.random.Generator(np.random.SFC64(child)) for name, child in zip(_DRAWN, children, strict=True)}
        path, front_end = settings.path, settings.front_end
        spread_hz, correlation_s = settings.doppler_spread_hz, settings.shadow_correlation_s
        self._path = RadioPath(
            states,
            settings.carrier_hz,
            sample_rate_hz,
            settings.clock_error_ppm,
            Fading(spread_hz, correlation_s, settings.multipath_shadowed, rngs["fading"]),
            _faders(path, rngs),
            ShadowStates(path.shadow_states, rngs["shadow states"]) if path.shadow_states else None,
            path.warm_up,
        )
        self.attenuator = Attenuator(path.attenuator, sample_rate_hz)
        self._interference = _interference(path, sample_rate_hz, rngs)
        self._front_end = FrontEnd(
            sample_rate_hz, settings.bandwidth_hz, settings.adc_bits, settings.noise_rms_lsb, rngs["noise"], front_end
        )
        drops, end_s = front_end.dropped_transfers, float(states.time_s[-1])
        self._drops = DroppedTransfers(drops, sample_rate_hz, end_s, rngs["drops"]) if drops else None
        self._count = 0

    def carry(self, tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take what one end transmits over a span; return what the other receives over it: complex64[n] each."""
        samples = self._front_end.receive(self.propagate(tx))
        return self._drops.process(samples) if self._drops else samples

    def propagate(self, tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take what one end transmits over a span; return what there is over it at the other's antenna.

        For a receiver with a front end of its own, in place of ``carry``: complex64[n] each, in units of the noise
        per sample, which it adds itself; by the receiver's clock.
        """
        signal = self._path.carry(tx)
        self.attenuator.weaken(signal)
        for interference in self._interference:
            interference.add(signal, self._count)
        self._count += len(tx)
        return signal


def _faders(given: PathImpairments, rngs: dict[str, np.random.Generator]) -> list[Fader]:
    ionosphere, troposphere = given.ionospheric_scintillation, given.tropospheric_scintillation
    faders = (
        ionosphere and IonosphericScintillation(ionosphere, rngs["ionosphere"]),
        troposphere and TroposphericScintillation(troposphere, rngs["troposphere"]),
        given.tumbling,
    )
    return [fader for fader in faders if fader]


def _interference(
    given: PathImpairments, sample_rate_hz: float, rngs: dict[str, np.random.Generator]
) -> list[AdjacentChannel | InterferenceBursts]:
    neighbour, bursts = given.adjacent_channel, given.interference_bursts
    interference = (
        neighbour and AdjacentChannel(neighbour, sample_rate_hz, rngs["neighbour"]),
        bursts and InterferenceBursts(bursts, sample_rate_hz, rngs["bursts"]),
    )
    return [each for each in interference if each]


class Sky:
    """Both directions. The count of samples exchanged is the link's one clock."""

    def __init__(self, settings: SkySettings) -> None:
        """The same settings always make the same samples."""
        rate_hz, seed = settings.sample_rate_hz, settings.seed
        self.uplink = Leg(settings.uplink, settings.uplink_states, rate_hz, 2 * seed)
        self.downlink = Leg(settings.downlink, settings.downlink_states, rate_hz, 2 * seed + 1)

    def exchange(
        self, ground_tx: NDArray[np.complex64], flatsat_tx: NDArray[np.complex64]
    ) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
        """Take what both ends transmit over one span; return what the ground and the flatsat receive over it."""
        return self.carry_down(flatsat_tx), self.carry_up(ground_tx)

    def pass_over(self, count: int) -> None:
        """Let so many samples go by in silence: a sky that begins later is the same sky."""
        for start in range(0, count, _PASSED_AT_ONCE):
            silence = np.zeros(min(_PASSED_AT_ONCE, count - start), dtype=np.complex64)
            self.exchange(silence, silence)

    def carry_down(self, flatsat_tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take what the flatsat transmits over one span; return what the ground receives over it."""
        return self.downlink.carry(flatsat_tx)

    def carry_up(self, ground_tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take what the ground transmits over one span; return what the flatsat receives over it."""
        return self.uplink.carry(ground_tx)
