"""Whether the payload has power, and what the board reads."""

from math import inf

from flatsat.board import BoardClient
from flatsat.errors import BoardError
from protocol.serial.board import Status

_REOPEN_PERIOD_S = 1.0
"""To open a device resets some boards: no more often than that."""


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
        self.error: BoardError | None = None

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

    def _reopen(self, board: BoardClient, now_s: float) -> None:
        """Whoever is at the other end now may never have been told to switch the rail on."""
        if now_s >= self._reopen_due_s:
            board.reopen()
            self.error, self._rail_commanded = None, False

    def on(self, now_s: float) -> bool:
        """Return whether the payload is known to have power."""
        if self._board is None:
            return True
        return self.error is None and self._board.payload_on(now_s)

    def trouble(self, now_s: float) -> str:
        """Return why nothing is known of the payload, '' while the board answers."""
        if self.error is not None:
            return str(self.error)
        starting = now_s < self._started_s + self._status_valid_s
        return (
            ""
            if self._board is None or starting or self.status(now_s)
            else "the board does not answer: no inference until it does"
        )

    def status(self, now_s: float) -> Status | None:
        """Return what the board read last, None while it does not answer."""
        if self._board is None or self.error is not None or self._board.status_age_s(now_s) > self._status_valid_s:
            return None
        return self._board.status
