from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag

import pytest

from flatsat.background_generation import BackgroundGeneration, OnToken
from flatsat.engine import Event, Finished, Generation, PrefillDone, Token
from flatsat.text_stream import AnswerStream
from protocol.messages import FinishReason

Drain = Callable[[Generation], list[Event]]


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def letters(max_tokens: int) -> AnswerStream:
    def decode(ids: Sequence[int]) -> str:
        return "".join(map(chr, ids))

    return AnswerStream(decode, frozenset(), max_tokens)


def kinds(events: list[Event]) -> list[str | FinishReason]:
    return [
        event.text if isinstance(event, Token) else getattr(event, "reason", FinishReason.ERROR)
        for event in events
        if not isinstance(event, PrefillDone)
    ]


def test_tokens_and_end_are_handed_out_in_order(worker: ThreadPoolExecutor, drain: Drain) -> None:
    def compute(on_token: OnToken) -> list[bool]:
        ends.extend(on_token(ord(letter)) for letter in "abc")
        return ends

    ends: list[bool] = []
    events = drain(BackgroundGeneration(worker, compute, letters(3), prompt_tokens=5))
    assert kinds(events) == ["a", "b", "c", FinishReason.LENGTH]
    assert isinstance(events[0], PrefillDone)
    assert events[0].prompt_tokens == 5
    assert ends == [False, False, True]


def test_a_failure_in_the_worker_becomes_an_error_event(worker: ThreadPoolExecutor, drain: Drain) -> None:
    def compute(on_token: OnToken) -> None:
        on_token(ord("a"))
        raise RuntimeError("out of memory")

    events = drain(BackgroundGeneration(worker, compute, letters(9), prompt_tokens=1))
    assert kinds(events) == ["a", FinishReason.ERROR]
    assert isinstance(events[-1], Finished)
    assert (events[-1].detail, events[-1].completion_tokens) == ("RuntimeError: out of memory", 1)


def test_cancelling_reaches_the_worker_at_its_next_token(worker: ThreadPoolExecutor, drain: Drain) -> None:
    started, cancelled = Flag(), Flag()

    def compute(on_token: OnToken) -> None:
        assert not on_token(ord("a"))
        started.set()
        assert cancelled.wait(10)
        assert on_token(ord("b"))

    generation = BackgroundGeneration(worker, compute, letters(9), prompt_tokens=1)
    assert started.wait(10)
    generation.cancel()
    cancelled.set()
    assert kinds(drain(generation)) == ["a", "b", FinishReason.CANCELLED]


def test_polling_does_not_wait_for_the_worker(worker: ThreadPoolExecutor) -> None:
    release = Flag()
    generation = BackgroundGeneration(worker, lambda _: release.wait(10), letters(9), prompt_tokens=1)
    assert generation.poll(0.0) == []
    release.set()


def test_closed_before_its_turn_it_is_never_computed(worker: ThreadPoolExecutor) -> None:
    release, computed = Flag(), Flag()
    worker.submit(release.wait, 10)
    generation = BackgroundGeneration(worker, lambda _: computed.set(), letters(9), prompt_tokens=1)
    generation.close()
    release.set()
    worker.shutdown()
    assert not computed.is_set()
    assert generation.poll(0.0) == []
