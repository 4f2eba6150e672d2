"""Where passes begin and end."""

from collections.abc import Iterable

from ground.contact import Contact

_BOUNDARY_S = 2.0
"""So near to its beginning or end a pass has frames that come out of order, where that is asked for."""


def at_boundary(contacts: Iterable[Contact], time_s: float) -> bool:
    """Return whether a contact begins or ends near a link time."""
    return any(min(abs(time_s - each.aos_s), abs(time_s - each.los_s)) < _BOUNDARY_S for each in contacts)
