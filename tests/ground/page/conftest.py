"""A browser, and a gateway whose station says what a test has it say."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.ground.page.fake_gateway import FakeGateway
from tests.ground.page.pass_events import at, station

CHROMIUM = shutil.which("chromium")

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    """One whose station has begun, before AOS."""
    gateway = FakeGateway()
    gateway.tell(station(), at(0.0, "queue", prompts=[]), at(0.0, "time"))
    yield gateway
    gateway.close()
    assert gateway.warnings == []


@pytest.fixture
def open_page(browser: Browser, gateway: FakeGateway) -> Iterator[Open]:
    """Open the page; in the end it must have said nothing on its console and asked nobody else for anything."""
    contexts, complaints, expected, elsewhere = [], [], [], []

    def open_page(
        width: int = 1600,
        height: int = 1000,
        scheme: Literal["dark", "light"] = "dark",
        url: str | None = None,
        complains: str = "\0",
    ) -> Page:
        expected.append(complains)
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: elsewhere.append(request.url))
        page.goto(url or gateway.url)
        expect(page.locator("#link-words")).not_to_have_text("connecting")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if not any(each in text for each in expected)] == []
    assert [url for url in elsewhere if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:"))] == []
