"""Scenarios: all that a run is made from, as data."""

from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field

from edge.checked_toml import CheckedModel, load_checked
from flatsat.build import EngineSettings
from radio.channel.impairments import FrontEndImpairments, PathImpairments
from testbed.errors import ScenarioError
from testbed.faults.fault import AnyFault

ANY_PORT = "tcp://127.0.0.1:*"


class LegTable(CheckedModel):
    """What one direction of the link has beside the budget."""

    clock_error_ppm: float = Field(0.0, ge=-100, le=100)
    fading_doppler_hz: float = Field(2.0, ge=0, le=100)
    """How fast scattered rays change: their largest Doppler shift."""
    shadow_correlation_s: float = Field(2.0, ge=0.01, le=1000)
    """How long a shadow lasts, where the study's fading casts any."""
    eb_n0_db: float | None = Field(None, ge=-10, le=60)
    """Holds Eb/N0 here, in place of the budget: for measurements."""
    impairments: PathImpairments = PathImpairments()
    """What else can be wrong with the way; none if left out."""


class FrontEndTable(CheckedModel):
    """The receivers' front ends."""

    bandwidth_hz: float = Field(200e3, gt=0)
    adc_bits: int = Field(8, ge=2, le=16)
    noise_rms_lsb: float = Field(4.0, gt=0, le=1000)
    impairments: FrontEndImpairments = FrontEndImpairments()
    """What else can be wrong with a receiver; none if left out."""


class ModelTable(CheckedModel):
    """What answers."""

    engine: Literal["transformers", "scripted"] = "transformers"
    model: str | None = None
    """A Hugging Face directory or a .gguf file, relative to the current directory; the packaged model if left out."""
    gguf_file: str | None = None
    device: str = "cpu"
    dtype: str = "float32"
    threads: int = Field(1, ge=1, le=256)
    tokens_per_s: float = Field(25.0, gt=0, le=10_000)
    own_process: bool | None = None
    """Whether the engine runs in a process of its own; if left out, a model does, and the scripted one does not."""

    def settings(self) -> EngineSettings:
        """Return the same as the flatsat takes it."""
        return EngineSettings(**self.model_dump())


class BoardTable(CheckedModel):
    """The bench's microcontroller."""

    present: bool = True


class SecurityTable(CheckedModel):
    """How the link's frames are protected. Keys are made for each run."""

    mode: Literal["encrypted", "clear"] = "encrypted"
    """clear: telecommands are authenticated only, as amateur bands demand. Telemetry always is."""


class PortsTable(CheckedModel):
    """ZeroMQ endpoints of the IQ ports, and of the one where link time is held; a free port each if left out."""

    ground_rx: str = ANY_PORT
    ground_tx: str = ANY_PORT
    flatsat_rx: str = ANY_PORT
    flatsat_tx: str = ANY_PORT
    hold: str = ANY_PORT
    hold_keys: str | None = None
    """A folder with control-sky.toml and control-flatsat.toml; keys are made for each run if left out."""


class Scenario(CheckedModel):
    """A run."""

    name: str
    profile: str = "leo-bpsk"
    """A shipped profile, or the path of a .toml file, relative to the current directory."""
    pace: Literal["realtime", "fast"] = "realtime"
    sample_rate_hz: float = Field(240e3, ge=48e3, le=20e6)
    block_samples: int = Field(2400, ge=64, le=1_000_000)
    study: str = "cubesat-uhf"
    """The link budget: a shipped study, or the path of a .toml file, with links named uplink and downlink."""
    start: datetime
    """When the run begins, in UTC unless it carries an offset."""
    longest_s: float = Field(600.0, ge=10, le=86_400)
    """No run goes on longer, in seconds of link time."""
    uplink: LegTable = LegTable()
    downlink: LegTable = LegTable()
    front_end: FrontEndTable = FrontEndTable()
    model: ModelTable = ModelTable()
    board: BoardTable = BoardTable()
    security: SecurityTable = SecurityTable()
    ports: PortsTable = PortsTable()
    faults: list[AnyFault] = Field(default_factory=list)
    """What goes wrong on purpose."""

    @classmethod
    def load(cls, name: str) -> "Scenario":
        """Load a shipped scenario by its name, or a TOML file by its path. Raise ScenarioError naming the field."""
        return load_checked(_path_of(name), cls, ScenarioError)


def shipped_scenarios() -> list[str]:
    """Names of the scenarios that come with the package."""
    folder = resources.files("testbed").joinpath("scenarios")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def _path_of(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    if name not in shipped_scenarios():
        raise ScenarioError("scenario", name, f"one of {', '.join(shipped_scenarios())}, or the path of a .toml file")
    return Path(str(resources.files("testbed").joinpath("scenarios", f"{name}.toml")))
