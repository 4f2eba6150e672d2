import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from testbed.record import RunRecord
from testbed.report import report_html, write_report
from testbed.rigs.rig import AskRequest

_VOID = {"meta", "br", "link"}


class _Page(HTMLParser):
    """The elements and the text of a page; tags must be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.said: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())


def _cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    return [[unescape(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in rows]


@pytest.fixture(scope="module")
def page(answered: RunRecord) -> str:
    return report_html(answered)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the drawing, which takes most of a page's time."""
    names = ("timeline", "doppler", "eb_n0", "constellation", "spectrum")
    monkeypatch.setattr("testbed.report.figures", lambda record: dict.fromkeys(names))
    monkeypatch.setattr("testbed.report.svg", lambda figure, name: f"<svg><title>{name}</title></svg>")


@pytest.mark.parametrize("name", ["answered", "refused", "silent"])
def test_the_page_stands_alone(name: str, request: pytest.FixtureRequest) -> None:
    page = report_html(request.getfixturevalue(name))
    assert "://" not in page
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", page)
    assert not {"script", "link", "iframe", "object"} & set(_Page(page).elements)
    assert len(page) < 1_000_000


def test_what_was_said_is_text(page: str, answered: RunRecord) -> None:
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(&#x27;$x&#x27;)&lt;/script&gt; &amp; ") >= 2
    assert answered.outcome.answer in _Page(page).said


@pytest.mark.usefixtures("plain")
def test_a_placeholder_in_a_prompt_stays_text(answered: RunRecord) -> None:
    page = report_html(replace(answered, request=AskRequest("$answer ${health} $$")))
    assert "<p>$answer ${health} $$</p>" in page


def test_the_key_figures_are_there(page: str) -> None:
    said = _Page(page).said
    for name, figure in (
        ("TTFT", "1.70"),
        ("E2E", "2.20"),
        ("inference", "0.50"),
        ("link limit", "1.10"),
        ("overhead ratio", "2.000"),
        ("tokens", "10.0"),
        ("real-time factor", "0.50"),
    ):
        assert figure in said[said.index(name) : said.index(name) + 3], name


def test_the_run_can_be_told_apart(page: str) -> None:
    said = " ".join(_Page(page).said)
    for fact in ("2024-01-22T09:18:20", "0.7 days", "scenario default", "rig memory", "seed 7", "leo-bpsk", "Zurich"):
        assert fact in said


def test_the_tables_hold_the_record(page: str) -> None:
    cells = _cells(page)
    assert ["prefill done", "flatsat", "1.400", "0.200", "2.800", "12 prompt tokens"] in cells
    assert ["uplink", "link", "0.700", "31.8%"] in cells
    assert ["frames lost", "1", "1"] in cells
    assert ["retransmissions", "1", "1"] in cells
    assert ["Eb/N0 measured, dB", "9.5", "9.5"] in cells
    assert ["channel symbol error rate", "0.0025", "0.0025"] in cells
    assert ["carrier offset last, Hz", "2500", "2500"] in cells
    assert ["102.10", "7.93", "–", "−4.5", "–", "–", "on", "0", "12.2", "1", "1"] in cells


@pytest.mark.usefixtures("plain")
def test_first_and_last_telemetry_are_shown(answered: RunRecord) -> None:
    health = [{**answered.health[0], "link_time_s": time_s} for time_s in (101.0, 101.5, 102.0)]
    cells = _cells(report_html(replace(answered, health=health)))
    assert [row[0] for row in cells[-2:]] == ["101.00", "102.00"]


@pytest.mark.usefixtures("plain")
def test_a_refusal_is_shown_in_place_of_the_answer(refused: RunRecord) -> None:
    said = _Page(report_html(refused)).said
    assert "prompt_too_long: 70 tokens; at most 64" in said
    assert "refused by the spacecraft" in said
    assert "No telemetry came down during the run." in said


@pytest.mark.usefixtures("plain")
def test_the_file_is_utf8(answered: RunRecord, tmp_path: Path) -> None:
    record = replace(answered, outcome=replace(answered.outcome, answer="Café 🛰"))
    write_report(record, tmp_path / "report.html")
    assert "<p>Café 🛰</p>" in (tmp_path / "report.html").read_text(encoding="utf-8")
