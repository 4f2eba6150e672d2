"""FARM-1, the receiving end of COP-1 (CCSDS 232.1-B-2 chapter 6)."""

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from protocol.checks import check_bool, check_int
from protocol.clcw import Clcw
from protocol.cop1.control_command import SetVr, parse_control_command
from protocol.cop1.farm_table import FARM_TRANSITIONS, FarmAction, FarmEvent, FarmState
from protocol.cop1.frame_type import FrameType
from protocol.errors import LocalError, RemoteError
from protocol.tc_frame import TcFrame

_FLAGS: dict[FarmAction, dict[str, bool]] = {
    FarmAction.SET_RETRANSMIT: {"retransmit": True},
    FarmAction.CLEAR_RETRANSMIT: {"retransmit": False},
    FarmAction.SET_WAIT: {"wait": True},
    FarmAction.CLEAR_WAIT: {"wait": False},
    FarmAction.SET_LOCKOUT: {"lockout": True},
    FarmAction.CLEAR_LOCKOUT: {"lockout": False},
}


class Discard(Enum):
    """Why a frame was not accepted."""

    NO_BUFFER = "no buffer was free"
    GAP = "a frame before it is missing"
    DUPLICATE = "it came before"
    OUTSIDE_WINDOW = "its number is outside the window"
    LOCKOUT = "the receiver is locked out"
    OTHER_CHANNEL = "it is for another spacecraft or virtual channel"
    UNKNOWN_COMMAND = "its control command is neither Unlock nor Set V(R)"


_DISCARDS = {
    FarmEvent.E2: Discard.NO_BUFFER,
    FarmEvent.E3: Discard.GAP,
    FarmEvent.E4: Discard.DUPLICATE,
    FarmEvent.E5: Discard.OUTSIDE_WINDOW,
}


@dataclass(frozen=True, slots=True)
class FarmVariables:
    """What the receiver has to keep, over a restart too (6.1); the defaults are those of a first start.

    `v_r` is 0 to 255, `farm_b_counter` 0 to 3. Raises LocalError otherwise, or if state and flags
    contradict each other.
    """

    state: FarmState = FarmState.OPEN
    v_r: int = 0
    lockout: bool = False
    wait: bool = False
    retransmit: bool = False
    farm_b_counter: int = 0

    def __post_init__(self) -> None:
        check_int("v_r", self.v_r, 0, 255)
        for name in ("lockout", "wait", "retransmit"):
            check_bool(name, getattr(self, name))
        check_int("farm_b_counter", self.farm_b_counter, 0, 3)
        flagged = FarmState.LOCKOUT if self.lockout else FarmState.WAIT if self.wait else FarmState.OPEN
        if self.state is not flagged:
            raise LocalError("state", self.state, f"{flagged!r} with these flags")


class Farm1:
    """Accepts the frames of one virtual channel that come in order, and reports what it expects next.

    `window_frames` is W, even, 2 to 254; a sender must not be more than W / 2 frames ahead. Raises
    LocalError if a number is out of range. `variables` may be taken out and given to another Farm1;
    `discards` counts frames by reason.
    """

    def __init__(self, scid: int, vcid: int, window_frames: int, variables: FarmVariables | None = None) -> None:
        check_int("scid", scid, 0, 1023)
        check_int("vcid", vcid, 0, 63)
        check_int("window_frames", window_frames, 2, 254)
        if window_frames % 2:
            raise LocalError("window_frames", window_frames, "an even number")
        self._scid = scid
        self._vcid = vcid
        self._half_window = window_frames // 2  # PW = NW = W / 2 (6.1.8)
        self.variables = variables or FarmVariables()
        self._has_buffer = not self.variables.wait
        self.discards: Counter[Discard] = Counter()

    @property
    def clcw(self) -> Clcw:
        """The report to send down: event E11."""
        now = self.variables
        return Clcw(
            vcid=self._vcid,
            lockout=now.lockout,
            wait=now.wait,
            retransmit=now.retransmit,
            farm_b_counter=now.farm_b_counter,
            report_value=now.v_r,
        )

    def receive(self, frame: TcFrame) -> bytes | None:
        """Take a frame; return its data if it is to be delivered (types AD and BD), else None."""
        refusal = self._refusal(frame)
        event = FarmEvent.E9 if refusal else self._event(frame)
        actions, _ = FARM_TRANSITIONS[self.variables.state, event]
        if FarmAction.DISCARD in actions:
            locked = self.variables.state is FarmState.LOCKOUT
            self.discards[refusal or (Discard.LOCKOUT if locked else _DISCARDS[event])] += 1
        self._happen(event, frame)
        return frame.data if FarmAction.ACCEPT in actions else None

    def set_wait(self, wait: bool) -> None:
        """Say that from now on no buffer is free, or that one is again: the buffer release signal."""
        check_bool("wait", wait)
        self._has_buffer = not wait
        if not wait:
            self._happen(FarmEvent.E10)

    def _refusal(self, frame: TcFrame) -> Discard | None:
        if (frame.scid, frame.vcid) != (self._scid, self._vcid):
            return Discard.OTHER_CHANNEL
        if FrameType.of(frame) is FrameType.BC:
            try:
                parse_control_command(frame.data)
            except RemoteError:
                return Discard.UNKNOWN_COMMAND
        return None

    def _event(self, frame: TcFrame) -> FarmEvent:
        match FrameType.of(frame):
            case FrameType.BD:
                return FarmEvent.E6
            case FrameType.BC:
                return FarmEvent.E8 if isinstance(parse_control_command(frame.data), SetVr) else FarmEvent.E7
        ahead = (frame.sequence_number - self.variables.v_r) % 256
        if ahead == 0:
            return FarmEvent.E1 if self._has_buffer else FarmEvent.E2
        if ahead < self._half_window:
            return FarmEvent.E3
        return FarmEvent.E4 if 256 - ahead <= self._half_window else FarmEvent.E5

    def _happen(self, event: FarmEvent, frame: TcFrame | None = None) -> None:
        actions, state = FARM_TRANSITIONS[self.variables.state, event]
        changes: dict[str, Any] = {"state": state}
        for action in actions:
            changes |= self._changes(action, frame)
        self.variables = replace(self.variables, **changes)

    def _changes(self, action: FarmAction, frame: TcFrame | None) -> dict[str, Any]:
        if action is FarmAction.INCREMENT_VR:
            return {"v_r": (self.variables.v_r + 1) % 256}
        if action is FarmAction.INCREMENT_FARM_B:
            return {"farm_b_counter": (self.variables.farm_b_counter + 1) % 4}
        if action is FarmAction.SET_VR and frame is not None:
            command = parse_control_command(frame.data)
            return {"v_r": command.v_r} if isinstance(command, SetVr) else {}
        return _FLAGS.get(action, {})
