"""FOP-1, the sending end of COP-1 (CCSDS 232.1-B-2 chapter 5)."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from protocol.checks import check_int, check_octets
from protocol.clcw import Clcw
from protocol.cop1.clcw_event import clcw_event
from protocol.cop1.control_command import ControlCommand, SetVr, Unlock
from protocol.cop1.directive import Directive
from protocol.cop1.directive_event import changed_settings, directive_event
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import FOP_TRANSITIONS, AlertReason, FopAction, FopEvent, FopState
from protocol.cop1.frame_type import FrameType
from protocol.cop1.notification import Alert, DirectiveResponse, FduResponse, Notification, Response, Suspension
from protocol.tc_frame import MAX_FRAME_OCTETS, OVERHEAD_OCTETS, TcFrame

_COP_1 = 1  # the CLCW's COP in Effect (CCSDS 232.0-B 4.2.1.5)
_TAKEN = {FrameType.AD: FopEvent.E41, FrameType.BC: FopEvent.E43, FrameType.BD: FopEvent.E45}
_REFUSED = {FrameType.AD: FopEvent.E42, FrameType.BC: FopEvent.E44, FrameType.BD: FopEvent.E46}


@dataclass(frozen=True, slots=True)
class _Fdu:
    """Data to transfer (a frame data unit), and what its owner calls it."""

    data: bytes
    tag: Hashable


@dataclass(slots=True)
class _Sent:
    """The master copy of a frame on the Sent_Queue; a BC frame has no data unit (5.1.7)."""

    frame: TcFrame
    fdu: _Fdu | None = None
    to_be_retransmitted: bool = False


class Fop1:
    """Sends data on one virtual channel and says of each unit whether it was received.

    The lower procedures take frames with `next_frame`; until they do, one frame of each type waits for
    them, and its flag (AD_Out, BC_Out, BD_Out) is not ready. `now_s` must not go back. Raises LocalError if
    an identifier is out of range.
    """

    def __init__(self, scid: int, vcid: int, settings: FopSettings) -> None:
        check_int("scid", scid, 0, 1023)
        check_int("vcid", vcid, 0, 63)
        self._scid = scid
        self._vcid = vcid
        self.settings = settings
        self.state = FopState.INITIAL
        self.suspend_state = 0
        self.transmission_count = 1
        self.v_s = 0
        self.nn_r = 0
        self._waiting: _Fdu | None = None  # the Wait_Queue, which holds one (5.1.4)
        self._sent: deque[_Sent] = deque()  # of type AD those from NN(R) to V(S) - 1, or one BC frame
        self._requests: dict[FrameType, TcFrame] = {}
        self._deadline_s: float | None = None
        self._initiating: Directive | None = None
        self._notifications: list[Notification] = []
        # The event that is being dealt with, and what came with it.
        self._event = FopEvent.E1
        self._now_s = 0.0
        self._n_r = 0
        self._request: _Fdu | Directive | None = None

    @property
    def accepts_ad(self) -> bool:
        """Whether `transfer_ad` would not be rejected now."""
        return self.state <= FopState.RETRANSMIT_WITH_WAIT and self._waiting is None

    def transfer_ad(self, data: bytes, tag: Hashable, now_s: float) -> None:
        """Send `data` in sequence, and again until it is acknowledged. Raises LocalError unless 1 to 1017 octets."""
        fdu = self._fdu(data, tag)
        self._happen(FopEvent.E20 if self._waiting else FopEvent.E19, now_s, fdu)

    def transfer_bd(self, data: bytes, tag: Hashable, now_s: float) -> None:
        """Send `data` once, in any state. Raises LocalError unless they are 1 to 1017 octets."""
        fdu = self._fdu(data, tag)
        self._happen(FopEvent.E22 if FrameType.BD in self._requests else FopEvent.E21, now_s, fdu)

    def direct(self, directive: Directive, now_s: float) -> None:
        """Carry out a directive, or reject it."""
        bc_out_ready = FrameType.BC not in self._requests
        event = directive_event(directive, self.settings, self.suspend_state, bc_out_ready)
        self._happen(event, now_s, directive)

    def clcw_received(self, clcw: Clcw, now_s: float) -> None:
        """Take the receiver's report; one of another channel or another COP is ignored (5.3.2)."""
        if clcw.vcid != self._vcid or clcw.cop_in_effect != _COP_1:
            return
        self._n_r = clcw.report_value
        self._happen(clcw_event(clcw, self.nn_r, self.v_s, self._below_limit, self.settings.transmission_limit), now_s)

    def invalid_clcw_received(self, now_s: float) -> None:
        """Take note of a report that is none: `Clcw.parse` refused it."""
        self._happen(FopEvent.E15, now_s)

    def tick(self, now_s: float) -> None:
        """Let time pass; the Timer may expire."""
        if self._deadline_s is None or now_s < self._deadline_s:
            return
        self._deadline_s = None
        if self._below_limit:
            self._happen(FopEvent.E104 if self.settings.timeout_type else FopEvent.E16, now_s)
        else:
            self._happen(FopEvent.E18 if self.settings.timeout_type else FopEvent.E17, now_s)

    def next_frame(self, now_s: float) -> TcFrame | None:
        """Return the next frame to transmit, or None; the lower procedures have accepted it with that."""
        for frame_type in FrameType:
            if frame_type in self._requests:
                frame = self._requests[frame_type]
                self._happen(_TAKEN[frame_type], now_s)
                return frame
        return None

    def frame_refused(self, frame: TcFrame, now_s: float) -> None:
        """Take note that the lower procedures could not transmit `frame` after all."""
        self._happen(_REFUSED[FrameType.of(frame)], now_s)

    def notifications(self) -> list[Notification]:
        """Return what happened since the last call, in order."""
        told, self._notifications = self._notifications, []
        return told

    @property
    def _below_limit(self) -> bool:
        return self.transmission_count < self.settings.transmission_limit

    def _fdu(self, data: bytes, tag: Hashable) -> _Fdu:
        check_octets("data", data, 1, MAX_FRAME_OCTETS - OVERHEAD_OCTETS)
        return _Fdu(data, tag)

    def _happen(self, event: FopEvent, now_s: float, request: _Fdu | Directive | None = None) -> None:
        self._event, self._now_s, self._request = event, now_s, request
        actions, state = FOP_TRANSITIONS[self.state, event]
        for action in actions:
            if isinstance(action, AlertReason):
                self._alert(action)
            else:
                _ACTIONS[action](self)
        self.state = state

    # The actions of 5.2.

    def _accept(self) -> None:
        self._respond(Response.ACCEPT, self._request)

    def _reject(self) -> None:
        self._respond(Response.REJECT, self._request)

    def _confirm(self) -> None:
        """Confirm the directive at hand, or with a CLCW the one that began the initialisation."""
        done = self._request or self._initiating
        if done is self._initiating:
            self._initiating = None
        self._respond(Response.POSITIVE_CONFIRM, done)

    def _remove_acknowledged(self) -> None:
        while self.nn_r != self._n_r:
            self._respond(Response.POSITIVE_CONFIRM, self._sent.popleft().fdu)
            self.nn_r = (self.nn_r + 1) % 256
        self.transmission_count = 1

    def _look_for_fdu(self) -> None:
        if FrameType.AD in self._requests:
            return
        marked = next((sent for sent in self._sent if sent.to_be_retransmitted), None)
        if marked:
            self._transmit_again(marked)
        elif self._waiting and len(self._sent) < self.settings.window_frames:
            fdu, self._waiting = self._waiting, None
            self._respond(Response.ACCEPT, fdu)
            self._transmit_ad(fdu)

    def _look_for_directive(self) -> None:
        if FrameType.BC not in self._requests and self._sent[0].to_be_retransmitted:
            self._transmit_again(self._sent[0])

    def _retransmit(self) -> None:
        """Mark all; the action that looks for them comes next, and starts the Timer."""
        self._abort()
        self.transmission_count += 1
        for sent in self._sent:
            sent.to_be_retransmitted = True

    def _release_bc(self) -> None:
        self._sent.clear()
        self._abort()

    def _add_to_wait_queue(self) -> None:
        if isinstance(self._request, _Fdu):
            self._waiting = self._request

    def _transmit_bd(self) -> None:
        if isinstance(self._request, _Fdu):
            self._requests[FrameType.BD] = self._bypass_frame(self._request.data)

    def _transmit_unlock(self) -> None:
        self._transmit_bc(Unlock())

    def _transmit_set_vr(self) -> None:
        self._transmit_bc(SetVr(self.v_s))

    def _initialise(self) -> None:
        self._purge()
        self.transmission_count = 1
        self.suspend_state = 0
        self._initiating = self._request if isinstance(self._request, Directive) else None

    def _start_timer(self) -> None:
        self._deadline_s = self._now_s + self.settings.t1_initial_s

    def _cancel_timer(self) -> None:
        self._deadline_s = None

    def _alert(self, reason: AlertReason) -> None:
        self._cancel_timer()
        self._purge()
        self.suspend_state = 0  # nothing is left to resume
        self._notifications.append(Alert(reason, self._event, self.state))

    def _suspend(self) -> None:
        self.suspend_state = int(self.state)
        self._notifications.append(Suspension(self.state))

    def _resume(self) -> None:
        self._start_timer()
        self.suspend_state = 0

    def _set_vs(self) -> None:
        if isinstance(self._request, Directive):
            self.v_s = self.nn_r = int(self._request.qualifier or 0)

    def _set_up(self) -> None:
        if isinstance(self._request, Directive):
            self.settings = changed_settings(self._request, self.settings)

    def _set_ad_out(self) -> None:
        self._requests.pop(FrameType.AD, None)

    def _set_bc_out(self) -> None:
        self._requests.pop(FrameType.BC, None)

    def _set_bd_out(self) -> None:
        self._requests.pop(FrameType.BD, None)

    def _ignore(self) -> None:
        """Do nothing; nor is anything done where the table says that an event cannot come."""

    # What actions are made of.

    def _respond(self, response: Response, request: _Fdu | Directive | None) -> None:
        match request:
            case _Fdu():
                self._notifications.append(FduResponse(response, request.tag))
            case Directive():
                self._notifications.append(DirectiveResponse(response, request))

    def _purge(self) -> None:
        """Purge both queues and end what initialisation there is (5.2.2, 5.2.3, 5.2.15 d).

        Frames that wait for the lower procedures go too, or one of this service could be taken for one of
        the next. What was sent stays counted, so that V(S) stands for no other frame than it did.
        """
        for sent in self._sent:
            self._respond(Response.NEGATIVE_CONFIRM, sent.fdu)
        self._sent.clear()
        self._abort()
        self.nn_r = self.v_s
        self._respond(Response.REJECT, self._waiting)
        self._waiting = None
        self._respond(Response.NEGATIVE_CONFIRM, self._initiating)
        self._initiating = None

    def _abort(self) -> None:
        """Take back the frames that no one has taken, as the Abort Request does (5.2.7)."""
        self._requests.pop(FrameType.AD, None)
        self._requests.pop(FrameType.BC, None)

    def _transmit_ad(self, fdu: _Fdu) -> None:
        frame = TcFrame(self._scid, self._vcid, False, False, self.v_s, fdu.data)
        self.v_s = (self.v_s + 1) % 256
        self._transmit(_Sent(frame, fdu))

    def _transmit_bc(self, command: ControlCommand) -> None:
        self._transmit(_Sent(self._bypass_frame(command.encode(), control_command=True)))

    def _transmit(self, sent: _Sent) -> None:
        if not self._sent:
            self.transmission_count = 1
        self._sent.append(sent)
        self._transmit_again(sent)

    def _transmit_again(self, sent: _Sent) -> None:
        sent.to_be_retransmitted = False
        self._requests[FrameType.of(sent.frame)] = sent.frame
        self._start_timer()  # with every transmission (5.1.9)

    def _bypass_frame(self, data: bytes, control_command: bool = False) -> TcFrame:
        return TcFrame(self._scid, self._vcid, True, control_command, 0, data)


_ACTIONS: dict[FopAction, Callable[[Fop1], None]] = {
    FopAction.ACCEPT: Fop1._accept,
    FopAction.REJECT: Fop1._reject,
    FopAction.CONFIRM: Fop1._confirm,
    FopAction.REMOVE_ACKNOWLEDGED: Fop1._remove_acknowledged,
    FopAction.LOOK_FOR_FDU: Fop1._look_for_fdu,
    FopAction.LOOK_FOR_DIRECTIVE: Fop1._look_for_directive,
    FopAction.RETRANSMIT_AD: Fop1._retransmit,
    FopAction.RETRANSMIT_BC: Fop1._retransmit,
    FopAction.RELEASE_BC: Fop1._release_bc,
    FopAction.ADD_TO_WAIT_QUEUE: Fop1._add_to_wait_queue,
    FopAction.TRANSMIT_BD: Fop1._transmit_bd,
    FopAction.TRANSMIT_UNLOCK: Fop1._transmit_unlock,
    FopAction.TRANSMIT_SET_VR: Fop1._transmit_set_vr,
    FopAction.INITIALISE: Fop1._initialise,
    FopAction.START_TIMER: Fop1._start_timer,
    FopAction.CANCEL_TIMER: Fop1._cancel_timer,
    FopAction.SUSPEND: Fop1._suspend,
    FopAction.RESUME: Fop1._resume,
    FopAction.SET_VS: Fop1._set_vs,
    FopAction.SET_UP: Fop1._set_up,
    FopAction.SET_AD_OUT: Fop1._set_ad_out,
    FopAction.SET_BC_OUT: Fop1._set_bc_out,
    FopAction.SET_BD_OUT: Fop1._set_bd_out,
    FopAction.IGNORE: Fop1._ignore,
    FopAction.NOT_APPLICABLE: Fop1._ignore,
}
