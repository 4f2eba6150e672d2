import ctypes

import pytest

from firmware_sim.rail import TRANSITIONS, RailEvent, RailState


class CRail(ctypes.Structure):
    """As rail.h has it."""

    _fields_ = (
        ("state", ctypes.c_int),
        ("limit_ma", ctypes.c_int32),
        ("since_ms", ctypes.c_uint64),
        ("dwell_until_ms", ctypes.c_uint64),
        ("over_since_ms", ctypes.c_uint64),
        ("over", ctypes.c_bool),
        ("trips_in_row", ctypes.c_uint8),
        ("trips", ctypes.c_uint16),
    )


@pytest.mark.parametrize("state", RailState)
@pytest.mark.parametrize("event", RailEvent)
def test_transitions_are_the_same(firmware_library: ctypes.CDLL, state: RailState, event: RailEvent) -> None:
    # both list the states and the events in one order; C counts events from 0
    rail = CRail(state=state.value)
    changed = firmware_library.rail_apply(ctypes.byref(rail), event.value - 1, ctypes.c_uint64(7))
    following = TRANSITIONS.get((state, event))
    assert changed == (following is not None)
    assert RailState(rail.state) is (state if following is None else following)
