import pytest

from radio.pacer import Pacer

HOLD, RELEASE = "hold", "release"


@pytest.mark.parametrize(
    ("realtime", "steps"),
    [
        # (link_s, wall_s) -> wait_s, or a hold or release before it
        (False, [(0.0, 5.0, 0.0), (100.0, 5.1, 0.0)]),
        (True, [(10.0, 5.0, 0.0), (10.5, 5.1, 0.4), (11.0, 6.0, 0.0), (11.5, 7.0, 0.0), (13.0, 7.5, 0.5)]),
        (False, [HOLD, (1.0, 9.0, 0.0), (2.0, 9.25, 0.75), RELEASE, (3.0, 9.3, 0.0)]),
        (False, [HOLD, (1.0, 9.0, 0.0), RELEASE, (50.0, 9.5, 0.0), HOLD, (60.0, 10.0, 0.0), (61.0, 10.0, 1.0)]),
        (False, [HOLD, HOLD, (1.0, 0.0, 0.0), RELEASE, (2.0, 0.5, 0.0)]),
        (True, [HOLD, (1.0, 0.0, 0.0), RELEASE, RELEASE, (2.0, 0.5, 0.5)]),
    ],
    ids=["free", "realtime", "held", "held-anew", "held-twice", "realtime-held"],
)
def test_waits(realtime, steps):
    pacer = Pacer(realtime)
    for step in steps:
        if isinstance(step, str):
            getattr(pacer, step)("flatsat")
        else:
            link_s, wall_s, wait_s = step
            assert pacer.wait_s(link_s, wall_s) == pytest.approx(wait_s)


def test_link_time_is_held_until_the_last_holder_has_released_it():
    pacer = Pacer(False)
    pacer.hold("a")
    pacer.hold("b")
    assert pacer.wait_s(0.0, 0.0) == 0
    pacer.release("a")
    assert pacer.wait_s(1.0, 0.0) == 1
    pacer.release("b")
    assert pacer.wait_s(2.0, 0.0) == 0


def test_link_time_that_stood_still_is_not_made_up_for():
    pacer = Pacer(True)
    assert pacer.behind_s(10.0, 4.0) == 0
    pacer.wait_s(10.0, 5.0)
    assert pacer.behind_s(10.5, 8.0) == pytest.approx(2.5)
    pacer.stand_still(2.0)
    assert pacer.behind_s(10.5, 8.0) == pytest.approx(0.5)
    assert pacer.wait_s(11.5, 8.0) == pytest.approx(0.5)


def test_before_link_time_is_held_it_cannot_stand_still():
    pacer = Pacer(False)
    pacer.stand_still(2.0)
    pacer.hold("a")
    pacer.wait_s(0.0, 0.0)
    assert pacer.wait_s(1.0, 0.0) == 1
