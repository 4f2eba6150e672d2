from protocol.cfdp.limited_timer import LimitedTimer


def test_it_expires_once_for_each_start_until_it_is_exhausted() -> None:
    timer = LimitedTimer(interval_s=2.0, limit=2)
    assert not timer.expired(100.0)
    timer.start(100.0)
    assert not timer.expired(101.9)
    assert timer.expired(102.0)
    assert not timer.expired(110.0)
    assert not timer.exhausted
    timer.start(110.0)
    assert timer.expired(112.0)
    assert timer.exhausted


def test_a_restart_forgets_the_count() -> None:
    timer = LimitedTimer(interval_s=2.0, limit=1)
    timer.start(0.0)
    assert timer.expired(2.0)
    timer.restart(2.0)
    assert not timer.exhausted
    assert timer.expired(4.0)
    timer.stop()
    assert not timer.expired(1e9)
