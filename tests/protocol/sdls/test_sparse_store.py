import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.sdls.security_store import MemoryStore, SparseStore


class FailingStore(MemoryStore):
    def raise_to(self, counter: str, number: int) -> None:
        raise OSError("full")


@given(numbers=st.lists(st.integers(1, 1000), max_size=50))
def test_what_is_stored_is_at_most_64_behind(numbers: list[int]) -> None:
    store = MemoryStore()
    sparse = SparseStore(store)
    for number in numbers:
        sparse.raise_to("a", number)
    highest = max(numbers, default=0)
    assert sparse.highest("a") == highest
    assert highest - SparseStore.EVERY < store.highest("a") <= highest
    assert SparseStore(store).highest("a") == store.highest("a")
    assert sparse.highest("b") == 0


def test_a_store_that_fails_leaves_the_counter_where_it_was() -> None:
    sparse = SparseStore(FailingStore())
    sparse.raise_to("a", 63)
    with pytest.raises(OSError, match="full"):
        sparse.raise_to("a", 64)
    assert sparse.highest("a") == 63
