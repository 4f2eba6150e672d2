"""Heat: the board, the payload on it, and the radio's power amplifier, each with one time constant."""

import math
from dataclasses import dataclass, fields

from firmware_sim.checks import check_range


@dataclass(frozen=True, slots=True)
class Temperatures:
    """What is how warm. What sits on the board is kept as its rise above the board."""

    board_c: float
    payload_rise_c: float = 0.0
    amplifier_rise_c: float = 0.0

    @property
    def payload_c(self) -> float:
        """The payload's temperature."""
        return self.board_c + self.payload_rise_c

    @property
    def amplifier_c(self) -> float:
        """The power amplifier's temperature."""
        return self.board_c + self.amplifier_rise_c


@dataclass(frozen=True, slots=True)
class ThermalModel:
    """First-order lags towards what the power would warm each to. Raises SettingError for a value out of range."""

    ambient_c: float = 20.0
    board_c_per_w: float = 3.0
    board_time_constant_s: float = 300.0
    payload_c_per_w: float = 2.5
    payload_time_constant_s: float = 20.0
    amplifier_c_at_full_duty: float = 30.0
    amplifier_time_constant_s: float = 20.0

    def __post_init__(self) -> None:
        for field in fields(self):
            check_range(field.name, getattr(self, field.name), *_ACCEPTED.get(field.name, (0.0, 100.0)))

    def after(
        self, now: Temperatures, total_w: float, payload_w: float, transmit_duty: float, elapsed_s: float
    ) -> Temperatures:
        """Return the temperatures after `elapsed_s` of these powers; exact for any step."""
        board_c = self.ambient_c + self.board_c_per_w * total_w
        amplifier_c = self.amplifier_c_at_full_duty * transmit_duty
        return Temperatures(
            _lag(now.board_c, board_c, elapsed_s / self.board_time_constant_s),
            _lag(now.payload_rise_c, self.payload_c_per_w * payload_w, elapsed_s / self.payload_time_constant_s),
            _lag(now.amplifier_rise_c, amplifier_c, elapsed_s / self.amplifier_time_constant_s),
        )


_TIME_CONSTANT_S = (0.1, 1e6)
_ACCEPTED = {
    "ambient_c": (-150.0, 150.0),
    "board_time_constant_s": _TIME_CONSTANT_S,
    "payload_time_constant_s": _TIME_CONSTANT_S,
    "amplifier_time_constant_s": _TIME_CONSTANT_S,
}


def _lag(value: float, settled: float, time_constants: float) -> float:
    return settled + (value - settled) * math.exp(-time_constants)
