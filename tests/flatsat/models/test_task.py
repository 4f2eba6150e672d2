import threading
from typing import Any

import pytest

from flatsat.models.task import BackgroundTask, DoneTask


def result_of(task: Any) -> Any:
    for _ in range(1000):
        result = task.poll()
        if result is not None:
            return result
        threading.Event().wait(0.005)
    raise AssertionError("no result")


@pytest.mark.parametrize("kind", [BackgroundTask, DoneTask])
def test_the_result_or_the_error_of_the_work_comes_out(kind: Any) -> None:
    assert result_of(kind(lambda: 42, print)) == 42
    with pytest.raises(ZeroDivisionError):
        result_of(kind(lambda: 1 // 0, print))


def test_work_that_takes_long_does_not_block() -> None:
    go = threading.Event()
    task = BackgroundTask(lambda: go.wait(10), print)
    assert task.poll() is None
    go.set()
    assert result_of(task) is True


def test_a_result_that_comes_too_late_is_discarded() -> None:
    go, discarded = threading.Event(), threading.Event()
    task = BackgroundTask(lambda: go.wait(10), lambda _result: discarded.set())
    task.abandon()
    assert not discarded.is_set()
    go.set()
    assert discarded.wait(10)


@pytest.mark.parametrize("kind", [BackgroundTask, DoneTask])
def test_a_result_that_nobody_wants_any_more_is_discarded(kind: Any) -> None:
    discarded = threading.Event()
    task = kind(lambda: 1, lambda _result: discarded.set())
    result_of(task)
    task.abandon()
    assert discarded.wait(10)
