"""Associations, rings and ends: what is refused, what is shown, and what a rotation changes."""

import random
from dataclasses import replace
from typing import Any

import pytest

from protocol.errors import LocalError
from protocol.sdls.association import Direction, SecurityAssociation, Service
from protocol.sdls.key_ring import KeyRing
from protocol.sdls.link_ends import LinkEnds, new_link_ends
from protocol.sdls.link_keys import LinkKeys, SecurityMode
from protocol.sdls.rejection import RejectedFrameError, Rejection
from protocol.sdls.security_store import MemoryStore
from protocol.tc_frame import TcFrame
from protocol.tm_frame import TmFrame

UP = SecurityAssociation(1, 1, Direction.TELECOMMAND, Service.AUTHENTICATED_ENCRYPTION, 3, 0, 5)
DOWN = SecurityAssociation(2, 2, Direction.TELEMETRY, Service.AUTHENTICATION, 3, 0, 5)
KEY = bytes(range(32))
RING = KeyRing({1: KEY, 2: bytes(32)})
DRAW = random.Random(7).randbytes


@pytest.mark.parametrize(
    ("association", "fields"),
    [
        (UP, {"spi": 0}),
        (UP, {"spi": 65_535}),
        (UP, {"key_id": 0}),
        (UP, {"scid": 1024}),
        (UP, {"vcid": 64}),
        (DOWN, {"vcid": 8}),
        (UP, {"window": 0}),
        (DOWN, {"service": Service.AUTHENTICATED_ENCRYPTION}),
    ],
)
def test_an_association_out_of_range_is_refused(association: SecurityAssociation, fields: dict[str, Any]) -> None:
    with pytest.raises(LocalError) as caught:
        replace(association, **fields)
    assert caught.value.field in fields


@pytest.mark.parametrize("key", [bytes(31), bytes(33), "x" * 32, KEY.hex()])
def test_a_key_of_another_kind_is_refused_and_not_shown(key: Any) -> None:
    with pytest.raises(LocalError, match="key 5") as caught:
        KeyRing({5: key})
    assert repr(key)[1:-1] not in str(caught.value)


def test_a_key_serves_once() -> None:
    with pytest.raises(LocalError, match="keys"):
        KeyRing({1: KEY, 2: KEY})


def test_nothing_shows_a_key() -> None:
    ends = new_link_ends(3, 0, 0, SecurityMode.CLEAR, DRAW)
    for held in (ends.ground, ends.flatsat):
        for key_id in held.keys.key_ids:
            key = held.keys.key(key_id)
            for shown in (repr(ends), str(held), repr(held.file()), str(held.file()), held.keys.fingerprint(key_id)):
                assert key.hex() not in shown
                assert repr(key) not in shown


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(LocalError, match=r"key_id.*\(1, 2\)"):
        RING.key(3)


def test_fingerprints_tell_keys_apart() -> None:
    assert RING.fingerprint(1) != RING.fingerprint(2)
    assert RING.fingerprint(1) == KeyRing({9: KEY}).fingerprint(9)
    assert len(RING.fingerprint(1)) == 16


@pytest.mark.parametrize(
    ("send", "receive", "keys", "field"),
    [
        (UP, (), {1: KEY}, "receive"),
        (UP, (replace(UP, spi=2, key_id=2),), RING, "receive"),
        (UP, (replace(DOWN, scid=4),), RING, "scid"),
        (UP, (replace(DOWN, spi=1),), RING, "spi"),
        (UP, (replace(DOWN, key_id=1),), RING, "key_id"),
        (UP, (DOWN,), KeyRing({1: KEY}), "key_id"),
        (UP, (DOWN,), KeyRing({1: KEY, 2: bytes(32), 3: bytes([1]) * 32}), "key_id"),
    ],
)
def test_an_end_that_does_not_add_up_is_refused(
    send: SecurityAssociation, receive: tuple[SecurityAssociation, ...], keys: KeyRing, field: str
) -> None:
    with pytest.raises(LocalError) as caught:
        LinkKeys(send, receive, keys)
    assert caught.value.field == field


def test_ends_of_two_links_are_refused(ends: LinkEnds, mode: SecurityMode) -> None:
    other = new_link_ends(0x2A5, 3, 1, mode, DRAW)
    for ground, flatsat in ((ends.ground, other.flatsat), (ends.flatsat, ends.ground)):
        with pytest.raises(LocalError):
            LinkEnds(ground, flatsat)


def test_mode_is_told_by_both_ends(ends: LinkEnds, mode: SecurityMode) -> None:
    assert ends.ground.mode is ends.flatsat.mode is mode
    assert ends.rotated(DRAW).flatsat.mode is mode


def test_a_key_file_holds_an_end(ends: LinkEnds) -> None:
    for held in (*_both(ends), *_both(ends.rotated(DRAW))):
        again = LinkKeys.of(held.file())
        assert (again.send, again.receive, again.keys.key_ids) == (held.send, held.receive, held.keys.key_ids)
        assert all(again.keys.key(each) == held.keys.key(each) for each in held.keys.key_ids)


def test_no_key_is_drawn_twice(ends: LinkEnds) -> None:
    for _ in range(4):
        drawn = {held.keys.key(each) for held in _both(ends) for each in held.keys.key_ids}
        ends = ends.rotated(DRAW)
        new = {held.keys.key(held.send.key_id) for held in _both(ends)}
        assert len(new) == 2
        assert not new & drawn


def test_a_rotation_keeps_the_last_generation_and_no_older_one(
    ends: LinkEnds, telecommand: TcFrame, telemetry: TmFrame
) -> None:
    second = ends.rotated(DRAW)
    third = second.rotated(DRAW)
    for sender, receiver, frame in (("ground", "flatsat", telecommand), ("flatsat", "ground", telemetry)):
        old, current = (getattr(each, sender).sender(MemoryStore()).apply(frame) for each in (ends, second))
        at_second = getattr(second, receiver).receiver(MemoryStore())
        assert at_second.process(old) == at_second.process(current) == frame
        at_third = getattr(third, receiver).receiver(MemoryStore())
        assert at_third.process(current) == frame
        with pytest.raises(RejectedFrameError) as caught:
            at_third.process(old)
        assert caught.value.reason is Rejection.UNKNOWN_SPI


def test_a_new_key_counts_from_its_own_beginning(telecommand: TcFrame) -> None:
    """SPIs of a new link are those of the last one; its counters in the same store are not."""
    store = MemoryStore()
    for seed in range(2):
        ends = new_link_ends(0x2A5, 3, 1, SecurityMode.CLEAR, random.Random(seed).randbytes)
        sent = ends.ground.sender(store).apply(telecommand)
        assert int.from_bytes(sent.data[3:15], "big") == 1
        assert ends.flatsat.receiver(store).process(sent) == telecommand


def _both(ends: LinkEnds) -> tuple[LinkKeys, LinkKeys]:
    return ends.ground, ends.flatsat
