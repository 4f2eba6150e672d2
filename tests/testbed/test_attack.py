import pytest

from protocol.sdls.frame_cipher import FrameCipher
from protocol.sdls.link_keys import SecurityMode
from testbed.attack import ATTEMPTS_A_FRAME, AttackReport, attack


@pytest.mark.parametrize("mode", SecurityMode, ids=lambda mode: mode.value)
def test_nothing_gets_through_but_the_grounds_own(mode: SecurityMode) -> None:
    report = attack(20_000, 3, mode)
    assert report.accepted == []
    assert report.attempts.total() == report.refusals.total() == 20_000
    assert report.commands_accepted == report.commands_sent == 20_000 / ATTEMPTS_A_FRAME
    assert report.withstood
    assert min(report.attempts.values()) > 20_000 / 14
    assert {"WRONG_MAC", "REPLAYED", "UNKNOWN_SPI", "WRONG_CHANNEL", "MALFORMED"} < set(report.refusals)


def test_everything_follows_from_the_seed() -> None:
    first, again, other = (attack(300, seed, SecurityMode.CLEAR) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_one_forgery_or_one_lost_command_is_a_defeat() -> None:
    assert AttackReport().withstood
    assert not AttackReport(accepted=[b"forged"]).withstood
    assert not AttackReport(commands_sent=1).withstood


def test_a_receiver_that_does_not_look_at_the_mac_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FrameCipher, "open", lambda self, frame, iv, sealed: sealed[:-16] or b"\x00")
    report = attack(300, 1, SecurityMode.CLEAR)
    assert report.accepted
    assert not report.withstood
