"""Both ends of COP-1, a link that loses and repeats but keeps the order, an operator who follows docs/cop1.md."""

import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import pytest

from protocol.clcw import Clcw
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Farm1, FarmVariables
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import AlertReason, FopState
from protocol.cop1.frame_type import FrameType
from protocol.cop1.notification import Alert, DirectiveResponse, FduResponse, Notification, Response, Suspension
from protocol.tc_frame import TcFrame

T = TypeVar("T")
SCID, VCID = 3, 1
STEP_S = 1.0
FORGOTTEN = 400
"""Deliveries after which no confirmation can be about one any more."""


def attempt(payload: bytes) -> int:
    return int(payload.split(b".")[1])


class Leg(Generic[T]):
    """One direction: what is put in comes out `delay_s` later, or not, or twice."""

    def __init__(self, rng: random.Random, loss: float, delay_s: float) -> None:
        self._rng = rng
        self._loss = loss
        self._delay_s = delay_s
        self._under_way: deque[tuple[float, T]] = deque()

    def put(self, what: T, now_s: float) -> None:
        copies = 0 if self._rng.random() < self._loss else 1 + (self._rng.random() < 0.05)
        self._under_way.extend([(now_s + self._delay_s, what)] * copies)

    def take(self, now_s: float) -> list[T]:
        due = []
        while self._under_way and self._under_way[0][0] <= now_s:
            due.append(self._under_way.popleft()[1])
        return due


@dataclass
class Conditions:
    """What a session has to live with; the rates are probabilities a step of 1 s."""

    loss: float = 0.1
    seed: int = 0
    window_frames: int = 5
    timeout_type: int = 1
    t1_s: float = 14.0
    delay_s: float = 3.0
    clcw_period_s: int = 2
    outage_rate: float = 0.0
    wait_rate: float = 0.0
    intruder_rate: float = 0.0
    ground_restart_rate: float = 0.0
    spacecraft_restart_rate: float = 0.0


@dataclass
class Session:
    """Gets messages numbered from 0 across, each until it is confirmed, and checks every confirmation."""

    conditions: Conditions
    messages: int
    now_s: float = 0.0
    outage_ends_s: float = 0.0
    wait_ends_s: float = 0.0
    attempts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    clcw: Clcw | None = None
    delivered: list[bytes] = field(default_factory=list)
    confirmed: set[int] = field(default_factory=set)
    open: dict[bytes, int] = field(default_factory=dict)
    """Messages that were handed over and of which nothing is known yet, by payload."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.conditions.seed)
        self.up: Leg[TcFrame] = Leg(self.rng, self.conditions.loss, self.conditions.delay_s)
        self.down: Leg[Clcw] = Leg(self.rng, self.conditions.loss, self.conditions.delay_s)
        self.queue = deque(range(self.messages))
        self.farm = self.new_farm(FarmVariables())
        self.new_ground()

    def new_farm(self, variables: FarmVariables) -> Farm1:
        return Farm1(SCID, VCID, 2 * self.conditions.window_frames, variables)

    def new_ground(self) -> None:
        given = self.conditions
        self.settings = FopSettings(given.t1_s, given.timeout_type, 5, given.window_frames)
        self.fop = Fop1(SCID, VCID, self.settings)
        self.clcw = None
        self.queue.extendleft(reversed(self.open.values()))
        self.open.clear()

    def run(self, max_steps: int = 1_000_000) -> Counter[str]:
        for _ in range(max_steps):
            if len(self.confirmed) == self.messages:
                return self.counts
            self.step()
        raise AssertionError(f"not done after {max_steps} steps: {self.counts}")

    def step(self) -> None:
        self.now_s += STEP_S
        self._disturb()
        contact = self.now_s >= self.outage_ends_s
        frame = self.fop.next_frame(self.now_s)
        if frame is not None:
            self.counts[FrameType.of(frame).name] += 1
        if frame is not None and contact:
            self.up.put(frame, self.now_s)
        for received in self.up.take(self.now_s):
            self._deliver(received)
        if contact and self.now_s % self.conditions.clcw_period_s == 0:
            self.down.put(self.farm.clcw, self.now_s)
        for clcw in self.down.take(self.now_s):
            self.clcw = clcw
            self.fop.clcw_received(clcw, self.now_s)
        self.fop.tick(self.now_s)
        self._operate()

    def _disturb(self) -> None:
        if self._happens(self.conditions.outage_rate):
            self.outage_ends_s = self.now_s + self.rng.randrange(200)
        if self._happens(self.conditions.wait_rate):
            self.farm.set_wait(True)
            self.wait_ends_s = self.now_s + self.rng.randrange(30)
        if self.now_s >= self.wait_ends_s:
            self.farm.set_wait(False)
        if self._happens(self.conditions.intruder_rate):
            self.farm.receive(TcFrame(SCID, VCID, False, False, (self.farm.variables.v_r + 128) % 256, b"intruder"))
        if self._happens(self.conditions.ground_restart_rate):
            self.counts["ground restarts"] += 1
            self.new_ground()
        if self._happens(self.conditions.spacecraft_restart_rate):
            self.counts["spacecraft restarts"] += 1
            self.farm = self.new_farm(self.farm.variables)

    def _happens(self, rate: float) -> bool:
        return rate > 0 and self.rng.random() < rate

    def _deliver(self, frame: TcFrame) -> None:
        data = self.farm.receive(frame)
        if data is not None:
            assert not self.delivered or attempt(data) > attempt(self.delivered[-1]), "out of order, or twice"
            self.counts["wraps"] += self.farm.variables.v_r == 0
            self.delivered.append(data)

    def _operate(self) -> None:
        for told in self.fop.notifications():
            self._hear(told)
        if self.fop.state is FopState.INITIAL and not self.fop.suspend_state and self.clcw is not None:
            self._initiate(self.clcw)
        elif self.fop.accepts_ad and self.queue and not self._unlocking:
            self._transfer(self.queue.popleft())

    @property
    def _unlocking(self) -> bool:
        return self.clcw is not None and self.clcw.lockout

    def _transfer(self, message: int) -> None:
        self.attempts += 1
        payload = f"{message}.{self.attempts}".encode()
        self.open[payload] = message
        self.fop.transfer_ad(payload, payload, self.now_s)

    def _initiate(self, clcw: Clcw) -> None:
        """Unlock if need be; then set V(R) far from any number under way (docs/cop1.md)."""
        if clcw.lockout:
            self._direct(DirectiveType.SET_VS, clcw.report_value)
            self._direct(DirectiveType.INITIATE_WITH_UNLOCK)
        else:
            self._direct(DirectiveType.INITIATE_WITH_SET_VR, (clcw.report_value + 128) % 256)

    def _direct(self, directive_type: DirectiveType, qualifier: int | None = None) -> None:
        self.fop.direct(Directive(directive_type, qualifier), self.now_s)

    def _hear(self, told: Notification) -> None:
        match told:
            case FduResponse(Response.POSITIVE_CONFIRM, bytes(payload)):
                assert payload in self.delivered[-FORGOTTEN:], "confirmed, but never delivered"
                self.counts["confirmed"] += 1
                self.confirmed.add(self.open.pop(payload))
                self._direct(DirectiveType.SET_LIMIT, self.settings.transmission_limit)
            case FduResponse(Response.NEGATIVE_CONFIRM | Response.REJECT, bytes(payload)):
                self.counts["given up"] += 1
                self.queue.appendleft(self.open.pop(payload))
            case Suspension():
                self.counts["suspensions"] += 1
                self._direct(DirectiveType.SET_LIMIT, self.fop.transmission_count + self.settings.transmission_limit)
                self._direct(DirectiveType.RESUME)
            case Alert(reason) if reason is not AlertReason.TERM:
                self.counts[f"Alert[{reason.value}]"] += 1
            case DirectiveResponse(Response.POSITIVE_CONFIRM, Directive(DirectiveType.INITIATE_WITH_UNLOCK)):
                self._direct(DirectiveType.TERMINATE)


@pytest.fixture(scope="session")
def session() -> Callable[..., Session]:
    return lambda messages, **conditions: Session(Conditions(**conditions), messages)
