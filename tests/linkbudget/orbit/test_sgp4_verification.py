"""The verification set of AIAA 2006-6753, as the sgp4 package ships it: 33 satellites, near and deep."""

from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from linkbudget.errors import LinkInputError
from linkbudget.orbit import orbit
from linkbudget.orbit.elements import MeanElements
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.tle import Tle, checksum


def published_states() -> dict[str, np.ndarray]:
    """Return minutes, position and velocity in rows of 7 numbers, by catalogue number."""
    states: dict[str, Any] = {}
    for line in files("sgp4").joinpath("tcppver.out").read_text().splitlines():
        columns = line.split()
        if columns[1:] == ["xx"]:
            rows = states.setdefault(columns[0], [])
        else:
            rows.append([float(each) for each in columns[:7]])
    return {number: np.array(rows) for number, rows in states.items()}


def element_sets() -> list[tuple[str, str]]:
    lines = [line for line in files("sgp4").joinpath("SGP4-VER.TLE").read_text().splitlines() if line[0] in "12"]
    return list(zip(lines[::2], lines[1::2], strict=True))


def elements(line1: str, line2: str) -> MeanElements:
    """Return the elements of lines that may lack a checksum and what SGP4 does not use."""
    line1 = f"1 {line1[2:7].strip():0>5}U 00000A   {line1[18:32]}  .00000000  00000-0 {line1[53:61]} 0    0"
    line2 = f"2 {line1[2:7]}{line2[7:63]}    0"
    return Tle("", *(f"{line:<68.68}{checksum(line)}" for line in (line1, line2))).elements


@pytest.mark.parametrize("lines", element_sets(), ids=lambda lines: lines[0][2:7])
def test_positions_and_velocities(lines: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orbit, "MAX_AGE_DAYS", 2000.0)  # 20413 is asked for after 1844345 minutes
    rows = published_states()[lines[0][2:7].strip().lstrip("0")]
    if lines[0][2:7] == "33334":  # made to fail: a turn in 270 years
        with pytest.raises(LinkInputError, match=r"^mean_motion_rev_day is 1e-05"):
            elements(*lines)
        return
    satellite = Orbit(elements(*lines))
    position_m, velocity_m_s = satellite.teme(satellite.elements.epoch, rows[:, 0] * 60.0)
    np.testing.assert_allclose(position_m.T / 1e3, rows[:, 1:4], rtol=0, atol=2e-7)
    np.testing.assert_allclose(velocity_m_s.T / 1e3, rows[:, 4:], rtol=0, atol=2e-9)


def test_the_cases_quoted_in_the_golden_file(published) -> None:
    for case in published["sgp4"]["cases"]:
        satellite = Orbit(Tle("", *case["tle"]).elements)
        position_m, velocity_m_s = satellite.teme(satellite.elements.epoch, np.array(case["minutes"]) * 60.0)
        np.testing.assert_allclose(position_m.T / 1e3, case["r_km"], rtol=0, atol=published["sgp4"]["tolerance_km"])
        np.testing.assert_allclose(
            velocity_m_s.T / 1e3, case["v_km_s"], rtol=0, atol=published["sgp4"]["tolerance_km_s"]
        )
