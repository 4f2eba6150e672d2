"""An examination on the terminal."""

from collections.abc import Iterator
from textwrap import wrap

from rich.text import Text

from testbed.doctor.examination import Examination
from testbed.doctor.finding import Finding, Level

_STYLES = {Level.OK: "green", Level.MISSING: "bold red", Level.WRONG: "bold red", Level.ABSENT: "dim"}
_LEVEL_WIDTH, _NAME_WIDTH = 9, 18
_INDENT = " " * (_LEVEL_WIDTH + _NAME_WIDTH)
_NARROWEST = 20


def lines_of(examination: Examination, width: int) -> Iterator[Text]:
    """Return a line for each finding, the command that mends it below, uncut, and what comes of it all."""
    for finding in examination.findings:
        yield from _told(finding, max(width - len(_INDENT), _NARROWEST))
    yield Text()
    yield _summary(examination)


def _told(finding: Finding, width: int) -> Iterator[Text]:
    first, *more = wrap(finding.says, width) or [""]
    line = Text(f"{finding.level.value:<{_LEVEL_WIDTH}}", style=_STYLES[finding.level])
    yield line.append(f"{finding.name:<{_NAME_WIDTH}}{first}", style="not bold not dim default")
    for each in more:
        yield Text(_INDENT + each)
    if finding.mend:
        yield Text(f"{_INDENT}{finding.mend}", style="cyan")


def _summary(examination: Examination) -> Text:
    needs, count = examination.needs, len(examination.hindrances)
    where = f"rig {needs.rig}, {' and '.join(needs.ends) or 'no end'} here"
    if count:
        return Text(f"{where}: {count} to mend", style="bold red")
    return Text(f"{where}: ready", style="bold green")
