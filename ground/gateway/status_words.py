"""Where a prompt is, in words that an operator reads."""

from ground.gateway.desk_prompt import ACCEPTED, ANSWERED, REFUSED, SENT, DeskPrompt
from ground.gateway.link_clock import LinkClock

_ENDINGS = {
    "length": "answered up to its limit of tokens",
    "deadline": "cut off: its deadline passed",
    "cancelled": "cancelled",
    "error": "broken off on board",
}
"""By finish reason; "stop" is the end that was wanted."""
STANDING = ("active", "retransmit_without_wait", "retransmit_with_wait")
"""States of FOP-1 in which a prompt would leave, or leaves (CCSDS 232.1-B, 5.1.2)."""


def status_words(prompt: DeskPrompt, before: int, clock: LinkClock, uplink_state: str, waits_for: str | None) -> str:
    """Return where a prompt is; `before` others stand before it, on the ground or on board, where it is.

    `waits_for` is why the model does not work though it is free, as the spacecraft said it last.
    """
    if prompt.state == REFUSED:
        return _refused(**(prompt.refusal or {}))
    if prompt.state == ANSWERED:
        return _ENDINGS.get((prompt.ending or {}).get("finish_reason", ""), "answered")
    if prompt.cancelling:
        return "is being cancelled" + _from_aos_on(clock)
    if prompt.state == ACCEPTED:
        return _on_board(prompt, before, clock, waits_for)
    if prompt.state == SENT:
        return _going_up(prompt) + _from_aos_on(clock)
    return _on_the_ground(before, clock, uplink_state)


def _refused(reason: str = "no reason known", detail: str = "", **_others: object) -> str:
    if reason == "cancelled":
        return reason
    return f"refused: {reason.replace('_', ' ')}" + (f" ({detail})" if detail else "")


def _on_the_ground(before: int, clock: LinkClock, uplink_state: str) -> str:
    if clock.contact is None:
        aos_s = clock.next_aos_s
        return "no contact left" if aos_s is None else f"waits for AOS {clock.in_words(aos_s)}"
    if uplink_state not in STANDING:
        return "waits for the uplink to stand"
    return f"waits to go up, {before} before it" if before else "goes up next"


def _going_up(prompt: DeskPrompt) -> str:
    if prompt.frames and prompt.acknowledged >= prompt.frames:
        return "uplinked, waits for word from the spacecraft"
    return f"uplink {prompt.acknowledged}/{prompt.frames} acknowledged" if prompt.frames else "goes up"


def _on_board(prompt: DeskPrompt, before: int, clock: LinkClock, waits_for: str | None) -> str:
    if prompt.answer:
        return "answering" + _from_aos_on(clock)
    if before:
        return f"on board, {before} before it" + _from_aos_on(clock)
    if waits_for:
        return f"on board, waits: {waits_for}" + _from_aos_on(clock)
    return "the model reads it" + _from_aos_on(clock)


def _from_aos_on(clock: LinkClock) -> str:
    """Return what to add when nothing can be heard now."""
    if clock.contact is not None:
        return ""
    aos_s = clock.next_aos_s
    return "; no contact left" if aos_s is None else f"; no signal until AOS {clock.in_words(aos_s)}"
