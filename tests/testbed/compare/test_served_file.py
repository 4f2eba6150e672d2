"""What is read of the events that a station told while it was served."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testbed.compare.comparison import Comparison
from testbed.compare.page import comparison_html
from testbed.compare.run import Run
from testbed.compare.run_file import read_run
from testbed.errors import ScenarioError

Event = dict[str, Any]
Served = Callable[[list[Event]], Run]
_DONE: Event = {"completion_tokens": 10, "inference_s": 3.0, "waited_s": 0.5, "prefill_s": 1.0, "energy_j": 20.0}


def _milestone(name: str, link_time_s: float, prompt_id: str = "aa", **detail: object) -> Event:
    fields = {"name": name, "prompt_id": prompt_id, "link_time_s": link_time_s, "detail": detail}
    return {"event": "milestone", "wall_time_s": 1e9 + link_time_s, **fields}


def _text(at: int, text: str, prompt_id: str = "aa") -> Event:
    return {"event": "text", "wall_time_s": 1e9, "prompt_id": prompt_id, "at": at, "text": text}


_STATION = {"event": "station", "wall_time_s": 1e9, "profile": "leo-bpsk", "start_utc": "2024-01-22T20:00:00+00:00"}
_ANSWERED = [
    _milestone("queued", 10.0, text="Why?"),
    _milestone("uplink_first_sample", 12.0, transmission=1),
    _milestone("segment_received", 14.0, index=0),
    _text(0, "Because "),
    _milestone("first_word_shown", 14.0),
    _milestone("segment_received", 15.5, index=1),
    _text(8, "é."),
    _milestone("done", 20.0, **_DONE),
]


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """Return the run of a folder with these events."""

    def read(events: list[Event]) -> Run:
        lines = [json.dumps(event) for event in events]
        (tmp_path / "events.jsonl").write_text("\n".join([*lines, '{"event": "cut of']), encoding="utf-8")
        return read_run(tmp_path)

    return read


def test_each_prompt_has_its_figures(served: Served) -> None:
    run = served([_STATION, *_ANSWERED])
    samples = run.prompts[0].samples
    assert (run.rig, run.profile, run.start_utc, run.answered) == ("served", "leo-bpsk", _STATION["start_utc"], 1)
    assert (samples["ttft_s"], samples["itl_s"], samples["e2e_s"]) == ((4.0,), (1.5,), (10.0,))
    assert (samples["goodput_token_s"], samples["goodput_octet_s"]) == ((1.0,), (1.1,))
    assert (samples["inference_s"], samples["energy_j"], samples["j_per_token"]) == ((3.0,), (20.0,), (2.0,))


def test_the_spans_are_the_whole_of_it(served: Served) -> None:
    prompt = served(_ANSWERED).prompts[0]
    names = ("waiting_for_the_link", "waiting_on_board", "prefill", "generation", "uplink_and_last_downlink")
    assert prompt.phases == tuple(f"{name}_s" for name in names)
    assert [prompt.samples[name][0] for name in prompt.phases] == [2.0, 0.5, 1.0, 2.0, 4.5]


def test_a_spacecraft_that_does_not_tell_where_its_time_went_leaves_the_spans_out(served: Served) -> None:
    prompt = served([*_ANSWERED[:-1], _milestone("done", 20.0, completion_tokens=10, inference_s=3.0)]).prompts[0]
    assert prompt.phases == ()
    assert prompt.samples["e2e_s"] == (10.0,)
    assert "energy_j" not in prompt.samples


def test_what_was_refused_or_has_not_ended_is_a_prompt_without_an_answer(served: Served) -> None:
    refused = [_milestone("queued", 30.0, "bb"), _milestone("refused", 31.0, "bb", reason="queue full", detail="")]
    run = served([*_ANSWERED, *refused, _milestone("queued", 32.0, "cc")])
    assert (len(run.prompts), run.answered) == (3, 1)
    assert run.without("e2e_s") == 2


def test_a_station_killed_in_the_middle_goes_on_by_the_same_clock(served: Served) -> None:
    again = [_STATION, _text(0, "Because é.")]
    samples = served([*_ANSWERED[:-1], *again, _milestone("done", 20.0, **_DONE)]).prompts[0].samples
    assert samples["e2e_s"] == (10.0,)
    assert samples["goodput_octet_s"] == (1.1,)


def test_no_time_is_taken_between_two_clocks(served: Served) -> None:
    anew = [_STATION, _text(0, "Because é."), _milestone("done", 4.0, **_DONE)]
    run = served([*_ANSWERED[:-1], *anew])
    assert run.answered == 1
    assert not {"ttft_s", "e2e_s", "goodput_token_s"} & set(run.prompts[0].samples)
    assert run.prompts[0].samples["inference_s"] == (3.0,)


def test_it_stands_on_the_page(served: Served) -> None:
    page = comparison_html(Comparison([served(_ANSWERED)], []))
    assert "uplink and last downlink: 4.500 s" in page
    assert "E2E 10.00 s" in page


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"event": "milestone", "wall_time_s": 1.0, "name": "done"}, "prompt_id"),
        (_milestone("queued", 1.0) | {"link_time_s": "now"}, "link_time_s is 'now'"),
        (_milestone("done", 1.0, inference_s=-1.0), "detail.inference_s is -1.0"),
        (_text(-1, "x"), "at is -1"),
        ({"event": "milestone"}, "events is 'line 1'"),
        (_STATION, "events is 'none of a prompt'"),
    ],
)
def test_a_mistake_names_file_and_field(served: Served, event: Event, said: str) -> None:
    with pytest.raises(ScenarioError, match=r"events\.jsonl: ") as caught:
        served([event])
    assert said in str(caught.value)
