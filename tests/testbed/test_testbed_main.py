import pytest

from testbed.__main__ import _is_interruption


def chained(outer: BaseException, inner: BaseException) -> BaseException:
    try:
        raise outer from inner
    except BaseException as error:  # noqa: BLE001 - it is what the test is about
        return error


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (KeyboardInterrupt(), True),
        (chained(ImportError("initialization failed"), KeyboardInterrupt()), True),
        (chained(ImportError("a"), chained(ImportError("b"), KeyboardInterrupt())), True),
        (ImportError("no such module"), False),
        (chained(ImportError("a"), ValueError("b")), False),
    ],
)
def test_a_ctrl_c_while_an_extension_module_loads_is_one(error: BaseException, is_one: bool) -> None:
    assert _is_interruption(error) is is_one
