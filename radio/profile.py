"""Profiles: the air interface as data."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from edge.checked_toml import CheckedModel, load_checked
from radio.coding.channel_code import ChannelCode
from radio.coding_tables import Coding
from radio.errors import CodingError, ProfileError


class LinkProfile(CheckedModel):
    """One direction of the air interface."""

    carrier_hz: float = Field(ge=1e6, le=100e9)
    symbol_rate_baud: float = Field(ge=100, le=10e6)
    modulation: Literal["bpsk", "qpsk", "oqpsk", "gmsk", "gfsk"]
    roll_off: float = Field(0.35, ge=0.1, le=1.0)
    """Of the root-raised-cosine pulses of BPSK, QPSK and OQPSK."""
    bt: float = Field(0.5, ge=0.25, le=1.0)
    """Bandwidth of the Gaussian filter of GMSK and GFSK, times the symbol period."""
    modulation_index: float = Field(0.5, ge=0.3, le=2.0)
    """Of GFSK: peak-to-peak deviation over the symbol rate."""
    line_code: Literal["nrz-l", "nrz-m"] = "nrz-l"
    transmission: Literal["burst", "continuous"] = "burst"
    search_range_hz: float = Field(ge=0)
    frame_octets: int = Field(ge=8, le=2048)
    coding: Annotated[Coding, Field(discriminator="kind")]

    @property
    def bits_per_symbol(self) -> int:
        """Channel symbols (of one bit each) in one symbol period."""
        return 2 if self.modulation in ("qpsk", "oqpsk") else 1

    @property
    def channel_symbol_rate_hz(self) -> float:
        """Channel symbols, of one bit each, that are sent a second."""
        return self.symbol_rate_baud * self.bits_per_symbol

    @property
    def longest_frame_s(self) -> float:
        """Air time of a burst with the longest frame, in s."""
        code = self.code()
        symbols = len(code.acquisition) + len(code.encode(bytes(self.frame_octets)))
        return symbols / self.channel_symbol_rate_hz

    @property
    def information_rate_bit_s(self) -> float:
        """Bits of a frame that are sent a second while it is: what Eb/N0 refers to."""
        return self.channel_symbol_rate_hz * self.code().information_bits_per_symbol

    def code(self) -> ChannelCode:
        """Return the channel code of this direction. Raise CodingError if it cannot carry such frames in such a way."""
        return self.coding.build(self.frame_octets, self.transmission == "continuous")


class _ProfileFile(CheckedModel):
    name: str
    uplink: LinkProfile
    downlink: LinkProfile


@dataclass(frozen=True, slots=True)
class Profile:
    """Both directions of the air interface."""

    name: str
    uplink: LinkProfile
    downlink: LinkProfile

    @classmethod
    def load(cls, name: str) -> "Profile":
        """Load a shipped profile by its name, or a TOML file by its path.

        Raises ProfileError naming the field, its value and what is accepted.
        """
        checked = load_checked(_path_of(name), _ProfileFile, ProfileError)
        for leg in ("uplink", "downlink"):
            _check_waveform(leg, getattr(checked, leg))
            try:
                getattr(checked, leg).code()
            except CodingError as error:  # each field is fine by itself: the code cannot carry such frames
                field = error.name if error.name in LinkProfile.model_fields else f"coding.{error.name}"
                raise ProfileError(f"{leg}.{field}", error.value, error.accepted) from None
        return cls(checked.name, checked.uplink, checked.downlink)


_WAVEFORM_FIELDS = {
    "roll_off": ("bpsk", "qpsk", "oqpsk"),
    "bt": ("gmsk", "gfsk"),
    "modulation_index": ("gfsk",),
}
"""The modulations that a field of the waveform means something to."""


def _check_waveform(leg: str, profile: LinkProfile) -> None:
    for field, modulations in _WAVEFORM_FIELDS.items():
        if field in profile.model_fields_set and profile.modulation not in modulations:
            accepted = f"only with a modulation of {', '.join(modulations)}, not {profile.modulation}"
            raise ProfileError(f"{leg}.{field}", getattr(profile, field), accepted)


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with the package."""
    return sorted(
        item.name.removesuffix(".toml")
        for item in resources.files("radio").joinpath("profiles").iterdir()
        if item.name.endswith(".toml")
    )


def _path_of(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    if name not in shipped_profiles():
        raise ProfileError("profile", name, f"one of {', '.join(shipped_profiles())}, or the path of a .toml file")
    return Path(str(resources.files("radio").joinpath("profiles", f"{name}.toml")))
