import struct

from hypothesis import given
from hypothesis import strategies as st

from radio.emulated.rtl_tcp import Command, CommandParser, Op, header

COMMANDS = st.builds(Command, st.sampled_from(Op), st.integers(0, 2**32 - 1))


def test_the_header_is_that_of_an_r820t():
    """As rtl_tcp sends it (anchored): RTL0, tuner 5, 29 gains."""
    assert header(5, 29) == b"RTL0\x00\x00\x00\x05\x00\x00\x00\x1d"


def test_a_command_is_five_octets_big_endian():
    assert Command(Op.FREQUENCY, 437_050_000).encode() == bytes.fromhex("011a0ce290")[:1] + struct.pack(
        ">I", 437_050_000
    )
    assert Command(Op.PPM, 2**32 - 40).encode() == bytes.fromhex("05ffffffd8")


@given(st.lists(COMMANDS, max_size=20), st.data())
def test_commands_arrive_however_they_are_cut(commands, data):
    octets, parser, parsed = b"".join(each.encode() for each in commands), CommandParser(), []
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=30)))
    for begin, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        parsed += parser.feed(octets[begin:end])
    assert parsed == commands


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_octets_are_commands_or_nothing(parts):
    parser = CommandParser()
    parsed = [command for part in parts for command in parser.feed(part)]
    octets = b"".join(parts)
    whole = [octets[k : k + 5] for k in range(0, len(octets) - 4, 5)]
    assert [command.encode() for command in parsed] == [each for each in whole if 1 <= each[0] <= 0x0E]


def test_what_is_no_known_command_is_passed_over():
    unknown = bytes([0x0F, 0, 0, 0, 1, 0xFF, 1, 2, 3, 4, 0, 0, 0, 0, 0])
    assert CommandParser().feed(unknown + Command(Op.AGC, 1).encode()) == [Command(Op.AGC, 1)]
