from importlib import resources

import pytest

from radio.coding.cadu import CaduCode
from radio.coding.cltu_code import CltuCode
from radio.coding.cltu_ldpc import CltuLdpcCode
from radio.coding.ldpc_code import LdpcCode
from radio.errors import ProfileError
from radio.profile import LinkProfile, Profile, shipped_profiles

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
    for leg in (profile.uplink, profile.downlink):
        unit = leg.code().encode(bytes(leg.frame_octets))
        assert unit[: len(leg.code().marker)].tolist() == leg.code().marker.tolist()
        assert leg.code().continuous == (leg.transmission == "continuous")


@pytest.mark.parametrize(
    ("name", "uplink", "downlink"),
    [
        ("leo-bpsk", ("bpsk", CltuCode), ("bpsk", CaduCode)),
        ("leo-gmsk", ("gfsk", CltuCode), ("gmsk", CaduCode)),
        ("leo-oqpsk-ldpc", ("bpsk", CltuLdpcCode), ("oqpsk", LdpcCode)),
    ],
)
def test_shipped_profiles_are_what_their_names_say(name, uplink, downlink):
    profile = Profile.load(name)
    for leg, (modulation, code) in ((profile.uplink, uplink), (profile.downlink, downlink)):
        assert leg.modulation == modulation
        assert type(leg.code()) is code
    assert profile.uplink.transmission == "burst"
    assert (profile.downlink.transmission == "continuous") == (name != "leo-bpsk")


def test_profiles_load_by_path(tmp_path):
    profile = load_with(tmp_path, "acquisition_octets = 16", "acquisition_octets = 24")
    assert profile.uplink.code().acquisition_octets == 24
    assert profile.downlink == Profile.load("leo-bpsk").downlink


@pytest.mark.parametrize(
    ("old", "new", "field", "value", "accepted"),
    [
        ("name =", "nmae =", "nmae", "leo-bpsk", "known here: downlink, name, uplink"),
        ("roll_off", "rolloff", "uplink.rolloff", 0.35, "modulation_index, roll_off, search_range_hz"),
        (
            "acquisition_octets",
            "octets",
            "uplink.coding.octets",
            16,
            "here: acquisition_octets, error_correcting, kind",
        ),
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
    with pytest.raises(
        ProfileError, match="profile is 'leo-qpsk', accepted: one of leo-bpsk, leo-gmsk, leo-oqpsk-ldpc, or the path"
    ):
        Profile.load("leo-qpsk")


@pytest.mark.parametrize(
    ("modulation", "code_rate", "bits", "information_bit_s"),
    [("bpsk", "1/2", 1, 223 / 255 / 2 * 38400), ("oqpsk", "7/8", 2, 223 / 255 * 7 / 8 * 76800)],
)
def test_rates_follow_from_modulation_and_code(modulation, code_rate, bits, information_bit_s):
    """Eb is of one bit of a frame: marker and tail are not charged to it."""
    coding = {"kind": "cadu", "reed_solomon": {}, "convolutional": code_rate}
    changes = {"modulation": modulation, "coding": coding, "frame_octets": 223}
    leg = LinkProfile.model_validate({**Profile.load("leo-bpsk").downlink.model_dump(), **changes})
    assert leg.bits_per_symbol == bits
    assert leg.channel_symbol_rate_hz == 38400 * bits
    assert leg.information_rate_bit_s == pytest.approx(information_bit_s)


def test_a_code_that_cannot_carry_such_frames_names_the_frames(tmp_path):
    text = resources.files("radio").joinpath("profiles", "leo-oqpsk-ldpc.toml").read_text(encoding="utf-8")
    path = tmp_path / "changed.toml"
    path.write_text(text.replace("frame_octets = 512", "frame_octets = 500"), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"downlink.frame_octets is 500, accepted: one of \(128, 512, 2048\)"):
        Profile.load(str(path))


def test_the_modulation_index_is_of_gfsk_alone(tmp_path):
    text = resources.files("radio").joinpath("profiles", "leo-gmsk.toml").read_text(encoding="utf-8")
    path = tmp_path / "changed.toml"
    path.write_text(
        text.replace('modulation = "gmsk"', 'modulation = "gmsk"\nmodulation_index = 0.7'), encoding="utf-8"
    )
    with pytest.raises(ProfileError, match=r"downlink.modulation_index is 0.7, accepted: only with .* gfsk, not gmsk"):
        Profile.load(str(path))
