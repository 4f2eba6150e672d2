import io
import json
import math
import random
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ground.contact import Contact
from ground.journal import Journal
from ground.model_uplink_build import open_outbox
from ground.serve import GroundServer, GroundSettings
from protocol.link import GroundLink, SpacecraftLink
from protocol.messages import AnswerEnd, FinishReason
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.nodes import SampleNodes
from radio.profile import Profile
from radio.worker import Worker
from testbed.keys import GROUND, key_path

RATE_HZ = 240e3
SILENCE = np.zeros(2400, dtype=np.complex64)
PROFILE = Profile.load("leo-bpsk")
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
END = AnswerEnd(FinishReason.STOP, 1, 2, 0.5)
ID = "00" * 7 + "2a"

opened = ExitStack()
"""The journals of the test that runs."""


def settings(folder: Path, seed: int | None, contacts: list[Contact] | None = None) -> GroundSettings:
    return GroundSettings(
        PROFILE,
        RATE_HZ,
        contacts or [Contact(0.0, math.inf)],
        keys=key_path(folder, GROUND),
        journal=folder / "journal",
        outbox=folder / "outbox",
        seed=seed,
        start_utc=datetime(2024, 1, 22, 9, 18, 20, tzinfo=timezone.utc),
    )


class Bench:
    """A server whose line-streams are in memory, and a spacecraft's end to speak to its station with.

    The telecommand service stands: samples are not carried from one end to the other.
    """

    folder = Path()
    numbers = count()

    def __init__(self, seed: int | None = 1, contacts: list[Contact] | None = None) -> None:
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        self._settings = settings(folder, seed, contacts)
        self._events = io.StringIO()
        self._worker = Worker(io.StringIO(), self._events)
        self._store = MemoryStore()
        self._spacecraft = SpacecraftLink(ENDS.flatsat, MemoryStore(), PROFILE.downlink.frame_octets)
        self._journal: Journal | None = None
        self.now_s = 0.0
        self.start()

    def start(self) -> None:
        """Start the server, perhaps again: with its journal and its seed."""
        if self._journal is not None:
            self._journal.close()
        self._journal = opened.enter_context(closing(Journal(self._settings.journal)))
        self.told()
        self.server = GroundServer(
            self._worker,
            self._settings,
            keys=ENDS.ground,
            store=self._store,
            journal=self._journal,
            filestore=opened.enter_context(closing(open_outbox(self._settings.outbox))),
            now_s=self.now_s,
            nodes=SampleNodes(self._settings.profile, self._settings.sample_rate_hz, None),
            port=Port(),
        )
        said = self.told()
        self.beginning = [event for event in said if event["event"] in ("station", "queue")]
        assert said[:2] == self.beginning
        self._events.write("".join(json.dumps(event) + "\n" for event in said[2:]))

    def establish(self) -> list[dict[str, Any]]:
        """Have the two ends hear each other until the service stands; return what is told of it."""
        link: GroundLink = self.server._station.link
        while not link.sender.ready:
            link.tick(self.now_s)
            if frame := link.next_frame(self.now_s):
                self._spacecraft.receive(frame, self.now_s)
            self._hear()
            self.now_s += 0.5
        return self.step()

    def write_protect(self, protected: bool) -> None:
        assert self._journal is not None
        self._journal._database.execute(f"PRAGMA query_only = {protected:d}")

    def command(self, **command: object) -> list[dict[str, Any]]:
        self._worker._queue.put(command)
        return self.step()

    def step(self) -> list[dict[str, Any]]:
        self.now_s += 0.01
        tx = self.server.step(SILENCE, self.now_s)
        assert tx.shape == SILENCE.shape
        assert not self._worker.stopping.is_set()
        return [event for event in self.told() if event["event"] not in ("time", "sending")]

    def told(self) -> list[dict[str, Any]]:
        """Return what was said since the last call."""
        lines = self._events.getvalue().encode().splitlines()
        self._events.seek(0)
        self._events.truncate()
        return [json.loads(line, parse_constant=pytest.fail) for line in lines]

    def say(self, *messages: Any) -> list[dict[str, Any]]:
        for message in messages:
            self._spacecraft.send(message)
        self._hear()
        return self.step()

    def _hear(self) -> None:
        while frame := self._spacecraft.next_frame(self.now_s):
            self.server._station.frame_received(frame, None, self.now_s)


class Port:
    """What moves samples, for a few steps after each beginning."""

    tx_endpoint = "tcp://127.0.0.1:1"
    latency_s = 0.0

    def __init__(self) -> None:
        self.begun: list[float] = []
        self.closed = False

    def run(self, step: Callable[..., object], begin_s: float, interrupted: Callable[[], bool]) -> None:
        self.begun.append(begin_s)
        for number in range(3):
            step(SILENCE, begin_s + 0.01 * (number + 1))

    def report(self) -> dict[str, object]:
        return {}

    def close(self) -> None:
        self.closed = True
