from pathlib import Path

import pytest

from radio.errors import ProfileError
from radio.satellites.satellite import Satellite, shipped_satellites

GOOD = """
name = "A satellite"
norad_id = 1
signal = "iq"
symbol_rate_baud = 9600
[framing]
kind = "cadu"
frame_octets = 223
"""


def test_all_shipped_satellites_can_be_received() -> None:
    assert {"astrocast-0.1", "ops-sat"} <= set(shipped_satellites())
    for name in shipped_satellites():
        satellite = Satellite.load(name)
        for signal in ("iq", "fm-audio"):
            assert satellite.receiver(signal, 48e3).samples_unusable == 0


def refused(tmp_path: Path, content: str) -> ProfileError:
    path = tmp_path / "satellite.toml"
    path.write_text(content)
    with pytest.raises(ProfileError) as told:
        Satellite.load(str(path))
    return told.value


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "satellite.toml"
    path.write_text(GOOD)
    assert Satellite.load(str(path)).name == "A satellite"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("9600", "0", "symbol_rate_baud"),
        ("9600", '"fast"', "symbol_rate_baud"),
        ("norad_id = 1", "", "norad_id"),
        ("norad_id = 1", "norad_id = 1\nsymbol_rate_tolerance = 0.5", "symbol_rate_tolerance"),
        ("norad_id = 1", "norad_id = 1\nmodulation_index = 9.0", "modulation_index"),
        ('"iq"', '"ssb-audio"', "signal"),
        ("223", "224", "framing.frame_octets"),
        ("223", "222\ninterleave = 5", "framing.frame_octets"),
        ("223", "223\ninterleave = 6", "framing.interleave"),
        ('"cadu"', '"ax26"', "framing"),
        (
            '"cadu"\nframe_octets = 223',
            '"ax25"\n[framing.payload]\nheader_octets = -1',
            "framing.payload.header_octets",
        ),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert refused(tmp_path, GOOD.replace(old, new)).field == field


def test_an_unknown_satellite_is_named_with_those_there_are() -> None:
    with pytest.raises(ProfileError, match=r"astrocast-0\.1"):
        Satellite.load("sputnik")
