"""A run's record, found and read."""

import json
from pathlib import Path
from typing import Any

from testbed.compare.ask_file import ask_run
from testbed.compare.orbit_file import orbit_run
from testbed.compare.record_table import mistake_in
from testbed.compare.run import Run
from testbed.compare.served_file import served_run
from testbed.errors import ScenarioError

_READERS = {"timeline": ask_run, "answers": orbit_run}
"""By a field that no other record has."""
_NAMES = ("run.json", "orbit.json", "events.jsonl")


def read_run(path: Path) -> Run:
    """Return the run of a folder, or of the file in it that tells it. Raises ScenarioError naming file and field."""
    record = _record_in(path) if path.is_dir() else path
    if record.suffix == ".jsonl":
        return served_run(record)
    content = _content(record)
    for field, reader in _READERS.items():
        if field in content:
            return reader(content, str(record))
    accepted = "a record that 'testbed ask' or 'testbed orbit' wrote: with a timeline, or with answers"
    raise mistake_in(str(record))("fields", sorted(content), accepted)


def _record_in(folder: Path) -> Path:
    found = [folder / name for name in _NAMES if (folder / name).is_file()]
    if len(found) != 1:
        raise ScenarioError("RUN", str(folder), f"a folder with one of {', '.join(_NAMES)}, or the file itself")
    return found[0]


def _content(record: Path) -> dict[str, Any]:
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError("RUN", str(record), f"a run's folder or record ({error.strerror})") from None
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, nested without end; a null in the path
        raise ScenarioError("RUN", str(record), f"a run's folder or record in JSON ({error})") from None
    if not isinstance(content, dict):
        raise mistake_in(str(record))("content", content, "a JSON object")
    return content
