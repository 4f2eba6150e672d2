"""The system's noise temperature and G/T.

Both are referred to one plane: the input of the first stage, behind the line from the antenna. So the line weakens
the gain and the antenna's noise, and adds its own. G/T is the same at every plane.
"""

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.decibels import Floats, Real, from_db, to_db
from linkbudget.provenance import Source

SYSTEM_TEMPERATURE = Source(
    "AMSAT-IARU Annotated Link Model System 2.5.3, Receivers (line coefficient alpha); Friis 1944",
    "T_sys = a T_antenna + (1 - a) T_line + T_receiver, a = 10^(-L_line / 10), at the first stage's input",
)
G_OVER_T = Source("ITU-R V.573, figure of merit", "G/T = G - L_line - 10 log10 T_sys, at the first stage's input")


def system_temperature_k(
    antenna_temperature_k: Real, line_loss_db: Real, line_temperature_k: Real, receiver_temperature_k: Real
) -> Floats:
    """Return the noise temperature at the input of the first stage.

    `antenna_temperature_k` is what the antenna delivers, `receiver_temperature_k` that of the chain from the first
    stage on. Raises LinkInputError for a negative temperature or loss.
    """
    require_between("antenna_temperature_k", antenna_temperature_k, 0.0, np.inf)
    require_between("line_loss_db", line_loss_db, 0.0, np.inf)
    require_between("line_temperature_k", line_temperature_k, 0.0, np.inf)
    require_between("receiver_temperature_k", receiver_temperature_k, 0.0, np.inf)
    transmitted = from_db(np.negative(line_loss_db))
    own = (1.0 - transmitted) * line_temperature_k + receiver_temperature_k
    return np.asarray(antenna_temperature_k * transmitted + own)


def g_over_t_db_k(antenna_gain_db: Real, line_loss_db: Real, system_temperature_k: Real) -> Floats:
    """Return the figure of merit in dB/K of a receiver whose system temperature is as `system_temperature_k` has it.

    Raises LinkInputError for a system without noise.
    """
    require_positive("system_temperature_k", system_temperature_k)
    return np.asarray(antenna_gain_db - line_loss_db - to_db(system_temperature_k))
