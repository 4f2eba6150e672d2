"""What the spacecraft is told of answers that are here: it may drop them."""

from ground.safekeeping import Safekeeping
from protocol.messages import MAX_CONFIRMED_IDS, Confirm


class Confirmations:
    """Answers that are to be confirmed, in the order in which they ended."""

    def __init__(self, keeping: Safekeeping) -> None:
        self._keeping = keeping
        self._waiting: dict[bytes, None] = {}  # a queue without duplicates

    def answered(self, prompt_id: bytes) -> None:
        """Queue an answer that is here."""
        self._waiting[prompt_id] = None

    def next_message(self) -> Confirm | None:
        """Return a message to send, about as many as it holds; they wait no more."""
        if not self._waiting:
            return None
        confirm = Confirm(tuple(self._waiting)[:MAX_CONFIRMED_IDS])
        for prompt_id in confirm.prompt_ids:
            del self._waiting[prompt_id]
        return confirm

    def delivered(self, confirm: Confirm) -> None:
        """Keep that the spacecraft has been told."""
        for prompt_id in confirm.prompt_ids:
            self._keeping.confirmed(prompt_id)
