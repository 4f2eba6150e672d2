"""The noise that an antenna delivers."""

from typing import Annotated

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.noise.galaxy import GALAXIES, Galaxy, galactic_source, galactic_temperature_k
from linkbudget.noise.ground import BEAM_ON_GROUND, GROUND, GROUND_TEMPERATURE_K, beam_on_ground
from linkbudget.noise.man_made import ENVIRONMENTS, MAN_MADE, Environment, man_made_temperature_k
from linkbudget.noise.sky import (
    ATMOSPHERE,
    COSMIC_BACKGROUND,
    COSMIC_BACKGROUND_K,
    MEAN_RADIATING_TEMPERATURE_K,
    transmission,
)
from linkbudget.provenance import GIVEN, Source
from linkbudget.quantity import Within, check_quantities, table


@table
class AntennaNoise:
    """What an antenna sees, or its noise temperature where that is known.

    On the ground: the sky, the ground in the side lobes (`ground_fraction`) and, where `beamwidth_deg` is given, in
    the main beam at low elevations, and man-made noise. On a spacecraft `ground_fraction` is the share of the pattern
    that the Earth fills (`earth_in_view`); a beam on the Earth has 1. What people radiate into space, above all in the
    amateur bands, adds to it and differs by place: give what was measured as `antenna_temperature_k`.
    """

    antenna_temperature_k: Annotated[Real | None, Within(0.0, 1e9, "K", "in place of all below")] = None
    galaxy: Galaxy = "median"
    ground_fraction: Annotated[Real, Within(0.0, 1.0, "", "share of the pattern's power that is on the ground")] = 0.0
    beamwidth_deg: Annotated[Real | None, Within(0.01, 360.0, "deg", "half-power width of the main beam")] = None
    environment: Environment = "none"
    man_made_deviation_db: Annotated[Real, Within(-60.0, 60.0, "dB", "man-made noise above its median")] = 0.0
    man_made_discrimination_db: Annotated[
        Real, Within(0.0, 100.0, "dB", "man-made noise collected less than a short monopole would")
    ] = 0.0

    def __post_init__(self) -> None:
        check_quantities(self)
        if self.galaxy not in GALAXIES:
            raise LinkInputError("galaxy", self.galaxy, ", ".join(GALAXIES))
        if self.environment not in ENVIRONMENTS:
            raise LinkInputError("environment", self.environment, ", ".join(ENVIRONMENTS))


def antenna_temperature_parts_k(
    noise: AntennaNoise,
    frequency_hz: Real,
    elevation_deg: Real,
    attenuation_db: Real,
    mean_radiating_temperature_k: Real = MEAN_RADIATING_TEMPERATURE_K,
) -> dict[str, Floats]:
    """Return the parts of an antenna's noise temperature, by the keys of `antenna_temperature_sources`.

    `attenuation_db` is the atmosphere's at that elevation, without scintillation. Each part has the shape that its own
    inputs have together. Raises LinkInputError for a frequency that is not greater than 0, an elevation beyond 90
    degrees and a negative attenuation.
    """
    if noise.antenna_temperature_k is not None:
        return {"given_k": np.asarray(noise.antenna_temperature_k, dtype=np.float64)}
    on_ground = _ground_fraction(noise, elevation_deg)
    on_sky = 1.0 - on_ground
    from_behind = on_sky * transmission(attenuation_db)
    return {
        "cosmic_k": np.asarray(from_behind * COSMIC_BACKGROUND_K),
        "galaxy_k": np.asarray(from_behind * galactic_temperature_k(noise.galaxy, frequency_hz)),
        "atmosphere_k": np.asarray((on_sky - from_behind) * mean_radiating_temperature_k),
        "ground_k": np.asarray(on_ground * GROUND_TEMPERATURE_K),
        "man_made_k": man_made_temperature_k(
            noise.environment, frequency_hz, noise.man_made_deviation_db - noise.man_made_discrimination_db
        ),
    }


def antenna_temperature_k(
    noise: AntennaNoise,
    frequency_hz: Real,
    elevation_deg: Real,
    attenuation_db: Real,
    mean_radiating_temperature_k: Real = MEAN_RADIATING_TEMPERATURE_K,
) -> Floats:
    """Return an antenna's noise temperature: the sum of `antenna_temperature_parts_k`."""
    parts = antenna_temperature_parts_k(
        noise, frequency_hz, elevation_deg, attenuation_db, mean_radiating_temperature_k
    )
    return np.asarray(sum(parts.values()), dtype=np.float64)


def antenna_temperature_sources(noise: AntennaNoise) -> dict[str, Source]:
    """Return where each part comes from."""
    if noise.antenna_temperature_k is not None:
        return {"given_k": GIVEN}
    return {
        "cosmic_k": COSMIC_BACKGROUND,
        "galaxy_k": galactic_source(noise.galaxy),
        "atmosphere_k": ATMOSPHERE,
        "ground_k": GROUND if noise.beamwidth_deg is None else BEAM_ON_GROUND,
        "man_made_k": GIVEN if noise.environment == "none" else MAN_MADE,
    }


def _ground_fraction(noise: AntennaNoise, elevation_deg: Real) -> Floats:
    """Return the share of the pattern on the ground: side lobes, and of the rest the main beam's part."""
    given = np.asarray(noise.ground_fraction, dtype=np.float64)
    if noise.beamwidth_deg is None:
        return given
    return np.asarray(given + (1.0 - given) * beam_on_ground(elevation_deg, noise.beamwidth_deg))
