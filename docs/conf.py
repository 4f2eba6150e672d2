"""How the pages become a site: `make docs`. Pages are Markdown, of this folder and of the project's root."""

import runpy
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

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
myst_fence_as_directive = ["mermaid"]

picture_of = runpy.run_path(str(Path(__file__).parent / "diagrams.py"))["picture_of"]


class Mermaid(SphinxDirective):
    """The picture of a diagram, which leads to itself at full size; to who does not see it, its text."""

    has_content = True

    def run(self):
        """Return the picture. Without one the site is not made."""
        path = picture_of("\n".join(self.content))
        if not path.exists():
            raise self.error("this diagram is not drawn yet: .venv/bin/python docs/diagrams.py")
        image = nodes.image(uri=f"/docs/diagrams/{path.name}", alt="; ".join(line.strip() for line in self.content))
        root = "../" * self.env.docname.count("/")
        return [nodes.reference("", "", image, refuri=f"{root}_images/{path.name}")]


def setup(app):
    """Show what other places draw from its text, as they do."""
    app.add_directive("mermaid", Mermaid)
