from ground.inquiry import Inquiry, InquiryState
from ground.schedule import UplinkSchedule
from protocol.messages import Prompt

TIMEOUT_S = 0.5


def inquiry(number: int, state: InquiryState = InquiryState.WAITING_TO_SEND, due_s: float = 0.0) -> Inquiry:
    return Inquiry(Prompt(number.to_bytes(8, "big"), "Why?", 5), due_s, state)


def test_what_is_due_longest_has_its_turn() -> None:
    late, later = inquiry(0, InquiryState.ACCEPTED, 3.0), inquiry(1, InquiryState.ACCEPTED, 2.0)
    prompt = inquiry(2, due_s=2.5)
    schedule, order = UplinkSchedule(TIMEOUT_S), []
    assert schedule.take([late, later, prompt], 1.0) is None
    while taken := schedule.take([late, later, prompt], 3.0):
        order.append(taken)
        taken.leave()
    assert order == [later, prompt, late]


def test_a_prompt_waits_for_the_one_before_it() -> None:
    first, second = inquiry(0), inquiry(1)
    schedule = UplinkSchedule(TIMEOUT_S)
    assert schedule.take([first, second], 0.0) is first
    first.leave()
    assert schedule.take([first, second], 9.0) is None
    first.state = InquiryState.ACCEPTED
    assert schedule.take([first, second], 9.0) is second


def test_the_timer_starts_when_the_frames_have_left() -> None:
    asked = inquiry(0, InquiryState.ACCEPTED)
    schedule = UplinkSchedule(TIMEOUT_S)
    assert schedule.take([asked], 0.0) is asked
    asked.leave()
    assert schedule.take([asked], 7.0) is None
    assert asked.due_s == 7.5
    assert schedule.take([asked], 7.4) is None
    assert schedule.take([asked], 7.5) is asked


def test_news_while_the_frames_are_leaving_keeps_its_own_time() -> None:
    asked = inquiry(0, InquiryState.ACCEPTED)
    schedule = UplinkSchedule(TIMEOUT_S)
    schedule.take([asked], 0.0)
    asked.leave()
    asked.due_s = 20.0
    assert schedule.take([asked], 7.0) is None
    assert asked.due_s == 20.0


def test_repeats_go_one_at_a_time_until_something_is_heard() -> None:
    asked = [inquiry(number, InquiryState.ACCEPTED) for number in range(2)]
    schedule = UplinkSchedule(TIMEOUT_S)
    for each in asked:
        each.requests = 1
    first = schedule.take(asked, 1.0)
    assert first is not None
    first.leave()
    assert schedule.take(asked, 1.1) is None
    schedule.heard()
    assert schedule.take(asked, 1.2) is asked[1]


def test_nothing_is_sent_for_what_has_ended() -> None:
    ended = [inquiry(0, InquiryState.ANSWERED), inquiry(1, InquiryState.REFUSED)]
    ended[0].cancelling = True
    assert UplinkSchedule(TIMEOUT_S).take(ended, 1.0) is None


def test_a_cancel_does_not_wait_for_the_prompt_before_it() -> None:
    first, second = inquiry(0, InquiryState.SENT), inquiry(1, InquiryState.SENT)
    second.cancelling = True
    assert UplinkSchedule(TIMEOUT_S).take([first, second], 1.0) is second
