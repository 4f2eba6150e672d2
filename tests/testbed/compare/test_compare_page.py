"""The page: whole, alone, and honest about few samples."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from testbed.compare.bars import bars
from testbed.compare.budget import Budget, judge
from testbed.compare.comparison import Comparison
from testbed.compare.page import comparison_html
from testbed.compare.run import PHASES, Prompt, Run
from testbed.measure import MEASURES

_VOID = {"meta", "br"}
HOSTILE = "<script>alert('$x')</script>"


class _Page(HTMLParser):
    """The elements of a page; tags must be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
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


def rows_below(page: str, title: str) -> list[list[str]]:
    section = page[page.index(f"<h2>{title}</h2>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", section[: section.index("</table>")])
    return [
        [unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in rows
    ]


@pytest.fixture
def page(asked: Run, slower: Run, orbited: Run) -> str:
    runs = [asked, slower, orbited]
    return comparison_html(Comparison(runs, [judge(run, Budget("e2e", 3.0)) for run in runs]))


def test_the_page_stands_alone(page: str) -> None:
    assert "://" not in page
    assert not re.search(r"(src|href|@import|url\()", page)
    assert not {"script", "link", "iframe", "object", "img"} & set(_Page(page).elements)
    assert "prefers-color-scheme: dark" in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert not re.search(r"\$\w", page)


def test_runs_stand_beside_one_another(page: str) -> None:
    rows = rows_below(page, "Runs")
    assert rows[1] == ["1 · memory", "asked", "leo-bpsk", "default", "7", "Zurich", "2024-01-22 09:18:20", "1 of 1"]
    assert [row[0] for row in rows[1:]] == ["1 · memory", "2 · zmq", "3 · orbit"]
    assert rows[3][-1] == "2 of 3"


def test_the_tail_is_called_what_it_is(page: str) -> None:
    heading, first, _, orbit, whole = rows_below(page, "What a user waits for")
    e2e = heading.index("E2E, s")
    assert first[e2e] == "2.20"
    assert orbit[e2e].split("  ") == ["18.00", "worst of 2: 25.00"]
    assert whole[0] == "all runs"
    assert "worst of 4: 25.00" in whole[e2e]


def test_a_hundred_samples_have_a_percentile(asked: Run) -> None:
    prompts = [Prompt(True, {"e2e_s": (float(n),)}, ()) for n in range(1, 201)]
    page = comparison_html(Comparison([replace(asked, prompts=prompts)], []))
    assert "p99 of 200: 198.00" in page


def test_differences_say_better_or_worse(page: str) -> None:
    heading, zmq, _ = rows_below(page, "Against 1 · memory")
    assert zmq[heading.index("TTFT, s")] == "+58.8 % worse"
    assert zmq[heading.index("ITL, s")] == "same"
    assert zmq[heading.index("uplink FER")] == "+100.0 % not told apart"
    assert 'class="n worse">+58.8 % worse' in page
    assert "energy, J" not in heading  # the first run has none


def test_the_link_is_shown_by_leg(page: str) -> None:
    rows = rows_below(page, "Link")
    assert rows[2] == ["1 · memory", "downlink", "4", "1", "25 %", "0.631 % – 80.6 %", "1", "10.0", "9.5", "−0.5"]
    assert len(rows) == 5  # an orbit has none


def test_budgets_are_kept_or_exceeded(page: str) -> None:
    rows = rows_below(page, "Budgets")[1:]
    assert rows[0] == ["1 · memory", "e2e <= 3 s", "e2e took 2.200 s", "kept"]
    assert rows[2] == ["3 · orbit", "e2e <= 3 s", "1 of 3 prompts without e2e", "exceeded"]


def test_what_there_is_nothing_of_has_no_heading(asked: Run) -> None:
    page = comparison_html(Comparison([asked], []))
    assert "<title>One run</title>" in page
    for title in ("Budgets", "Against", "Energy on board", "all runs"):
        assert f">{title}" not in page


def test_what_a_record_says_is_text(asked: Run) -> None:
    hostile = replace(asked, rig=HOSTILE, scenario=HOSTILE, path=f"{HOSTILE}/run.json", energy_source=HOSTILE)
    page = comparison_html(Comparison([hostile, hostile], [judge(hostile, Budget("e2e", 3.0))]))
    assert "script" not in _Page(page).elements
    assert page.count("&lt;script&gt;alert(&#x27;$x&#x27;)&lt;/script&gt;") >= 6


def test_every_name_is_explained(page: str) -> None:
    for measure in MEASURES:
        assert measure.meaning.split(":")[0] in unescape(page)
    assert "RFC 2647" in page


def test_bars_are_to_one_scale(asked: Run, slower: Run) -> None:
    drawn = bars(Comparison([asked, slower], []))
    first, second = drawn.split("<figure>")[1:]
    assert sum(map(float, re.findall(r"width:([\d.]+)%", second))) == pytest.approx(100, abs=0.01)
    assert sum(map(float, re.findall(r"width:([\d.]+)%", first))) == pytest.approx(100 * 2.2 / 3.2, abs=0.01)
    assert 'title="uplink: 0.700 s"' in first
    assert f'<i style="left:{100 * 1.7 / 3.2:.3f}%"></i>' in first
    assert "E2E 3.20 s" in second


def test_a_run_without_an_answer_has_a_bar(refused_run: Run) -> None:
    drawn = bars(Comparison([refused_run], []))
    assert "not answered" in drawn
    assert 'class="refusals_downlink_s"' in drawn


def test_a_run_of_which_nothing_is_known_has_none(asked: Run) -> None:
    silent = replace(asked, prompts=[Prompt(False, {}, ())])
    assert bars(Comparison([silent], [])) == ""


def test_every_phase_has_a_colour(page: str) -> None:
    for measure in PHASES.values():
        assert f".{measure.name}" in page
