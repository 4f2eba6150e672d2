"""The corpus: what coverage-guided fuzzing begins with.

python -m fuzz.corpus writes the parsers' own examples anew; what fuzzing found worth keeping lies beside them under
names of its own, and stays.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from fuzz.targets import TARGETS, parsers_of

CORPUS = Path(__file__).with_name("corpus")


def seeds(target: str) -> Iterator[tuple[str, bytes]]:
    """Give the name and the octets of each file that the examples of a target's parsers make."""
    for number, parser in enumerate(parsers_of(target)):
        name = re.sub(r"[^a-z0-9]+", "-", parser.name.lower()).strip("-")
        for count, example in enumerate(parser.examples()):
            yield f"{name}.{count}", bytes([number]) + example


def kept(target: str) -> dict[str, bytes]:
    """Return the files of a target's corpus, by their names."""
    return {path.name: path.read_bytes() for path in sorted((CORPUS / target).iterdir())}


if __name__ == "__main__":
    for each in TARGETS:
        (CORPUS / each).mkdir(parents=True, exist_ok=True)
        for file, octets in seeds(each):
            (CORPUS / each / file).write_bytes(octets)
