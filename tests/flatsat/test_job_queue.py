from flatsat.job import Job
from flatsat.job_queue import JobQueue
from protocol.messages import FinishReason, Prompt, Refusal, RefusalReason


def job(number: int) -> Job:
    return Job(Prompt(number.to_bytes(8, "big"), "Why?", 10), 0.0)


def ended(number: int, refused: bool = False, confirmed: bool = False) -> Job:
    done = job(number)
    if refused:
        done.refuse(Refusal(done.prompt.prompt_id, RefusalReason.CANCELLED, ""))
        return done
    done.begin(101.0)
    done.finish(FinishReason.STOP, 1.0)
    done.buffer.next_segment(0)
    if confirmed:
        done.confirm()
    return done


def numbers(queue: JobQueue) -> list[int]:
    return [int.from_bytes(known.prompt.prompt_id, "big") for known in queue]


def test_the_order_is_that_of_arrival() -> None:
    queue = JobQueue(remembered=2)
    jobs = [ended(0), job(1), job(2)]
    for each in jobs:
        queue.add(each)
    assert queue.waiting() == jobs[1:]
    assert queue.open_count() == 2
    assert [queue.open_before(each) for each in jobs] == [0, 0, 1]
    assert queue.get(jobs[1].prompt.prompt_id) is jobs[1]
    assert queue.get(b"nobody's") is None


def test_the_oldest_that_were_confirmed_are_forgotten() -> None:
    queue = JobQueue(remembered=2)
    for number in range(5):
        queue.add(ended(number, confirmed=True))
    assert numbers(queue) == [3, 4]


def test_refusals_do_not_push_a_confirmed_prompt_out() -> None:
    queue = JobQueue(remembered=2)
    queue.add(ended(0, confirmed=True))
    for number in range(1, 9):
        queue.add(ended(number, refused=True))
    assert numbers(queue) == [0, 6, 7, 8]


def test_what_waits_or_is_not_confirmed_is_kept() -> None:
    queue = JobQueue(remembered=0)
    queue.add(job(0))
    for number in range(1, 5):
        queue.add(ended(number))
    assert numbers(queue) == [0, 1, 2, 3, 4]
    queue.add(ended(5, refused=True))
    assert numbers(queue) == [0, 1, 2, 3, 4, 5], "its refusal is still to be sent"


def test_what_was_known_before_a_restart_is_known() -> None:
    jobs = [ended(0, confirmed=True), ended(1), job(2)]
    queue = JobQueue(2, jobs)
    assert list(queue) == jobs
    assert queue.waiting() == jobs[2:]
    for number in range(3, 5):
        queue.add(ended(number, confirmed=True))
    assert numbers(queue) == [1, 2, 3, 4]


def test_what_is_settled_is_not_gone_through_again() -> None:
    waits, answered = job(3), ended(1)
    queue = JobQueue(9, [ended(0, confirmed=True), answered, ended(2, refused=True)])
    queue.add(waits)
    assert queue.unsettled() == [answered, waits]
    answered.confirm()
    assert queue.unsettled() == [waits]
