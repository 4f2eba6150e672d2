from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.clcw import Clcw
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import AlertReason, FopEvent, FopState
from protocol.cop1.frame_type import FrameType
from protocol.cop1.notification import Alert, DirectiveResponse, FduResponse, Response, Suspension
from protocol.errors import LocalError

ACCEPT, REJECT, POSITIVE, NEGATIVE = Response
INITIATE = Directive(DirectiveType.INITIATE_WITHOUT_CLCW_CHECK)
TERMINATE = Directive(DirectiveType.TERMINATE)
RESUME = Directive(DirectiveType.RESUME)
UNLOCK = Directive(DirectiveType.INITIATE_WITH_UNLOCK)


def new_fop(**settings: Any) -> Fop1:
    return Fop1(3, 1, FopSettings(**({"t1_initial_s": 10.0, "timeout_type": 1, "transmission_limit": 3} | settings)))


def active(v_s: int = 0, **settings: Any) -> Fop1:
    fop = new_fop(**settings)
    fop.direct(Directive(DirectiveType.SET_VS, v_s), 0.0)
    fop.direct(INITIATE, 0.0)
    fop.notifications()
    return fop


def clcw(report_value: int, **flags: bool) -> Clcw:
    return Clcw(1, report_value=report_value, **flags)  # type: ignore[arg-type]


def send(fop: Fop1, *tags: str, now_s: float = 0.0) -> None:
    for tag in tags:
        fop.transfer_ad(tag.encode(), tag, now_s)


def pulled(fop: Fop1, now_s: float = 0.0) -> list[tuple[str, int, bytes]]:
    """Return all that leaves now: type, number and data of each frame."""
    frames = []
    while (frame := fop.next_frame(now_s)) is not None:
        frames.append((FrameType.of(frame).name, frame.sequence_number, frame.data))
    return frames


def sent(*tags: str, v_s: int = 0, **settings: Any) -> Fop1:
    """Return a sender that has sent one frame for each tag."""
    fop = active(v_s, **settings)
    for tag in tags:
        send(fop, tag)
        pulled(fop)
    fop.notifications()
    return fop


def test_a_partial_acknowledgement_confirms_no_more_than_it_says() -> None:
    fop = sent("a", "b", "c", v_s=254)
    fop.clcw_received(clcw(255), 1.0)
    assert fop.notifications() == [FduResponse(POSITIVE, "a")]
    fop.clcw_received(clcw(1), 2.0)
    assert fop.notifications() == [FduResponse(POSITIVE, "b"), FduResponse(POSITIVE, "c")]
    assert (fop.nn_r, fop.v_s) == (1, 1)


def test_the_window_limits_what_is_sent_and_the_wait_queue_holds_one() -> None:
    fop = active(window_frames=2)
    for tag in "ab":
        send(fop, tag)
        assert pulled(fop)
    send(fop, "c", "d")
    assert not fop.accepts_ad
    assert pulled(fop) == []
    assert fop.notifications() == [FduResponse(ACCEPT, "a"), FduResponse(ACCEPT, "b"), FduResponse(REJECT, "d")]
    fop.clcw_received(clcw(1), 1.0)
    assert fop.notifications() == [FduResponse(POSITIVE, "a"), FduResponse(ACCEPT, "c")]
    assert pulled(fop) == [("AD", 2, b"c")]
    assert fop.accepts_ad


def test_one_frame_of_each_type_waits_for_the_lower_procedures() -> None:
    fop = active()
    send(fop, "a", "b")
    fop.transfer_bd(b"x", "x", 0.0)
    fop.transfer_bd(b"y", "y", 0.0)
    assert fop.notifications() == [FduResponse(ACCEPT, "a"), FduResponse(ACCEPT, "x"), FduResponse(REJECT, "y")]
    assert pulled(fop) == [("BD", 0, b"x"), ("AD", 0, b"a"), ("AD", 1, b"b")]


def test_expedited_data_pass_in_every_state_and_do_not_start_the_timer() -> None:
    fop = new_fop()
    fop.transfer_bd(b"x", "x", 0.0)
    assert pulled(fop) == [("BD", 0, b"x")]
    fop.tick(1e6)
    assert fop.notifications() == [FduResponse(ACCEPT, "x")]


def test_the_timer_starts_anew_with_every_frame_and_ends_with_the_last_acknowledgement() -> None:
    fop = active()
    send(fop, "a", now_s=0.0)
    pulled(fop, 0.0)
    send(fop, "b", now_s=9.0)
    pulled(fop, 9.0)
    fop.tick(18.9)
    assert pulled(fop, 18.9) == []
    fop.tick(19.0)
    assert [number for _, number, _ in pulled(fop, 19.0)] == [0, 1]
    fop.clcw_received(clcw(2), 20.0)
    fop.tick(1e6)
    assert pulled(fop, 1e6) == []


def test_each_retransmission_starts_the_timer_too() -> None:
    fop = sent("a", "b")
    fop.tick(10.0)
    assert fop.next_frame(15.0) is not None
    assert fop.next_frame(19.0) is not None
    fop.tick(24.9)
    assert fop.transmission_count == 2
    fop.tick(25.0)
    assert fop.transmission_count == 3


def test_a_retransmission_begins_with_the_oldest_frame() -> None:
    fop = active()
    for tag in "abc":
        send(fop, tag)
        pulled(fop)
    fop.clcw_received(clcw(1, retransmit=True), 1.0)
    assert fop.next_frame(1.0).sequence_number == 1  # type: ignore[union-attr]
    fop.tick(11.0)
    assert [number for _, number, _ in pulled(fop, 11.0)] == [1, 2]


def test_new_data_go_after_what_is_sent_again() -> None:
    fop = sent("a", "b")
    fop.clcw_received(clcw(0, retransmit=True), 1.0)
    send(fop, "c", now_s=1.0)
    assert [number for _, number, _ in pulled(fop, 1.0)] == [0, 1, 2]


@pytest.mark.parametrize(("timeout_type", "end"), [(0, "alert"), (1, "suspension")])
def test_after_the_limit_comes_an_alert_or_a_suspension(timeout_type: int, end: str) -> None:
    fop = sent("a", timeout_type=timeout_type)
    times = [now_s for now_s in range(1, 100) if fop.tick(now_s) or pulled(fop, now_s)]
    assert times == [10, 20]
    alert = [FduResponse(NEGATIVE, "a"), Alert(AlertReason.T1, FopEvent.E17, FopState.ACTIVE)]
    assert fop.notifications() == (alert if end == "alert" else [Suspension(FopState.ACTIVE)])
    assert fop.state is FopState.INITIAL


@given(limit=st.integers(1, 20), timeout_type=st.integers(0, 1))
def test_a_control_command_is_sent_exactly_as_often_as_the_limit_says(limit: int, timeout_type: int) -> None:
    fop = new_fop(transmission_limit=limit, timeout_type=timeout_type)
    set_vr = Directive(DirectiveType.INITIATE_WITH_SET_VR, 7)
    fop.direct(set_vr, 0.0)
    frames = []
    for now_s in range(0, 400, 5):
        fop.tick(now_s)
        frames += pulled(fop, now_s)
    assert frames == [("BC", 0, b"\x82\x00\x07")] * limit
    *_, negative, alert = fop.notifications()
    assert negative == DirectiveResponse(NEGATIVE, set_vr)
    assert isinstance(alert, Alert)
    assert alert.reason is AlertReason.T1
    assert fop.state is FopState.INITIAL


def test_the_count_begins_anew_with_progress_and_with_the_first_frame() -> None:
    fop = sent("a", "b")
    fop.tick(10.0)
    assert fop.transmission_count == 2
    fop.clcw_received(clcw(1), 11.0)
    assert fop.transmission_count == 1
    fop = new_fop()
    fop.direct(UNLOCK, 0.0)
    fop.tick(10.0)
    fop.clcw_received(clcw(0), 11.0)
    assert fop.transmission_count == 2
    send(fop, "a", now_s=11.0)
    assert fop.transmission_count == 1


def test_set_vr_is_confirmed_by_the_number_alone() -> None:
    fop = new_fop()
    set_vr = Directive(DirectiveType.INITIATE_WITH_SET_VR, 7)
    fop.direct(set_vr, 0.0)
    pulled(fop)
    for wrong in (clcw(6), clcw(7, lockout=True), clcw(7, retransmit=True)):
        fop.clcw_received(wrong, 1.0)
        assert fop.state is FopState.INITIALISING_WITH_BC_FRAME
    fop.clcw_received(clcw(7), 1.0)
    assert fop.notifications() == [DirectiveResponse(ACCEPT, set_vr), DirectiveResponse(POSITIVE, set_vr)]
    send(fop, "a")
    assert pulled(fop) == [("AD", 7, b"a")]
    fop.clcw_received(clcw(8), 2.0)
    assert fop.state is FopState.ACTIVE


def test_a_confirmed_control_command_is_not_sent_again() -> None:
    fop = new_fop()
    fop.direct(UNLOCK, 0.0)
    pulled(fop)
    fop.tick(10.0)
    fop.clcw_received(clcw(0), 10.0)
    assert pulled(fop, 10.0) == []


def test_frames_of_a_service_that_has_ended_do_not_leave_any_more() -> None:
    fop = active(5)
    send(fop, "a", "b")
    fop.direct(TERMINATE, 0.0)
    assert fop.notifications() == [
        FduResponse(ACCEPT, "a"),
        DirectiveResponse(ACCEPT, TERMINATE),
        FduResponse(NEGATIVE, "a"),
        FduResponse(REJECT, "b"),
        Alert(AlertReason.TERM, FopEvent.E29, FopState.ACTIVE),
        DirectiveResponse(POSITIVE, TERMINATE),
    ]
    assert pulled(fop) == []
    fop.direct(INITIATE, 1.0)
    send(fop, "c", now_s=1.0)
    assert pulled(fop, 1.0) == [("AD", 6, b"c")]
    fop.clcw_received(clcw(6), 2.0)  # frame 5, if it was received; 6 is not confirmed by that
    assert FduResponse(POSITIVE, "c") not in fop.notifications()


def test_an_unfinished_initialisation_is_given_up() -> None:
    fop = new_fop()
    fop.direct(UNLOCK, 0.0)
    fop.direct(TERMINATE, 0.0)
    assert DirectiveResponse(NEGATIVE, UNLOCK) in fop.notifications()
    fop.clcw_received(clcw(0), 1.0)
    assert fop.notifications() == []


def test_a_suspended_initialisation_ends_when_another_begins() -> None:
    fop = new_fop()
    check = Directive(DirectiveType.INITIATE_WITH_CLCW_CHECK)
    fop.direct(check, 0.0)
    fop.tick(10.0)
    assert fop.suspend_state == 4
    fop.notifications()
    fop.direct(INITIATE, 11.0)
    assert fop.notifications() == [
        DirectiveResponse(ACCEPT, INITIATE),
        DirectiveResponse(NEGATIVE, check),
        DirectiveResponse(POSITIVE, INITIATE),
    ]
    assert fop.suspend_state == 0


def test_a_suspended_initialisation_is_resumed_and_confirmed() -> None:
    fop = new_fop()
    check = Directive(DirectiveType.INITIATE_WITH_CLCW_CHECK)
    fop.direct(check, 0.0)
    fop.tick(10.0)
    fop.direct(RESUME, 50.0)
    fop.clcw_received(clcw(0), 51.0)
    expected = [
        DirectiveResponse(ACCEPT, RESUME),
        DirectiveResponse(POSITIVE, RESUME),
        DirectiveResponse(POSITIVE, check),
    ]
    assert fop.notifications()[-3:] == expected
    assert fop.state is FopState.ACTIVE


def suspended() -> Fop1:
    fop = sent("a", "b")
    for now_s in (10.0, 20.0, 30.0):
        fop.tick(now_s)
        pulled(fop, now_s)
    assert fop.notifications() == [Suspension(FopState.ACTIVE)]
    return fop


def test_a_suspended_service_keeps_its_frames_and_takes_no_others() -> None:
    fop = suspended()
    fop.clcw_received(clcw(1), 31.0)
    assert not fop.accepts_ad
    send(fop, "c", now_s=32.0)
    vs = Directive(DirectiveType.SET_VS, 9)
    fop.direct(vs, 33.0)
    fop.direct(TERMINATE, 34.0)
    responses = [FduResponse(REJECT, "c"), DirectiveResponse(REJECT, vs)]
    assert fop.notifications() == [
        *responses,
        DirectiveResponse(ACCEPT, TERMINATE),
        DirectiveResponse(POSITIVE, TERMINATE),
    ]
    fop.direct(RESUME, 1000.0)
    assert (fop.state, fop.suspend_state) == (FopState.ACTIVE, 0)
    fop.clcw_received(clcw(2), 1001.0)
    assert fop.notifications()[-2:] == [FduResponse(POSITIVE, "a"), FduResponse(POSITIVE, "b")]


def test_what_was_lost_is_sent_again_after_the_limit_was_raised_and_the_service_resumed() -> None:
    fop = suspended()
    fop.direct(RESUME, 100.0)
    fop.tick(110.0)
    assert pulled(fop, 110.0) == []  # the count is not taken back (5.2.17)
    assert fop.suspend_state == 1
    fop.direct(Directive(DirectiveType.SET_LIMIT, fop.transmission_count + 1), 200.0)
    fop.direct(RESUME, 200.0)
    fop.tick(210.0)
    assert [number for _, number, _ in pulled(fop, 210.0)] == [0, 1]


def test_lower_procedures_that_fail_end_the_service_a_suspended_one_too() -> None:
    fop = suspended()
    frame = sent_frame()
    fop.frame_refused(frame, 40.0)
    alert = Alert(AlertReason.LLIF, FopEvent.E46, FopState.INITIAL)
    assert fop.notifications() == [FduResponse(NEGATIVE, "a"), FduResponse(NEGATIVE, "b"), alert]
    fop.direct(RESUME, 41.0)
    assert fop.notifications() == [DirectiveResponse(REJECT, RESUME)]


def sent_frame() -> Any:
    fop = new_fop()
    fop.transfer_bd(b"x", "x", 0.0)
    return fop.next_frame(0.0)


@pytest.mark.parametrize("other", [Clcw(2, lockout=True), Clcw(1, cop_in_effect=0, lockout=True)])
def test_reports_of_other_channels_and_procedures_are_ignored(other: Clcw) -> None:
    fop = sent("a")
    fop.clcw_received(other, 1.0)
    assert fop.state is FopState.ACTIVE


@given(v_s=st.integers(0, 255), outstanding=st.integers(0, 10), n_r=st.integers(0, 255))
def test_only_numbers_from_the_oldest_to_the_next_are_taken(v_s: int, outstanding: int, n_r: int) -> None:
    fop = sent(*map(str, range(outstanding)), v_s=v_s)
    new = (n_r - v_s) % 256
    fop.clcw_received(clcw(n_r), 1.0)
    if new <= outstanding:
        assert fop.notifications() == [FduResponse(POSITIVE, str(number)) for number in range(new)]
        assert fop.state is FopState.ACTIVE
    else:
        assert fop.notifications()[-1] == Alert(AlertReason.NNR, FopEvent.E13, FopState.ACTIVE)


@pytest.mark.parametrize(
    ("directive_type", "qualifier", "field"),
    [
        (DirectiveType.SET_WINDOW, 7, "window_frames"),
        (DirectiveType.SET_T1, 2.5, "t1_initial_s"),
        (DirectiveType.SET_LIMIT, 300, "transmission_limit"),
        (DirectiveType.SET_TIMEOUT_TYPE, 0, "timeout_type"),
    ],
)
def test_settings_are_set_in_any_state(directive_type: DirectiveType, qualifier: float, field: str) -> None:
    for fop in (new_fop(), sent("a")):
        directive = Directive(directive_type, qualifier)
        fop.direct(directive, 0.0)
        assert getattr(fop.settings, field) == qualifier
        assert fop.notifications() == [DirectiveResponse(ACCEPT, directive), DirectiveResponse(POSITIVE, directive)]


@pytest.mark.parametrize(
    ("directive_type", "qualifier"),
    [
        (DirectiveType.SET_WINDOW, 128),
        (DirectiveType.SET_WINDOW, None),
        (DirectiveType.SET_T1, 0.0),
        (DirectiveType.SET_T1, float("nan")),
        (DirectiveType.SET_LIMIT, 0),
        (DirectiveType.SET_TIMEOUT_TYPE, 2),
        (DirectiveType.SET_VS, 256),
        (DirectiveType.SET_VS, None),
        (DirectiveType.INITIATE_WITH_SET_VR, -1),
        (DirectiveType.INITIATE_WITH_SET_VR, 1.0),
        (DirectiveType.INITIATE_WITH_UNLOCK, 0),
    ],
)
def test_a_wrong_qualifier_is_rejected(directive_type: DirectiveType, qualifier: float | None) -> None:
    fop = new_fop()
    before = fop.settings
    fop.direct(Directive(directive_type, qualifier), 0.0)
    assert [told.response for told in fop.notifications() if isinstance(told, DirectiveResponse)] == [REJECT]
    assert (fop.settings, fop.state) == (before, FopState.INITIAL)


@pytest.mark.parametrize("data", [b"", bytes(1018), "text"])
def test_data_that_fit_no_frame_are_the_callers_mistake(data: Any) -> None:
    fop = active()
    for transfer in (fop.transfer_ad, fop.transfer_bd):
        with pytest.raises(LocalError) as caught:
            transfer(data, "tag", 0.0)
        assert caught.value.field == "data"
    assert fop.notifications() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"t1_initial_s": 0.0},
        {"t1_initial_s": float("inf")},
        {"timeout_type": 2},
        {"timeout_type": True},
        {"transmission_limit": 0},
        {"window_frames": 0},
        {"window_frames": 128},
    ],
)
def test_settings_out_of_range_are_the_callers_mistake(wrong: dict[str, Any]) -> None:
    with pytest.raises(LocalError) as caught:
        FopSettings(**wrong)
    assert caught.value.field in wrong


@pytest.mark.parametrize("wrong", [{"scid": 1024}, {"vcid": 64}])
def test_an_identifier_out_of_range_is_the_callers_mistake(wrong: dict[str, int]) -> None:
    with pytest.raises(LocalError):
        Fop1(**({"scid": 3, "vcid": 1} | wrong), settings=FopSettings())
