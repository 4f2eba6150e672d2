"""Nothing is confirmed that was not delivered; `Session` checks every confirmation and the order of delivery."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Farm1
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.notification import FduResponse, Response

CONDITIONS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32),
        "loss": st.sampled_from([0.0, 0.01, 0.1, 0.3]),
        "window_frames": st.sampled_from([1, 2, 5, 31, 127]),
        "timeout_type": st.integers(0, 1),
        "t1_s": st.floats(2, 60),
        "delay_s": st.floats(0, 40),
        "clcw_period_s": st.integers(1, 10),
        "outage_rate": st.sampled_from([0.0, 0.005]),
        "wait_rate": st.sampled_from([0.0, 0.01]),
        "intruder_rate": st.sampled_from([0.0, 0.002]),
        "ground_restart_rate": st.sampled_from([0.0, 0.002]),
        "spacecraft_restart_rate": st.sampled_from([0.0, 0.05]),
    }
)


@pytest.mark.parametrize("timeout_type", [0, 1])
@pytest.mark.parametrize("loss", [0.01, 0.1, 0.3])
def test_every_message_is_delivered_and_confirmed(session: Callable[..., Any], loss: float, timeout_type: int) -> None:
    counts = session(2000, loss=loss, timeout_type=timeout_type).run()
    assert counts["confirmed"] == 2000
    assert counts["wraps"] >= 3
    assert counts["Alert[synch]"] == counts["Alert[NN(R)]"] == counts["Alert[lockout]"] == counts["Alert[CLCW]"] == 0


def test_outages_lack_of_buffers_intruders_and_restarts_lose_nothing(session: Callable[..., Any]) -> None:
    rates = {"outage_rate": 0.002, "wait_rate": 0.005, "intruder_rate": 0.001}
    restarts = {"ground_restart_rate": 0.002, "spacecraft_restart_rate": 0.01}
    counts = session(2000, loss=0.1, **rates, **restarts).run()
    assert counts["wraps"] >= 3
    for what in ("suspensions", "Alert[lockout]", "ground restarts", "spacecraft restarts"):
        assert counts[what] > 0, what


@settings(max_examples=30)
@given(conditions=CONDITIONS)
def test_no_condition_makes_it_lie(session: Callable[..., Any], conditions: dict[str, Any]) -> None:
    within = session(400, **conditions)
    for _ in range(4000):
        within.step()


@pytest.mark.parametrize(
    ("start", "deceived"),
    [
        (Directive(DirectiveType.INITIATE_WITH_CLCW_CHECK), True),
        (Directive(DirectiveType.INITIATE_WITH_SET_VR, 128), False),
    ],
)
def test_a_start_while_frames_are_under_way_has_to_set_vr(start: Directive, deceived: bool) -> None:
    """COP-1 cannot tell the frames of two senders apart: docs/cop1.md says how to begin."""
    farm, before, fop = Farm1(3, 1, 10), Fop1(3, 1, FopSettings()), Fop1(3, 1, FopSettings())
    before.direct(Directive(DirectiveType.INITIATE_WITHOUT_CLCW_CHECK), 0.0)
    before.transfer_ad(b"old", "old", 0.0)
    report, under_way = farm.clcw, before.next_frame(0.0)
    assert under_way is not None
    fop.direct(start, 0.0)
    delivered = [farm.receive(under_way)]
    for _ in range(3):
        fop.clcw_received(report, 0.0)
        if fop.accepts_ad and fop.v_s in (0, 128):
            fop.transfer_ad(b"new", "new", 0.0)
        while (frame := fop.next_frame(0.0)) is not None:
            delivered.append(farm.receive(frame))
        report = farm.clcw
    assert FduResponse(Response.POSITIVE_CONFIRM, "new") in fop.notifications()
    assert (b"new" not in delivered) is deceived
