"""Counting frames over a run that ends while some are in the air."""

from testbed.record import _arrived

SENT = [{"started_s": start_s, "air_time_s": 0.06} for start_s in (1.0, 2.0, 3.0)]


def heard(until_s: float, *ended_s: float) -> dict[str, object]:
    return {"link_time_s": until_s, "bursts": [{"ended_s": end_s, "decoded": True} for end_s in ended_s]}


def test_a_burst_in_the_air_is_not_yet_sent() -> None:
    assert _arrived(SENT, heard(3.07, 1.065, 2.065)) == 2


def test_a_burst_just_received_counts_as_sent() -> None:
    assert _arrived(SENT, heard(3.07, 1.065, 2.065, 3.065)) == 3


def test_a_lost_burst_counts_as_sent_once_it_must_have_come() -> None:
    assert _arrived(SENT, heard(3.5, 1.065)) == 3
