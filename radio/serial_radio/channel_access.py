"""When a packet radio may be given its next frame."""

from dataclasses import dataclass
from math import inf

from radio.front_end_file import SerialRadioTable
from radio.serial_radio.air_time import AirTime

_GRACE_S = 0.05
"""For the other end to begin once it may."""
_LIGHT_S = 0.05
"""More than light time both ways, in low orbit."""


@dataclass(frozen=True, slots=True)
class FrameLengths:
    """The longest frame of either direction, in octets."""

    sent: int
    heard: int

    @property
    def of_other_end(self) -> "FrameLengths":
        """The same as the other end sees it."""
        return FrameLengths(self.heard, self.sent)


def pause_s(radio: SerialRadioTable, lengths: FrameLengths, yields: bool) -> float:
    """Return how long an end sends nothing after a frame of its own.

    In half duplex it leaves the channel to the other end for as long as a frame takes that begins at once; an end that
    ``yields`` for as long as two frames take: so of two that spoke at once, and heard nothing, one speaks first.
    """
    if not radio.half_duplex:
        return radio.busy_s
    air = AirTime(radio)
    frames = 2 if yields else 1
    until_begun_s = air.hearing_s(lengths.sent) + radio.turn_around_s + _GRACE_S + _LIGHT_S
    return max(radio.busy_s, until_begun_s + frames * air.passage_s(lengths.heard))


def slot_s(radio: SerialRadioTable, lengths: FrameLengths, yields: bool) -> float:
    """Return the time from the beginning of one frame of the longest to the next one's."""
    return AirTime(radio).sending_s(lengths.sent) + pause_s(radio, lengths, yields)


class ChannelAccess:
    """One end's wish to send, held back until the radio and the channel are free.

    A radio tells neither over its line. So the air time of what was given to it is counted; and in half duplex the two
    ends take turns: who has heard a frame may begin at once, while the other end listens, or else when its next frame,
    if there is one, would have been heard.
    """

    def __init__(self, radio: SerialRadioTable, lengths: FrameLengths, yields: bool) -> None:
        """Take ``yields``, which one of both ends is to do."""
        self._radio, self._air = radio, AirTime(radio)
        self._pause_s = pause_s(radio, lengths, yields)
        others_pause_s, passage_s = pause_s(radio, lengths.of_other_end, not yields), self._air.passage_s
        self._turn_s = others_pause_s - self._air.hearing_s(lengths.heard) - passage_s(lengths.sent) - _LIGHT_S
        self._others_turn_s = others_pause_s + passage_s(lengths.heard) + _LIGHT_S
        self._idle_s = -inf
        """When the radio can take a frame."""
        self._turn_begins_s = self._turn_ends_s = -inf
        self._channel_free_s = -inf

    def is_free(self, now_s: float) -> bool:
        """Return whether a frame may be given to the radio."""
        has_turn = self._turn_begins_s <= now_s < self._turn_ends_s
        return now_s >= self._idle_s and (has_turn or now_s >= self._channel_free_s)

    def sent(self, line_octets: int, frame_octets: int, now_s: float) -> float:
        """Take that a frame was given to the radio; return when it begins on the air."""
        begins_s = now_s + self._air.line_s(line_octets)
        ends_s = begins_s + self._air.on_air_s(frame_octets)
        self._idle_s = ends_s + self._radio.busy_s
        self._turn_ends_s = -inf
        self._channel_free_s = ends_s + self._pause_s
        return begins_s

    def heard(self, now_s: float) -> None:
        """Take that a frame has come."""
        if self._radio.half_duplex:
            self._turn_begins_s = now_s + self._radio.turn_around_s
            self._turn_ends_s = now_s + self._turn_s
            self._channel_free_s = now_s + self._others_turn_s
