import runpy
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_has_the_diagrams_of_the_tables() -> None:
    text = (DOCS / "cfdp.md").read_text(encoding="utf-8")
    filled = runpy.run_path(str(DOCS / "cfdp_diagrams.py"))["filled"]
    assert filled(text) == text
    assert text.count("stateDiagram-v2") == 2
