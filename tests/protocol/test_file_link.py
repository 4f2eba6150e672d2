import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cfdp.codes import ConditionCode
from protocol.cfdp.indications import TransactionFinished
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.file_link import KEEP_PERIOD_S, PDU_OCTETS, FileLink, file_settings

STEP_S = 0.5


class Store(MemoryFilestore):
    """Of what is in it, that alone outlasts a crash which was synced."""

    fails = False

    def sync(self) -> None:
        if self.fails:
            raise OSError("full")


class End:
    """One end, whose program may be killed."""

    def __init__(self, on_board: bool, files: dict[str, bytes] | None = None) -> None:
        self.on_board, self.store = on_board, Store(files)
        self.kept: bytes | None = None
        self.start(0.0)

    def start(self, now_s: float) -> None:
        self.link = FileLink(file_settings(self.on_board), self.store, self.kept, self.keep, now_s)

    def keep(self, octets: bytes) -> bool:
        self.kept = octets
        return True


class Pair:
    def __init__(self, files: dict[str, bytes], loss: float = 0.0, seed: int = 1) -> None:
        self.ground, self.flatsat = End(False, files), End(True)
        self.now_s, self.loss, self.rng = 0.0, loss, random.Random(seed)
        self.in_contact = True
        self.ended: list[TransactionFinished] = []

    def step(self, pdus: int = 3) -> None:
        self.now_s += STEP_S
        for end in (self.ground, self.flatsat):
            end.link.tick(self.now_s, self.in_contact)
        for _ in range(pdus):
            for one, other in ((self.ground, self.flatsat), (self.flatsat, self.ground)):
                pdu = one.link.next_pdu(self.now_s)
                assert pdu is None or (self.in_contact and len(pdu) <= PDU_OCTETS)
                if pdu is not None and self.rng.random() >= self.loss:
                    other.link.receive(pdu, self.now_s)
        self.ended += [each for each in self.ground.link.indications() if isinstance(each, TransactionFinished)]

    def run(self, limit: int = 2000) -> None:
        while not self.ended:
            limit -= 1
            assert limit, "not within the time"
            self.step()


CONTENT = random.Random(2).randbytes(20_000)


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_a_file_arrives(loss: float) -> None:
    pair = Pair({"a": CONTENT}, loss)
    pair.ground.link.put("a", "b", 0.0)
    pair.run()
    assert pair.ended[0].condition is ConditionCode.NO_ERROR
    assert pair.flatsat.store.files == {"b": CONTENT}


@given(at=st.integers(0, 20), who=st.sampled_from(["ground", "flatsat", "both"]), gap=st.integers(0, 4000))
def test_a_loss_of_signal_and_a_restart_at_any_time_cost_time_alone(at: int, who: str, gap: int) -> None:
    pair = Pair({"a": CONTENT}, loss=0.1)
    pair.ground.link.put("a", "b", 0.0)
    for _ in range(at):
        pair.step()
    pair.in_contact = False
    pair.step()
    pair.now_s += gap
    for name in ("ground", "flatsat") if who == "both" else (who,):
        getattr(pair, name).start(pair.now_s)
    pair.in_contact = True
    if not pair.ended:
        pair.run()
    assert pair.flatsat.store.files == {"b": CONTENT}


def test_ranges_are_kept_now_and_then_and_never_before_their_data() -> None:
    pair = Pair({"a": CONTENT})
    pair.ground.link.put("a", "b", 0.0)
    pair.step()
    first = pair.flatsat.kept
    pair.flatsat.store.fails = True
    for _ in range(int(2 * KEEP_PERIOD_S / STEP_S)):
        pair.step(pdus=1)
    assert pair.flatsat.kept == first
    pair.flatsat.store.fails = False
    for _ in range(int(KEEP_PERIOD_S / STEP_S) + 1):
        pair.step(pdus=1)
    assert pair.flatsat.kept != first


def test_what_is_no_pdu_is_counted() -> None:
    end = End(True)
    end.link.receive(b"no PDU", 1.0)
    assert end.link.malformed == 1


@pytest.mark.parametrize("kept", [b"", b"damaged", b"\xff" * 50])
def test_a_damaged_memory_is_as_good_as_none(kept: bytes) -> None:
    store = Store({"a": CONTENT})
    link = FileLink(file_settings(on_board=False), store, kept, lambda _: True, 0.0)
    assert link.reports() == []
    link.put("a", "b", 0.0)
    assert len(link.reports()) == 1
