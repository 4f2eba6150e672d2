"""The page in a browser, with the memory rig behind it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from testbed.physics import work_out
from testbed.rigs.rig import SilentListener
from testbed.rigs.served_memory import ServedMemoryRig
from testbed.scenario import Scenario
from testbed.serving import FORECAST, Serving, forecast_of
from tests.ground.page.conftest import Open
from tests.ground.page.test_page import pixels

TEXT = "What is on this page?"
CHANGING = ("#sky canvas", "#doppler canvas", "#waterfall-picture", "#constellation canvas")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    scenario = Scenario.load("loopback").model_copy(update={"pace": "realtime"})
    forecast_of(scenario).save(tmp_path / FORECAST)
    serving = Serving("127.0.0.1:0", tmp_path)
    with ServedMemoryRig(scenario, work_out(scenario, 1), 1, SilentListener(), serving) as rig:
        yield rig.url


def test_a_prompt_is_answered_and_the_link_is_shown(url: str, open_page: Open) -> None:
    page = open_page(url=url)
    page.get_by_label("Prompt", exact=True).fill(TEXT)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".words")).to_have_text(f"You asked: {TEXT} That is all I have been told to say.")
    expect(page.locator("#talk .status")).to_have_text("answered")
    expect(page.locator("#talk .figures")).to_contain_text(re.compile(r"TTFT \d+\.\d\d.s"))
    expect(page.locator("#signal table")).to_contain_text(re.compile(r"\d+\.\d.dB"))
    for panel in CHANGING:
        before = pixels(page, panel)
        page.wait_for_function(f"before => document.querySelector('{panel}').toDataURL() !== before", arg=before)
