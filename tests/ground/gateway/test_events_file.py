import asyncio
import json
from contextlib import closing
from pathlib import Path

import pytest

from ground.errors import RequestError
from ground.gateway.events_file import EventsFile, read_events, replay
from ground.gateway.station_line import StationLine

LINE = b'{"event": "time", "wall_time_s": 1.0, "link_time_s": 2.0}\n'


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events"
    for _ in range(2):  # a gateway started again adds to it
        with closing(EventsFile(path)) as file:
            assert file.keep(LINE) == ""
    assert list(read_events(path)) == [json.loads(LINE)] * 2


def test_a_file_that_is_full_says_so_once(tmp_path: Path) -> None:
    with closing(EventsFile(tmp_path / "events", max_octets=2 * len(LINE))) as file:
        assert [bool(file.keep(LINE)) for _ in range(4)] == [False, True, False, False]
    assert len(list(read_events(tmp_path / "events"))) == 2


@pytest.mark.parametrize(
    "line", [b"{}\n", b"\xff\n", b"[]\n", b'{"event": "time"}\n', b'{"event": 1, "wall_time_s": 1}\n']
)
def test_lines_that_are_no_events(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "events").write_bytes(LINE + line)
    with pytest.raises(RequestError, match="line 2"):
        list(read_events(tmp_path / "events"))


def test_events_that_no_station_tells(tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(LINE + b'{"event": "milestone", "wall_time_s": 1.0, "name": 3}\n')
    with pytest.raises(RequestError, match="line 2"):
        asyncio.run(replay(tmp_path / "events", StationLine(lambda _line: None), 1.0))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="can be read"):
        list(read_events(tmp_path / "events"))
    with pytest.raises(RequestError, match="can be written"):
        EventsFile(tmp_path)
