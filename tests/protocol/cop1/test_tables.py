"""Both tables: complete, the same as another implementation's, and every cell that can be reached is walked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protocol.clcw import Clcw
from protocol.cop1 import fop as fop_module
from protocol.cop1.control_command import SetVr, Unlock
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Discard, Farm1, FarmVariables
from protocol.cop1.farm_table import FARM_ROWS, FARM_TRANSITIONS, FarmAction, FarmEvent, FarmState
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import FOP_ROWS, FOP_TRANSITIONS, AlertReason, FopAction, FopEvent, FopState
from protocol.cop1.notification import Alert
from protocol.tc_frame import TcFrame

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cop1.json").read_text())["tables"]
S1, S2, S3, S4, S5, S6 = FopState
VCID = 1


def test_every_cell_is_defined() -> None:
    assert set(FARM_TRANSITIONS) == {(state, event) for state in FarmState for event in FarmEvent}
    assert set(FOP_TRANSITIONS) == {(state, event) for state in FopState for event in FopEvent}
    assert all(actions for actions, _ in (*FARM_TRANSITIONS.values(), *FOP_TRANSITIONS.values()))


LETTERS = {
    FopAction.ACCEPT: "A",
    FopAction.RETRANSMIT_BC: "B",
    FopAction.CANCEL_TIMER: "C",
    FopAction.LOOK_FOR_DIRECTIVE: "D",
    FopAction.CONFIRM: "F",
    **dict.fromkeys((FopAction.SET_AD_OUT, FopAction.SET_BC_OUT, FopAction.SET_BD_OUT), "H"),
    FopAction.RETRANSMIT_AD: "I",
    FopAction.REJECT: "J",
    FopAction.LOOK_FOR_FDU: "L",
    FopAction.START_TIMER: "M",
    FopAction.INITIALISE: "N",
    FopAction.SET_VS: "P",
    FopAction.SET_UP: "Q",
    FopAction.REMOVE_ACKNOWLEDGED: "R",
    FopAction.SUSPEND: "S",
    FopAction.TRANSMIT_BD: "T",
    FopAction.TRANSMIT_UNLOCK: "U",
    FopAction.TRANSMIT_SET_VR: "V",
    FopAction.ADD_TO_WAIT_QUEUE: "W",
    FopAction.RELEASE_BC: "X",
    FopAction.RESUME: "Z",
    FopAction.IGNORE: ".",
    **{reason: f"[{reason.value}]" for reason in AlertReason},
}


def printed(cell: tuple[tuple[Any, ...], Any]) -> str:
    """Return a cell as the golden tables have it."""
    actions, state = cell
    if actions[0] in (FarmAction.NOT_APPLICABLE, FopAction.NOT_APPLICABLE):
        return "-"
    return f"{state:d}" + "".join(LETTERS.get(action, "") for action in actions)


def test_the_farm_table_is_that_of_another_implementation() -> None:
    table = {event.name: " ".join(map(printed, row)) for event, row in FARM_ROWS.items()}
    assert table == GOLDEN["farm"] | {"E11": "1 2 3"}  # which has no event for a report


def test_the_fop_table_is_that_of_another_implementation() -> None:
    table = {event.name: " ".join(map(printed, row)) for event, row in FOP_ROWS.items()}
    # It looks for no data in S3, as it does in S1 and Yamcs in both; and it accepts type BD twice.
    changes = {"E10": "2IL 2. 2IL - - 6.", "E45": "1H 2H 3H 4H 5H 6H"}
    assert table == GOLDEN["fop"] | changes


# FARM-1


def ad(number: int) -> TcFrame:
    return TcFrame(3, VCID, False, False, number, b"data")


def bypass(data: bytes, control_command: bool) -> TcFrame:
    return TcFrame(3, VCID, True, control_command, 0, data)


V_R = 250
FARM_FRAMES = {
    FarmEvent.E1: ad(V_R),
    FarmEvent.E2: ad(V_R),
    FarmEvent.E3: ad(V_R + 4),
    FarmEvent.E4: ad(V_R - 5),
    FarmEvent.E5: ad(V_R + 5),
    FarmEvent.E6: bypass(b"data", False),
    FarmEvent.E7: bypass(Unlock().encode(), True),
    FarmEvent.E8: bypass(SetVr(7).encode(), True),
    FarmEvent.E9: bypass(b"\x01", True),
}
REASONS = {
    FarmEvent.E2: Discard.NO_BUFFER,
    FarmEvent.E3: Discard.GAP,
    FarmEvent.E4: Discard.DUPLICATE,
    FarmEvent.E5: Discard.OUTSIDE_WINDOW,
}
FARM_CELLS = [cell for cell in FARM_TRANSITIONS if cell != (FarmState.WAIT, FarmEvent.E1)]
"""All but the one that does not apply."""


@pytest.mark.parametrize(("state", "event"), FARM_CELLS)
def test_farm_does_what_each_cell_says(state: FarmState, event: FarmEvent) -> None:
    locked, waits = state is FarmState.LOCKOUT, state is not FarmState.OPEN
    farm = Farm1(3, VCID, 10, FarmVariables(state, V_R, locked, waits, retransmit=True, farm_b_counter=3))
    if event in (FarmEvent.E1, FarmEvent.E2):
        farm.set_wait(event is FarmEvent.E2)
    before = farm.variables
    actions, next_state = FARM_TRANSITIONS[state, event]
    delivered = None
    if event is FarmEvent.E10:
        farm.set_wait(False)
    elif event is FarmEvent.E11:
        assert farm.clcw.report_value == V_R
    else:
        delivered = farm.receive(FARM_FRAMES[event])
    after = farm.variables
    assert after.state is next_state
    assert delivered == (b"data" if FarmAction.ACCEPT in actions else None)
    reason = REASONS.get(event, Discard.UNKNOWN_COMMAND)
    reason = Discard.LOCKOUT if state is FarmState.LOCKOUT and event is not FarmEvent.E9 else reason
    assert farm.discards == ({reason: 1} if FarmAction.DISCARD in actions else {})
    number = 251 if FarmAction.INCREMENT_VR in actions else 7 if FarmAction.SET_VR in actions else V_R
    assert after.v_r == number
    assert after.farm_b_counter == (0 if FarmAction.INCREMENT_FARM_B in actions else 3)
    for name in ("retransmit", "wait", "lockout"):
        expected = getattr(before, name)
        expected = True if FarmAction[f"SET_{name.upper()}"] in actions else expected
        assert getattr(after, name) is (False if FarmAction[f"CLEAR_{name.upper()}"] in actions else expected), name


# FOP-1

NOT_APPLICABLE = {cell for cell, (actions, _) in FOP_TRANSITIONS.items() if actions == (FopAction.NOT_APPLICABLE,)}
UNREACHABLE = {
    # While frames are retransmitted there is one that is not acknowledged.
    *((state, FopEvent.E1) for state in (S2, S3)),
    # A service that begins purges the Wait_Queue and takes back the frames that wait.
    *((state, event) for state in (S4, S5) for event in (FopEvent.E20, FopEvent.E41)),
    *((state, event) for state in (S1, S2, S3, S4, S6) for event in (FopEvent.E26, FopEvent.E28, FopEvent.E43)),
}
"""Cells that the standard needs for lower procedures that give nothing back."""
FOP_CELLS = [cell for cell in FOP_TRANSITIONS if cell not in NOT_APPLICABLE | UNREACHABLE]


def direct(directive_type: DirectiveType, qualifier: float | None = None) -> Callable[[Fop1], None]:
    return lambda fop: fop.direct(Directive(directive_type, qualifier), 100.0)  # type: ignore[arg-type]


def report(new: int, *, retransmit: bool = False, wait: bool = False) -> Callable[[Fop1], None]:
    return lambda fop: fop.clcw_received(
        Clcw(VCID, retransmit=retransmit, wait=wait, report_value=(fop.nn_r + new) % 256), 100.0
    )


def report_all(*, retransmit: bool = False, wait: bool = False) -> Callable[[Fop1], None]:
    return lambda fop: fop.clcw_received(Clcw(VCID, retransmit=retransmit, wait=wait, report_value=fop.v_s), 100.0)


def limited(limit: int | None, then: Callable[[Fop1], None]) -> Callable[[Fop1], None]:
    """Set the limit, to the count if None, and go on."""

    def provoke(fop: Fop1) -> None:
        direct(DirectiveType.SET_LIMIT, limit or fop.transmission_count)(fop)
        then(fop)

    return provoke


def expire(timeout_type: int) -> Callable[[Fop1], None]:
    def provoke(fop: Fop1) -> None:
        direct(DirectiveType.SET_TIMEOUT_TYPE, timeout_type)(fop)
        fop.tick(200.0)

    return provoke


def after(*steps: Callable[[Fop1], Any]) -> Callable[[Fop1], None]:
    def provoke(fop: Fop1) -> None:
        for step in steps:
            step(fop)

    return provoke


def send_ad(fop: Fop1) -> None:
    fop.transfer_ad(b"data", "tag", 100.0)


def send_bd(fop: Fop1) -> None:
    fop.transfer_bd(b"data", "tag", 100.0)


def pull(fop: Fop1) -> None:
    fop.next_frame(100.0)


def refuse(bypass: bool, control_command: bool) -> Callable[[Fop1], None]:
    return lambda fop: fop.frame_refused(TcFrame(3, VCID, bypass, control_command, 0, b"\x00"), 100.0)


PROVOKE: dict[FopEvent, Callable[[Fop1], None]] = {
    FopEvent.E1: report_all(),
    FopEvent.E2: report_all(),
    FopEvent.E3: report_all(wait=True),
    FopEvent.E4: report_all(retransmit=True),
    FopEvent.E5: report(0),
    FopEvent.E6: report(1),
    FopEvent.E7: report(1, wait=True),
    FopEvent.E101: limited(1, report(1, retransmit=True)),
    FopEvent.E102: limited(1, report(0, retransmit=True)),
    FopEvent.E8: report(1, retransmit=True),
    FopEvent.E9: report(1, retransmit=True, wait=True),
    FopEvent.E10: report(0, retransmit=True),
    FopEvent.E11: report(0, retransmit=True, wait=True),
    FopEvent.E12: limited(None, report(0, retransmit=True)),
    FopEvent.E103: limited(None, report(0, retransmit=True, wait=True)),
    FopEvent.E13: report(3),
    FopEvent.E14: lambda fop: fop.clcw_received(Clcw(VCID, lockout=True), 100.0),
    FopEvent.E15: lambda fop: fop.invalid_clcw_received(100.0),
    FopEvent.E16: expire(0),
    FopEvent.E104: expire(1),
    FopEvent.E17: limited(None, expire(0)),
    FopEvent.E18: limited(None, expire(1)),
    FopEvent.E19: send_ad,
    FopEvent.E20: send_ad,
    FopEvent.E21: send_bd,
    FopEvent.E22: after(send_bd, send_bd),
    FopEvent.E23: direct(DirectiveType.INITIATE_WITHOUT_CLCW_CHECK),
    FopEvent.E24: direct(DirectiveType.INITIATE_WITH_CLCW_CHECK),
    FopEvent.E25: direct(DirectiveType.INITIATE_WITH_UNLOCK),
    FopEvent.E26: direct(DirectiveType.INITIATE_WITH_UNLOCK),
    FopEvent.E27: direct(DirectiveType.INITIATE_WITH_SET_VR, 9),
    FopEvent.E28: direct(DirectiveType.INITIATE_WITH_SET_VR, 9),
    FopEvent.E29: direct(DirectiveType.TERMINATE),
    **dict.fromkeys(
        (FopEvent.E30, FopEvent.E31, FopEvent.E32, FopEvent.E33, FopEvent.E34), direct(DirectiveType.RESUME)
    ),
    FopEvent.E35: direct(DirectiveType.SET_VS, 9),
    FopEvent.E36: direct(DirectiveType.SET_WINDOW, 9),
    FopEvent.E37: direct(DirectiveType.SET_T1, 9.5),
    FopEvent.E38: direct(DirectiveType.SET_LIMIT, 9),
    FopEvent.E39: direct(DirectiveType.SET_TIMEOUT_TYPE, 0),
    FopEvent.E40: direct(DirectiveType.SET_VS, 256),
    FopEvent.E41: pull,
    FopEvent.E42: refuse(False, False),
    FopEvent.E43: pull,
    FopEvent.E44: refuse(True, True),
    FopEvent.E45: after(send_bd, pull),
    FopEvent.E46: refuse(True, False),
}
RESUMED = {FopEvent.E31: S1, FopEvent.E32: S2, FopEvent.E33: S3, FopEvent.E34: S4}
OUTSTANDING = {FopEvent[f"E{number}"] for number in (2, 5, 6, 7, 101, 102, 8, 9, 10, 11, 12, 103)}
"""In S6 these CLCWs come only where a suspended service has frames that are not acknowledged."""


WAITING = {FopEvent.E20, FopEvent.E26, FopEvent.E28, FopEvent.E41, FopEvent.E43}
"""Events of frames that the lower procedures have not taken, and data that waits for that."""


def new_fop() -> Fop1:
    return Fop1(3, VCID, FopSettings(t1_initial_s=10.0, timeout_type=0, transmission_limit=5))


def sent_twice(frames: int) -> Fop1:
    """Return a sender in S1 that has sent `frames` two times, none of which is acknowledged."""
    fop = new_fop()
    direct(DirectiveType.SET_VS, 254)(fop)
    direct(DirectiveType.INITIATE_WITHOUT_CLCW_CHECK)(fop)
    for _ in range(frames):
        send_ad(fop)
        pull(fop)
    fop.tick(150.0)
    after(pull, pull)(fop)
    return fop


def turned(fop: Fop1, state: FopState) -> Fop1:
    """Return a sender that was in S1 in another state, S2 or S3, or in S6 as it is suspended."""
    if state is S6:
        PROVOKE[FopEvent.E18](fop)
        direct(DirectiveType.SET_LIMIT, 5)(fop)
    elif state is not S1:
        report(0, retransmit=True, wait=state is S3)(fop)
    return fop


def taken(fop: Fop1) -> Fop1:
    """Return a sender from which all frames have been taken."""
    after(pull, pull)(fop)
    return fop


def initialising(state: FopState) -> Fop1:
    fop = new_fop()
    direct(DirectiveType.INITIATE_WITH_CLCW_CHECK if state is S4 else DirectiveType.INITIATE_WITH_UNLOCK)(fop)
    return fop


def prepared(state: FopState, event: FopEvent) -> Fop1:
    """Return a sender in `state` to which `event` can happen."""
    if event in RESUMED:
        before = RESUMED[event]
        fop = initialising(S4) if before is S4 else taken(turned(sent_twice(2), before))
        return turned(fop, S6)
    if state in (S4, S5):
        return initialising(state) if event in WAITING else taken(initialising(state))
    if event in WAITING:
        fop = sent_twice(2)
        after(send_ad, send_ad)(fop)
        return turned(fop, state)
    if state is S6 and event not in OUTSTANDING:
        return new_fop()
    return taken(turned(sent_twice(0 if event is FopEvent.E1 else 2), state))


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[tuple[FopState, FopEvent]]:
    """The cells that machines look up, in order."""
    cells: list[tuple[FopState, FopEvent]] = []

    class Noted(dict[Any, Any]):
        def __getitem__(self, cell: Any) -> Any:
            cells.append(cell)
            return super().__getitem__(cell)

    monkeypatch.setattr(fop_module, "FOP_TRANSITIONS", Noted(FOP_TRANSITIONS))
    return cells


@pytest.mark.parametrize(("state", "event"), FOP_CELLS)
def test_every_cell_of_fop_that_can_be_reached_is(
    looked_up: list[tuple[FopState, FopEvent]], state: FopState, event: FopEvent
) -> None:
    fop = prepared(state, event)
    assert fop.state is state
    fop.notifications()
    looked_up.clear()
    PROVOKE[event](fop)
    assert looked_up[-1] == (state, event)
    actions, next_state = FOP_TRANSITIONS[state, event]
    assert fop.state is next_state
    alerts = [told for told in fop.notifications() if isinstance(told, Alert)]
    assert alerts == [Alert(action, event, state) for action in actions if isinstance(action, AlertReason)]


@pytest.mark.parametrize(
    ("state", "event"), sorted(NOT_APPLICABLE | UNREACHABLE, key=lambda cell: (cell[0], cell[1].name))
)
def test_the_cells_that_cannot_be_reached_do_no_harm(state: FopState, event: FopEvent) -> None:
    fop = new_fop()
    fop.state = state
    fop._happen(event, 0.0)
    assert fop.state is FOP_TRANSITIONS[state, event][1]
