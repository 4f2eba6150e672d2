"""A budget's lines printed and exported: the same numbers with the same sources everywhere."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from linkbudget.errors import LinkInputError
from linkbudget.output.export import (
    analyses_csv,
    analyses_markdown,
    analysis_object,
    source_text,
    valid_text,
    write_export,
)
from linkbudget.output.rows import number, rows
from linkbudget.provenance import Range, Source
from linkbudget.study_file import parse_study
from linkbudget.uncertainty.analysis import Analysis, analyse

MODE = {"modulation": "bpsk", "required_eb_n0_db": 5.0}
FILE = parse_study(
    {
        "name": "Übung",
        "geometry": {"elevation_deg": 20.0, "altitude_m": 5e5},
        "station": {"name": "Zürich", "latitude_deg": 47.4, "longitude_deg": 8.5, "altitude_m": 408.0},
        "climate": {},
        "links": {
            "Abwärts": {
                "frequency_hz": 8e9,
                "transmitter": {"power_w": {"value": 0.5, "adverse": 0.4, "favourable": 0.6}},
                "receiver": {"stages": ({"name": "LNA", "gain_db": 20.0, "noise_figure_db": 1.0},)},
                "modes": (
                    {"name": "a", "information_rate_bit_s": 1e3, **MODE},
                    {"name": "b", "information_rate_bit_s": 1e4, **MODE},
                ),
            },
            "up": {
                "frequency_hz": 146e6,
                "transmitter": {"eirp_dbw": 13.0},
                "receiver": {"g_over_t_db_k": -30.0},
            },
        },
    }
)
HEADING = [
    *("link", "mode", "key", "line", "kind", "nominal", "adverse", "favourable"),
    *("unit", "source", "equation", "valid"),
]


@pytest.fixture(scope="module")
def analyses() -> list[Analysis]:
    return [analyse(FILE, link) for link in FILE.study.links]


@pytest.fixture(scope="module")
def whole(analyses) -> dict[str, Any]:
    return {"study": FILE.study.name, "links": [analysis_object(each) for each in analyses]}


def test_lines_that_all_modes_share_have_one_row_and_the_others_one_for_each_mode(analyses):
    found = rows(analyses[0].cases, analyses[0].modes)
    shared = [row.key for row in found if row.mode is None]
    a, b = ([row.key for row in found if row.mode == mode] for mode in "ab")
    lines = [line.key for line in analyses[0].cases["nominal"]]
    assert shared + a == lines
    assert a == b == lines[lines.index("information_rate_db") :]
    assert [row.mode for row in found] == [None] * len(shared) + ["a"] * len(a) + ["b"] * len(b)


def test_rows_have_the_numbers_of_their_mode_and_case(analyses):
    nominal, adverse = analyses[0].cases["nominal"], analyses[0].cases["adverse"]
    for row in rows(analyses[0].cases, analyses[0].modes):
        line = nominal.line(row.key)
        index = "ab".index(row.mode) if row.mode else 0
        assert list(row.values) == ["nominal", "adverse", "favourable"]
        assert row.values["nominal"] == np.ravel(line.value)[index]
        assert row.values["adverse"] == np.ravel(adverse[row.key])[index]
        assert (row.name, row.unit, row.kind, row.source) == (line.name, line.unit, line.kind, line.source)


def test_without_modes_the_rows_end_at_c_n0(analyses):
    found = rows(analyses[1].cases, analyses[1].modes)
    assert found[-1].key == "c_n0_db_hz"
    assert list(found[-1].values) == ["nominal"]


def test_a_number_of_one_mode_or_of_all(analyses):
    budget = analyses[0].cases["nominal"]
    fast, slow = (number(budget.line("information_rate_db"), mode) for mode in (1, 0))
    assert (slow, fast) == (pytest.approx(30.0), pytest.approx(40.0))
    assert number(budget.line("eirp_dbw"), 1) == float(budget["eirp_dbw"])


def test_json_has_every_line_with_its_source(analyses, whole):
    lines = json.loads(json.dumps(whole, allow_nan=False))["links"][0]["lines"]
    found = rows(analyses[0].cases, analyses[0].modes)
    assert [(each["mode"], each["key"]) for each in lines] == [(row.mode, row.key) for row in found]
    for each, row in zip(lines, found, strict=True):
        assert (each["value"], each["adverse"]) == (row.values["nominal"], row.values["adverse"])
        assert (each["unit"], each["kind"], each["line"]) == (row.unit, row.kind.value, row.name)
        assert (each["reference"], each["equation"]) == (row.source.reference, row.source.equation)
        assert [span["quantity"] for span in each["valid"]] == [span.quantity for span in row.source.valid]
    assert any(each["valid"] for each in lines)


def test_json_of_a_link_without_tolerances_has_one_value(whole):
    up = whole["links"][1]
    assert up["uncertainty"] is None
    assert all("value" in each and "adverse" not in each for each in up["lines"])


def test_csv_has_the_same_rows(analyses):
    table = list(csv.DictReader(io.StringIO(analyses_csv(analyses))))
    expected = [(each.link, row) for each in analyses for row in rows(each.cases, each.modes)]
    assert list(table[0]) == HEADING
    assert len(table) == len(expected)
    for found, (link, row) in zip(table, expected, strict=True):
        assert (found["link"], found["mode"], found["key"]) == (link, row.mode or "", row.key)
        assert float(found["nominal"]) == row.values["nominal"]
        assert found["adverse"] == str(row.values.get("adverse", ""))
        assert (found["kind"], found["unit"], found["line"]) == (row.kind.value, row.unit, row.name)
        assert (found["source"], found["valid"]) == (row.source.reference, valid_text(row.source))


def test_markdown_has_a_table_for_each_link_with_as_many_cells_in_every_row(analyses):
    text = analyses_markdown(analyses, "Übung")
    assert text.startswith("# Übung\n")
    down, up = text.split("\n## ")[1:]
    for part, each, columns in ((down, analyses[0], 6), (up, analyses[1], 4)):
        title, _, heading, rule, *body = part.rstrip("\n").split("\n")
        assert title == each.link
        assert {line.count("|") for line in (heading, rule, *body)} == {columns + 1}
        assert len(body) == len(rows(each.cases, each.modes))
    margin = float(analyses[0].cases["adverse"]["margin_db"][1, 0])
    assert "| **margin (b)** | " in down
    assert f"**{margin:.2f}**" in down


@pytest.mark.parametrize(("ending", "start"), [("json", "{"), ("csv", "link,mode,key,"), ("md", "# Übung")])
def test_the_ending_of_the_file_says_its_form(tmp_path, analyses, whole, ending, start):
    path = tmp_path / f"Übung.{ending}"
    write_export(path, analyses, whole)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(start)
    assert text.endswith("\n")
    assert "Abwärts" in text
    if ending == "json":
        assert json.loads(text) == json.loads(json.dumps(whole))


def test_another_ending_is_refused(tmp_path, analyses, whole):
    with pytest.raises(LinkInputError, match=r"accepted: a file that ends in \.json, \.csv, \.md") as caught:
        write_export(tmp_path / "budget.xls", analyses, whole)
    assert caught.value.field == "export"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told(tmp_path, analyses, whole):
    with pytest.raises(LinkInputError, match=r"accepted: a file that can be written \(No such file"):
        write_export(tmp_path / "nowhere" / "budget.csv", analyses, whole)


def test_a_source_in_one_line():
    full = Source("a book, eq 1", "y = x", (Range("frequency_hz", 1e9, 2e9), Range("elevation_deg", 5.0, 90.0)))
    assert source_text(full).startswith("a book, eq 1; y = x; for frequency")
    assert valid_text(full) == f"for {full.valid[0]}, {full.valid[1]}"
    assert source_text(Source("given")) == "given"
    assert valid_text(Source("given")) == ""


def test_a_bar_in_a_name_does_not_break_a_table(analyses):
    barred = replace(analyses[0], modes=("a|b", "c"))
    body = [line for line in analyses_markdown([barred], "").splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in body} == {7}
    assert any("margin (a/b)" in line for line in body)
