"""How long an answer may be for its last word to be down before the contact ends."""

from dataclasses import dataclass

from flatsat.pace import AnswerTimes

_FRAMES_BEFORE = 3
"""With the last word: the frame on the air, one of health, and its own."""
_MARGIN_S = 0.1
"""The spans of samples in which programs work."""
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Downlink:
    """How fast text goes down: the air time of a frame, and the octets of text in it."""

    frame_s: float = 0.11
    text_octets: int = 150


def tokens_in(left_s: float, pace: AnswerTimes, downlink: Downlink, backlog_octets: int = 0) -> int:
    """Return how many tokens can be generated and sent in `left_s`, `backlog_octets` of other answers before them.

    Words leave while the model generates: the last frame has to wait for those before it, and the frames of a fast
    model for one another.
    """
    generating_s = left_s - pace.prefill_s - _FRAMES_BEFORE * downlink.frame_s - _MARGIN_S
    backlog_s = -(-backlog_octets // downlink.text_octets) * downlink.frame_s
    frames = (generating_s - backlog_s) // downlink.frame_s + 1
    generated = 1 + generating_s / max(pace.token_s, _LEAST)
    sent = frames * downlink.text_octets / max(pace.token_octets, _LEAST)
    return max(0, int(min(generated, sent))) if generating_s >= 0 else 0
