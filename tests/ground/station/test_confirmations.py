from protocol.messages import AnswerSegment, Confirm, Prompt, Refusal, RefusalReason
from tests.ground.station.station_bench import END, Bench, several


def test_an_answer_is_confirmed_once_and_the_delivery_is_kept(bench: Bench) -> None:
    prompt_id = bench.answered()
    bench.silent = True
    assert bench.pass_time(2.0) == [Confirm((prompt_id,))]
    assert [kept.confirmed for kept in bench.kept()] == [False]
    bench.silent = False
    assert bench.pass_time(5.0) == []
    assert [kept.confirmed for kept in bench.kept()] == [True]


def test_a_refusal_is_not_confirmed(bench: Bench) -> None:
    prompt_id = bench.sent()
    bench.say(Refusal(prompt_id, RefusalReason.QUEUE_FULL, ""))
    assert bench.pass_time(3.0) == []


def test_answers_are_confirmed_when_nothing_else_is_due_and_at_most_16_at_once(bench: Bench) -> None:
    ids = several(bench, 20)
    bench.say(*(AnswerSegment(prompt_id, 0, "Because.", END) for prompt_id in ids))
    bench.station.prompts.ask("And then?", bench.now_s)
    prompt, *confirms = bench.pass_time(0.8)
    assert isinstance(prompt, Prompt)
    assert confirms == [Confirm(tuple(ids[:16])), Confirm(tuple(ids[16:]))]


def test_a_forgotten_answer_is_confirmed_all_the_same(bench: Bench) -> None:
    prompt_id = bench.answered()
    bench.station.prompts.forget(prompt_id)
    assert bench.pass_time(3.0) == [Confirm((prompt_id,))]
