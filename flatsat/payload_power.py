"""Whether the payload has power, and what the board reads."""

from flatsat.board import BoardClient
from flatsat.errors import BoardError
from protocol.serial.board import Status


class PayloadPower:
    """Keeps the payload's rail on and its watchdog stroked, by way of the board, if there is one.

    Without a board the payload is always on. With one it is on only while the board says so; once the line to the
    board is lost, `error` says why, and nothing more is known of the payload.
    """

    def __init__(self, board: BoardClient | None, status_valid_s: float) -> None:
        self._board, self._status_valid_s = board, status_valid_s
        self._rail_commanded = False
        self.error: BoardError | None = None

    def tick(self, now_s: float) -> None:
        """Exchange with the board what is due."""
        if self._board is None or self.error is not None:
            return
        try:
            if not self._rail_commanded:
                self._board.set_payload_rail(True, now_s)
                self._rail_commanded = True
            self._board.tick(now_s)
        except BoardError as error:
            self.error = error

    def on(self, now_s: float) -> bool:
        """Return whether the payload is known to have power."""
        if self._board is None:
            return True
        return self.error is None and self._board.payload_on(now_s)

    def trouble(self, now_s: float) -> str:
        """Return why nothing is known of the payload, '' while the board answers."""
        if self.error is not None:
            return str(self.error)
        starting = now_s < self._status_valid_s
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
