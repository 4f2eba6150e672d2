from typing import Any

import pytest

from ground.gateway.desk import Event
from ground.gateway.link_clock import LinkClock
from ground.mission_control.telemetry_encoder import TelemetryEncoder
from protocol.errors import LocalError
from tests.ground.mission_control.conftest import Decode

CLOCK = LinkClock(link_time_s=2.0, epoch_utc_s=1_700_000_000.0)
PROMPT_ID = "00112233445566ff"
COP1 = {
    "state": "retransmit_with_wait",
    "vs": 255,
    "nr": 254,
    "outstanding": 1,
    "waiting": 3,
    "lockout": False,
    "wait": True,
    "retransmit": True,
    "farm_b": 3,
}


def event(name: str, /, **fields: Any) -> Event:
    return {"event": name, "wall_time_s": 1_800_000_000.25, **fields}


def milestone(name: str, /, **detail: Any) -> Event:
    return event("milestone", name=name, prompt_id=PROMPT_ID, link_time_s=3.0, detail=detail)


def reception(es_n0_db: float, good: bool = True, corrected: int = 0) -> dict[str, Any]:
    return {
        "at_s": 1.0,
        "es_n0_db": es_n0_db,
        "eb_n0_db": es_n0_db + 3,
        "offset_hz": -100.0 * es_n0_db,
        "corrected": corrected,
        "good": good,
    }


def view(*receptions: dict[str, Any], **cop1: Any) -> Event:
    down = {
        "0": {"frames": 5, "repeated": 1, "rejected": 2},
        "1": {"frames": 100, "repeated": 0, "rejected": 0},
    }
    channels = {"down": down, "up": {"0": {"sent": 9, "resent": 4}}}
    return event("view", link_time_s=3.0, receptions=list(receptions), channels=channels, cop1=COP1 | cop1)


def test_the_time_is_the_links(decode: Decode) -> None:
    encoder = TelemetryEncoder()
    (at_event,) = decode(b"".join(encoder.encode(milestone("aos"), CLOCK)))
    (at_last,) = decode(b"".join(encoder.encode(event("warning", message="x"), CLOCK)))
    (at_wall,) = decode(b"".join(encoder.encode(event("warning", message="x"), LinkClock())))
    assert (at_event["time"], at_event["link_time_s"]) == (1_700_000_003.0, 3.0)
    assert (at_last["time"], at_last["link_time_s"]) == (1_700_000_002.0, 2.0)
    assert at_wall["time"] == 1_800_000_000.25
    assert at_wall["link_time_s"] != at_wall["link_time_s"]


def test_packets_are_counted_by_apid_and_the_count_wraps(decode: Decode) -> None:
    encoder = TelemetryEncoder()
    counts = []
    for _ in range(16385):
        (octets,) = encoder.encode(event("warning", message=""), CLOCK)
        counts.append(int.from_bytes(octets[2:4], "big") & 0x3FFF)
    assert counts == [*range(16384), 0]
    (first,) = decode(b"".join(encoder.encode(milestone("aos"), CLOCK)))
    assert first["SRC_SEQ_CTR"] == 0


def test_a_view_is_a_packet_of_the_link(decode: Decode) -> None:
    heard = view(reception(7.0), reception(8.0, corrected=2), reception(1.0, good=False, corrected=5))
    (link,) = decode(b"".join(TelemetryEncoder().encode(heard, CLOCK)))
    found = {name.removeprefix("link_"): value for name, value in link.items()}
    assert found["downlink_frames"] == 105
    assert (found["downlink_repeated"], found["downlink_rejected"]) == (1, 2)
    assert (found["uplink_sent"], found["uplink_resent"]) == (9, 4)
    assert (found["fop_state"], found["fop_vs"], found["fop_nnr"]) == ("retransmit_with_wait", 255, 254)
    assert (found["frames_outstanding"], found["frames_waiting"]) == (1, 3)
    assert (found["farm_lockout"], found["farm_wait"], found["farm_retransmit"]) == (False, True, True)
    assert (found["farm_b"], found["clcw_known"]) == (3, True)
    assert (found["receptions"], found["receptions_good"], found["corrected"]) == (3, 2, 7)
    assert (found["es_n0_db"], found["eb_n0_db"], found["offset_hz"]) == (8.0, 11.0, -800.0)


def test_before_the_first_report_and_without_a_reception_nothing_is_made_up(decode: Decode) -> None:
    silent = dict.fromkeys(COP1) | {"state": "initial"}
    (link,) = decode(b"".join(TelemetryEncoder().encode(view(**silent), CLOCK)))
    assert link["link_fop_state"] == "initial"
    assert not link["link_clcw_known"]
    assert link["link_es_n0_db"] != link["link_es_n0_db"]


def test_an_answer_and_a_refusal_have_packets_of_their_own(decode: Decode) -> None:
    done = {
        "finish_reason": "length",
        "prompt_tokens": 1,
        "completion_tokens": 2**32 - 1,
        "inference_s": 1.5,
        "shortened_to": 10,
        "uplink_frames": 3,
        "uplink_resent": 1,
        "downlink_frames": 20,
    }
    encoder = TelemetryEncoder()
    ended, answer = decode(b"".join(encoder.encode(milestone("done", **done), CLOCK)))
    refused, refusal = decode(b"".join(encoder.encode(milestone("refused", reason="too_hot", detail="86 C"), CLOCK)))
    assert (ended["milestone_name"], refused["milestone_name"]) == ("done", "refused")
    found = {name.removeprefix("answer_"): value for name, value in answer.items()}
    assert done == {name: found[name] for name in done}
    assert found["prompt_id"] == PROMPT_ID
    assert found["shortened_to_known"]
    assert found["frames_known"]
    assert found["energy_j"] != found["energy_j"]
    assert (refusal["refusal_reason"], refusal["refusal_detail"]) == ("too_hot", "86 C")


def test_what_a_person_wrote_is_not_told(decode: Decode) -> None:
    (queued,) = decode(b"".join(TelemetryEncoder().encode(milestone("queued", text="secret", turn=1), CLOCK)))
    assert queued["milestone_detail"] == "turn 1"


def test_warnings_errors_and_rejections(decode: Decode) -> None:
    rejected = event("rejected", prompt_id=None, field="seed", value=-1, accepted="0 or more")
    events = [event("warning", message="w"), event("error", message="e"), rejected]
    encoder = TelemetryEncoder()
    found = decode(b"".join(octets for each in events for octets in encoder.encode(each, CLOCK)))
    assert [each["warning_severity"] for each in found] == ["warning", "error", "rejected"]
    assert found[2]["warning_message"] == "seed is -1; accepted: 0 or more"


@pytest.mark.parametrize("name", ["time", "text", "queue", "known", "uplink", "sending", "summary", "something new"])
def test_other_events_become_no_packet(name: str) -> None:
    assert TelemetryEncoder().encode(event(name), CLOCK) == []


def test_what_does_not_fit_is_refused_and_not_counted(decode: Decode) -> None:
    encoder = TelemetryEncoder()
    with pytest.raises(LocalError, match="name: 'lunch'"):
        encoder.encode(milestone("lunch"), CLOCK)
    (first,) = decode(b"".join(encoder.encode(milestone("aos"), CLOCK)))
    assert first["SRC_SEQ_CTR"] == 0
