"""What the ground has ordered of the models on board, until the spacecraft has answered."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from protocol.model_messages import ModelStatus, RemoveModel, SwitchModel

Order = SwitchModel | RemoveModel


@dataclass(slots=True)
class _Open:
    message: Order
    due_s: float


class ModelOrders:
    """Orders under rising numbers, each sent again until a ModelStatus answers it; the spacecraft obeys each once."""

    def __init__(self, last_order: int, keep_last: Callable[[int], bool], response_timeout_s: float) -> None:
        """Take the number of the ``last_order`` ever given, and ``keep_last``, called with each before it is used."""
        self._last, self._keep_last, self._response_timeout_s = last_order, keep_last, response_timeout_s
        self._open: dict[int, _Open] = {}

    @property
    def open(self) -> list[Order]:
        """The orders that are not answered yet."""
        return [each.message for each in self._open.values()]

    def switch(self, name: str, now_s: float) -> Order:
        """Order that a model answers from now on. Raises LocalError if that is no model's name."""
        return self._give(SwitchModel(self._last + 1, name), now_s)

    def remove(self, name: str, now_s: float) -> Order:
        """Order that a model is removed. Raises LocalError if that is no model's name."""
        return self._give(RemoveModel(self._last + 1, name), now_s)

    def next_message(self, now_s: float) -> Order | None:
        """Return an order to send, if one is due; it is on its way from now on."""
        for each in self._open.values():
            if now_s >= each.due_s:
                each.due_s = inf
                return each.message
        return None

    def delivered(self, order: Order, now_s: float) -> None:
        """Await the answer to an order that is on board."""
        if order.order in self._open:
            self._open[order.order].due_s = now_s + self._response_timeout_s

    def answered(self, status: ModelStatus) -> Order | None:
        """Return the order that a status answers, if it is one of ours and open."""
        answered = self._open.pop(status.order, None)
        return answered.message if answered else None

    def _give(self, order: Order, now_s: float) -> Order:
        self._keep_last(order.order)
        self._last = order.order
        self._open[order.order] = _Open(order, now_s)
        return order
