import pytest

from ground.model_orders import ModelOrders
from protocol.errors import LocalError
from protocol.model_messages import ModelState, ModelStatus, RemoveModel, SwitchModel


def orders(last: int = 0) -> tuple[ModelOrders, list[int]]:
    kept: list[int] = []

    def keep(number: int) -> bool:
        kept.append(number)
        return True

    return ModelOrders(last, keep, response_timeout_s=2.0), kept


def test_orders_have_rising_numbers_which_are_kept_before() -> None:
    made, kept = orders(last=6)
    assert made.switch("new", 0.0) == SwitchModel(7, "new")
    assert made.remove("old", 0.0) == RemoveModel(8, "old")
    assert kept == [7, 8]
    assert made.open == [SwitchModel(7, "new"), RemoveModel(8, "old")]


def test_an_order_is_sent_again_until_it_is_answered() -> None:
    made, _ = orders()
    order = made.switch("new", 1.0)
    assert made.next_message(0.9) is None
    assert made.next_message(1.0) == order
    assert made.next_message(100.0) is None, "it is on its way"
    made.delivered(order, 100.0)
    assert made.next_message(101.9) is None
    assert made.next_message(102.0) == order
    made.delivered(order, 103.0)
    assert made.answered(ModelStatus(0, "new", ModelState.ACTIVE)) is None
    assert made.answered(ModelStatus(1, "new", ModelState.ON_TRIAL)) == order
    assert made.answered(ModelStatus(1, "new", ModelState.ON_TRIAL)) is None
    made.delivered(order, 104.0)
    assert made.next_message(1e9) is None
    assert made.open == []


def test_a_name_that_no_model_has_is_refused_and_no_number_spent() -> None:
    made, kept = orders()
    with pytest.raises(LocalError):
        made.switch("No Model!", 0.0)
    assert kept == []
    assert made.switch("new", 0.0).order == 1
