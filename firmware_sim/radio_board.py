"""The radio board: what its receiver hears when no one calls."""

NOISE_FLOOR_DBM = -110.0
SILENCE_DBM = -150.0
"""What the register holds while the radio has no power."""


def rssi_dbm(powered: bool, noise_db: float) -> float:
    """Return the received signal strength; `noise_db` is how far this sample lies from the mean."""
    return NOISE_FLOOR_DBM + noise_db if powered else SILENCE_DBM
