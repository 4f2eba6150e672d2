"""Profiles: the air interface as data."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from edge.checked_toml import CheckedModel, load_checked
from radio.coding.channel_code import ChannelCode
from radio.coding.cltu_code import CltuCode
from radio.coding.concatenated_code import ConcatenatedCode
from radio.errors import CodingError, ProfileError


class CltuCoding(CheckedModel):
    """CLTU with BCH(63,56), CCSDS 231.0-B."""

    kind: Literal["cltu-bch"]
    acquisition_octets: int = Field(16, ge=8, le=256)
    randomized: bool = True

    def build(self, frame_octets: int) -> ChannelCode:  # noqa: ARG002 - a CLTU carries a frame of any length
        """Return the code."""
        return CltuCode(acquisition_octets=self.acquisition_octets, randomized=self.randomized)


class ConcatenatedCoding(CheckedModel):
    """Convolutional K=7 r=1/2 and RS(255,223), CCSDS 131.0-B."""

    kind: Literal["concatenated"]
    interleave: Literal[1, 2, 3, 4, 5, 8] = 1
    preamble_bits: int = Field(32, ge=8, le=1024)
    randomized: bool = True

    def build(self, frame_octets: int) -> ChannelCode:
        """Return the code."""
        return ConcatenatedCode(
            frame_octets=frame_octets,
            interleave=self.interleave,
            preamble_bits=self.preamble_bits,
            randomized=self.randomized,
        )


class LinkProfile(CheckedModel):
    """One direction of the air interface."""

    carrier_hz: float = Field(ge=1e6, le=100e9)
    symbol_rate_baud: float = Field(ge=100, le=10e6)
    modulation: Literal["bpsk"]
    roll_off: float = Field(ge=0.1, le=1.0)
    search_range_hz: float = Field(ge=0)
    frame_octets: int = Field(ge=16, le=2048)
    coding: Annotated[CltuCoding | ConcatenatedCoding, Field(discriminator="kind")]

    def code(self) -> ChannelCode:
        """Return the channel code of this direction."""
        return self.coding.build(self.frame_octets)


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
            try:
                getattr(checked, leg).code()
            except CodingError as error:  # each field is fine by itself: the code cannot carry such frames
                raise ProfileError(f"{leg}.frame_octets", error.value, error.accepted) from None
        return cls(checked.name, checked.uplink, checked.downlink)


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
