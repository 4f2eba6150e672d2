"""The rtl_tcp protocol: five octets a command, no reply, and samples without end after a header of twelve octets.

Source: the rtl_tcp program of the osmocom rtl-sdr project, the only description that there is.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

_COMMAND = struct.Struct(">BI")


class Op(IntEnum):
    """What can be set."""

    FREQUENCY = 0x01
    """In Hz."""
    SAMPLE_RATE = 0x02
    """In Hz."""
    GAIN_MODE = 0x03
    """0 automatic, else manual."""
    GAIN = 0x04
    """In 0.1 dB."""
    PPM = 0x05
    """Signed: by how much the crystal is said to be fast."""
    IF_GAIN = 0x06
    """Stage and gain, 16 bits each; an R820T has none of these stages."""
    TEST_MODE = 0x07
    AGC = 0x08
    """Of the RTL2832U, not of the tuner."""
    DIRECT_SAMPLING = 0x09
    """0 through the tuner, 1 and 2 straight to one of the converters."""
    OFFSET_TUNING = 0x0A
    RTL_CRYSTAL = 0x0B
    """In Hz."""
    TUNER_CRYSTAL = 0x0C
    """In Hz."""
    GAIN_BY_INDEX = 0x0D
    BIAS_TEE = 0x0E


@dataclass(frozen=True, slots=True)
class Command:
    """One setting and its value, unsigned."""

    op: Op
    value: int

    def encode(self) -> bytes:
        """Return the command's five octets."""
        return _COMMAND.pack(self.op, self.value)


class CommandParser:
    """Makes commands of octets, however they were cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Command]:
        """Return the commands that ``data`` completes; what is no known one is left out, as the real server does."""
        octets = self._rest + data
        whole = len(octets) - len(octets) % _COMMAND.size
        self._rest = octets[whole:]
        pairs = _COMMAND.iter_unpack(octets[:whole])
        return [Command(Op(op), value) for op, value in pairs if op in Op._value2member_map_]


def header(tuner: int, gains: int) -> bytes:
    """Return what a client is sent first: ``tuner`` as librtlsdr numbers them, and how many gains it has."""
    return struct.pack(">4sII", b"RTL0", tuner, gains)
