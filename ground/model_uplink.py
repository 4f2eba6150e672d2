"""Models on their way up: packages as files, orders about them, and what the spacecraft says of both."""

from collections.abc import Callable

from ground.model_orders import ModelOrders, Order
from ground.outbox import Outbox
from protocol.file_link import FileLink
from protocol.model_messages import ListModels, ModelState, ModelStatus

_ASK_PERIOD_S = 10.0
"""Between two questions for what became of a package that is on board."""


class ModelUplink:
    """Sends what lies in the outbox, and orders a model to answer once it is installed, if that is wished."""

    def __init__(
        self, files: FileLink, outbox: Outbox, orders: ModelOrders, on_status: Callable[[ModelStatus], None]
    ) -> None:
        """Take ``on_status``, called with each thing that the spacecraft says of a model."""
        self._files, self._outbox, self._orders, self._on_status = files, outbox, orders, on_status
        self._awaited: dict[str, float] = {}
        """Packages that are on board and of which nothing is known yet, and when to ask."""

    @property
    def orders(self) -> ModelOrders:
        """The orders given."""
        return self._orders

    def heard(self, pdus: list[bytes], now_s: float) -> None:
        """Take PDUs that came down."""
        for pdu in pdus:
            self._files.receive(pdu, now_s)

    def tick(self, now_s: float, in_contact: bool) -> None:
        """Move everything on."""
        self._files.tick(now_s, in_contact)
        for name in self._outbox.poll(now_s):
            self._awaited[name] = now_s + _ASK_PERIOD_S

    def next_message(self, now_s: float) -> Order | ListModels | None:
        """Return a message to send, if one is due."""
        order = self._orders.next_message(now_s)
        if order is not None:
            return order
        due = [name for name, due_s in self._awaited.items() if now_s >= due_s]
        for name in due:
            self._awaited[name] = now_s + _ASK_PERIOD_S
        return ListModels() if due else None

    def next_pdu(self, now_s: float) -> bytes | None:
        """Return the next PDU to send, or None."""
        return self._files.next_pdu(now_s)

    def take(self, status: ModelStatus, now_s: float) -> None:
        """Take what the spacecraft says of a model."""
        self._orders.answered(status)
        known = status.fault is not None or status.state is not ModelState.ABSENT
        if status.name in self._awaited and known:
            del self._awaited[status.name]
            if status.fault is None and self._outbox.wants_switch(status.name):
                self._orders.switch(status.name, now_s)
        self._on_status(status)
