"""Pictures as files."""

from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

from linkbudget.errors import LinkInputError
from linkbudget.plots.style import STYLE

_ACCEPTED = "a .png, .svg or .pdf file in a folder that can be written"
_NO_DATE = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""By ending, what keeps the clock out of a file: the same figure gives the same bytes."""


def save(figure: Figure, path: Path | str) -> None:
    """Write a figure as its file's name asks for.

    Raises LinkInputError for another ending, and if the file cannot be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in _NO_DATE:
        raise LinkInputError("plot", str(path), _ACCEPTED)
    try:
        with matplotlib.style.context(STYLE, after_reset=True):
            figure.savefig(path, metadata=_NO_DATE[ending])
    except OSError:
        raise LinkInputError("plot", str(path), _ACCEPTED) from None
