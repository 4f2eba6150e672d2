"""What a browser is given, and with which policy."""

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ground.gateway.page.files import FOLDER, page_routes

CODE = sorted(path for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".html"))


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=page_routes()))


@pytest.mark.parametrize("path", ["/", "/page/index.html"])
def test_the_page_may_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy


def test_a_file_is_sent_again_only_if_it_changed(client: TestClient) -> None:
    first = client.get("/page/main.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/page/main.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/", "/page/main.js", "/page/style.css", "/page/uplot/uPlot.iife.min.js"])
def test_what_is_loaded_is_compressed_for_whoever_takes_it(client: TestClient, path: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    compressed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert compressed.headers["content-encoding"] == "gzip"
    assert int(compressed.headers["content-length"]) < 0.6 * int(plain.headers["content-length"])
    assert compressed.content == plain.content
    assert compressed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["files.py", "__init__.py", "uplot/LICENSE", "../desk.py", "%2e%2e/desk.py", "none.js", ""]
)
def test_what_is_not_for_browsers_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/page/{path}").status_code == 404


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.name))
def test_no_text_becomes_markup_and_no_host_is_named(path: object) -> None:
    text = FOLDER.joinpath(str(path)).read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://", text)


def test_uplot_has_its_licence_beside_it() -> None:
    assert "v1.6.32" in (FOLDER / "uplot" / "uPlot.iife.min.js").read_text()[:80]
    assert "MIT License" in (FOLDER / "uplot" / "LICENSE").read_text()
