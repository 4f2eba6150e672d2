"""What a campaign leaves behind: results, pictures, a page."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from edge.command_line import finite
from linkbudget.errors import LinkInputError
from linkbudget.plots.save import save
from testbed.campaign.chart import chart
from testbed.campaign.result import CampaignResult, PointResult
from testbed.campaign.rows import COLUMNS, lines, measure_name, row, sweeps
from testbed.errors import ScenarioError

RESULTS, PAGE = "results.json", "report.md"


def write_folder(result: CampaignResult, folder: Path) -> None:
    """Write results, a picture for each sweep and a page with both.

    Raises ScenarioError if the folder cannot be written.
    """
    try:
        _write_whole(folder / RESULTS, json.dumps(finite(result.to_json()), indent=1) + "\n")
        for name, points in sweeps(result):
            if _has_picture(points):
                save(chart(f"{name} ({result.name})", points, result.confidence), folder / _picture(name))
        _write_whole(folder / PAGE, page(result))
    except (OSError, LinkInputError) as error:
        raise ScenarioError("out", str(folder), f"a folder that can be written ({error})") from None


def page(result: CampaignResult) -> str:
    """Return the page, as Markdown."""
    failed = len(result.failures)
    verdict = f"{failed} of {len(result.points)} points failed" if failed else f"all {len(result.points)} points passed"
    parts = [
        f"# Campaign {result.name}",
        f"Seed {result.seed}, intervals of {100 * result.confidence:g} % (Clopper-Pearson): {verdict}.",
    ]
    for name, points in sweeps(result):
        parts.append(f"## {name}")
        if _has_picture(points):
            parts.append(f"![{name}]({_picture(name)})")
        for label, own in lines(points):
            parts += [f"{label}: {measure_name(points[0])}", _table(own)]
    return "\n\n".join(parts) + "\n"


def _table(points: Sequence[PointResult]) -> str:
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(row, points)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |" for cells in rows)


def _has_picture(points: Sequence[PointResult]) -> bool:
    """Whether there is something to draw over: not where nothing was sent."""
    return points[0].point.eb_n0_db is not None


def _picture(sweep: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", sweep.lower()).strip("-") + ".png"


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
