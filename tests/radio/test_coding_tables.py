import pytest
from pydantic import TypeAdapter, ValidationError

from radio.coding.cadu import ASM, CaduCode
from radio.coding.cltu_code import CltuCode
from radio.coding.cltu_ldpc import CltuLdpcCode
from radio.coding.convolutional import Convolutional
from radio.coding.ldpc_code import LdpcCode
from radio.coding.reed_solomon import ReedSolomon
from radio.coding_tables import CaduCoding, Coding, LdpcCoding
from radio.errors import CodingError

TABLE = TypeAdapter(Coding)


def table(**fields):
    return TABLE.validate_python(fields)


@pytest.mark.parametrize(
    ("fields", "frame_octets", "code"),
    [
        ({"kind": "cltu-bch"}, 256, CltuCode(16, True, True)),
        (
            {"kind": "cltu-bch", "acquisition_octets": 8, "randomized": False, "error_correcting": False},
            20,
            CltuCode(8, False, False),
        ),
        ({"kind": "cltu-ldpc"}, 256, CltuLdpcCode(128, 16)),
        ({"kind": "cltu-ldpc", "codeword_bits": 512, "acquisition_octets": 0}, 256, CltuLdpcCode(512, 0)),
        ({"kind": "cadu"}, 100, CaduCode(100)),
        (
            {
                "kind": "cadu",
                "reed_solomon": {},
                "convolutional": "3/4",
                "randomizer": "long",
                "acquisition_symbols": 0,
            },
            223,
            CaduCode(223, ReedSolomon(1), Convolutional("3/4"), "long", acquisition_symbols=0),
        ),
        (
            {"kind": "cadu", "reed_solomon": {"interleave": 5, "parity_octets": 16, "basis": "conventional"}},
            1195,
            CaduCode(1195, ReedSolomon(interleave=5, parity_octets=16, basis="conventional")),
        ),
        (
            {"kind": "cadu", "sync_marker": "1acffc1d352EF853"},
            100,
            CaduCode(100, sync_marker=bytes.fromhex("1ACFFC1D352EF853")),
        ),
        ({"kind": "ldpc"}, 512, LdpcCode("1/2", 4096, "short", False, 64)),
        (
            {"kind": "ldpc", "rate": "4/5", "randomizer": "none", "acquisition_symbols": 2},
            128,
            LdpcCode("4/5", 1024, "none", False, 2),
        ),
    ],
)
def test_a_table_builds_its_code(fields, frame_octets, code):
    assert table(**fields).build(frame_octets, False) == code


@pytest.mark.parametrize("coding", [CaduCoding(kind="cadu"), LdpcCoding(kind="ldpc")])
@pytest.mark.parametrize("continuous", [False, True])
def test_telemetry_comes_as_bursts_or_as_a_stream(coding, continuous):
    assert coding.build(128, continuous).continuous is continuous


@pytest.mark.parametrize("kind", ["cltu-bch", "cltu-ldpc"])
def test_a_cltu_is_a_burst(kind):
    with pytest.raises(CodingError, match=r"transmission.*continuous.*burst"):
        table(kind=kind).build(64, True)


@pytest.mark.parametrize("frame_octets", [0, 127, 256, 1024])
def test_a_frame_is_the_information_of_an_ldpc_codeword(frame_octets):
    with pytest.raises(CodingError) as caught:
        table(kind="ldpc").build(frame_octets, True)
    assert (caught.value.name, caught.value.value) == ("frame_octets", frame_octets)
    assert "128, 512, 2048" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "turbo"}, "cltu-bch"),
        ({}, "kind"),
        ({"kind": "cltu-bch", "acquisition_octets": 7}, "greater than or equal to 8"),
        ({"kind": "cltu-bch", "acquisition_octets": 257}, "less than or equal to 256"),
        ({"kind": "cltu-ldpc", "codeword_bits": 256}, "128 or 512"),
        ({"kind": "cltu-ldpc", "acquisition_octets": 257}, "less than or equal to 256"),
        ({"kind": "cadu", "convolutional": "1/3"}, "'7/8'"),
        ({"kind": "cadu", "randomizer": "other"}, "randomizer"),
        ({"kind": "cadu", "reed_solomon": {"interleave": 6}}, "interleave"),
        ({"kind": "cadu", "reed_solomon": {"parity_octets": 24}}, "parity_octets"),
        ({"kind": "cadu", "reed_solomon": {"basis": "other"}}, "basis"),
        ({"kind": "cadu", "acquisition_symbols": 63}, "multiple of 2"),
        ({"kind": "cadu", "acquisition_symbols": 4098}, "less than or equal to 4096"),
        ({"kind": "cadu", "sync_marker": "1ACFFC1D 352EF853"}, "hexadecimal"),
        ({"kind": "cadu", "sync_marker": ""}, "hexadecimal"),
        ({"kind": "cadu", "sync_marker": 40 * "1A"}, "hexadecimal"),
        ({"kind": "cadu", "depth": 5}, "depth"),
        ({"kind": "ldpc", "rate": "7/8"}, "rate"),
        ({"kind": "ldpc", "acquisition_symbols": 1}, "multiple of 2"),
    ],
)
def test_what_no_code_has_is_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        table(**fields)


def test_the_marker_is_the_attached_sync_marker_unless_it_is_named():
    assert table(kind="cadu").sync_marker == ASM.hex().upper() == "1ACFFC1D"  # CCSDS 131.0-B, 9.3.2
