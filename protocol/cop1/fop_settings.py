"""What an operator can set of FOP-1 (CCSDS 232.1-B-2 5.1.9 to 5.1.12)."""

from dataclasses import dataclass

from protocol.checks import check_float, check_int

MAX_WINDOW_FRAMES = 127  # K is at most PW, and PW at most 254 / 2 (5.1.12, 6.1.8)
MIN_T1_S = 1e-3
MAX_T1_S = 1e6
MAX_LIMIT = 65535


@dataclass(frozen=True, slots=True)
class FopSettings:
    """Window, timer and limit. Raises LocalError if one is out of range.

    `t1_initial_s` (0.001 to 1e6) is how long a frame may remain unanswered; `timeout_type` what follows
    when it has been sent `transmission_limit` times (1 to 65535) in vain: 0 an alert, 1 a suspension;
    `window_frames` is K, 1 to 127, at most half of the receiver's window W.
    """

    t1_initial_s: float = 5.0
    timeout_type: int = 1
    transmission_limit: int = 5
    window_frames: int = 10

    def __post_init__(self) -> None:
        check_float("t1_initial_s", self.t1_initial_s, MIN_T1_S, MAX_T1_S)
        check_int("timeout_type", self.timeout_type, 0, 1)
        check_int("transmission_limit", self.transmission_limit, 1, MAX_LIMIT)
        check_int("window_frames", self.window_frames, 1, MAX_WINDOW_FRAMES)
