"""docs/cop1.md shows the tables as they are."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_has_the_diagrams_and_tables_of_the_code() -> None:
    """Made anew by: .venv/bin/python docs/cop1_diagrams.py."""
    text = (DOCS / "cop1.md").read_text(encoding="utf-8")
    module = runpy.run_path(str(DOCS / "cop1_diagrams.py"))
    assert all(f"<!-- cop1: {name} -->" in text for name in module["sections"]())
    assert module["renewed"](text) == text
