"""Both machines under any sequence of requests, frames, reports and time: what always holds, and no other error."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from protocol.clcw import Clcw
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Farm1
from protocol.cop1.farm_table import FarmState
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import FOP_TRANSITIONS, FopAction, FopEvent, FopState
from protocol.cop1.frame_type import FrameType
from protocol.cop1.notification import Alert, DirectiveResponse, FduResponse, Response
from protocol.errors import LocalError
from protocol.tc_frame import TcFrame

NUMBERS = st.integers(0, 255)
CLCWS = st.builds(
    Clcw,
    vcid=st.just(1),
    lockout=st.booleans(),
    wait=st.booleans(),
    retransmit=st.booleans(),
    report_value=NUMBERS | st.integers(0, 6),
)
SETTLING = (Response.REJECT, Response.POSITIVE_CONFIRM, Response.NEGATIVE_CONFIRM)


class AttentiveFop1(Fop1):
    """A sender to which nothing may happen that the table says does not apply."""

    def _happen(self, event: FopEvent, *arguments: Any) -> None:
        actions, _ = FOP_TRANSITIONS[self.state, event]
        assert actions != (FopAction.NOT_APPLICABLE,), (self.state, event)
        super()._happen(event, *arguments)


class Cop1Machine(RuleBasedStateMachine):
    """A sender and a receiver, a link between them, and whatever else may come."""

    def __init__(self) -> None:
        super().__init__()
        self.fop = AttentiveFop1(3, 1, FopSettings(4.0, 1, 3, 5))
        self.farm = Farm1(3, 1, 10)
        self.now_s = 0.0
        self.tags = 0
        self.open: set[int] = set()
        self.directives: list[Directive] = []
        self.under_way: list[TcFrame] = []

    @rule(data=st.binary(max_size=3), expedited=st.booleans())
    def transfer(self, data: bytes, expedited: bool) -> None:
        self.tags += 1
        transfer = self.fop.transfer_bd if expedited else self.fop.transfer_ad
        try:
            transfer(data, self.tags, self.now_s)
        except LocalError:
            assert not data
            return
        if not expedited:
            self.open.add(self.tags)

    @rule(directive_type=st.sampled_from(DirectiveType), qualifier=st.none() | st.integers(-1, 256) | st.floats())
    def direct(self, directive_type: DirectiveType, qualifier: float | None) -> None:
        self.directives.append(Directive(directive_type, qualifier))
        self.fop.direct(self.directives[-1], self.now_s)

    @rule()
    def begin(self) -> None:
        self.fop.direct(Directive(DirectiveType.INITIATE_WITHOUT_CLCW_CHECK), self.now_s)

    @rule()
    def take_frame(self) -> None:
        waiting = self.fop._requests.copy()
        frame = self.fop.next_frame(self.now_s)
        assert (frame is None) == (not waiting)
        if frame is not None:
            assert TcFrame.parse(frame.encode()) == frame
            self.under_way.append(frame)

    @rule(copies=st.integers(0, 2))
    def deliver(self, copies: int) -> None:
        for frame in self.under_way[:1] * copies:
            self.farm.receive(frame)
        del self.under_way[:1]

    @rule(clcw=CLCWS)
    def report_anything(self, clcw: Clcw) -> None:
        self.fop.clcw_received(clcw, self.now_s)

    @rule()
    def report(self) -> None:
        self.fop.clcw_received(Clcw.parse(self.farm.clcw.encode()), self.now_s)

    @rule()
    def report_nonsense(self) -> None:
        self.fop.invalid_clcw_received(self.now_s)

    @rule(frame_type=st.sampled_from(FrameType))
    def refuse(self, frame_type: FrameType) -> None:
        frame = TcFrame(3, 1, frame_type is not FrameType.AD, frame_type is FrameType.BC, 0, b"\x00")
        self.fop.frame_refused(frame, self.now_s)

    @rule(seconds=st.floats(0, 10))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.fop.tick(self.now_s)

    @rule()
    def be_silent(self) -> None:
        for _ in range(4):
            self.wait(self.fop.settings.t1_initial_s)

    @rule()
    def resume(self) -> None:
        self.fop.direct(Directive(DirectiveType.RESUME), self.now_s)

    @rule(wait=st.booleans())
    def buffers(self, wait: bool) -> None:
        self.farm.set_wait(wait)

    @rule(number=NUMBERS, data=st.binary(min_size=1, max_size=4), bypass=st.booleans(), command=st.booleans())
    def intrude(self, number: int, data: bytes, bypass: bool, command: bool) -> None:
        frame = TcFrame(3, 1, bypass, bypass and command, 0 if bypass else number, data)
        locked = self.farm.clcw.lockout
        delivered = self.farm.receive(frame)
        assert not (locked and delivered is not None and not bypass)

    @rule()
    def restart_the_receiver(self) -> None:
        self.farm = Farm1(3, 1, 10, self.farm.variables)

    @invariant()
    def every_request_is_answered_once(self) -> None:
        for told in self.fop.notifications():
            match told:
                case FduResponse(response, int(tag)) if response in SETTLING and tag in self.open:
                    self.open.remove(tag)
                case FduResponse(response):
                    assert response in (Response.ACCEPT, Response.REJECT)
                case DirectiveResponse() | Alert():
                    pass

    @invariant()
    def what_is_open_is_in_a_queue(self) -> None:
        queued = {sent.fdu.tag for sent in self.fop._sent if sent.fdu}
        queued |= {self.fop._waiting.tag} if self.fop._waiting else set()
        assert queued == self.open

    @invariant()
    def the_sent_queue_is_from_nn_r_to_v_s(self) -> None:
        numbers = [sent.frame.sequence_number for sent in self.fop._sent if sent.fdu]
        assert numbers == [(self.fop.nn_r + place) % 256 for place in range((self.fop.v_s - self.fop.nn_r) % 256)]
        assert len(numbers) <= 127

    @invariant()
    def a_control_command_is_queued_in_s5_alone(self) -> None:
        commands = [sent for sent in self.fop._sent if not sent.fdu]
        assert len(commands) == (self.fop.state is FopState.INITIALISING_WITH_BC_FRAME)
        assert not commands or len(self.fop._sent) == 1

    @invariant()
    def the_timer_runs_only_while_something_is_unanswered(self) -> None:
        initialising = self.fop.state in (FopState.INITIALISING_WITHOUT_BC_FRAME, FopState.INITIALISING_WITH_BC_FRAME)
        assert self.fop._deadline_s is None or self.fop._sent or initialising
        assert self.fop._deadline_s is None or self.fop.state is not FopState.INITIAL
        assert self.fop.suspend_state == 0 or self.fop.state is FopState.INITIAL

    @invariant()
    def the_receiver_is_in_the_state_that_it_reports(self) -> None:
        clcw = self.farm.clcw
        state = FarmState.LOCKOUT if clcw.lockout else FarmState.WAIT if clcw.wait else FarmState.OPEN
        assert self.farm.variables.state is state


TestCop1 = Cop1Machine.TestCase
TestCop1.settings = settings(max_examples=150, stateful_step_count=50)
