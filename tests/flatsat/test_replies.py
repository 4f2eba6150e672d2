import pytest

from flatsat.replies import MAX_REPLIES, Replies
from protocol.messages import Accepted, Health, Refusal, RefusalReason

ID, OTHER = bytes(8), bytes([1] * 8)


def test_the_newest_of_a_kind_takes_the_place_of_the_older() -> None:
    replies = Replies()
    refusal = Refusal(ID, RefusalReason.CANCELLED, "")
    for message in (Accepted(ID, 1), Accepted(OTHER, 2), refusal, Accepted(ID, 0)):
        replies.put(message)
    assert [replies.take() for _ in range(3)] == [Accepted(ID, 0), Accepted(OTHER, 2), refusal]
    assert not replies


def test_health_is_of_no_prompt() -> None:
    replies = Replies()
    for uptime_s in (1.0, 2.0):
        replies.put(Health(uptime_s, 0, False, 0, 0))
    assert replies.take() == Health(2.0, 0, False, 0, 0)
    with pytest.raises(StopIteration):
        replies.take()


def test_the_oldest_goes_when_there_are_too_many() -> None:
    replies = Replies()
    for number in range(MAX_REPLIES + 3):
        replies.put(Accepted(number.to_bytes(8, "big"), number))
    assert replies.take() == Accepted((3).to_bytes(8, "big"), 3)
