"""Budgets as JSON, CSV and Markdown: the same rows, with their sources."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from linkbudget.errors import LinkInputError
from linkbudget.lines import Kind
from linkbudget.output.rows import Row, rows
from linkbudget.provenance import Source
from linkbudget.uncertainty.analysis import Analysis, Uncertainty

PERCENTILES = (1, 5, 50, 95, 99)


def analysis_object(analysis: Analysis) -> dict[str, Any]:
    """Return an analysis as plain numbers, text and lists."""
    return {
        "link": analysis.link,
        "modes": list(analysis.modes),
        "lines": [_row_object(row) for row in rows(analysis.cases, analysis.modes)],
        "uncertainty": _uncertainty_object(analysis.uncertainty) if analysis.uncertainty else None,
    }


def analyses_csv(analyses: Iterable[Analysis]) -> str:
    """Return the rows of analyses as CSV with a heading."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS[:5], "nominal", "adverse", "favourable", *_COLUMNS[5:]])
    for analysis in analyses:
        for row in rows(analysis.cases, analysis.modes):
            values = [row.values.get(case, "") for case in ("nominal", "adverse", "favourable")]
            first, last = _texts(analysis.link, row)
            writer.writerow([*first, *values, *last])
    return text.getvalue()


_COLUMNS = ("link", "mode", "key", "line", "kind", "unit", "source", "equation", "valid")


def analyses_markdown(analyses: Iterable[Analysis], title: str) -> str:
    """Return the rows of analyses as Markdown tables, one for each link."""
    parts = [f"# {title}\n"]
    for analysis in analyses:
        cases = list(analysis.cases)
        parts.append(f"\n## {analysis.link}\n\n| line | {' | '.join(cases)} | unit | source |\n")
        parts.append(f"|---|{'--:|' * len(cases)}---|---|\n")
        parts += [_markdown_row(row) for row in rows(analysis.cases, analysis.modes)]
    return "".join(parts)


def write_export(path: Path, analyses: list[Analysis], whole: Mapping[str, Any]) -> None:
    """Write a study's analyses as the file's name asks for; `whole` is the object that JSON holds.

    Raises LinkInputError for another ending, and if the file cannot be written.
    """
    texts = {
        ".json": lambda: json.dumps(whole, indent=1, ensure_ascii=False) + "\n",
        ".csv": lambda: analyses_csv(analyses),
        ".md": lambda: analyses_markdown(analyses, str(whole["study"])),
    }
    if path.suffix not in texts:
        raise LinkInputError("export", str(path), f"a file that ends in {', '.join(texts)}")
    try:
        path.write_text(texts[path.suffix](), encoding="utf-8")
    except OSError as error:
        raise LinkInputError("export", str(path), f"a file that can be written ({error.strerror})") from None


def source_text(source: Source) -> str:
    """Return a source in one line: reference, equation, range."""
    return "; ".join(filter(None, [source.reference, source.equation, valid_text(source)]))


def valid_text(source: Source) -> str:
    """Return where a source's equation holds, or nothing if it holds everywhere."""
    return f"for {', '.join(str(each) for each in source.valid)}" if source.valid else ""


def _row_object(row: Row) -> dict[str, Any]:
    values = {"value": row.values["nominal"], **{case: each for case, each in row.values.items() if case != "nominal"}}
    source = {**asdict(row.source), "valid": [asdict(each) for each in row.source.valid]}
    return {
        "mode": row.mode,
        "key": row.key,
        "line": row.name,
        "kind": row.kind.value,
        **values,
        "unit": row.unit,
    } | source


def _uncertainty_object(uncertainty: Uncertainty) -> dict[str, Any]:
    drawn = uncertainty.result_db
    return {
        "draws": drawn.shape[1],
        "mean_db": drawn.mean(axis=1).tolist(),
        "standard_deviation_db": drawn.std(axis=1).tolist(),
        "percentiles_db": {str(p): np.percentile(drawn, p, axis=1).tolist() for p in PERCENTILES},
        "below_zero": (drawn < 0).mean(axis=1).tolist(),
        "sensitivities": [{**asdict(each), "swing_db": each.swing_db} for each in uncertainty.sensitivities],
    }


def _texts(link: str, row: Row) -> tuple[list[str], list[str]]:
    first = [link, row.mode or "", row.key, row.name, row.kind.value]
    return first, [row.unit, row.source.reference, row.source.equation, valid_text(row.source)]


def _markdown_row(row: Row) -> str:
    mark = "**" if row.kind is Kind.TOTAL else ""
    name = f"{row.name} ({row.mode})" if row.mode else row.name
    cells = [f"{mark}{each:.2f}{mark}" for each in row.values.values()]
    texts = [f"{mark}{name}{mark}", *cells, row.unit, source_text(row.source)]
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |\n"
