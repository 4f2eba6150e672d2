import json
import math

import pytest

from ground.contact import Contact
from protocol.messages import Accepted, AnswerSegment, Health
from protocol.model_messages import ModelFault, ModelState, ModelStatus
from tests.ground.serve.server_bench import ID, PROFILE, SILENCE, Bench


def test_what_waits_from_before_is_told_first(bench: Bench) -> None:
    assert [event["event"] for event in bench.beginning] == ["station", "queue"]
    assert bench.beginning[1]["prompts"] == []
    bench.command(command="ask", prompt_id=ID, text="Why?")
    refused = bench.command(command="ask", text="How?")[0]["prompt_id"]
    bench.command(command="cancel", prompt_id=refused)
    bench.say(AnswerSegment(bytes.fromhex(ID), 0, "Parce "))
    bench.start()
    (prompt,) = bench.beginning[1]["prompts"]
    assert (prompt["prompt_id"], prompt["state"], prompt["answer"]) == (ID, "accepted", "Parce ")
    (known,) = [event for event in bench.command(command="find", prompt_id=refused) if event["event"] == "known"]
    assert known["found"]["refusal"] == {"reason": "cancelled", "detail": "before it was sent"}


def test_the_station_says_what_it_is() -> None:
    bench = Bench(contacts=[Contact(0.0, 540.0), Contact(5700.0, math.inf)])
    station = bench.beginning[0]
    del station["wall_time_s"]
    assert station == {
        "event": "station",
        "profile": "leo-bpsk",
        "security": "encrypted",
        "sample_rate_hz": 240e3,
        "start_utc": "2024-01-22T09:18:20+00:00",
        "contacts": [[0.0, 540.0], [5700.0, None]],
        "uplink": {
            "carrier_hz": 145.9e6,
            "modulation": "bpsk",
            "symbol_rate_baud": 9600.0,
            "information_rate_bit_s": PROFILE.uplink.information_rate_bit_s,
            "frame_octets": 256,
            "coding": "cltu-bch",
        },
        "downlink": {
            "carrier_hz": 437.05e6,
            "modulation": "bpsk",
            "symbol_rate_baud": 38400.0,
            "information_rate_bit_s": PROFILE.downlink.information_rate_bit_s,
            "frame_octets": 223,
            "coding": "cadu",
        },
    }


def test_a_prompt_on_its_way_up_is_told_of(bench: Bench) -> None:
    bench._worker._queue.put({"command": "ask", "prompt_id": ID, "text": "x" * 500})
    bench.server.step(SILENCE, bench.now_s + 0.01)
    (sending,) = [event for event in bench.told() if event["event"] == "sending"]
    del sending["wall_time_s"]
    expected = {"event": "sending", "prompt_id": ID, "frames": 3, "acknowledged": 0}
    assert sending == expected | {"link_time_s": pytest.approx(bench.now_s + 0.01, abs=0.02)}


def test_health_is_told(bench: Bench) -> None:
    (event,) = bench.say(Health(5.0, 2, True, 7, 1, bus_voltage_v=12.5))
    assert (event["event"], event["bus_voltage_v"], event["payload_rail_on"]) == ("health", 12.5, None)
    assert event["link_time_s"] == pytest.approx(bench.now_s - 0.01)


def test_link_time_is_told_every_second() -> None:
    bench = Bench()
    bench.server.step(SILENCE, 0.5)
    bench.server.step(SILENCE, 1.2)
    bench.server.step(SILENCE, 1.7)
    events = [json.loads(line) for line in bench._events.getvalue().splitlines()]
    assert [event["link_time_s"] for event in events if event["event"] == "time"] == [0.5, 1.7]


def test_where_the_telecommand_service_stands_is_told_when_it_changes() -> None:
    bench = Bench(contacts=[Contact(0.005, math.inf)])
    (begun,) = bench.step()
    assert (begun["event"], begun["state"]) == ("uplink", "initialising_with_bc_frame")
    assert bench.step() == []
    (stands,) = bench.establish()
    assert (stands["event"], stands["state"]) == ("uplink", "active")
    assert stands["link_time_s"] == pytest.approx(bench.now_s)


def test_a_journal_that_fails_is_warned_of_once(bench: Bench) -> None:
    prompt_id = bytes.fromhex(bench.command(command="ask", text="Why?")[0]["prompt_id"])
    bench.step()
    bench.write_protect(True)
    events = bench.say(Accepted(prompt_id, 0), AnswerSegment(prompt_id, 0, "a")) + bench.say()
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "read-only" in warning["message"]
    bench.write_protect(False)
    events = bench.say(AnswerSegment(prompt_id, 0, "a"))
    assert [event["event"] for event in events] == ["milestone", "milestone", "text"]


def test_what_is_said_of_a_model_is_told(bench: Bench) -> None:
    (event,) = bench.say(ModelStatus(3, "small", ModelState.ABSENT, fault=ModelFault.UNKNOWN, detail="never sent up"))
    del event["wall_time_s"]
    said = {
        "order": 3,
        "name": "small",
        "state": "absent",
        "model_id": "",
        "fault": "unknown",
        "detail": "never sent up",
    }
    assert event == {"event": "model"} | said
