"""A link that loses PDUs, between two entities in memory: for tests and campaigns."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from protocol.cfdp.codes import DirectiveCode
from protocol.cfdp.entity import CfdpEntity
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import FileData, Pdu
from protocol.cfdp.settings import GROUND_ID, SPACECRAFT_ID, CfdpSettings

_IDLE_S = 0.05


@dataclass(slots=True)
class LossyPath:
    """One direction: what an entity sends arrives at the other `delay_s` later, unless `loses` says otherwise."""

    source: CfdpEntity
    destination: CfdpEntity
    loses: Callable[[bytes], bool]
    pdu_octets: int
    delay_s: float = 0.1
    octets: int = 0
    pdus: int = 0
    _flying: deque[tuple[float, bytes]] = field(default_factory=deque)

    def send(self, now_s: float) -> int:
        """Take a PDU from the source; return its octets, 0 if there is none."""
        pdu = self.source.next_pdu(now_s, self.pdu_octets)
        if pdu is None:
            return 0
        self.octets += len(pdu)
        self.pdus += 1
        if not self.loses(pdu):
            self._flying.append((now_s + self.delay_s, pdu))
        return len(pdu)

    def deliver(self, now_s: float) -> None:
        """Give the destination what has arrived."""
        while self._flying and self._flying[0][0] <= now_s:
            self.destination.receive(self._flying.popleft()[1], now_s)

    def clear(self) -> None:
        """Lose all that is on its way."""
        self._flying.clear()


@dataclass(slots=True)
class LossyLink:
    """Both directions of a link; the uplink takes its time, `octets_per_s`, the downlink keeps step with it."""

    up: LossyPath
    down: LossyPath
    octets_per_s: float = 1e5
    now_s: float = 0.0

    def step(self) -> None:
        """Let pass the time of one PDU up, and of what went down meanwhile."""
        sent = self.up.send(self.now_s)
        self.down.send(self.now_s)
        self.now_s += sent / self.octets_per_s or _IDLE_S
        for path in (self.up, self.down):
            path.deliver(self.now_s)
            path.source.tick(self.now_s)

    def run(self, max_s: float) -> bool:
        """Go on until no transaction is open at either end; return whether that came about within `max_s`."""
        end_s = self.now_s + max_s
        while self.now_s < end_s and (self.up.source.reports() or self.down.source.reports()):
            self.step()
        return self.now_s < end_s


@dataclass(frozen=True, slots=True)
class TransferOutcome:
    """What a file's transfer came to: `octets_up` are those of all PDUs of the sender."""

    closed: bool
    right_file: bool
    octets_up: int
    pdus_up: int
    octets_down: int
    link_s: float


class _Loss:
    """Loses PDUs at random, and the first one of a kind."""

    def __init__(self, probability: float, first: DirectiveCode | None, rng: Random) -> None:
        self._probability = probability
        self._first = first
        self._rng = rng

    def __call__(self, pdu: bytes) -> bool:
        if self._first is not None and _directive(pdu) is self._first:
            self._first = None
            return True
        return self._rng.random() < self._probability


def _directive(pdu: bytes) -> DirectiveCode | None:
    body = Pdu.parse(pdu).body
    return None if isinstance(body, FileData) else body.code


def transfer(
    content: bytes, pdu_octets: int, loss: float, seed: int, lost_first: DirectiveCode | None = None
) -> TransferOutcome:
    """Send a file from the ground to the spacecraft; both directions lose PDUs with the probability ``loss``."""
    loses = _Loss(loss, lost_first, Random(seed))
    stores = MemoryFilestore({"source": content}), MemoryFilestore()
    ground = CfdpEntity(CfdpSettings(GROUND_ID, SPACECRAFT_ID, pdu_octets=pdu_octets), stores[0])
    spacecraft = CfdpEntity(CfdpSettings(SPACECRAFT_ID, GROUND_ID, pdu_octets=pdu_octets), stores[1])
    ground.put("source", "destination", now_s=0.0)
    up, down = LossyPath(ground, spacecraft, loses, pdu_octets), LossyPath(spacecraft, ground, loses, pdu_octets)
    link = LossyLink(up, down)
    closed = link.run(max_s=1e5)
    right_file = stores[1].files.get("destination") == content
    return TransferOutcome(closed, right_file, up.octets, up.pdus, down.octets, link.now_s)
