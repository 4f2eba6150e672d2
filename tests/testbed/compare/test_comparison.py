"""The JSON object of a comparison: its names are what programs rely on."""

import json
from typing import Any

from testbed.compare.budget import Budget, judge
from testbed.compare.comparison import Comparison
from testbed.compare.run import Run


def one(value: float) -> dict[str, Any]:
    return {"n": 1, "median": value, "p99": value}


NONE = {"n": 0, "median": None, "p99": None}
SAME = {"percent": 0.0, "verdict": "same"}

ASKED: dict[str, Any] = {
    "path": "asked/run.json",
    "rig": "memory",
    "scenario": "default",
    "profile": "leo-bpsk",
    "seed": 7,
    "station": "Zurich",
    "start_utc": "2024-01-22T09:18:20+00:00",
    "prompts": 1,
    "answered": 1,
    "measures": {
        "ttft_s": one(1.7),
        "itl_s": one(0.5),
        "e2e_s": one(2.2),
        "goodput_token_s": one(1.363636),
        "goodput_octet_s": one(15.909091),
        "inference_s": one(0.5),
        "overhead_ratio": one(2.0),
        "energy_j": NONE,
        "j_per_token": NONE,
    },
    "phases": {
        "waiting_for_the_link_s": one(0.5),
        "uplink_s": one(0.7),
        "waiting_on_board_s": one(0.0),
        "prefill_s": one(0.2),
        "generation_s": one(0.3),
        "last_downlink_s": one(0.5),
    },
    "link": {
        "uplink": {
            "frames_sent": 2,
            "frames_lost": 1,
            "retransmissions": 1,
            "frame_error_rate": 0.5,
            "frame_error_low": 0.01258,
            "frame_error_high": 0.9874,
            "eb_n0_db_predicted": 10.0,
            "eb_n0_db_measured": 9.5,
            "eb_n0_db_difference": -0.5,
        },
        "downlink": {
            "frames_sent": 4,
            "frames_lost": 1,
            "retransmissions": 1,
            "frame_error_rate": 0.25,
            "frame_error_low": 0.006309,
            "frame_error_high": 0.8059,
            "eb_n0_db_predicted": 10.0,
            "eb_n0_db_measured": 9.5,
            "eb_n0_db_difference": -0.5,
        },
    },
    "energy_source": None,
    "against_first": {
        "ttft_s": SAME,
        "itl_s": SAME,
        "e2e_s": SAME,
        "goodput_token_s": SAME,
        "goodput_octet_s": SAME,
        "inference_s": SAME,
        "overhead_ratio": SAME,
        "energy_j": None,
        "j_per_token": None,
        "waiting_for_the_link_s": SAME,
        "uplink_s": SAME,
        "waiting_on_board_s": None,
        "prefill_s": SAME,
        "generation_s": SAME,
        "last_downlink_s": SAME,
        "frame_error_rate_uplink": SAME,
        "frame_error_rate_downlink": SAME,
    },
}


def test_the_names_are_stable(asked: Run) -> None:
    found = Comparison([asked], [judge(asked, Budget("ttft", 1.5))]).to_json()
    assert found == {
        "version": 1,
        "runs": [ASKED],
        "all": {"measures": ASKED["measures"], "phases": ASKED["phases"]},
        "budgets": [
            {
                "run": "asked/run.json",
                "span": "ttft",
                "limit_s": 1.5,
                "found_s": 1.7,
                "without": 0,
                "passed": False,
            }
        ],
        "passed": False,
    }
    json.dumps(found, allow_nan=False)


def test_the_docstring_names_them_all(asked: Run, orbited: Run) -> None:
    said = Comparison.to_json.__doc__ or ""

    def names(value: object) -> set[str]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        own = set(value) if isinstance(value, dict) else set()
        return own.union(*map(names, inner))

    comparison = Comparison([asked, orbited], [judge(asked, Budget("ttft", 1.5))])
    unsaid = {name for name in names(comparison.to_json()) if f"``{name}``" not in said}
    assert unsaid == {"frame_error_rate_downlink"}  # "..._downlink"


def test_differences_are_against_the_first(asked: Run, slower: Run) -> None:
    first, second = Comparison([asked, slower], []).to_json()["runs"]
    assert {each["verdict"] for each in first["against_first"].values() if each} == {"same"}
    assert second["against_first"]["ttft_s"] == {"percent": 58.824, "verdict": "worse"}
    assert second["against_first"]["itl_s"]["verdict"] == "same"
    assert second["against_first"]["goodput_token_s"]["verdict"] == "worse"
    back = Comparison([slower, asked], []).to_json()["runs"][1]
    assert back["against_first"]["ttft_s"]["verdict"] == "better"


def test_all_runs_are_summarised_by_prompt(asked: Run, orbited: Run) -> None:
    found = Comparison([asked, orbited], []).to_json()
    assert found["all"]["measures"]["e2e_s"] == {"n": 3, "median": 11.0, "p99": 25.0}
    assert found["all"]["measures"]["goodput_token_s"]["p99"] == 1.0
    assert found["all"]["phases"]["last_downlink_s"]["n"] == 3


def test_a_run_of_another_kind_is_compared_in_what_both_have(asked: Run, orbited: Run) -> None:
    comparison = Comparison([asked, orbited], [])
    assert comparison.difference(orbited, comparison.measures[0]) is None  # TTFT
    assert comparison.frame_error_difference(orbited, "uplink") is None
    assert [phase.label for phase in comparison.phases] == [
        "to the spacecraft",
        "waiting for the link",
        "uplink",
        "waiting on board",
        "prefill",
        "generation",
        "prefill and generation",
        "last downlink",
    ]
