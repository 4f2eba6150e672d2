"""What the spacecraft has to say besides answers."""

from protocol.messages import Message
from protocol.model_messages import ModelStatus

MAX_REPLIES = 64
"""The ground asks again for what is dropped beyond."""


class Replies:
    """Replies that wait for the downlink: of each kind at most one for a prompt, or an order, the newest."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[object, ...], Message] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, message: Message) -> None:
        """Queue a reply, in the place of one of its kind for the same prompt; the oldest goes if there are too many."""
        self._waiting[(type(message), *_subject(message))] = message
        if len(self._waiting) > MAX_REPLIES:
            self.take()

    def take(self) -> Message:
        """Return the reply that waits longest. Raises StopIteration if there is none."""
        return self._waiting.pop(next(iter(self._waiting)))


def _subject(message: Message) -> tuple[object, ...]:
    if isinstance(message, ModelStatus):
        return message.name, message.order
    return (getattr(message, "prompt_id", b""),)
