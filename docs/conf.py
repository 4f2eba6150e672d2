"""How the pages become a site: `make docs`. Pages are Markdown, of this folder and of the project's root."""

from pygments.lexers.special import TextLexer

project = "flatsat-testbed"
author = "the flatsat-testbed project"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/tutorials/*.md"]
exclude_patterns = ["docs/html"]
html_theme = "furo"
html_title = "flatsat-testbed"
html_show_copyright = False
myst_heading_anchors = 4


def setup(app):
    """Show what is drawn from the tables of the state machines, for pages that draw it, as it is written."""
    app.add_lexer("mermaid", TextLexer)
