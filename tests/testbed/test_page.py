"""What pages share."""

import pytest

from testbed.page import Cell, number, table


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(None, 2, "–"), (1.005, 1, "1.0"), (-0.5, 1, "−0.5"), (-0.04, 1, "0.0"), (0.0, 2, "0.00"), (1234.5, 0, "1234")],
)
def test_a_number_has_a_true_minus_and_zero_has_none(value: float | None, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_a_table_holds_text() -> None:
    made = table(
        ("a", "<b>"), [("x", "1"), (Cell("&", small="<i>", kind="worse"), Cell("2", kind="better"))], numbers=(1,)
    )
    assert made == (
        '<table><tr><th>a</th><th class="n">&lt;b&gt;</th></tr>'
        '<tr><td>x</td><td class="n">1</td></tr>'
        '<tr><td class="worse">&amp;<br><small>&lt;i&gt;</small></td><td class="n better">2</td></tr></table>'
    )
