"""What a directive means to FOP-1: the conditions of events E23 to E40 in CCSDS 232.1-B-2 table 5-1."""

from dataclasses import replace
from typing import Any

from protocol.checks import check_int
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import FopEvent
from protocol.errors import LocalError

_SETTINGS = {
    DirectiveType.SET_WINDOW: (FopEvent.E36, "window_frames"),
    DirectiveType.SET_T1: (FopEvent.E37, "t1_initial_s"),
    DirectiveType.SET_LIMIT: (FopEvent.E38, "transmission_limit"),
    DirectiveType.SET_TIMEOUT_TYPE: (FopEvent.E39, "timeout_type"),
}
_WITH_NUMBER = (DirectiveType.INITIATE_WITH_SET_VR, DirectiveType.SET_VS)
_RESUMED = (FopEvent.E30, FopEvent.E31, FopEvent.E32, FopEvent.E33, FopEvent.E34)  # by SS


def directive_event(directive: Directive, settings: FopSettings, suspend_state: int, bc_out_ready: bool) -> FopEvent:
    """Return the event that `directive` is; one with a wrong qualifier is E40."""
    try:
        _check_qualifier(directive, settings)
    except LocalError:
        return FopEvent.E40
    match directive.directive_type:
        case DirectiveType.INITIATE_WITHOUT_CLCW_CHECK:
            return FopEvent.E23
        case DirectiveType.INITIATE_WITH_CLCW_CHECK:
            return FopEvent.E24
        case DirectiveType.INITIATE_WITH_UNLOCK:
            return FopEvent.E25 if bc_out_ready else FopEvent.E26
        case DirectiveType.INITIATE_WITH_SET_VR:
            return FopEvent.E27 if bc_out_ready else FopEvent.E28
        case DirectiveType.TERMINATE:
            return FopEvent.E29
        case DirectiveType.RESUME:
            return _RESUMED[suspend_state]
        case DirectiveType.SET_VS:
            return FopEvent.E40 if suspend_state else FopEvent.E35
    return _SETTINGS[directive.directive_type][0]


def changed_settings(directive: Directive, settings: FopSettings) -> FopSettings:
    """Return `settings` with the one that `directive` sets. Raises LocalError if it is out of range."""
    _, field = _SETTINGS[directive.directive_type]
    change: dict[str, Any] = {field: directive.qualifier}
    return replace(settings, **change)


def _check_qualifier(directive: Directive, settings: FopSettings) -> None:
    if directive.directive_type in _SETTINGS:
        changed_settings(directive, settings)
    elif directive.directive_type in _WITH_NUMBER:
        check_int("qualifier", directive.qualifier, 0, 255)
    elif directive.qualifier is not None:
        raise LocalError("qualifier", directive.qualifier, "None with this directive")
