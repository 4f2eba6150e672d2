from typing import Any

import pytest

from protocol.errors import LocalError
from protocol.model_messages import ListModels, ModelFault, ModelState, ModelStatus, RemoveModel, SwitchModel
from protocol.records import from_map, read_member, to_map

READERS = {"state": read_member(ModelState), "fault": read_member(ModelFault)}


@pytest.mark.parametrize(
    "message",
    [
        SwitchModel(1, "built-in"),
        SwitchModel(2**32 - 1, "qwen3-0.6b"),
        RemoveModel(7, "qwen3-0.6b"),
        ListModels(),
        ModelStatus(0, "a", ModelState.ACTIVE, bytes(32)),
        ModelStatus(3, "built-in", ModelState.FAILED, b"", ModelFault.TIMED_OUT, "no answer in 60 s"),
    ],
)
def test_messages_survive_their_maps(message: Any) -> None:
    assert from_map(type(message), to_map(message), READERS) == message


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("order", lambda: SwitchModel(0, "a")),
        ("order", lambda: RemoveModel(2**32, "a")),
        ("order", lambda: ModelStatus(-1, "a", ModelState.ACTIVE)),
        ("name", lambda: SwitchModel(1, "../a")),
        ("name", lambda: RemoveModel(1, "built-in")),
        ("name", lambda: ModelStatus(1, "", ModelState.ACTIVE)),
        ("state", lambda: ModelStatus(1, "a", "active")),  # type: ignore[arg-type]
        ("model_id", lambda: ModelStatus(1, "a", ModelState.ACTIVE, b"short")),
        ("fault", lambda: ModelStatus(1, "a", ModelState.FAILED, b"", "disk")),  # type: ignore[arg-type]
        ("detail", lambda: ModelStatus(1, "a", ModelState.FAILED, b"", None, "x" * 1001)),
    ],
)
def test_a_value_that_no_message_has_is_refused(field: str, make: Any) -> None:
    with pytest.raises(LocalError) as caught:
        make()
    assert caught.value.field == field
