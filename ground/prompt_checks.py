"""What a prompt must be that a station sends."""

from ground.errors import RequestError
from protocol.errors import LocalError
from protocol.messages import Prompt, encode

MAX_PROMPT_OCTETS = 16_384
"""Of all that the model is to read: beyond the context of any small one, and 16 s of uplink at 9600 baud."""


def check_prompt(text: str) -> None:
    """Raise RequestError if a prompt is empty or too long to send."""
    if not isinstance(text, str):
        raise RequestError("prompt", text, "text")
    octets = len(text.encode(errors="surrogatepass"))
    if not text.strip() or octets > MAX_PROMPT_OCTETS:
        shown = text if octets < 60 else f"{octets} octets"
        raise RequestError("prompt", shown, f"text of 1 to {MAX_PROMPT_OCTETS} octets of UTF-8")


def check_limits(stop: tuple[str, ...], within_contact: bool) -> None:
    """Raise RequestError for what an answer cannot be limited by, though it could be sent."""
    if not all(stop):
        raise RequestError("stop", stop, "strings of at least one character")
    if not isinstance(within_contact, bool):
        raise RequestError("within_contact", within_contact, "true or false")


def checked_prompt(
    prompt_id: bytes,
    text: str,
    max_tokens: int,
    temperature: float,
    seed: int,
    stop: tuple[str, ...],
    deadline_s: float | None,
    contact_left_s: float | None,
    system: str | None,
    turns: tuple[str, ...],
) -> Prompt:
    """Return the prompt. Raise RequestError naming the field that cannot be sent."""
    how = (max_tokens, temperature, seed, stop, deadline_s, contact_left_s, system, turns)
    try:
        prompt = Prompt(prompt_id, text, *how)
    except LocalError as error:
        raise RequestError(error.field, error.value, error.accepted) from None
    if (octets := prompt.conversation_octets) > MAX_PROMPT_OCTETS:
        field = "turns" if prompt.turns else "system"
        accepted = f"at most {MAX_PROMPT_OCTETS} octets of UTF-8"
        raise RequestError(field, f"{octets} octets with the prompt", accepted)
    return prompt


def check_same(prompt: Prompt, kept: Prompt) -> None:
    """Raise RequestError if a prompt is not the one that was asked under its id before."""
    if encode(prompt) != encode(kept):
        raise RequestError("prompt_id", prompt.prompt_id.hex(), "the same prompt again, or another id")
