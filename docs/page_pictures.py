"""Makes the pictures of the live page in docs/: a rig is served, asked two questions, and looked at as it answers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

DOCS = Path(__file__).parent
QUESTIONS = ("Why is the sky blue? Answer in two sentences.", "Name three planets, and one fact about each.")
Scheme = Literal["dark", "light"]
VIEWS: dict[str, tuple[int, int, Scheme]] = {
    "page": (1600, 1000, "dark"),
    "page-light": (1600, 1000, "light"),
    "page-tablet": (800, 1100, "dark"),
    "page-phone": (360, 780, "dark"),
}
"""Name, size in CSS pixels, colours."""
_PATIENCE_MS = 300_000
_WARM_S = 45
"""In which a pass has something to show."""


def main(scenario: str = "default") -> None:
    """Write the pictures of a scenario; a rig that does not come up raises CalledProcessError."""
    testbed = Path(sys.executable).with_name("testbed")
    with TemporaryDirectory() as folder:
        command = [str(testbed), "serve", "--scenario", scenario, "--http", "127.0.0.1:0", "--out", folder]
        rig = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            _photograph(_url(rig))
        finally:
            rig.terminate()
            rig.communicate()


def _url(rig: "subprocess.Popen[str]") -> str:
    assert rig.stderr is not None
    for line in rig.stderr:
        if found := re.search(r"http://[\w.:\[\]]+", line):
            return found[0]
    raise subprocess.CalledProcessError(rig.wait(), "testbed serve")


def _photograph(url: str) -> None:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        pages = {}
        for name, (width, height, scheme) in VIEWS.items():
            pages[name] = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            pages[name].goto(url)
        _ask(pages["page"])
        for name, page in pages.items():
            page.screenshot(path=DOCS / f"{name}.png")
        browser.close()


def _ask(page: Page) -> None:
    """Ask twice; return while the second answer comes."""
    for number, question in enumerate(QUESTIONS, 1):
        page.get_by_label("Prompt", exact=True).fill(question)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".words").nth(number - 1)).not_to_be_empty(timeout=_PATIENCE_MS)
        if number == 1:
            expect(page.locator("#talk > li").first).to_have_attribute("data-state", "answered", timeout=_PATIENCE_MS)
            page.wait_for_timeout(1000 * _WARM_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
