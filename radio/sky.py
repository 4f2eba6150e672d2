"""The sky: every path between the ground station and the flatsat, and the receivers' front ends at its ends."""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radio.channel.fading import Fading
from radio.channel.front_end import FrontEnd
from radio.channel.path import Path as RadioPath
from radio.errors import ProfileError
from radio.link_state import SERIES, LinkStates


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
                LegSettings(**plain["uplink"]),
                LegSettings(**plain["downlink"]),
                uplink_states,
                downlink_states,
            )
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ProfileError("settings", str(path), f"a file of sky settings ({error})") from None


class _Leg:
    """A path and the front end it leads to."""

    def __init__(self, settings: LegSettings, states: LinkStates, sample_rate_hz: float, seed: int) -> None:
        fading_rng, noise_rng = (np.random.Generator(np.random.SFC64(s)) for s in np.random.SeedSequence(seed).spawn(2))
        fading = Fading(
            settings.doppler_spread_hz, settings.shadow_correlation_s, settings.multipath_shadowed, fading_rng
        )
        self.path = RadioPath(states, settings.carrier_hz, sample_rate_hz, settings.clock_error_ppm, fading)
        self.front_end = FrontEnd(
            sample_rate_hz, settings.bandwidth_hz, settings.adc_bits, settings.noise_rms_lsb, noise_rng
        )

    def carry(self, tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        return self.front_end.receive(self.path.carry(tx))


class Sky:
    """Both directions. The count of samples exchanged is the link's one clock."""

    def __init__(self, settings: SkySettings) -> None:
        """The same settings always make the same samples."""
        rate_hz, seed = settings.sample_rate_hz, settings.seed
        self._uplink = _Leg(settings.uplink, settings.uplink_states, rate_hz, 2 * seed)
        self._downlink = _Leg(settings.downlink, settings.downlink_states, rate_hz, 2 * seed + 1)

    def exchange(
        self, ground_tx: NDArray[np.complex64], flatsat_tx: NDArray[np.complex64]
    ) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
        """Take what both ends transmit over one span; return what the ground and the flatsat receive over it."""
        return self.carry_down(flatsat_tx), self.carry_up(ground_tx)

    def carry_down(self, flatsat_tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take what the flatsat transmits over one span; return what the ground receives over it."""
        return self._downlink.carry(flatsat_tx)

    def carry_up(self, ground_tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take what the ground transmits over one span; return what the flatsat receives over it."""
        return self._uplink.carry(ground_tx)
