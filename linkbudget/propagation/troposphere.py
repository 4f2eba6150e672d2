"""All that the troposphere takes from a signal, and the noise it adds."""

import math
from dataclasses import dataclass

import numpy as np

from linkbudget.decibels import Floats, Real
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.cloud import cloud_attenuation_db
from linkbudget.propagation.gas import gas_attenuation_db, zenith_attenuation_db
from linkbudget.propagation.rain import rain_attenuation_db
from linkbudget.propagation.tropospheric_scintillation import tropospheric_scintillation_db
from linkbudget.provenance import Range, Source

TROPOSPHERE = Source(
    "ITU-R P.618-13 2.5 (eq 65 of P.618-14)",
    "A = A_gas + sqrt((A_rain + A_cloud)^2 + A_scintillation^2)",
    (Range("exceeded_percent", 0.001, 50.0),),
)
ATMOSPHERIC_NOISE = Source(
    "ITU-R P.618-13 3 (eq 69, 70 of P.618-14)", "T = T_mr (1 - 10^(-A/10)), T_mr = 37.34 + 0.81 T_surface"
)


@dataclass(frozen=True, slots=True)
class Troposphere:
    """The attenuation of one link by the troposphere, term by term; the terms broadcast to the shape of the total."""

    gas_db: Floats
    rain_db: Floats
    cloud_db: Floats
    scintillation_db: Floats
    total_db: Floats

    @property
    def absorption_db(self) -> Floats:
        """The part that also radiates noise: all but scintillation."""
        return self.gas_db + (self.rain_db + self.cloud_db)


def troposphere(
    climate: Climate,
    latitude_deg: float,
    altitude_m: float,
    frequency_hz: float,
    elevation_deg: Real,
    polarisation_tilt_deg: Real,
    exceeded_percent: Real,
    effective_diameter_m: Real = 0.0,
) -> Troposphere:
    """Return the attenuation that the path from a site to space exceeds for a percentage of an average year.

    `elevation_deg`, `exceeded_percent` and the climate's fields broadcast; each term has only the axes that it depends
    on. The gas is the mean one at any percentage. See the terms' functions for what they do outside their ranges.
    Raises LinkInputError if the frequency is not greater than 0 or the percentage not 0 to 100.
    """
    gas_db = gas_attenuation_db(*zenith_attenuation_db(frequency_hz, climate), elevation_deg)
    rain_db = rain_attenuation_db(
        frequency_hz, elevation_deg, polarisation_tilt_deg, climate, latitude_deg, altitude_m, exceeded_percent
    )
    cloud_db = cloud_attenuation_db(frequency_hz, elevation_deg, climate, exceeded_percent)
    scintillation_db = tropospheric_scintillation_db(
        frequency_hz, elevation_deg, climate, exceeded_percent, effective_diameter_m
    )
    total_db = total_attenuation_db(gas_db, rain_db, cloud_db, scintillation_db)
    return Troposphere(gas_db, rain_db, cloud_db, scintillation_db, total_db)


def total_attenuation_db(gas_db: Real, rain_db: Real, cloud_db: Real, scintillation_db: Real) -> Floats:
    """Return the attenuation of all terms exceeded for the same percentage of time; the arguments broadcast.

    >>> float(total_attenuation_db(1.0, 2.0, 1.0, 4.0))
    6.0
    """
    wet_db = np.add(rain_db, cloud_db)
    return np.asarray(gas_db + np.sqrt(wet_db * wet_db + np.square(scintillation_db)))


def mean_radiating_temperature_k(climate: Climate) -> Floats:
    """Return the temperature at which the atmosphere above a site radiates, of the shape of its surface temperature."""
    return np.asarray(37.34 + 0.81 * np.asarray(climate.temperature_k))


def atmospheric_noise_k(absorption_db: Real, mean_radiating_temperature_k: Real) -> Floats:
    """Return the noise temperature of an attenuating atmosphere without the sky behind it; the arguments broadcast.

    >>> round(float(atmospheric_noise_k(3.0, 275.0)), 1)
    137.2
    """
    return np.asarray(-np.expm1(-math.log(10.0) / 10.0 * np.asarray(absorption_db)) * mean_radiating_temperature_k)
