"""Campaign files: what is measured, and what is expected of it, as data."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from edge.checked_toml import CheckedModel, TableError, check, load_checked
from radio.errors import ProfileError
from radio.profile import LinkProfile, Profile
from testbed.campaign.expected import Expected
from testbed.campaign.shipped import campaign_path
from testbed.campaign.sky import FadingTable
from testbed.campaign.sky_motion import Doppler, Still
from testbed.errors import ScenarioError
from testbed.scenario import FrontEndTable

_Decibels = Annotated[float, Field(ge=-20, le=60)]


class LinkTable(CheckedModel):
    """An air interface: one direction of a profile, with some of its fields changed."""

    label: str = ""
    """What a legend says; profile and leg if left out."""
    profile: str = "leo-bpsk"
    """A shipped profile, or the path of a .toml file, relative to the current directory."""
    leg: Literal["uplink", "downlink"] = "downlink"
    change: dict[str, Any] = Field({})
    """Fields of the leg that differ; a table such as `coding` is given whole."""

    def link(self) -> LinkProfile:
        """Return the air interface. Raises ProfileError naming the field that cannot be used."""
        content = getattr(Profile.load(self.profile), self.leg).model_dump() | self.change
        return check(content, LinkProfile, ProfileError)

    @property
    def shown(self) -> str:
        """What a legend says."""
        return self.label or f"{self.profile} {self.leg}"


class _Sweep(CheckedModel):
    name: str = Field(min_length=1)
    links: list[LinkTable] = Field(min_length=1)


class _OverEbN0(_Sweep):
    """A sweep of one of the two ratios."""

    eb_n0_db: list[_Decibels] = Field([])
    es_n0_db: list[_Decibels] = Field([])
    """Of a channel symbol of one bit: Eb/N0 + 10 log10 of the code rate."""
    errors: int = Field(100, ge=1)
    """A point ends with the work unit in which it has so many."""
    most_frames: int = Field(100_000, ge=1)
    """It ends here at the latest."""
    unit_frames: int = Field(50, ge=1, le=100_000)
    """Frames in a work unit."""
    expected: Expected
    bound_margin_db: float = Field(0.0, ge=0, le=3)
    """How much better than the normal approximation's bound a code may be measured."""

    @model_validator(mode="after")
    def _one_ratio(self) -> "_OverEbN0":
        if bool(self.eb_n0_db) == bool(self.es_n0_db):
            raise TableError("eb_n0_db", self.eb_n0_db, "a list of decibels, either here or as es_n0_db")
        return self


class SymbolsSweep(_OverEbN0):
    """Code alone: encoder, noise on channel symbols, decoder."""

    through: Literal["symbols"]
    count: Literal["frames", "symbols"] = "frames"


class SamplesSweep(_OverEbN0):
    """The whole radio. Every profile is measured in every kind of Doppler and of fading."""

    through: Literal["samples"]
    count: Literal["frames", "symbols", "acquisition"] = "frames"
    sample_rate_hz: float = Field(ge=1e3, le=20e6)
    doppler: list[Doppler] = Field([Still()], min_length=1)
    fading: list[FadingTable] = Field([FadingTable()], min_length=1)
    clock_error_ppm: float = Field(0.0, ge=-100, le=100)
    front_end: FrontEndTable | None = None
    """The receiver's channel filter and converter; white noise at the sample rate and no rounding if left out."""

    @model_validator(mode="after")
    def _independent(self) -> "SamplesSweep":
        if self.count == "symbols" and not all(each.is_none for each in self.fading):
            raise TableError("count", self.count, "frames or acquisition: symbols that fade together do not err singly")
        return self


class NoiseSweep(_Sweep):
    """A receiver where nothing is sent."""

    through: Literal["noise"]
    sample_rate_hz: float = Field(ge=1e3, le=20e6)
    hours: float = Field(gt=0, le=1000)
    """Of noise that is listened to."""
    unit_s: int = Field(60, ge=1, le=3600)
    """Seconds of it in a work unit."""
    most_per_hour: float = Field(1.0, gt=0)
    """False alarms that are expected at most."""


Sweep = Annotated[SymbolsSweep | SamplesSweep | NoiseSweep, Field(discriminator="through")]


class Campaign(CheckedModel):
    """A campaign."""

    name: str = Field(min_length=1, pattern=r"^[\w.-]+$")
    confidence: float = Field(0.999, ge=0.5, lt=1)
    """Of each point's interval: so high that a campaign of a hundred points does not fail by chance."""
    sweeps: list[Sweep] = Field(min_length=1)

    @classmethod
    def load(cls, name: str) -> "Campaign":
        """Load a shipped campaign by its name, or a TOML file by its path. Raise ScenarioError naming the field."""
        return load_checked(campaign_path(name), cls, ScenarioError)
