import io

import pytest
from rich.console import Console

from testbed.record import RunRecord
from testbed.timeline_table import timeline_table


def _shown(record: RunRecord, width: int = 100, color: bool = True) -> str:
    console = Console(width=width, file=io.StringIO(), force_terminal=color)
    console.print(timeline_table(record))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _plain(record: RunRecord) -> list[str]:
    return [" ".join(line.split()) for line in _shown(record, color=False).splitlines()]


def test_milestones_come_with_place_times_and_detail(answered: RunRecord) -> None:
    lines = _plain(answered)
    assert "prefill done flatsat 1.400 0.200 2.800 12 prompt tokens" in lines
    assert "tokens 2-3 flatsat 1.700 0.000 3.400 from 1.600 s, 10.0 tokens/s" in lines


def test_where_the_time_went_follows(answered: RunRecord) -> None:
    lines = _plain(answered)
    assert any(line.startswith("uplink link 0.700 31.8%") for line in lines)
    assert "TTFT 1.700 return key to first word" in lines
    assert "light time 0.020 both ways" in lines
    assert "overhead ratio 2.000 E2E over link limit" in lines


@pytest.mark.parametrize("width", [80, 100, 140])
def test_nothing_is_cut_off(answered: RunRecord, width: int) -> None:
    shown = _shown(answered, width, color=False)
    assert "…" not in shown
    for whole in ("segments 1-3 received", "no link could be faster"):
        assert whole in shown
    assert any("generation" in line and "█" in line for line in shown.splitlines())
    assert all(len(line) <= width for line in shown.splitlines())


def test_what_did_not_happen_has_no_figure(refused: RunRecord, silent: RunRecord) -> None:
    for record in (refused, silent):
        lines = _plain(record)
        assert "TTFT - return key to first word" in lines
        assert "link limit - no link could be faster" in lines
    assert any(line.startswith("refusal's downlink link 0.300") for line in _plain(refused))


@pytest.mark.parametrize("name", ["answered", "refused"])
def test_the_model_cannot_steer_the_terminal(name: str, request: pytest.FixtureRequest) -> None:
    shown = _shown(request.getfixturevalue(name))
    assert "\x1b[2J" not in shown
    assert "\\x1b[2J" in shown.replace("\n", "")
