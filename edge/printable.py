"""Text from elsewhere on a terminal."""

_JOINER = "\u200d"
"""Joins the parts of an emoji: the only invisible character that a text needs."""


def printable(text: str, keep: str = "") -> str:
    """Return a text whose control characters, but those in ``keep``, are written out.

    What a model or a stranger says must not steer a terminal.
    """
    shown = keep + _JOINER
    return "".join(c if c.isprintable() or c in shown else c.encode("unicode_escape").decode() for c in text)
