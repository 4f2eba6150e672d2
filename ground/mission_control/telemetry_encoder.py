"""A station's events as telemetry packets."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

from ground.gateway.desk import Event
from ground.gateway.link_clock import LinkClock
from ground.mission_control.layouts import ANSWER, HEALTH, LINK, MILESTONE, REFUSAL, WARNING
from ground.mission_control.packet_layout import PacketLayout
from ground.mission_control.telemetry_packet import TelemetryPacket
from protocol.journey import Milestone
from protocol.space_packet import SEQUENCE_MODULO

Content: TypeAlias = tuple[PacketLayout, dict[str, Any]]

_NOT_TOLD = ("text",)  # of a prompt: what a person wrote is no telemetry


class TelemetryEncoder:
    """Makes packets of events and counts them, by APID. Pure: the time is that of the event."""

    def __init__(self) -> None:
        self._sent: Counter[int] = Counter()

    def encode(self, event: Event, clock: LinkClock) -> list[bytes]:
        """Return the packets that an event becomes: none for most. `clock` tells what its link time is in UTC.

        Raises LocalError for a value that does not fit, KeyError or TypeError for one that is missing.
        """
        link_time_s = event.get("link_time_s", clock.link_time_s)
        utc = None if link_time_s is None else clock.utc(link_time_s)
        utc_s = event["wall_time_s"] if utc is None else utc.timestamp()
        packets = [(layout.apid, layout.pack(values)) for layout, values in _contents(event)]
        return [TelemetryPacket(apid, self._next(apid), utc_s, link_time_s, data).encode() for apid, data in packets]

    def _next(self, apid: int) -> int:
        count = self._sent[apid]
        self._sent[apid] = (count + 1) % SEQUENCE_MODULO
        return count


def _contents(event: Event) -> Iterator[Content]:
    match event["event"]:
        case "health":
            yield HEALTH, event
        case "view":
            yield LINK, _link(event)
        case "milestone":
            yield from _milestone(event["name"], event["prompt_id"], event["detail"])
        case "warning" | "error" as severity:
            yield WARNING, {"severity": severity, "message": event["message"]}
        case "rejected":
            message = f"{event['field']} is {event['value']!r}; accepted: {event['accepted']}"
            yield WARNING, {"severity": "rejected", "prompt_id": event.get("prompt_id"), "message": message}


def _milestone(name: str, prompt_id: str, detail: dict[str, Any]) -> Iterator[Content]:
    known = ", ".join(f"{each} {value}" for each, value in detail.items() if each not in _NOT_TOLD)
    yield MILESTONE, {"prompt_id": prompt_id, "name": name, "detail": known}
    if name == Milestone.DONE.value:
        yield ANSWER, {"prompt_id": prompt_id, **detail}
    elif name == Milestone.REFUSED.value:
        yield REFUSAL, {"prompt_id": prompt_id, **detail}


def _link(view: Event) -> dict[str, Any]:
    down, up = (Counter[str](), Counter[str]())
    for total, channels in ((down, view["channels"]["down"]), (up, view["channels"]["up"])):
        for counts in channels.values():
            total.update(counts)
    heard = view["receptions"]
    good = [each for each in heard if each["good"]]
    last = good[-1] if good else {}
    return {
        "downlink_frames": down["frames"],
        "downlink_repeated": down["repeated"],
        "downlink_rejected": down["rejected"],
        "uplink_sent": up["sent"],
        "uplink_resent": up["resent"],
        "fop_state": view["cop1"]["state"],
        **{name: value for name, value in view["cop1"].items() if name != "state"},
        "receptions": len(heard),
        "receptions_good": len(good),
        "corrected": sum(each["corrected"] or 0 for each in heard),
        **{name: last.get(name) for name in ("es_n0_db", "eb_n0_db", "offset_hz")},
    }
