"""What instruments show of a station, at intervals: spectrum, constellation, counters and COP-1."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.errors import RequestError
from protocol.link import GroundLink
from protocol.telecommand import TelecommandStatus
from radio.scope import FLOOR_DB, STEP_DB, Scope, ScopeView

_SHORTEST_S, _LONGEST_S = 0.05, 60.0
_NOTHING = ScopeView(None, None, ())


class StationView:
    """Tells what is to be seen, once in each period of link time."""

    def __init__(self, tell: Callable[..., None], link: GroundLink, scope: Scope | None) -> None:
        """Take ``tell``, called with the event's name and its fields, and no scope where there are no samples."""
        self._tell, self._link, self._scope = tell, link, scope
        self._period_s, self._due_s = 0.0, inf

    def watch(self, period_s: object, now_s: float) -> None:
        """Tell in such a period from now on, 0: no more. Raise RequestError for what is no period."""
        if type(period_s) not in (int, float) or not (period_s == 0 or _SHORTEST_S <= period_s <= _LONGEST_S):  # type: ignore[operator]
            raise RequestError("period_s", period_s, f"0, or {_SHORTEST_S:g} to {_LONGEST_S:g}")
        self._period_s = float(period_s)  # type: ignore[arg-type]
        self._due_s = now_s + self._period_s if self._period_s else inf
        if self._scope is not None:
            self._scope.look(self._period_s > 0)

    def tick(self, now_s: float) -> None:
        """Tell what is to be seen if it is time."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + self._period_s
        seen = self._scope.take() if self._scope is not None else _NOTHING
        self._tell("view", link_time_s=now_s, **_seen(seen), channels=_channels(self._link), cop1=_cop1(self._link))


def _seen(view: ScopeView) -> dict[str, Any]:
    return {
        "spectrum": _base64(view.spectrum),
        "floor_db": FLOOR_DB,
        "step_db": STEP_DB,
        "constellation": _base64(view.constellation),
        "receptions": [asdict(each) for each in view.receptions],
    }


def _base64(values: NDArray[np.uint8] | NDArray[np.int8] | None) -> str | None:
    return None if values is None else b64encode(values.tobytes()).decode()


def _channels(link: GroundLink) -> dict[str, dict[str, dict[str, int]]]:
    """Return what came down and went up, by virtual channel."""
    down, up = link.receiver, link.sender
    received = {"frames": down.frames_received, "repeated": down.frames_repeated, "rejected": down.frames_rejected}
    return {
        "down": {str(down.vcid): received},
        "up": {str(up.vcid): {"sent": up.frames_sent, "resent": up.frames_resent}},
    }


def _cop1(link: GroundLink) -> dict[str, object]:
    """Return where FOP-1 and, by its last report, FARM-1 stand; None for what no report has told yet."""
    status = link.sender.status
    return {"state": status.state.name.lower(), **_counts(status), **_report(status)}


def _counts(status: TelecommandStatus) -> dict[str, int | None]:
    counts = {"vs": status.v_s, "nr": status.nn_r, "outstanding": status.outstanding, "waiting": status.waiting}
    return {name: value if status.heard else None for name, value in counts.items()}


def _report(status: TelecommandStatus) -> dict[str, object]:
    heard = status.heard
    if heard is None:
        return dict.fromkeys(("lockout", "wait", "retransmit", "farm_b"))
    return {
        "lockout": heard.lockout,
        "wait": heard.wait,
        "retransmit": heard.retransmit,
        "farm_b": heard.farm_b_counter,
    }
