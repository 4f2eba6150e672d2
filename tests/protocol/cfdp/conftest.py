from collections.abc import Callable
from typing import Any

import pytest

from protocol.cfdp.entity import CfdpEntity
from protocol.cfdp.lossy_link import LossyLink, LossyPath
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.progress import EntityProgress
from protocol.cfdp.settings import GROUND_ID, SPACECRAFT_ID, CfdpSettings

PDU_OCTETS = 100


class Pair:
    """A ground and a spacecraft; the file "a" is on the ground."""

    def __init__(self, content: bytes = bytes(range(256)), pdu_octets: int = PDU_OCTETS, **settings: Any) -> None:
        self.content = content
        self.stores = MemoryFilestore({"a": content}), MemoryFilestore()
        self.ids = (
            CfdpSettings(GROUND_ID, SPACECRAFT_ID, pdu_octets=pdu_octets, **settings),
            CfdpSettings(SPACECRAFT_ID, GROUND_ID, pdu_octets=pdu_octets, **settings),
        )
        self.ground, self.spacecraft = (CfdpEntity(*both) for both in zip(self.ids, self.stores, strict=True))
        self.loses_up: Callable[[bytes], bool] = lambda pdu: False
        self.loses_down: Callable[[bytes], bool] = lambda pdu: False
        self.link = LossyLink(
            LossyPath(self.ground, self.spacecraft, lambda pdu: self.loses_up(pdu), pdu_octets),
            LossyPath(self.spacecraft, self.ground, lambda pdu: self.loses_down(pdu), pdu_octets),
            octets_per_s=1000.0,
        )

    @property
    def arrived(self) -> bytes | None:
        return self.stores[1].files.get("b")

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.link.step()

    def restart(self, end: int, progress: EntityProgress | None = None) -> None:
        """Make the ground (0) or the spacecraft (1) anew from what its journal has: by default, all."""
        path, other = (self.link.up, self.link.down) if end == 0 else (self.link.down, self.link.up)
        kept = EntityProgress.parse((progress or path.source.progress()).encode())
        entity = CfdpEntity(self.ids[end], self.stores[end], self.link.now_s, kept)
        path.source = other.destination = entity
        self.ground, self.spacecraft = self.link.up.source, self.link.down.source


@pytest.fixture
def pair() -> Pair:
    return Pair()


@pytest.fixture
def make_pair() -> type[Pair]:
    return Pair
