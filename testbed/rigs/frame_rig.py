"""The frame rig: both programs and the link between them frame by frame, without samples.

For tests of what is above the radio, some hundred times as fast as the memory rig: air time and light time are those of
a low orbit at 9600 baud, and frames suffer what they are told to.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType

from flatsat.engine import Engine
from flatsat.journal import Journal as FlatsatJournal
from flatsat.safekeeping import telecommand_state
from flatsat.spacecraft import Spacecraft, SpacecraftSettings
from ground.contact import Contact
from ground.journal import Journal as GroundJournal
from ground.station import Station
from ground.station_settings import StationSettings
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone, Observer
from protocol.link import GroundLink, SpacecraftAddress, SpacecraftLink
from protocol.messages import Message
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from testbed.faults.boundary import at_boundary
from testbed.faults.frames import FrameFaults, FrameFaultSettings
from testbed.rigs.scratch import scratch_folder

UPLINK_OCTETS, DOWNLINK_OCTETS = 256, 223
LIGHT_S = 0.005
DOWNLINK_FRAME_S = 0.11
_FOP = FopSettings(t1_initial_s=0.9, timeout_type=0, transmission_limit=20, window_frames=10)
_ALWAYS = (Contact(0.0, float("inf")),)


def uplink_air_s(frame: bytes) -> float:
    """Return the air time of a frame in a CLTU with BCH(63,56) at 9600 baud."""
    return (-(-len(frame) // 7) * 8 + 26) * 8 / 9600


class Leg:
    """One direction: a transmitter that is free or not, and the frames in the air."""

    def __init__(
        self,
        fetch: Callable[[float], bytes | None],
        deliver: Callable[[bytes, None, float], object],
        air_s: Callable[[bytes], float],
        faults: FrameFaults,
    ) -> None:
        self.faults = faults
        self.sent = 0
        self._fetch, self._deliver, self._air_s = fetch, deliver, air_s
        self._free_s = 0.0
        self._flight: list[tuple[float, bytes]] = []

    def step(self, now_s: float, step_s: float, in_view: Callable[[float], bool]) -> None:
        """Deliver what arrives, and send what there is to send within the step."""
        while self._flight and self._flight[0][0] <= now_s:
            self._deliver(self._flight.pop(0)[1], None, now_s)
        while (start_s := max(self._free_s, now_s)) < now_s + step_s:
            frame = self._fetch(start_s)
            if frame is None:
                return
            self.sent += 1
            self._free_s = start_s + self._air_s(frame)
            if in_view(start_s) and in_view(self._free_s):
                arrived_s = self._free_s + LIGHT_S
                self._flight += [(arrived_s, each) for each in self.faults.pass_on(frame, arrived_s)]


@dataclass(slots=True)
class Witness:
    """Sees what telecommand messages came out of FARM-1 on board, and which FOP-1 confirmed on the ground."""

    delivered: Counter[Message] = field(default_factory=Counter)
    confirmed: Counter[Message] = field(default_factory=Counter)
    delivered_frames: int = 0
    """Type AD, in sequence: what N(S) has counted."""
    lies: list[Message] = field(default_factory=list)
    """What was confirmed and had not been delivered by then, so often."""

    def confirm(self, message: Message) -> None:
        """FOP-1 says that the spacecraft has it."""
        self.confirmed[message] += 1
        if self.confirmed[message] > self.delivered[message]:
            self.lies.append(message)


class FrameRig:
    """Ground and flatsat in one loop; the same seed gives the same run."""

    def __init__(
        self,
        engine: Engine,
        seed: int,
        faults: FrameFaultSettings | None = None,
        contacts: tuple[Contact, ...] = _ALWAYS,
        observe: Callable[[str, Milestone, bytes], None] = lambda source, milestone, prompt_id: None,  # noqa: ARG005
        step_s: float = 0.02,
    ) -> None:
        """Take `step_s`, the span of samples that a real rig would take at once."""
        self.engine, self.now_s = engine, 0.0
        self.texts: dict[bytes, str] = {}
        self.witness = Witness()
        self._contacts, self._observe, self._step_s = contacts, observe, step_s
        self._rng = random.Random(seed)
        self._settings = faults or FrameFaultSettings()
        self._opened = ExitStack()

    def __enter__(self) -> "FrameRig":
        """Open the journals and build both ends."""
        folder = Path(self._opened.enter_context(scratch_folder()))
        address = SpacecraftAddress()
        channels = (address.scid, address.telecommand_vcid, address.telemetry_vcid)
        ends = new_link_ends(*channels, SecurityMode.ENCRYPTED, self._rng.randbytes)
        flatsat_journal = self._opened.enter_context(closing(FlatsatJournal(folder / "flatsat.journal")))
        self.ground_link = _GroundLink(self.witness, ends.ground, MemoryStore(), UPLINK_OCTETS, DOWNLINK_OCTETS, _FOP)
        self.flatsat_link = _SpacecraftLink(
            self.witness, ends.flatsat, MemoryStore(), DOWNLINK_OCTETS, state=telecommand_state(flatsat_journal)
        )
        self.station = Station(
            self.ground_link,
            list(self._contacts),
            lambda: self._rng.randbytes(8),
            self._observer("ground"),
            self._on_text,
            self._opened.enter_context(closing(GroundJournal(folder / "ground.journal"))),
            StationSettings(),
        )
        self.spacecraft = Spacecraft(
            self.flatsat_link,
            self.engine,
            None,
            flatsat_journal,
            self._observer("flatsat"),
            lambda held: None,  # noqa: ARG005
            SpacecraftSettings(),
        )
        self.up = Leg(self.station.frame_to_send, self.spacecraft.frame_received, uplink_air_s, self._faults())
        self.down = Leg(
            self.spacecraft.frame_to_send, self.station.frame_received, lambda _: DOWNLINK_FRAME_S, self._faults()
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove the journals."""
        self._opened.close()

    def step(self) -> None:
        """Let a span of time pass."""
        self.now_s += self._step_s
        self.station.tick(self.now_s)
        self.up.step(self.now_s, self._step_s, self._in_view)
        self.spacecraft.tick(self.now_s)
        self.down.step(self.now_s, self._step_s, self._in_view)

    def _faults(self) -> FrameFaults:
        near = partial(at_boundary, self._contacts)
        return FrameFaults(self._settings, random.Random(self._rng.getrandbits(64)), near)

    def _in_view(self, time_s: float) -> bool:
        return any(contact.aos_s <= time_s <= contact.los_s for contact in self._contacts)

    def _observer(self, source: str) -> Observer:
        def observe(milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:  # noqa: ARG001
            self._observe(source, milestone, prompt_id)

        return observe

    def _on_text(self, prompt_id: bytes, at: int, text: str) -> None:
        self.texts[prompt_id] = self.texts.get(prompt_id, "")[:at] + text


class _GroundLink(GroundLink):
    def __init__(self, witness: Witness, *how: object) -> None:
        super().__init__(*how)  # type: ignore[arg-type]
        self._witness = witness
        self._under_way: dict[int, Message] = {}

    def send(self, message: Message) -> int:
        number = super().send(message)
        self._under_way[number] = message
        return number

    def delivered(self) -> list[int]:
        numbers = super().delivered()
        for number in numbers:
            self._witness.confirm(self._under_way.pop(number))
        return numbers


class _SpacecraftLink(SpacecraftLink):
    def __init__(self, witness: Witness, *how: object, **more: object) -> None:
        super().__init__(*how, **more)  # type: ignore[arg-type]
        self._witness = witness

    def receive(self, frame: bytes, now_s: float) -> list[Message]:
        expected = self.receiver.farm.variables.v_r
        messages = super().receive(frame, now_s)
        self._witness.delivered_frames += self.receiver.farm.variables.v_r == (expected + 1) % 256
        self._witness.delivered.update(messages)
        return messages
