"""What pictures of a pass say of it in words, and when it is dark."""

import numpy as np

from linkbudget.contact import Contact
from linkbudget.decibels import Floats
from linkbudget.orbit.sun import Bools


def pass_facts(contact: Contact) -> str:
    """Return a line with the pass's times in UTC, its highest elevation and the age of the elements."""
    found = contact.found
    times = f"AOS {found.aos:%Y-%m-%d %H:%M:%S} UTC, TCA {found.tca:%H:%M:%S}, LOS {found.los:%H:%M:%S}"
    return f"{times}; highest {found.max_elevation_deg:.1f} deg; TLE age {contact.age_days:.1f} days"


def spans(time: Floats, mask: Bools) -> list[tuple[float, float]]:
    """Return beginnings and ends of the spans of float64[n] where bool[n] holds, each up to the next time."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    ends = np.minimum(edges, len(time) - 1)
    return [(float(time[a]), float(time[b])) for a, b in ends.reshape(-1, 2)]
