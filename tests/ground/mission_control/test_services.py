import asyncio
from pathlib import Path
from typing import Any

import pytest

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.gateway.station_line import StationLine
from ground.mission_control.metrics import Metrics
from ground.mission_control.services import mission_control

HERE = Address("127.0.0.1", 0)


def event(name: str, /, **fields: Any) -> dict[str, Any]:
    return {"event": name, "wall_time_s": 1.0, **fields}


def test_what_is_not_asked_for_is_not_there() -> None:
    metrics = Metrics()
    assert [len(mission_control(metrics, *each)) for each in ((None, None), (HERE, None), (HERE, "log"))] == [1, 2, 3]


def test_each_takes_the_events_until_the_line_ends(tmp_path: Path) -> None:
    metrics, warnings = Metrics(), []
    log = tmp_path / "log"

    async def run() -> None:
        line = StationLine(lambda _: None)
        services = [make(line, warnings.append) for make in mission_control(metrics, HERE, str(log))]
        tasks = [asyncio.create_task(service.run()) for service in services]
        await asyncio.sleep(0)
        line.take(event("milestone", name="queued", prompt_id="aa", link_time_s=1.0, detail={}))
        line.take(event("uplink", state=["no such state"]))
        line.close()
        await asyncio.gather(*tasks)

    asyncio.run(run())
    assert b"flatsat_prompts_queued_total 1.0" in metrics.exposition()
    assert [line.split('"event": ')[1][:11] for line in log.read_text().splitlines()] == ['"milestone"', '"uplink", "']
    (warning,) = warnings
    assert warning.startswith("an event 'uplink' is left out")


def test_a_log_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    _, write = mission_control(Metrics(), None, str(tmp_path / "missing" / "log"))
    with pytest.raises(RequestError, match="log is"):
        write(StationLine(lambda _: None), print)
