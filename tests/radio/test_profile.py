from importlib import resources

import pytest

from radio.coding.cltu_code import CltuCode
from radio.coding.cadu import CaduCode
from radio.errors import ProfileError
from radio.profile import Profile, shipped_profiles

TEXT = resources.files("radio").joinpath("profiles", "leo-bpsk.toml").read_text(encoding="utf-8")


def load_with(tmp_path, old, new):
    assert old in TEXT
    path = tmp_path / "changed.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return Profile.load(str(path))


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped_profiles_load_by_name(name):
    profile = Profile.load(name)
    assert profile.name == name
    assert isinstance(profile.uplink.code(), CltuCode)
    assert isinstance(profile.downlink.code(), CaduCode)
    assert profile.downlink.code().frame_octets == profile.downlink.frame_octets


def test_profiles_load_by_path(tmp_path):
    profile = load_with(tmp_path, "acquisition_octets = 16", "acquisition_octets = 24")
    assert profile.uplink.code().acquisition_octets == 24
    assert profile.downlink == Profile.load("leo-bpsk").downlink


@pytest.mark.parametrize(
    ("old", "new", "field", "value", "accepted"),
    [
        ("name =", "nmae =", "nmae", "leo-bpsk", "known here: downlink, name, uplink"),
        ("roll_off", "rolloff", "uplink.rolloff", 0.35, "modulation_index, roll_off, search_range_hz"),
        ("acquisition_octets", "octets", "uplink.coding.octets", 16, "here: acquisition_octets, error_correcting, kind"),
        ("interleave", "depth", "downlink.coding.reed_solomon.depth", 1, "here: basis, interleave, parity_octets"),
        ('= "burst"', '= "continuous"', "uplink.transmission", "continuous", "'burst' with a CLTU"),
        ('"1/2"', '"1/3"', "downlink.coding.convolutional", "1/3", "'1/2', '2/3', '3/4', '5/6' or '7/8'"),
        ("acquisition_symbols = 64", 'sync_marker = "1ACF"', "downlink.coding.sync_marker", "1ACF", "hexadecimal"),
        ("carrier_hz = 145.9e6", "", "uplink.carrier_hz", None, "the field is required"),
        ('kind = "cltu-bch"', 'kind = "cltu"', "uplink.coding", ..., "'cltu-bch', 'cltu-ldpc', 'cadu', 'ldpc'"),
        ('kind = "cltu-bch"', "", "uplink.coding", ..., "kind"),
        ("9600", '"9600"', "uplink.symbol_rate_baud", "9600", "valid number"),
        ("randomized = true", "randomized = 1", "uplink.coding.randomized", 1, "valid boolean"),
        ("roll_off = 0.35", "roll_off = 0.05", "uplink.roll_off", 0.05, "greater than or equal to 0.1"),
        ("roll_off = 0.35", "roll_off = nan", "uplink.roll_off", ..., "less than or equal to 1"),
        ('"bpsk"', '"8psk"', "uplink.modulation", "8psk", "'bpsk', 'qpsk', 'oqpsk', 'gmsk' or 'gfsk'"),
        ('"bpsk"', '"gmsk"', "uplink.roll_off", 0.35, "only with a modulation of bpsk, qpsk, oqpsk, not gmsk"),
        ("roll_off", "bt", "uplink.bt", 0.35, "only with a modulation of gmsk, gfsk, not bpsk"),
        ("interleave = 1", "interleave = 2", "downlink.frame_octets", 223, "a multiple of 2"),
        ("frame_octets = 223", "frame_octets = 224", "downlink.frame_octets", 224, "223"),
        ("[uplink]", "[uplink", "file", ..., "TOML"),
    ],
)
def test_the_first_mistake_is_told(tmp_path, old, new, field, value, accepted):
    with pytest.raises(ProfileError) as caught:
        load_with(tmp_path, old, new)
    assert caught.value.field == field
    assert value is ... or caught.value.value == value
    assert accepted in caught.value.accepted


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_files_that_cannot_be_read_are_told(tmp_path, content):
    path = tmp_path / "profile.toml"
    if content:
        path.write_bytes(content)
    with pytest.raises(ProfileError, match="readable TOML file"):
        Profile.load(str(path))


def test_unknown_names_are_told_with_the_known_ones():
    with pytest.raises(ProfileError, match="profile is 'leo-qpsk', accepted: one of leo-bpsk, or the path"):
        Profile.load("leo-qpsk")
