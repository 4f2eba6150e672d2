"""Fading as a table of a file gives it, and what every kind of it can be asked."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Discriminator

from linkbudget.checks import require_between, require_finite
from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.fading import corazza_vatalaro, loo, rician
from linkbudget.provenance import Source
from linkbudget.quantity import Within, table

NO_MULTIPATH_DB = -200.0


@dataclass(frozen=True, slots=True, eq=False)
class FadingParameters:
    """The channel that a distribution belongs to, relative to the unshadowed line of sight; each of elevation's shape.

    A direct ray, shadowed log-normally, and scattered rays that add up to a complex normal process. For a
    simulation sample by sample; how fast it all varies depends on the antenna's surroundings and is not said here.
    """

    direct_db: Floats
    """Median power of the direct ray."""
    shadowing_db: Floats
    """Standard deviation of the shadowing, in dB."""
    multipath_db: Floats
    """Mean power of the scattered rays (with the median shadowing, if they are shadowed too)."""
    multipath_shadowed: bool
    """Whether the shadowing acts on the scattered rays as on the direct one."""


class _Distribution(ABC):
    """What follows from the quantiles."""

    __slots__ = ()

    @abstractmethod
    def relative_power_db(self, elevation_deg: Real, probability: Real) -> Floats:
        """Return the power in dB over the unshadowed line of sight, that is not exceeded with a probability.

        It rises with probability, so uniform random numbers (`rng.random`), or a Latin hypercube's, give samples.
        The shape is that of what it depends on, broadcast: a kind without elevation leaves that axis out. Raises
        LinkInputError unless elevations are finite and probabilities from 0 to 1.
        """

    def margin_db(self, elevation_deg: Real, exceeded_percent: Real) -> Floats:
        """Return the fade in dB, positive below the line of sight, that is exceeded in a percentage of the time.

        Raises LinkInputError unless elevations are finite and percentages from 0 to 100.
        """
        require_between("exceeded_percent", exceeded_percent, 0.0, 100.0)
        # 0 less the level, and not its negative: no fade reads 0, not -0
        return np.asarray(0.0 - self.relative_power_db(elevation_deg, np.multiply(exceeded_percent, 0.01)))


@table
class NoFading(_Distribution):
    """The line of sight alone."""

    kind: Literal["none"] = "none"

    @property
    def source(self) -> Source:
        """The method."""
        return Source("given: none")

    def parameters(self, elevation_deg: Real) -> FadingParameters:
        """Return the channel at each elevation."""
        return _parameters(elevation_deg, 0.0, 0.0, NO_MULTIPATH_DB, multipath_shadowed=False)

    def relative_power_db(self, elevation_deg: Real, probability: Real) -> Floats:  # noqa: ARG002, D102
        require_between("probability", probability, 0.0, 1.0)
        return np.asarray(0.0)


@table
class RicianFading(_Distribution):
    """A steady ray and scattered ones, of unit mean power together. K by elevation (Corazza, Vatalaro) if left out."""

    kind: Literal["rician"] = "rician"
    k_db: Annotated[Real | None, Within(-60.0, 100.0, "dB", "power of the steady ray over that of the scattered")] = (
        None
    )

    @property
    def source(self) -> Source:
        """The method; its range is that of the Rician factor's elevation."""
        if self.k_db is not None:
            return rician.RICIAN
        factor = corazza_vatalaro.CORAZZA_VATALARO
        return Source(rician.RICIAN.reference, f"{rician.RICIAN.equation}; K of {factor.reference}", factor.valid)

    def parameters(self, elevation_deg: Real) -> FadingParameters:
        """Return the channel at each elevation."""
        return _parameters(elevation_deg, *_rays_db(self._k_db(elevation_deg)), multipath_shadowed=False)

    def relative_power_db(self, elevation_deg: Real, probability: Real) -> Floats:  # noqa: D102
        return rician.quantile_db(self._k_db(elevation_deg), probability)

    def _k_db(self, elevation_deg: Real) -> Real:
        if self.k_db is not None:
            return self.k_db
        require_finite("elevation_deg", elevation_deg)
        return corazza_vatalaro.k_db(elevation_deg)


@table
class LooFading(_Distribution):
    """A direct ray shadowed by roadside trees, and multipath: as Loo measured it, or by elevation (Abdi et al.)."""

    kind: Literal["loo"] = "loo"
    environment: Literal["infrequent-light", "average", "frequent-heavy", "by-elevation"]

    @property
    def source(self) -> Source:
        """The method."""
        return loo.LOO_BY_ELEVATION if self.environment == "by-elevation" else loo.LOO

    def parameters(self, elevation_deg: Real) -> FadingParameters:
        """Return the channel at each elevation."""
        each = loo.parameters(self.environment, elevation_deg)
        return _parameters(elevation_deg, each.mean_db, each.sigma_db, each.multipath_db, multipath_shadowed=False)

    def relative_power_db(self, elevation_deg: Real, probability: Real) -> Floats:  # noqa: D102
        require_finite("elevation_deg", elevation_deg)
        return loo.quantile_db(self.environment, elevation_deg, probability)


@table
class CorazzaVatalaroFading(_Distribution):
    """Rician fading, shadowed as a whole, in the country among trees, by elevation."""

    kind: Literal["corazza-vatalaro"] = "corazza-vatalaro"

    @property
    def source(self) -> Source:
        """The method."""
        return corazza_vatalaro.CORAZZA_VATALARO

    def parameters(self, elevation_deg: Real) -> FadingParameters:
        """Return the channel at each elevation."""
        direct_db, _, multipath_db = _rays_db(corazza_vatalaro.k_db(elevation_deg))
        mean_db = corazza_vatalaro.shadowing_mean_db(elevation_deg)
        sigma_db = corazza_vatalaro.shadowing_sigma_db(elevation_deg)
        return _parameters(
            elevation_deg, direct_db + mean_db, sigma_db, multipath_db + mean_db, multipath_shadowed=True
        )

    def relative_power_db(self, elevation_deg: Real, probability: Real) -> Floats:  # noqa: D102
        require_finite("elevation_deg", elevation_deg)
        return corazza_vatalaro.quantile_db(elevation_deg, probability)


Fading = Annotated[NoFading | RicianFading | LooFading | CorazzaVatalaroFading, Discriminator("kind")]
"""One kind of fading, told apart by `kind`."""


def _rays_db(k_db: Real) -> tuple[Floats, float, Floats]:
    """Return the steady ray's power, no shadowing, and the scattered rays' power, of mean 1 together."""
    k = from_db(k_db)
    return to_db(k / (k + 1.0)), 0.0, to_db(1.0 / (k + 1.0))


def _parameters(
    elevation_deg: Real, direct_db: Real, shadowing_db: Real, multipath_db: Real, *, multipath_shadowed: bool
) -> FadingParameters:
    require_finite("elevation_deg", elevation_deg)
    direct, shadowing, multipath, _ = np.broadcast_arrays(direct_db, shadowing_db, multipath_db, elevation_deg)
    return FadingParameters(direct, shadowing, multipath, multipath_shadowed)
