"""A prompt and what has come of it, as plain values: what other programs are told of it."""

from typing import Any

from ground.inquiry import InquiryState, assembled
from ground.journal import JournalledInquiry
from ground.link_use import told_ending
from protocol.messages import Refusal


def told_inquiry(kept: JournalledInquiry) -> dict[str, Any]:
    """Return the prompt, where it stands, its answer as far as it is here and how that ended; times are link time."""
    prompt, answer = kept.prompt, assembled(kept.prompt.prompt_id, kept.segments)
    end = answer.end if kept.state is InquiryState.ANSWERED else None
    return {
        "prompt_id": prompt.prompt_id.hex(),
        "text": prompt.text,
        "system": prompt.system,
        "turns": list(prompt.turns),
        "max_tokens": prompt.max_tokens,
        "temperature": prompt.temperature,
        "seed": prompt.seed,
        "stop": list(prompt.stop),
        "state": kept.state.value,
        "cancelling": kept.cancelling,
        "asked_s": kept.asked_s,
        "deadline_s": kept.deadline_s,
        "ended_s": kept.ended_s,
        "transmissions": kept.transmissions,
        "answer": answer.text,
        "ending": told_ending(end, kept.link_use) if end else None,
        "refusal": told_refusal(kept.refusal) if kept.refusal else None,
    }


def told_refusal(refusal: Refusal) -> dict[str, object]:
    """Return why a prompt is not answered."""
    return {"reason": refusal.reason.value, "detail": refusal.detail}
