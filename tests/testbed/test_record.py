"""Counting frames over a run that ends while some are in the air, and the symbols of those that came."""

from dataclasses import replace

from testbed.record import RunRecord, _arrived

SENT = [{"started_s": start_s, "air_time_s": 0.06} for start_s in (1.0, 2.0, 3.0)]


def heard(until_s: float, *ended_s: float) -> dict[str, object]:
    return {"link_time_s": until_s, "bursts": [{"ended_s": end_s, "decoded": True} for end_s in ended_s]}


def test_a_burst_in_the_air_is_not_yet_sent() -> None:
    assert _arrived(SENT, heard(3.07, 1.065, 2.065)) == 2


def test_a_burst_just_received_counts_as_sent() -> None:
    assert _arrived(SENT, heard(3.07, 1.065, 2.065, 3.065)) == 3


def test_a_lost_burst_counts_as_sent_once_it_must_have_come() -> None:
    assert _arrived(SENT, heard(3.5, 1.065)) == 3


def test_wrong_symbols_are_counted_in_good_frames_alone(answered: RunRecord, silent: RunRecord) -> None:
    assert answered.downlink.symbol_error_rate == 10 / 4000
    assert silent.downlink.symbol_error_rate is None
    one = replace(answered.downlink.bursts[0], symbols=3, symbol_errors=1)
    assert replace(answered.downlink, bursts=[one]).to_json()["symbol_error_rate"] == 0.333
    assert silent.downlink.to_json()["symbol_error_rate"] is None


def test_the_object_says_what_the_run_was(answered: RunRecord) -> None:
    found = answered.to_json()
    said = {name: found[name] for name in ("rig", "scenario", "profile", "station", "start_utc", "seed")}
    assert said == {
        "rig": "memory",
        "scenario": "default",
        "profile": "leo-bpsk",
        "station": "Zurich",
        "start_utc": "2024-01-22T09:18:20+00:00",
        "seed": 7,
    }
