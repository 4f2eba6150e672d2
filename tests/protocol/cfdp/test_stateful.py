"""A transfer at the mercy of anything: loss, repetition, reordering, suspensions, gaps of the link, restarts."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from protocol.cfdp.codes import ConditionCode, DeliveryCode
from protocol.cfdp.entity import CfdpEntity
from protocol.cfdp.indications import Abandoned, Fault, MetadataReceived, TransactionFinished
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.progress import EntityProgress
from protocol.cfdp.settings import CfdpSettings

ENDS = st.integers(0, 1)
COMMON: dict[str, Any] = {
    "pdu_octets": 64,
    "ack_timer_s": 2.0,
    "nak_timer_s": 2.0,
    "ack_limit": 6,
    "nak_limit": 6,
    "keep_alive_s": 7.0,
    "prompt_s": 9.0,
    "inactivity_s": 60.0,
}


class Transfers(RuleBasedStateMachine):
    """Files go up; whatever happens on the way, what is named on board is what was sent."""

    @initialize(sizes=st.lists(st.integers(0, 700), min_size=1, max_size=3))
    def begin(self, sizes: list[int]) -> None:
        self.now_s = 0.0
        self.files = {str(number): bytes([number + 1]) * size for number, size in enumerate(sizes)}
        self.stores = MemoryFilestore(self.files), MemoryFilestore()
        self.settings = CfdpSettings(1, 2, **COMMON), CfdpSettings(2, 1, **COMMON)
        self.ends = [CfdpEntity(*both) for both in zip(self.settings, self.stores, strict=True)]
        self.kept = [end.progress() for end in self.ends]
        self.flying: list[list[bytes]] = [[], []]
        self.told: list[list[Any]] = [[], []]
        self.waiting = list(self.files)
        self.names = {}

    @precondition(lambda self: self.waiting)
    @rule()
    def put(self) -> None:
        name = self.waiting.pop()
        self.names[self.ends[0].put(name, name, self.now_s)] = name
        self.keep(0, always=True)

    @rule(end=ENDS, count=st.integers(1, 20))
    def send(self, end: int, count: int) -> None:
        for _ in range(count):
            pdu = self.ends[end].next_pdu(self.now_s, 64)
            if pdu is not None:
                assert len(pdu) <= 64
                self.flying[1 - end].append(pdu)

    @rule(end=ENDS, data=st.data())
    def arrive(self, end: int, data: st.DataObject) -> None:
        """Some of what flies arrives, in any order, perhaps twice; the rest goes on flying."""
        for index in data.draw(st.lists(st.integers(0, 30), max_size=20)):
            if index < len(self.flying[end]):
                twice = data.draw(st.booleans())
                pdu = self.flying[end][index] if twice else self.flying[end].pop(index)
                self.ends[end].receive(pdu, self.now_s)
                self.keep(end)

    @rule(end=ENDS)
    def all_arrive(self, end: int) -> None:
        while self.flying[end]:
            self.ends[end].receive(self.flying[end].pop(0), self.now_s)
            self.keep(end)

    @rule(end=ENDS)
    def lose_all(self, end: int) -> None:
        self.flying[end].clear()

    @rule(seconds=st.floats(0.0, 10.0))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        for end in (0, 1):
            self.ends[end].tick(self.now_s)
            self.keep(end)

    @rule(end=ENDS)
    def freeze(self, end: int) -> None:
        self.ends[end].freeze()

    @rule(end=ENDS)
    def thaw(self, end: int) -> None:
        self.ends[end].thaw(self.now_s)

    @rule(end=ENDS, suspends=st.booleans(), index=st.integers(0, 2))
    def suspend_or_resume(self, end: int, suspends: bool, index: int) -> None:
        for report in self.ends[end].reports()[index : index + 1]:
            if suspends:
                self.ends[end].suspend(report.transaction)
            else:
                self.ends[end].resume(report.transaction, self.now_s)
            self.keep(end)

    @rule(end=ENDS, journal_is_current=st.booleans())
    def restart(self, end: int, journal_is_current: bool) -> None:
        kept = self.ends[end].progress() if journal_is_current else self.kept[end]
        kept = EntityProgress.parse(kept.encode())
        self.ends[end] = CfdpEntity(self.settings[end], self.stores[end], self.now_s, kept)
        self.keep(end)

    @invariant()
    def never_a_wrong_file(self) -> None:
        if hasattr(self, "stores"):
            assert all(content == self.files[name] for name, content in self.stores[1].files.items())

    @invariant()
    def a_file_said_to_be_complete_is_there(self) -> None:
        for told in (entry for end in getattr(self, "told", []) for entry in end):
            if isinstance(told, TransactionFinished) and told.delivery is DeliveryCode.COMPLETE:
                assert told.condition is ConditionCode.NO_ERROR
                assert self.stores[1].files[self.names[told.transaction]] == self.files[self.names[told.transaction]]

    def keep(self, end: int, always: bool = False) -> None:
        new = self.ends[end].indications()
        self.told[end] += new
        if new or always:
            self.kept[end] = self.ends[end].progress()

    def teardown(self) -> None:
        """Once the link is good, every file arrives or a fault is told, and nothing stays open."""
        if not hasattr(self, "ends"):
            return
        for end in (0, 1):
            self.ends[end].thaw(self.now_s)
            for report in self.ends[end].reports():
                self.ends[end].resume(report.transaction, self.now_s)
        for _ in range(2000):
            for end in (0, 1):
                self.send(end, 20)
                self.all_arrive(1 - end)
            self.wait(0.5)
            if not any(entity.reports() for entity in self.ends):
                break
        assert not any(entity.reports() for entity in self.ends)
        faults = [entry for end in self.told for entry in end if isinstance(entry, Fault | Abandoned)]
        for key, name in self.names.items():
            whole = self.stores[1].files.get(name) == self.files[name]
            assert whole or any(fault.transaction == key for fault in faults)
        self.never_a_wrong_file()
        seen = [entry.transaction for entry in self.told[1] if isinstance(entry, MetadataReceived)]
        assert set(seen) <= set(self.names)


Transfers.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTransfers = Transfers.TestCase
