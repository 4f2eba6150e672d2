"""Where the time went, drawn: a bar for each run, stacked from the medians of its phases."""

from html import escape

from testbed.compare.comparison import Comparison
from testbed.compare.run import Run
from testbed.compare.sheets import name
from testbed.measure import E2E, TTFT, Measure
from testbed.page import number


def bars(comparison: Comparison) -> str:
    """Return the key and the bars as HTML, all to the scale of the longest; a tick is the median TTFT."""
    if not comparison.phases:
        return ""
    longest_s = max(_total_s(run) for run in comparison.runs) or 1.0
    drawn = "".join(_bar(name(n, run), run, longest_s) for n, run in enumerate(comparison.runs, 1))
    return f'<p class="key">{"".join(map(_key, comparison.phases))}<span><i></i>first word</span></p>{drawn}'


def _bar(title: str, run: Run, longest_s: float) -> str:
    parts = "".join(_part(measure, _median_s(run, measure), longest_s) for measure in run.phases())
    ttft_s = run.summary(TTFT).median
    tick = "" if ttft_s is None else f'<i style="left:{100 * ttft_s / longest_s:.3f}%"></i>'
    whole_s = run.summary(E2E).median
    ending = "not answered" if whole_s is None else f"E2E {number(whole_s, E2E.digits)} s"
    caption = f"<b>{escape(title)}</b> {ending}"
    return f'<figure><figcaption>{caption}</figcaption><div class="bar">{parts}{tick}</div></figure>'


def _part(measure: Measure, length_s: float, longest_s: float) -> str:
    width, said = 100 * length_s / longest_s, f"{measure.label}: {length_s:.3f} s"
    return f'<span class="{measure.name}" style="width:{width:.3f}%" title="{escape(said)}"></span>'


def _key(measure: Measure) -> str:
    return f'<span><b class="{measure.name}"></b>{escape(measure.label)}</span>'


def _total_s(run: Run) -> float:
    return sum(_median_s(run, measure) for measure in run.phases())


def _median_s(run: Run, measure: Measure) -> float:
    return run.summary(measure).median or 0.0
