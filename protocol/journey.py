"""The stations of a prompt's journey: one name for each event that either end can witness."""

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias


class Milestone(str, Enum):
    """What happened to a prompt. The order is the order in which it happens when nothing is lost."""

    QUEUED = "queued"
    AOS = "aos"
    UPLINK_FIRST_SAMPLE = "uplink_first_sample"
    PROMPT_RECEIVED = "prompt_received"
    DEFERRED = "deferred"
    INFERENCE_STARTED = "inference_started"
    INTERRUPTED = "interrupted"
    UPLINK_ACKED = "uplink_acked"
    PREFILL_DONE = "prefill_done"
    FIRST_TOKEN = "first_token"
    TOKEN = "token"
    SEGMENT_SENT = "segment_sent"
    SEGMENT_RECEIVED = "segment_received"
    FIRST_WORD_SHOWN = "first_word_shown"
    INFERENCE_DONE = "inference_done"
    REFUSED = "refused"
    DONE = "done"


Observer: TypeAlias = Callable[[Milestone, bytes, float, dict[str, object]], None]
"""Called with the milestone, the prompt id, the link time in seconds and what else is known of it."""
