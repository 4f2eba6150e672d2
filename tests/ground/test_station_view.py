"""What instruments show of a station."""

import json
import random
from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from ground.errors import RequestError
from ground.station_view import StationView
from protocol.cop1.fop_settings import FopSettings
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import Cancel, Health
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.modem.reception import FrameQuality, Reception
from radio.profile import Profile
from radio.scope import Scope

ENDS = new_link_ends(0x2A5, 3, 5, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)


class Watched:
    """A view of a link, with or without samples, and what it told."""

    def __init__(self, with_samples: bool = True) -> None:
        self.link = GroundLink(ENDS.ground, MemoryStore(), 256, 223, FOP)
        self.spacecraft = SpacecraftLink(ENDS.flatsat, MemoryStore(), 223)
        self.scope = Scope(Profile.load("leo-bpsk").downlink) if with_samples else None
        self.told: list[dict[str, Any]] = []
        self.view = StationView(self._tell, self.link, self.scope)

    def _tell(self, event: str, **fields: Any) -> None:
        json.dumps(fields, allow_nan=False)
        self.told.append({"event": event, **fields})

    def look(self, now_s: float = 10.0) -> dict[str, Any]:
        self.view.watch(1.0, now_s - 1.0)
        self.view.tick(now_s)
        return self.told[-1]

    def exchange(self, now_s: float) -> None:
        self.link.tick(now_s)
        if frame := self.link.next_frame(now_s):
            self.spacecraft.receive(frame, now_s)
        self.spacecraft.send(Health(now_s, 0, False, 0, 0))
        while frame := self.spacecraft.next_frame(now_s):
            self.link.receive(frame, now_s)


def test_nothing_is_told_that_was_not_asked_for() -> None:
    watched = Watched()
    watched.view.tick(1e9)
    assert watched.told == []


def test_it_is_told_in_its_period() -> None:
    watched = Watched()
    watched.view.watch(0.25, 1.0)
    for step in range(101):
        watched.view.tick(1.0 + step / 100)
    assert [event["link_time_s"] for event in watched.told] == pytest.approx([1.25, 1.5, 1.75, 2.0])
    watched.view.watch(0, 2.0)
    watched.view.tick(9.0)
    assert len(watched.told) == 4
    assert watched.scope is not None
    watched.scope.hear(np.ones(2400, dtype=np.complex64), 9.0)
    assert watched.scope.take().spectrum is None, "it does not look for nobody"


@pytest.mark.parametrize("period_s", [None, "1", True, -1, 0.049, 60.1, float("nan"), float("inf"), [1]])
def test_what_is_no_period_changes_nothing(period_s: object) -> None:
    watched = Watched()
    watched.view.watch(1, 0.0)
    with pytest.raises(RequestError, match="period_s"):
        watched.view.watch(period_s, 0.5)
    watched.view.tick(1.0)
    assert len(watched.told) == 1


def test_before_the_first_report_nothing_is_known() -> None:
    told = Watched().look()
    unknown = ("vs", "nr", "outstanding", "waiting", "lockout", "wait", "retransmit", "farm_b")
    assert told["cop1"] == {"state": "initial", **dict.fromkeys(unknown)}
    assert told["channels"] == {
        "down": {"5": {"frames": 0, "repeated": 0, "rejected": 0}},
        "up": {"3": {"sent": 0, "resent": 0}},
    }


def test_counters_and_cop1_are_those_of_the_link() -> None:
    watched = Watched()
    for step in range(5):
        watched.exchange(step / 10)
    sent = watched.link.sender.frames_sent
    watched.link.receive(b"noise", 1.0)
    watched.link.send(Cancel(bytes(8)))
    watched.link.next_frame(1.0)
    told = watched.look()
    v_s = watched.link.sender.status.v_s
    assert told["cop1"] == {
        "state": "active",
        "vs": v_s,
        "nr": v_s - 1,
        "outstanding": 1,
        "waiting": 0,
        "lockout": False,
        "wait": False,
        "retransmit": False,
        "farm_b": watched.spacecraft.receiver.clcw.farm_b_counter,
    }
    assert told["channels"] == {
        "down": {"5": {"frames": watched.link.receiver.frames_received, "repeated": 0, "rejected": 1}},
        "up": {"3": {"sent": sent + 1, "resent": watched.link.sender.frames_resent}},
    }
    assert watched.link.receiver.frames_received == 5


def test_what_the_scope_sees_is_told_once() -> None:
    watched = Watched()
    assert watched.scope is not None
    watched.view.watch(1.0, 0.0)
    watched.scope.hear(np.ones(2400, dtype=np.complex64), 0.5)
    quality = FrameQuality(0.4, 0.5, 9.0, 1.0, 2.0, 3, np.array([1, -1j], dtype=np.complex64))
    watched.scope.add(Reception(b"", quality), accepted=True)
    watched.view.tick(1.0)
    watched.view.tick(2.0)
    first, second = watched.told
    row = np.frombuffer(b64decode(first["spectrum"]), np.uint8)
    assert (len(row), int(np.argmax(row))) == (128, 64)
    assert first["floor_db"] + first["step_db"] * row[64] == pytest.approx(10 * np.log10(2 / 3), abs=0.5)
    assert np.frombuffer(b64decode(first["constellation"]), np.int8).tolist() == [48, 0, 0, -48]
    (reception,) = first["receptions"]
    assert reception.pop("eb_n0_db") > 12
    assert reception == {"at_s": 0.5, "es_n0_db": 9.0, "offset_hz": 2.0, "corrected": 3, "good": True}
    assert (second["spectrum"], second["constellation"], second["receptions"]) == (None, None, [])


def test_where_there_are_no_samples_there_is_no_spectrum() -> None:
    told = Watched(with_samples=False).look()
    assert (told["spectrum"], told["constellation"], told["receptions"]) == (None, None, [])
