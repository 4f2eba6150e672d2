"""A receiver's chain of stages and the noise temperature that it has together."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from linkbudget.constants import REFERENCE_TEMPERATURE_K
from linkbudget.decibels import Floats, Real, from_db
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Source
from linkbudget.quantity import Within, check_quantities, table

CASCADE = Source(
    "Friis, Noise Figures of Radio Receivers, Proc. IRE 32 (1944); passive line: T = (L - 1) T_line",
    "T = T_1 + T_2 / g_1 + T_3 / (g_1 g_2) + ...",
)


@table
class Stage:
    """One stage, from its input: an amplifier, mixer or receiver with a gain, or a passive line, filter or pad.

    An active stage has `gain_db` and one of `noise_figure_db` (re 290 K) and `noise_temperature_k`. A passive one has
    `loss_db` only, and the temperature that it is at. Raises LinkInputError for any other combination.
    """

    name: str
    gain_db: Annotated[Real | None, Within(-200.0, 200.0, "dB", "gain of an active stage")] = None
    noise_figure_db: Annotated[Real | None, Within(0.0, 100.0, "dB", "noise figure re 290 K")] = None
    noise_temperature_k: Annotated[Real | None, Within(0.0, 1e9, "K", "noise temperature at the stage's input")] = None
    loss_db: Annotated[Real | None, Within(0.0, 300.0, "dB", "loss of a passive stage")] = None
    physical_temperature_k: Annotated[Real, Within(0.0, 2000.0, "K", "temperature of a passive stage")] = (
        REFERENCE_TEMPERATURE_K
    )

    def __post_init__(self) -> None:
        check_quantities(self)
        noises = (self.noise_figure_db, self.noise_temperature_k, self.loss_db)
        if sum(noise is not None for noise in noises) != 1:
            one = f"exactly one of noise_figure_db, noise_temperature_k and loss_db in stage {self.name!r}"
            raise LinkInputError("noise_figure_db", self.noise_figure_db, one)
        if (self.gain_db is None) == (self.loss_db is None):
            one = f"a value in an active stage, none beside loss_db in a passive one, in stage {self.name!r}"
            raise LinkInputError("gain_db", self.gain_db, one)


def stage_gain(stage: Stage) -> Floats:
    """Return the power ratio between a stage's output and input."""
    return from_db(-np.asarray(stage.loss_db) if stage.gain_db is None else stage.gain_db)


def stage_temperature_k(stage: Stage) -> Floats:
    """Return the noise temperature of a stage alone, at its input."""
    if stage.loss_db is not None:
        return np.asarray((from_db(stage.loss_db) - 1.0) * stage.physical_temperature_k)
    if stage.noise_figure_db is not None:
        return np.asarray((from_db(stage.noise_figure_db) - 1.0) * REFERENCE_TEMPERATURE_K)
    return np.asarray(stage.noise_temperature_k, dtype=np.float64)


def cascade_contributions_k(stages: Sequence[Stage]) -> tuple[Floats, ...]:
    """Return what each stage adds to the noise temperature at the input of the first; shapes as the stages' own."""
    contributions = []
    gain_before: Floats = np.asarray(1.0)
    for stage in stages:
        contributions.append(np.asarray(stage_temperature_k(stage) / gain_before))
        gain_before = gain_before * stage_gain(stage)
    return tuple(contributions)


def cascade_temperature_k(stages: Sequence[Stage]) -> Floats:
    """Return the noise temperature of a chain at the input of its first stage; 0 for no stages.

    Fields of the stages may be arrays; their shapes broadcast.

    >>> lna = Stage(name="LNA", gain_db=20.0, noise_temperature_k=35.0)
    >>> receiver = Stage(name="receiver", gain_db=60.0, noise_temperature_k=1000.0)
    >>> float(cascade_temperature_k([lna, receiver]))
    45.0
    """
    return np.asarray(sum(cascade_contributions_k(stages)), dtype=np.float64)
