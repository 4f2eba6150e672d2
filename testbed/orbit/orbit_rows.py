"""An orbit as rows of text: the same on the terminal and in the report."""

from testbed.orbit.orbit_record import Answer, OrbitRecord

_NONE = "–"

ANSWER_HEADINGS = ("", "asked", "wait, s", "begun", "answered", "tokens", "J", "J/token", "°C", "end")
"""The wait is that on board, and the temperature the payload's highest."""
DEFERRAL_HEADINGS = ("", "from", "to", "s", "why")


def answer_rows(record: OrbitRecord) -> list[tuple[str, ...]]:
    """Return a row for each prompt; times are minutes and seconds of link time."""
    return [_answer_row(answer) for answer in record.answers]


def deferral_rows(record: OrbitRecord) -> list[tuple[str, ...]]:
    """Return a row for each deferral."""
    return [
        (str(each.number), _clock(each.from_s), _clock(each.to_s), f"{each.length_s:.0f}", each.reason)
        for each in record.deferrals
    ]


def figures(record: OrbitRecord) -> list[tuple[str, str, str]]:
    """Return the figures of the whole orbit: name, value, unit."""
    totals = record.totals
    return [
        ("answered", f"{totals['answered']} of {totals['prompts']}", ""),
        ("deferrals", f"{totals['deferrals']}", ""),
        ("deferred", _number(totals["deferred_s"], 0), "s"),
        ("energy per answer", _number(totals["joules_per_answer"], 0), "J"),
        ("energy per token", _number(totals["joules_per_token"], 2), "J"),
        ("lowest charge", _number(_percent(totals["lowest_charge"]), 1), "%"),
        ("hottest payload", _number(totals["highest_payload_c"], 1), "°C"),
        ("link time", _number(record.plan.duration_s / 60, 0), "min"),
        ("took", _number(record.wall_s, 1), "s"),
    ]


def _answer_row(answer: Answer) -> tuple[str, ...]:
    waited_s = None if answer.begun_s is None or answer.on_board_s is None else answer.begun_s - answer.on_board_s
    ending = answer.outcome if answer.shortened_to is None else f"{answer.outcome}, shortened to {answer.shortened_to}"
    return (
        str(answer.number),
        _clock(answer.asked_s),
        _number(waited_s, 0),
        _clock(answer.begun_s),
        _clock(answer.down_s),
        str(answer.tokens) if answer.tokens else _NONE,
        _number(answer.energy_j, 0),
        _number(answer.token_j, 2),
        _number(answer.peak_temperature_c, 1),
        ending,
    )


def _clock(time_s: float | None) -> str:
    if time_s is None:
        return _NONE
    minutes, seconds = divmod(round(time_s), 60)
    return f"{minutes}:{seconds:02}"


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _number(value: float | None, digits: int) -> str:
    return _NONE if value is None else f"{value:.{digits}f}".replace("-", "−")
