"""A one-way link, as its parts: what a budget is worked out from. Every number may be an array of draws."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Tag

from linkbudget.antenna.antenna import Antenna
from linkbudget.antenna.isotropic import Isotropic
from linkbudget.antenna.pointing import Aim
from linkbudget.decibels import Floats, Real, to_db
from linkbudget.errors import LinkInputError
from linkbudget.fading.fading import Fading, NoFading
from linkbudget.modes.mode import Mode
from linkbudget.noise.antenna_noise import AntennaNoise
from linkbudget.noise.cascade import Stage
from linkbudget.propagation.ionosphere import Ionosphere
from linkbudget.quantity import Within, check_quantities, table

_DB = (0.0, 300.0, "dB")


@table
class Transmitter:
    """A transmitter, its line and its antenna. One of `power_dbw` and `power_w` is given."""

    power_dbw: Annotated[Real | None, Within(-90.0, 70.0, "dBW", "power at the transmitter's output")] = None
    power_w: Annotated[Real | None, Within(1e-9, 1e7, "W", "power at the transmitter's output")] = None
    line_loss_db: Annotated[Real, Within(*_DB, "of cables, filters and switches before the antenna")] = 0.0
    antenna: Antenna = Isotropic()
    aim: Aim = "target"
    pointing_error_deg: Annotated[Real, Within(0.0, 180.0, "deg", "off its aim")] = 0.0

    def __post_init__(self) -> None:
        check_quantities(self)
        if (self.power_dbw is None) == (self.power_w is None):
            raise LinkInputError("power_dbw", self.power_dbw, "a value for one of power_dbw and power_w")

    @property
    def level_dbw(self) -> Floats:
        """The power in dBW, however it was given."""
        return to_db(self.power_w) if self.power_w is not None else np.asarray(self.power_dbw, dtype=np.float64)


@table
class StatedTransmitter:
    """A transmitter of which only the EIRP is known."""

    eirp_dbw: Annotated[Real, Within(-120.0, 120.0, "dBW", "equivalent isotropically radiated power")]


Device = Literal["rtl-sdr", "airspy-mini", "airspy-r2", "hackrf-one"]
SampleRate = Annotated[Real | None, Within(1e3, 1e9, "S/s", "complex samples a second; only looked at by the checker")]


@table
class Receiver:
    """An antenna, the line to the first stage, and the stages."""

    antenna: Antenna = Isotropic()
    aim: Aim = "target"
    pointing_error_deg: Annotated[Real, Within(0.0, 180.0, "deg", "off its aim")] = 0.0
    line_loss_db: Annotated[Real, Within(*_DB, "of cables, filters and switches before the first stage")] = 0.0
    line_temperature_k: Annotated[Real, Within(1.0, 1000.0, "K", "physical temperature of that line")] = 290.0
    stages: tuple[Stage, ...]
    noise: AntennaNoise = AntennaNoise()
    device: Device | None = None
    sample_rate_hz: SampleRate = None

    def __post_init__(self) -> None:
        check_quantities(self)
        if not self.stages:
            raise LinkInputError("stages", "none", "at least one stage")


@table
class StatedReceiver:
    """A receiver of which only the figure of merit is known."""

    g_over_t_db_k: Annotated[Real, Within(-120.0, 80.0, "dB/K", "antenna gain over system noise temperature")]
    device: Device | None = None
    sample_rate_hz: SampleRate = None


@table
class Path:
    """What lies between."""

    exceeded_percent: Annotated[Real, Within(0.001, 100.0, "%", "of the year, that weather is worse than this")] = 1.0
    polarisation_tilt_deg: Annotated[Real, Within(0.0, 90.0, "deg", "of a linear wave to the horizon; else 45")] = 45.0
    axes_angle_deg: Annotated[Real, Within(0.0, 180.0, "deg", "between the polarisations' major axes")] = 0.0
    ionosphere: Ionosphere | None = None
    polarisation_loss_db: Annotated[Real | None, Within(*_DB, "in place of that of the antennas' axial ratios")] = None
    fading: Fading = NoFading()
    fade_exceeded_percent: Annotated[Real, Within(0.001, 100.0, "%", "of the time, that the fade is deeper")] = 1.0
    other_losses_db: Annotated[Real, Within(*_DB, "all that is not named elsewhere")] = 0.0


def _is_stated(end: Any) -> str:
    """Tell a table, of a file or made, that states EIRP or G/T from one that gives the parts."""
    names = end if isinstance(end, dict) else dir(end)
    return "stated" if "eirp_dbw" in names or "g_over_t_db_k" in names else "whole"


_End = Discriminator(_is_stated)


@table
class Link:
    """One direction."""

    frequency_hz: Annotated[float, Within(1e6, 300e9, "Hz", "carrier")]
    transmitter: Annotated[Annotated[Transmitter, Tag("whole")] | Annotated[StatedTransmitter, Tag("stated")], _End]
    receiver: Annotated[Annotated[Receiver, Tag("whole")] | Annotated[StatedReceiver, Tag("stated")], _End]
    path: Path = Path()
    modes: tuple[Mode, ...] = ()

    def __post_init__(self) -> None:
        check_quantities(self)
        names = [mode.name for mode in self.modes]
        if len(set(names)) < len(names):
            raise LinkInputError("modes", ", ".join(names), "modes of different names")
