"""The rig of an orbit: both programs and the board's firmware in one loop, frame by frame, without samples."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import lru_cache
from math import inf
from pathlib import Path
from types import TracebackType

from firmware_sim.board import Board
from firmware_sim.firmware import Firmware
from firmware_sim.sunlight import Sunlight
from firmware_sim.world import World
from flatsat.board import BoardClient
from flatsat.build import build_spacecraft
from flatsat.engine import Engine
from flatsat.errors import FlatsatError
from flatsat.journal import Journal as FlatsatJournal
from flatsat.payload_power import PayloadPower
from flatsat.spacecraft import SpacecraftSettings
from ground.build import build_station
from ground.journal import Journal as GroundJournal
from protocol.journey import Milestone, Observer
from protocol.link import SpacecraftAddress
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.profile import LinkProfile, Profile
from testbed.errors import SettingsError
from testbed.faults.frames import FrameFaults, FrameFaultSettings
from testbed.orbit.orbit_plan import OrbitPlan
from testbed.rigs.frame_rig import Leg
from testbed.rigs.memory_line import MemoryLine
from testbed.rigs.scratch import scratch_folder
from testbed.trace import Trace, TraceEvent

LINK_STEP_S, WORK_STEP_S, IDLE_STEP_S = 0.05, 0.1, 1.0
"""In view; out of view while the model works; while nothing happens but the board's own business."""


class OrbitRig:
    """Ground, flatsat and board over a plan's contacts and eclipses. The same seed gives the same orbit."""

    def __init__(
        self,
        plan: OrbitPlan,
        profile: Profile,
        engine: Engine,
        settings: SpacecraftSettings,
        battery_charge: float,
        seed: int,
    ) -> None:
        """Take the charge of the battery at the start."""
        self.now_s = 0.0
        self.trace = Trace()
        self._plan, self._profile, self._engine, self._settings = plan, profile, engine, settings
        self._rng = random.Random(seed)
        self._client = BoardClient(MemoryLine(Firmware(self._board(battery_charge)), lambda: self.now_s))
        self._opened = ExitStack()

    def __enter__(self) -> "OrbitRig":
        """Open the journals and build both ends. Raises SettingsError for settings that one of them refuses."""
        folder = Path(self._opened.enter_context(scratch_folder()))
        address = SpacecraftAddress()
        channels = (address.scid, address.telecommand_vcid, address.telemetry_vcid)
        ends = new_link_ends(*channels, SecurityMode.ENCRYPTED, self._rng.randbytes)
        self.station = build_station(
            self._profile,
            list(self._plan.contacts),
            ends.ground,
            MemoryStore(),
            self._opened.enter_context(closing(GroundJournal(folder / "ground.journal"))),
            lambda: self._rng.randbytes(8),
            self._observer("ground"),
            lambda prompt_id, at, text: None,  # noqa: ARG005
        )
        try:
            self.spacecraft = build_spacecraft(
                self._profile,
                self._engine,
                self._client,
                ends.flatsat,
                MemoryStore(),
                self._opened.enter_context(closing(FlatsatJournal(folder / "flatsat.journal"))),
                self._observer("flatsat"),
                lambda held: None,  # noqa: ARG005
                self._settings,
            )
        except FlatsatError as error:
            self._opened.close()
            raise SettingsError(str(error)) from None
        up, down = self._profile.uplink, self._profile.downlink
        self._up = self._leg(self.station.frame_to_send, self.spacecraft.frame_received, up)
        self._down = self._leg(self.spacecraft.frame_to_send, self.station.frame_received, down)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove the journals."""
        self._opened.close()

    @property
    def power(self) -> PayloadPower:
        """What the flatsat knows of its board."""
        return self.spacecraft.power

    def step(self, until_s: float = inf) -> None:
        """Let a span of time pass: short where something happens, and to `until_s` at the most."""
        step_s = self._step_s()
        now_s = min(self.now_s + step_s, until_s, max(self._plan.next_aos_s(self.now_s), self.now_s + LINK_STEP_S))
        step_s, self.now_s = now_s - self.now_s, now_s
        self.station.tick(now_s)
        self._up.step(now_s, step_s, self._plan.in_view)
        self.spacecraft.tick(now_s)
        self._down.step(now_s, step_s, self._plan.in_view)

    def _step_s(self) -> float:
        if self._plan.in_view(self.now_s):
            return LINK_STEP_S
        return WORK_STEP_S if self.spacecraft.inferring else IDLE_STEP_S

    def _board(self, charge: float) -> Board:
        return Board(self._rng.getrandbits(32), world=World(Sunlight.eclipsed(self._plan.eclipses), charge))

    def _leg(
        self,
        fetch: Callable[[float], bytes | None],
        deliver: Callable[[bytes, None, float], object],
        profile: LinkProfile,
    ) -> Leg:
        faults = FrameFaults(FrameFaultSettings(), random.Random(self._rng.getrandbits(64)))
        return Leg(fetch, deliver, lambda frame: _air_s(profile, len(frame)), faults)

    def _observer(self, source: str) -> Observer:
        def observe(milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
            if milestone not in (Milestone.TOKEN, Milestone.SEGMENT_SENT, Milestone.SEGMENT_RECEIVED):
                self.trace.add(TraceEvent(prompt_id.hex(), milestone.value, link_s, time.time(), source, detail))

        return observe


@lru_cache(maxsize=512)
def _air_s(profile: LinkProfile, octets: int) -> float:
    """Return the air time of a burst with a frame of so many octets."""
    code = profile.code()
    return (len(code.acquisition) + len(code.encode(bytes(octets)))) / profile.channel_symbol_rate_hz
