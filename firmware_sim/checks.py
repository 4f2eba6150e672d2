"""Checks of settings, where they are made."""

from firmware_sim.errors import SettingError


def check_range(field: str, value: float, lowest: float, highest: float) -> None:
    """Raise SettingError for a value that is not from `lowest` to `highest`."""
    if not lowest <= value <= highest:
        raise SettingError(field, value, f"{lowest} to {highest}")


def check_above_zero(field: str, value: float, unit: str) -> None:
    """Raise SettingError for a value that is not above 0, or not finite."""
    if not 0 < value < float("inf"):
        raise SettingError(field, value, f"more than 0 {unit}".rstrip())
