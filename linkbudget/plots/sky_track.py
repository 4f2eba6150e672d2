"""The way of a satellite over the sky, as predictors of passes draw it: north up, east right, the zenith in the middle."""

from datetime import datetime, timedelta

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from linkbudget.contact import Contact
from linkbudget.decibels import Floats, Real
from linkbudget.plots.pass_chart import spans
from linkbudget.plots.style import BLUE, FAINT, GRID, INK, SHADE, drawn, titled

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
_MOST_TICKS = 12
_NEAR_DEG = 7.0  # a tick nearer to AOS, TCA or LOS than this has no label
_LABEL_PT = 13.0


@drawn
def sky_track(contact: Contact, title: str, link: str | None = None) -> Figure:
    """Draw a pass on the sky. East is on the right, as on a map laid on the ground, not as seen looking up.

    The track's colour is the margin of the most robust mode of `link`, the first with modes if left out; without any
    the track has one colour. Ticks are at round times in UTC. Raises KeyError for a link without modes.
    """
    figure = titled(title, 8.6)
    axes = figure.subplots()
    _draw_sky(axes)
    x, y = on_sky(contact.geometry.azimuth_deg, contact.geometry.elevation_deg)
    _draw_horizon_of_pass(axes, contact)
    _draw_eclipse(axes, x, y, contact)
    name = link if link is not None else next(iter(contact.usages), None)
    if name is None:
        axes.plot(x, y, color=BLUE, lw=4, solid_capstyle="butt")
    else:
        _draw_margin(figure, axes, x, y, contact, name)
    _mark_times(axes, x, y, contact)
    return figure


def on_sky(azimuth_deg: Real, elevation_deg: Real) -> tuple[Floats, Floats]:
    """Return x, to the east, and y, to the north, in degrees of distance from the zenith."""
    azimuth, distance_deg = np.radians(azimuth_deg), np.subtract(90.0, elevation_deg)
    return np.asarray(distance_deg * np.sin(azimuth)), np.asarray(distance_deg * np.cos(azimuth))
