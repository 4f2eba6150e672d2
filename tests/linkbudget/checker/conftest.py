import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkbudget.checker import Finding, check
from linkbudget.study import Study
from linkbudget.study_file import parse_study

CUBESAT: dict[str, Any] = {
    "name": "cubesat",
    "geometry": {"elevation_deg": 10.0, "altitude_m": 500e3},
    "station": {"name": "Zurich", "latitude_deg": 47.4, "longitude_deg": 8.5, "altitude_m": 408.0},
    "links": {
        "downlink": {
            "frequency_hz": 437e6,
            "transmitter": {"power_w": 0.5, "antenna": {"kind": "dipole"}},
            "path": {"polarisation_loss_db": 3.0},
            "receiver": {
                "antenna": {"kind": "yagi", "peak_dbi": 14.0},
                "stages": [{"name": "LNA", "gain_db": 20.0, "noise_figure_db": 0.8}],
                "noise": {"antenna_temperature_k": 200.0},
            },
            "modes": [
                {
                    "name": "GMSK 9600",
                    "information_rate_bit_s": 9600.0,
                    "modulation": "gmsk",
                    "required_eb_n0_db": 9.7,
                }
            ],
        }
    },
}


@pytest.fixture(scope="session")
def golden_checker() -> Any:
    return json.loads((Path(__file__).parents[2] / "golden" / "checker.json").read_text())


@pytest.fixture(scope="session")
def study_of() -> Callable[..., Study]:
    """Make the cubesat's study with some values changed, by their places; None takes one out."""

    def make(changes: dict[str, Any]) -> Study:
        content = copy.deepcopy(CUBESAT)
        for place, value in changes.items():
            _put(content, place.split("."), copy.deepcopy(value))
        return parse_study(content).study

    return make


@pytest.fixture(scope="session")
def found(study_of: Callable[..., Study]) -> Callable[..., list[Finding]]:
    """Check the cubesat's study with some values of its only link changed."""

    def look(changes: dict[str, Any], **more: Any) -> list[Finding]:
        return check(study_of({f"links.downlink.{place}": value for place, value in changes.items()} | more))

    return look


def _put(node: Any, names: list[str], value: Any) -> None:
    name: Any = int(names[0]) if isinstance(node, list) else names[0]
    if len(names) > 1:
        _put(node.setdefault(name, {}) if isinstance(node, dict) else node[name], names[1:], value)
    elif value is None:
        del node[name]
    else:
        node[name] = value
