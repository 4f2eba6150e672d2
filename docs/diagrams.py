"""Draws the Mermaid diagrams of the pages for the site, in docs/diagrams: .venv/bin/python docs/diagrams.py.

Wants chromium, and npm for Mermaid itself; the site needs neither. Elsewhere, as on GitHub, the pages' text is drawn.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).parent
MERMAID = "mermaid@11.17.2"
_SCRIPT = "package/dist/mermaid.min.js"


def diagrams(page: str) -> list[str]:
    """Return the sources of a page's diagrams."""
    return re.findall(r"^```mermaid\n(.*?)\n```$", page, flags=re.DOTALL | re.MULTILINE)


def picture_of(source: str) -> Path:
    """Return where a diagram's picture is. Its name follows from its source: so it is never that of an older one."""
    return DOCS / "diagrams" / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.svg"


def main() -> None:
    """Draw what is not drawn yet, and remove what no page has any more."""
    sources = [source for page in DOCS.rglob("*.md") for source in diagrams(page.read_text(encoding="utf-8"))]
    pictures = {picture_of(source): source for source in sources}
    for old in set((DOCS / "diagrams").glob("*.svg")) - pictures.keys():
        old.unlink()
    missing = {path: source for path, source in pictures.items() if not path.exists()}
    if not missing:
        return
    for path, svg in zip(missing, _drawn(missing.values()), strict=True):
        path.write_text(svg + "\n", encoding="utf-8")


def _drawn(sources: Iterable[str]) -> list[str]:
    from playwright.sync_api import sync_playwright  # which who makes the site may not have

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page()
        for script in (_mermaid(Path(folder)), DOCS / "diagrams.js"):
            page.add_script_tag(path=script)
        svgs = [str(page.evaluate("draw", source)) for source in sources]
        browser.close()
    return svgs


def _mermaid(folder: Path) -> Path:
    packed = subprocess.run(
        ["npm", "pack", "--silent", MERMAID], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive, archive.extractfile(_SCRIPT) as script:
        (folder / "mermaid.js").write_bytes(script.read())
    return folder / "mermaid.js"


if __name__ == "__main__":
    main()
