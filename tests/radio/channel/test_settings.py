from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from radio.channel.settings import Within, settings
from radio.errors import ChannelError, RadioError


@settings
class Kettle:
    volume_l: Annotated[float, Within(0.5, 3.0)]
    cups: Annotated[int, Within(1, 8)] = 4
    timer_s: Annotated[float | None, Within(1.0, 60.0)] = None


@pytest.mark.parametrize(
    ("field", "value"), [("volume_l", 0.4), ("volume_l", float("nan")), ("cups", 9), ("timer_s", 0.5)]
)
def test_a_value_out_of_its_bounds_is_refused_where_it_is_made(field, value):
    with pytest.raises(ChannelError, match=rf"{field} is .*, accepted: .* to ") as caught:
        Kettle(**{"volume_l": 1.0, field: value})
    assert isinstance(caught.value, RadioError)
    assert caught.value.field == field


def test_bounds_are_allowed_and_none_too():
    assert (Kettle(volume_l=0.5).timer_s, Kettle(volume_l=3.0, cups=8, timer_s=60.0).cups) == (None, 8)


@pytest.mark.parametrize("table", [{"volume_l": "1"}, {"volume_l": 1.0, "cups": 1.5}, {}, {"volume_l": 1.0, "lid": 1}])
def test_a_file_has_numbers_and_no_other_fields(table):
    with pytest.raises(ValidationError):
        TypeAdapter(Kettle).validate_python(table)


def test_a_file_may_give_what_code_may():
    table = {"volume_l": 2, "cups": 3, "timer_s": 5.0}
    assert TypeAdapter(Kettle).validate_python(table) == Kettle(volume_l=2.0, cups=3, timer_s=5.0)
