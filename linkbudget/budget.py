"""From transmitted power to carrier-to-noise density, line by line."""

import math
from dataclasses import dataclass

import numpy as np

from linkbudget.checks import require_between, require_finite, require_positive
from linkbudget.doppler import SPEED_OF_LIGHT_M_S, Reals

BOLTZMANN_DBW_K_HZ = 10.0 * math.log10(1.380649e-23)  # -228.599, exact in the SI of 2019

_OTHER_LOSSES_HIGHEST_DB = 300.0


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of a printed budget: what it is, how much, and where the number comes from."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class LinkBudget:
    """A one-way radio link in free space, all but its length.

    `other_losses_db` sums every loss but free space: atmosphere, polarisation, pointing, implementation.
    Raises LinkInputError if the frequency is not greater than 0, a level is not finite, or the losses are
    not between 0 and 300 dB.
    """

    frequency_hz: float
    eirp_dbw: float
    g_over_t_db_k: float
    other_losses_db: float

    def __post_init__(self) -> None:
        require_positive("frequency_hz", self.frequency_hz)
        require_finite("eirp_dbw", self.eirp_dbw)
        require_finite("g_over_t_db_k", self.g_over_t_db_k)
        require_between("other_losses_db", self.other_losses_db, 0.0, _OTHER_LOSSES_HIGHEST_DB)

    def c_n0_db_hz(self, range_m: Reals) -> Reals:
        """Return C/N0 in dB-Hz at `range_m`: EIRP - free-space loss - other losses + G/T - k.

        `range_m` is a number or a float64 array of any shape, and so is the result.
        Raises LinkInputError if a range is not greater than 0.
        """
        loss_db = free_space_loss_db(range_m, self.frequency_hz)
        return self.eirp_dbw - self.other_losses_db + self.g_over_t_db_k - BOLTZMANN_DBW_K_HZ - loss_db

    def lines(self, range_m: float) -> list[BudgetLine]:
        """Return the budget at `range_m` as lines to print, from the carrier frequency down to C/N0.

        Raises LinkInputError if the range is not greater than 0.
        """
        loss_db = free_space_loss_db(range_m, self.frequency_hz)
        received_dbw = self.eirp_dbw - loss_db - self.other_losses_db
        return [
            BudgetLine("frequency", self.frequency_hz, "Hz", "given"),
            BudgetLine("range", range_m, "m", "given"),
            BudgetLine("EIRP", self.eirp_dbw, "dBW", "given"),
            BudgetLine("free-space loss", loss_db, "dB", "ITU-R P.525"),
            BudgetLine("other losses", self.other_losses_db, "dB", "given"),
            BudgetLine("received isotropic power", received_dbw, "dBW", "EIRP - losses"),
            BudgetLine("G/T", self.g_over_t_db_k, "dB/K", "given"),
            BudgetLine("Boltzmann constant", BOLTZMANN_DBW_K_HZ, "dBW/K/Hz", "SI 2019"),
            BudgetLine("C/N0", self.c_n0_db_hz(range_m), "dB-Hz", "power + G/T - k"),
        ]


def free_space_loss_db(range_m: Reals, frequency_hz: float) -> Reals:
    """Return the free-space basic transmission loss, in dB (ITU-R P.525, 20 log10(4 pi d / lambda)).

    `range_m` is a number or a float64 array of any shape, and so is the result.
    Raises LinkInputError if a range or the frequency is not greater than 0.

    >>> round(free_space_loss_db(range_m=1e6, frequency_hz=437e6), 2)
    145.26
    """
    require_positive("range_m", range_m)
    require_positive("frequency_hz", frequency_hz)
    loss_db: Reals = 20.0 * np.log10(4.0 * math.pi * range_m * frequency_hz / SPEED_OF_LIGHT_M_S)
    return loss_db


def eb_n0_db(c_n0_db_hz: Reals, information_rate_bit_s: float) -> Reals:
    """Return Eb/N0 in dB for a number or array of C/N0: the energy of one *information* bit.

    Raises LinkInputError if the rate is not greater than 0.

    >>> eb_n0_db(50.0, information_rate_bit_s=10_000)
    10.0
    """
    require_positive("information_rate_bit_s", information_rate_bit_s)
    return c_n0_db_hz - 10.0 * math.log10(information_rate_bit_s)


def es_n0_db(c_n0_db_hz: Reals, symbol_rate_baud: float) -> Reals:
    """Return Es/N0 in dB for a number or array of C/N0: the energy of one channel symbol.

    Raises LinkInputError if the rate is not greater than 0.
    """
    require_positive("symbol_rate_baud", symbol_rate_baud)
    return c_n0_db_hz - 10.0 * math.log10(symbol_rate_baud)
