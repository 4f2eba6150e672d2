"""How long frames take through packet radios, line to line."""

from dataclasses import dataclass

from radio.front_end_file import SerialRadioTable

STEP_S = 0.01
"""Between two looks at the line."""

_BITS_PER_LINE_OCTET = 10
"""A start bit, eight data bits, a stop bit."""

_FRAMING_OCTETS = 16
"""On the line, of the longest frame: delimiters or length, check, and escapes of two octets in 256."""


@dataclass(frozen=True, slots=True)
class AirTime:
    """What a radio, and one like it at the other end, need for frames of so many octets."""

    radio: SerialRadioTable

    def line_s(self, line_octets: int) -> float:
        """Return how long octets take over the serial line."""
        return line_octets * _BITS_PER_LINE_OCTET / self.radio.baud

    def on_air_s(self, frame_octets: int) -> float:
        """Return how long a frame is on the air, its preamble included."""
        return self.radio.preamble_s + 8 * frame_octets / self.radio.air_rate_bit_s

    def sending_s(self, frame_octets: int) -> float:
        """Return how long it takes until a frame has left the antenna."""
        return self.line_s(frame_octets + _FRAMING_OCTETS) + self.on_air_s(frame_octets) + STEP_S

    def hearing_s(self, frame_octets: int) -> float:
        """Return how long it takes from there until the other end has it, but for light time."""
        return self.line_s(frame_octets + _FRAMING_OCTETS) + STEP_S

    def passage_s(self, frame_octets: int) -> float:
        """Return both together."""
        return self.sending_s(frame_octets) + self.hearing_s(frame_octets)
