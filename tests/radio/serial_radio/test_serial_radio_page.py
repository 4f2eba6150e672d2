"""What docs/serial-radio.md says that a machine can check."""

import re
from pathlib import Path

from radio.front_end_file import FrontEndFile, SerialRadioTable
from radio.profile import Profile
from radio.serial_radio.air_interface import PacketAirInterface

PAGE = (Path(__file__).parents[3] / "docs" / "serial-radio.md").read_text(encoding="utf-8")
FRONT_END, PROFILE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_load_and_the_profiles_frames_fit_its_radio(tmp_path):
    for name, text in (("radio.toml", FRONT_END), ("packets.toml", PROFILE)):
        (tmp_path / name).write_text(text)
    radio = FrontEndFile.load(tmp_path / "radio.toml").serial_radio
    assert radio is not None
    assert radio.model_fields_set == SerialRadioTable.model_fields.keys()
    small = radio.model_copy(update={"largest_frame_octets": 128})
    assert PacketAirInterface.of(small, Profile.load(str(tmp_path / "packets.toml"))).uplink.frame_octets == 128


def test_the_table_has_every_field_and_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", PAGE, re.MULTILINE))
    assert rows.keys() == SerialRadioTable.model_fields.keys()
    for name, field in SerialRadioTable.model_fields.items():
        said = rows[name].strip("` ")
        assert said == ("" if field.is_required() else str(field.default).removesuffix(".0").lower()), name
