"""Passes on one sky, as trackers draw it: north up, east right, the zenith in the middle."""

from datetime import timedelta
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes

from ground.forecast import Forecast, PassForecast
from linkbudget.plots.style import INK, SERIES, drawn, titled

MOST_TRACKS = 8
"""More lines than that cannot be told apart."""
_PLACES = (50, 38, 62, 44, 56)
"""Of the number on a track, in percent of its time."""


@drawn
def passes_plot(forecast: Forecast) -> Figure:
    """Draw the passes of a forecast; of many, the highest. East is on the right, as on a map laid on the ground."""
    numbered = sorted(enumerate(forecast.passes, start=1), key=lambda each: -each[1].max_elevation_deg)
    shown = sorted(numbered[:MOST_TRACKS])
    figure = titled(f"{forecast.satellite} over {forecast.station.name}", 8.8)
    axes = figure.add_subplot(projection="polar")
    assert isinstance(axes, PolarAxes)  # by the projection
    _draw_sky(axes)
    for line, (number, one) in enumerate(shown):
        _draw_track(axes, forecast, one, number, line)
    axes.set_title(_span(forecast, len(shown)), loc="left", x=-0.2, pad=20.0)
    if shown:
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def _draw_sky(axes: PolarAxes) -> None:
    axes.set_theta_zero_location("N")
    axes.set_theta_direction("clockwise")
    axes.set_rlim(0.0, 90.0)
    axes.set_rgrids([30.0, 60.0, 90.0], ["60°", "30°", ""], angle=100.0)
    names = {0: "N", 90: "E", 180: "S", 270: "W"}
    degrees = range(0, 360, 30)
    axes.set_thetagrids(degrees, [names.get(each, f"{each}°") for each in degrees])


def _draw_track(axes: PolarAxes, forecast: Forecast, one: PassForecast, number: int, line: int) -> None:
    """Draw a line from its mark at AOS to its arrow at LOS, with its number: full in the Sun, dashed in eclipse."""
    moments = [i for i, time_s in enumerate(forecast.time_s) if one.aos_s <= time_s <= one.los_s]
    azimuth = np.radians([forecast.azimuth_deg[i] for i in moments])
    from_zenith_deg = 90.0 - np.array([forecast.elevation_deg[i] for i in moments])
    colour, dashes = SERIES[line % len(SERIES)], "-" if one.sunlit else (0, (4, 1.5))
    axes.plot(azimuth, from_zenith_deg, color=colour, ls=dashes, lw=2.4, label=f"{number}: {_words(forecast, one)}")
    mark: dict[str, Any] = {"mfc": "white", "mec": colour, "mew": 2.0, "clip_on": False, "zorder": 3}
    axes.plot(azimuth[:1], from_zenith_deg[:1], "o", ms=7, **mark)
    arrow = {"arrowstyle": "-|>", "color": colour, "lw": 0.0, "mutation_scale": 20.0, "shrinkA": 0.0, "shrinkB": 0.0}
    last, before = ((azimuth[i], from_zenith_deg[i]) for i in (-1, -len(moments) // 12 - 1))
    axes.annotate("", last, before, arrowprops=arrow, zorder=3, annotation_clip=False)
    beside = _PLACES[line % len(_PLACES)] * len(moments) // 100  # tracks of one time of day lie side by side
    circle = {"boxstyle": "circle,pad=0.2", "fc": "white", "ec": colour, "lw": 1.5}
    place = (azimuth[beside], from_zenith_deg[beside])
    axes.annotate(str(number), place, ha="center", va="center", color=INK, size=9, weight="bold", bbox=circle, zorder=4)


def _words(forecast: Forecast, one: PassForecast) -> str:
    aos, los = (forecast.start_utc + timedelta(seconds=each) for each in (one.aos_s, one.los_s))
    light = "" if one.sunlit else ", in eclipse"
    return f"{aos:%Y-%m-%d %H:%M:%S} to {los:%H:%M:%S}, {one.max_elevation_deg:.0f}°{light}"


def _span(forecast: Forecast, shown: int) -> str:
    count = len(forecast.passes)
    passes = "1 pass" if count == 1 else f"{count} passes"
    some = f", the {shown} highest shown" if shown < count else ""
    return (
        f"{passes} from {forecast.start_utc:%Y-%m-%d %H:%M} UTC on{some}; TLE age {forecast.tle_age_days:.1f} days\n"
        "circle AOS, arrow LOS; dashed in eclipse; north up, east right, as on a map"
    )
