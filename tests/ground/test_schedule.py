from ground.inquiry import Inquiry, InquiryState
from ground.schedule import UplinkSchedule
from protocol.messages import Prompt

TIMEOUT_S = 0.5


def inquiry(number: int, state: InquiryState = InquiryState.WAITING_TO_SEND, due_s: float = 0.0) -> Inquiry:
    return Inquiry(Prompt(number.to_bytes(8, "big"), "Why?", 5), due_s, state)


def sent(schedule: UplinkSchedule, inquiries: list[Inquiry], now_s: float) -> Inquiry:
    """Have the one whose turn it is leave."""
    taken = schedule.take(inquiries, now_s)
    assert taken is not None
    taken.leave()
    return taken


def test_what_is_due_longest_has_its_turn() -> None:
    late, later = inquiry(0, InquiryState.ACCEPTED, 3.0), inquiry(1, InquiryState.ACCEPTED, 2.0)
    prompt = inquiry(2, due_s=2.5)
    schedule, order = UplinkSchedule(TIMEOUT_S), []
    assert schedule.take([late, later, prompt], 1.0) is None
    while taken := schedule.take([late, later, prompt], 3.0):
        order.append(taken)
        taken.leave()
    assert order == [later, prompt, late]


def test_prompts_do_not_wait_for_each_other() -> None:
    first, second = inquiry(0), inquiry(1)
    schedule = UplinkSchedule(TIMEOUT_S)
    assert sent(schedule, [first, second], 0.0) is first
    assert sent(schedule, [first, second], 0.0) is second
    assert schedule.take([first, second], 9.0) is None


def test_the_timer_starts_with_the_delivery() -> None:
    asked = inquiry(0, InquiryState.ACCEPTED)
    schedule = UplinkSchedule(TIMEOUT_S)
    sent(schedule, [asked], 0.0)
    assert schedule.take([asked], 7.0) is None
    schedule.delivered(asked, 7.0)
    assert asked.due_s == 7.5
    assert schedule.take([asked], 7.4) is None
    assert schedule.take([asked], 7.5) is asked


def test_news_before_the_delivery_keeps_its_own_time() -> None:
    asked = inquiry(0, InquiryState.ACCEPTED)
    schedule = UplinkSchedule(TIMEOUT_S)
    sent(schedule, [asked], 0.0)
    asked.due_s = 20.0
    schedule.delivered(asked, 7.0)
    assert asked.due_s == 20.0


def test_repeats_go_one_at_a_time_until_something_is_heard() -> None:
    asked = [inquiry(number, InquiryState.ACCEPTED) for number in range(3)]
    schedule = UplinkSchedule(TIMEOUT_S)
    for each in asked:
        each.requests = 1
    assert sent(schedule, asked, 1.0) is asked[0]
    assert schedule.take(asked, 9.0) is None, "the first is on its way"
    schedule.delivered(asked[0], 9.0)
    assert schedule.take(asked, 9.4) is None, "its answer may be on its way"
    assert sent(schedule, asked, 9.5) is asked[1]
    schedule.heard()
    assert sent(schedule, asked, 9.5) is asked[2]


def test_news_does_not_wait_for_a_repeat() -> None:
    repeated, new = inquiry(0, InquiryState.ACCEPTED), inquiry(1, InquiryState.ACCEPTED)
    repeated.requests = 1
    schedule = UplinkSchedule(TIMEOUT_S)
    assert sent(schedule, [repeated], 1.0) is repeated
    assert schedule.take([repeated, new], 1.0) is new


def test_nothing_is_sent_for_what_has_ended() -> None:
    ended = [inquiry(0, InquiryState.ANSWERED), inquiry(1, InquiryState.REFUSED)]
    ended[0].cancelling = True
    assert UplinkSchedule(TIMEOUT_S).take(ended, 1.0) is None
