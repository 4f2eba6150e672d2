"""Whether the payload has power, and what the board reads."""

from dataclasses import dataclass
from math import inf

from flatsat.board import BoardClient
from flatsat.errors import BoardError
from protocol.serial.board import Energy, Power, RailReading, Resets, Status, Thermal

_REOPEN_PERIOD_S = 1.0
"""To open a device resets some boards: no more often than that."""
_LATCHED = "the payload's rail tripped for over-current again and again, and stays off until this program starts anew"


@dataclass(frozen=True, slots=True)
class PayloadReadings:
    """What the board measures of the payload and its supply; None is not known."""

    battery_charge: float | None = None
    """0 to 1."""
    bus_voltage_v: float | None = None
    power_w: float | None = None
    """Of the payload alone."""
    temperature_c: float | None = None
    """Of the payload."""
    throttled: bool | None = None
    peak_temperature_c: float | None = None
    """The payload's highest since `reset_peak`."""


class PayloadPower:
    """Keeps the payload's rail on and its watchdog stroked, by way of the board, if there is one.

    Without a board the payload is always on. With one it is on only while the board says so. While the line to the
    board is lost, `error` says why, nothing is known of the payload, and the line is opened again and again.
    """

    def __init__(self, board: BoardClient | None, status_valid_s: float) -> None:
        self._board, self._status_valid_s = board, status_valid_s
        self._rail_commanded = False
        self._reopen_due_s = inf
        self._started_s = inf
        self._energy_mj = self._counted_mj = 0
        self._losses: int | None = None
        """Of the payload's power, that the board has counted; None until the rail was seen on."""
        self._blinked = False
        self.error: BoardError | None = None

    @property
    def energy_j(self) -> float:
        """What the payload has used: never falls, though a reset of the board lets the board's count begin anew."""
        return self._energy_mj / 1000

    def tick(self, now_s: float, healthy: bool = True) -> None:
        """Exchange with the board what is due; its watchdog is stroked only while all of the program is healthy."""
        if self._board is None:
            return
        self._started_s = min(self._started_s, now_s)
        self._board.strokes_watchdog = healthy
        try:
            if self.error is not None:
                self._reopen(self._board, now_s)
            else:
                self._exchange(self._board, now_s)
        except BoardError as error:
            self.error = error
            self._reopen_due_s = now_s + _REOPEN_PERIOD_S

    def _exchange(self, board: BoardClient, now_s: float) -> None:
        if not self._rail_commanded:
            board.set_payload_rail(True, now_s)
            self._rail_commanded = True
        board.tick(now_s)
        self._notice_losses(board, now_s)
        energy = board.newest(Energy, now_s)
        if energy is not None:
            self._count(energy.payload_energy_mj)

    def _notice_losses(self, board: BoardClient, now_s: float) -> None:
        """See a loss of power that was over before the rail was looked at: the board counts them."""
        resets = board.newest(Resets, now_s)
        if not board.payload_on(now_s) or resets is None:
            self._losses, self._blinked = None, False
            return
        losses = (
            resets.board_resets
            + resets.watchdog_resets
            + resets.brown_outs
            + resets.over_current_trips
            + resets.commanded_resets
        )
        self._blinked = self._losses is not None and losses != self._losses
        self._losses = losses

    def _count(self, counted_mj: int) -> None:
        """A count that is lower than the last one began anew."""
        self._energy_mj += counted_mj - (self._counted_mj if counted_mj >= self._counted_mj else 0)
        self._counted_mj = counted_mj

    def _reopen(self, board: BoardClient, now_s: float) -> None:
        """Whoever is at the other end now may never have been told to switch the rail on."""
        if now_s >= self._reopen_due_s:
            board.reopen()
            self.error, self._rail_commanded = None, False

    def on(self, now_s: float) -> bool:
        """Return whether the payload is known to have power."""
        if self._board is None:
            return True
        return self.error is None and self._board.payload_on(now_s) and not self._blinked

    def trouble(self, now_s: float) -> str:
        """Return why the payload has no power or nothing is known of it, '' while all is well."""
        if self.error is not None:
            return str(self.error)
        if self._board is None or now_s < self._started_s + self._status_valid_s:
            return ""
        if self.status(now_s) is None:
            return "the board does not answer: no inference until it does"
        rail = self._board.newest(RailReading, now_s)
        return _LATCHED if rail is not None and rail.latched else ""

    def status(self, now_s: float) -> Status | None:
        """Return what the board read last, None while it does not answer."""
        if self._board is None or self.error is not None or self._board.status_age_s(now_s) > self._status_valid_s:
            return None
        return self._board.status

    def readings(self, now_s: float) -> PayloadReadings:
        """Return what the board measures."""
        if self._board is None or self.error is not None:
            return PayloadReadings()
        power, thermal = self._board.newest(Power, now_s), self._board.newest(Thermal, now_s)
        rail, energy = self._board.newest(RailReading, now_s), self._board.newest(Energy, now_s)
        return PayloadReadings(
            battery_charge=None if power is None else power.charge,
            bus_voltage_v=None if power is None else power.battery_voltage_v,
            power_w=None if rail is None else rail.voltage_v * max(0.0, rail.current_a),
            temperature_c=None if thermal is None else thermal.payload_temperature_c,
            throttled=None if thermal is None else thermal.throttled,
            peak_temperature_c=None if energy is None else energy.peak_temperature_c,
        )

    def set_load(self, load: float) -> None:
        """Tell the board how hard the payload works, 0 to 1, with the next tick."""
        if self._board is not None:
            self._board.set_load(load)

    def reset_peak(self) -> None:
        """Let the highest temperature begin anew, with the next tick."""
        if self._board is not None:
            self._board.reset_peak()
