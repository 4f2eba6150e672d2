from collections.abc import Callable

import numpy as np
import pytest

from bench import radio_rows
from bench.radio_rows import Beside, PeerError, Row, compared, peer, rows_object


def refuse() -> Callable[[], object]:
    raise PeerError("decides otherwise")


def refuse_nothing() -> None: ...


def test_a_rate_is_to_reach_the_least() -> None:
    assert Row("a", "Msps", (4.0, 5.0, 9.0), least=5.0).wanted == ">= 5 met"
    assert Row("a", "Msps", (4.0, 4.9, 9.0), least=5.0).wanted == ">= 5 not met"


def test_all_are_to_keep_the_most() -> None:
    assert Row("a", "ms", (4.0, 5.0), most=5.0).wanted == "<= 5 met"
    assert Row("a", "ms", (4.0, 4.0, 5.1), most=5.0).wanted == "<= 5 not met"


def test_nothing_is_wanted_of_a_row_without_bounds() -> None:
    assert Row("a", "ms", (1.0,)).wanted == ""


@pytest.mark.parametrize(("theirs", "verdict"), [(2.0, "ratio >= 3 met"), (2.1, "ratio >= 3 not met")])
def test_the_ratio_is_ours_over_theirs(theirs: float, verdict: str) -> None:
    beside = Beside("b", (theirs,), least_ratio=3.0)
    row = Row("a", "Msps", (6.0,), (beside,))
    assert row.ratio(beside) == 6.0 / theirs
    assert row.ratio_wanted(beside) == verdict


def test_an_absent_peer_is_no_failure() -> None:
    row = compared("a", "Msps", 1.0, lambda: sum(range(1000)), [peer("b", refuse, least_ratio=3.0)])
    (each,) = row.beside
    assert (each.measured, each.absent) == ((), "PeerError: decides otherwise")
    assert row.ratio(each) is None
    assert row.ratio_wanted(each) == ""
    assert rows_object([row])[0]["beside"][0]["median"] is None


def test_peers_keep_their_own_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        radio_rows, "times_s", lambda *works, repetitions: np.array([[1.0], [2.0], [4.0]])[: len(works)]
    )
    work = refuse_nothing
    peers = [peer("none", refuse), peer("second", lambda: work), peer("third", lambda: work)]
    row = compared("a", "Msps", 8.0, work, peers)
    assert row.ours == (8.0,)
    assert [each.measured for each in row.beside] == [(), (4.0,), (2.0,)]
