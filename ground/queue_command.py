"""The command that shows the ground's queue."""

from collections.abc import Sequence
from math import inf
from pathlib import Path

from ground.build import downlink_rate, station_settings
from ground.contact import Contact
from ground.inquiry import InquiryState
from ground.journal import JournalledInquiry, read_queue
from ground.plan import AnswerRate, PlannedPrompt, WaitingPrompt, plan
from ground.queue_report import QueueRow, print_queue
from radio.profile import Profile


def show_queue(
    journal: Path,
    profile: str,
    contacts: Sequence[Contact],
    now_s: float | None,
    tokens_per_s: float | None,
    *,
    with_ended: bool,
    as_json: bool,
) -> int:
    """Show the prompts in a journal that a station may be writing; return how many have not ended.

    Without `now_s` it is the latest moment that the journal tells of. Raises RequestError, any RadioError for a profile
    that cannot be used, DatabaseStateError for such a journal.
    """
    air = Profile.load(profile)
    answers = None if tokens_per_s is None else AnswerRate(tokens_per_s, downlink_rate(air))
    kept = read_queue(journal)
    at_s = _latest_s(kept) if now_s is None else now_s
    planned = {
        one.prompt_id: one for one in plan(_waiting(kept), contacts, station_settings(air).uplink, at_s, answers)
    }
    rows = [_row(one, planned.get(one.prompt.prompt_id), contacts, at_s) for one in kept]
    still_open = [row for row in rows if row.kept.state.open]
    print_queue(rows if with_ended else still_open, at_s, as_json=as_json)
    return len(still_open)


def _latest_s(kept: list[JournalledInquiry]) -> float:
    return max((time_s for one in kept for time_s in (one.asked_s, one.ended_s) if time_s is not None), default=0.0)


def _waiting(kept: list[JournalledInquiry]) -> list[WaitingPrompt]:
    """A cancelled prompt is not sent any more."""
    waiting = [one for one in kept if one.state is InquiryState.WAITING_TO_SEND and not one.cancelling]
    return [WaitingPrompt(one.prompt, inf if one.deadline_s is None else one.deadline_s) for one in waiting]


def _row(kept: JournalledInquiry, planned: PlannedPrompt | None, contacts: Sequence[Contact], now_s: float) -> QueueRow:
    """A waiting prompt has the contact in which it begins, another open one the next in which it can be asked about."""
    if planned is not None:
        contact = planned.uplink.contact if planned.uplink else None
    else:
        left = [contact for contact in contacts if contact.los_s > now_s and kept.state.open]
        contact = min(left, key=lambda contact: contact.aos_s, default=None)
    return QueueRow(kept, contact, contact is not None and contact.aos_s <= now_s, planned)
