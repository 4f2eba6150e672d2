"""Which pass each waiting prompt goes up in, and when its answer can be here.

Assumed is that nothing is lost, that nothing else goes up, that the telecommand service stands, and that each answer
has all the tokens it may have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from ground.air_time import FrameRate, Transmission, prompt_octets
from ground.contact import Contact
from ground.errors import RequestError
from protocol.messages import Prompt, segment_overhead_octets

_TOKEN_OCTETS = 4
"""Of text, on the average of an English answer."""


@dataclass(frozen=True, slots=True)
class WaitingPrompt:
    """A prompt that is to be sent, and by when it has to be on board to be of any use."""

    prompt: Prompt
    deadline_s: float = inf


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """How fast answers come: the model's pace, and the downlink's. Raises RequestError for no pace."""

    tokens_per_s: float
    downlink: FrameRate

    def __post_init__(self) -> None:
        if not 0 < self.tokens_per_s < inf:
            raise RequestError("tokens-per-s", self.tokens_per_s, "more than 0")

    def answer_s(self, prompt: Prompt, contacts: Sequence[Contact], on_board_s: float, generated_s: float) -> float:
        """Return when the longest answer can be here; infinity if in none of the contacts.

        It goes down while the model generates it, its last frame afterwards.
        """
        whole = self.downlink.transmission(contacts, on_board_s, self._octets(prompt))
        last = self.downlink.transmission(contacts, generated_s, 1)
        return max(way.end_s if way else inf for way in (whole, last))

    def _octets(self, prompt: Prompt) -> int:
        """Of its packets, their segments as long as frames are."""
        overhead = segment_overhead_octets(None)
        text = max(1, self.downlink.packet_octets - overhead)
        octets = prompt.max_tokens * _TOKEN_OCTETS
        return octets + -(-octets // text) * overhead


@dataclass(frozen=True, slots=True)
class PlannedPrompt:
    """What will become of a waiting prompt. Times are link time."""

    prompt_id: bytes
    uplink: Transmission | None
    """None: it is too late, or no contact is left."""
    too_late: bool
    """It cannot be on board before its deadline: the station will not send it."""
    answer_s: float = inf
    """When the whole answer can be here; infinity: not in any contact, or nothing is known of the model."""


def plan(
    waiting: Iterable[WaitingPrompt],
    contacts: Sequence[Contact],
    uplink: FrameRate,
    now_s: float,
    answers: AnswerRate | None = None,
) -> list[PlannedPrompt]:
    """Return the plan of each prompt, as the station does it: in the order given, one after the other.

    A prompt begins though the signal will be lost before its end: it goes on at the next AOS. One that would be on
    board after its deadline is left out. The model takes one prompt at a time; what it has to do already is not known.
    """
    planned, free_s, generated_s = [], now_s, -inf
    for one in waiting:
        up = uplink.transmission(contacts, free_s, prompt_octets(one.prompt))
        if one.deadline_s < inf and (up is None or up.end_s >= one.deadline_s):
            planned.append(PlannedPrompt(one.prompt.prompt_id, None, too_late=True))
            continue
        answer_s = inf
        if up is not None:
            free_s = up.end_s
            if answers is not None:
                generated_s = max(up.end_s, generated_s) + one.prompt.max_tokens / answers.tokens_per_s
                answer_s = answers.answer_s(one.prompt, contacts, up.end_s, generated_s)
        planned.append(PlannedPrompt(one.prompt.prompt_id, up, too_late=False, answer_s=answer_s))
    return planned
