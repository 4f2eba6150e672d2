import re
from pathlib import Path

import pytest

from linkbudget.cli import app
from linkbudget.schema import schema_markdown
from linkbudget.study_file import shipped_studies

DOCS = Path(__file__).parents[2] / "docs" / "linkbudget.md"
TEXT = DOCS.read_text(encoding="utf-8")


def test_the_schema_is_that_of_the_code() -> None:
    """Made anew by: linkbudget schema."""
    assert TEXT.split("<!-- schema -->\n\n")[1] == schema_markdown()


def test_the_example_runs() -> None:
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1], {})


def test_every_study_and_command_is_there() -> None:
    assert set(re.findall(r"studies/([a-z-]+)\.toml", TEXT)) == set(shipped_studies())
    commands = {command.name for command in app.registered_commands}
    assert set(re.findall(r"linkbudget ([a-z]+)", TEXT)) - {"needs", "import"} == commands


@pytest.mark.parametrize("link", re.findall(r"\]\((\.\./[^)]+)\)", TEXT))
def test_links_lead_somewhere(link: str) -> None:
    assert (DOCS.parent / link).exists()
