"""The ground station as a process: prompts come in as commands, answers leave as events."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.build import build_ground
from ground.errors import RequestError
from ground.station import Contact
from protocol.journey import Milestone
from protocol.messages import Health
from radio.node import open_port
from radio.profile import Profile
from radio.warm_up import warm_up_modem
from radio.worker import Worker

TIME_PERIOD_S = 1.0
"""Link time between two tellings of it."""

_COMMANDS = ("ask", "cancel", "report")
_ASK_FIELDS = ("text", "max_tokens", "temperature", "seed", "stop", "deadline_s")
_ENDINGS = (Milestone.DONE, Milestone.REFUSED)


class GroundServer:
    """Joins a station to the process's two line-streams. Prompts that have ended are forgotten."""

    def __init__(
        self, worker: Worker, profile: Profile, sample_rate_hz: float, contacts: list[Contact], seed: int | None
    ) -> None:
        """Take the ``seed`` of the prompt ids; without one they never repeat, not even in another process."""
        rng = np.random.default_rng(seed)
        self._worker = worker
        self._time_due_s = 0.0
        self._ended: list[bytes] = []
        self._station, self._node = build_ground(
            profile, sample_rate_hz, contacts, lambda: rng.bytes(8), self._observe, self._on_text
        )
        self._station.on_health = self._on_health

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Carry out the commands that have come, then step the node."""
        for command in self._worker.commands():
            self._obey(command, now_s)
        if now_s >= self._time_due_s:
            self._time_due_s = now_s + TIME_PERIOD_S
            self._worker.emit("time", link_time_s=now_s)
        tx = self._node.step(rx, now_s)
        while self._ended:
            self._station.forget(self._ended.pop())
        return tx

    def summary(self) -> dict[str, Any]:
        """Return what went through the station."""
        return {**self._node.to_json(), **self._station.summary()}

    def _obey(self, command: dict[str, Any], now_s: float) -> None:
        try:
            match command.pop("command", None):
                case "ask":
                    self._ask(command, now_s)
                case "cancel":
                    self._station.cancel(_prompt_id(command.get("prompt_id")), now_s)
                case "report":
                    self._worker.emit("summary", **self.summary())
                case unknown:
                    raise RequestError("command", unknown, ", ".join(_COMMANDS))
        except RequestError as error:
            value = _printable(error.value)
            self._worker.emit("rejected", field=error.field, value=value, accepted=error.accepted)

    def _ask(self, request: dict[str, Any], now_s: float) -> None:
        for field in request:
            if field not in _ASK_FIELDS:
                raise RequestError("field", field, ", ".join(_ASK_FIELDS))
        stop = request.get("stop", [])
        if not isinstance(stop, list):
            raise RequestError("stop", stop, "a list of strings")
        self._station.ask(now_s=now_s, **{"text": None, **request, "stop": tuple(stop)})

    def _observe(self, milestone: Milestone, prompt_id: bytes, link_s: float, detail: dict[str, object]) -> None:
        if milestone in _ENDINGS:
            self._ended.append(prompt_id)
        self._worker.emit(
            "milestone", name=milestone.value, prompt_id=prompt_id.hex(), link_time_s=link_s, detail=detail
        )

    def _on_text(self, prompt_id: bytes, text: str) -> None:
        self._worker.emit("text", prompt_id=prompt_id.hex(), text=text)

    def _on_health(self, health: Health, link_s: float) -> None:
        self._worker.emit("health", link_time_s=link_s, **asdict(health))


def _prompt_id(text: object) -> bytes:
    try:
        return bytes.fromhex(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise RequestError("prompt_id", text, "hexadecimal digits, as in the events of the prompt") from None


def _printable(value: object) -> object:
    """Return the value so that any line-stream takes it, a text with lone surrogates, too."""
    if value is None or isinstance(value, int | float):
        return value
    return str(value)[:200].encode(errors="backslashreplace").decode()


def serve(
    worker: Worker,
    profile: Profile,
    sample_rate_hz: float,
    block: int,
    contacts: list[Contact],
    seed: int | None,
    front_end: str,
    rx: str,
    tx: str,
) -> None:
    """Run the station until the worker is told to stop."""
    port = open_port(front_end, rx, tx, block, sample_rate_hz)
    try:
        warm_up_modem(profile, sample_rate_hz)
        server = GroundServer(worker, profile, sample_rate_hz, contacts, seed)
        worker.emit("ready", tx=port.tx_endpoint)
        port.run(server.step, worker.stopping.is_set)
    finally:
        port.close()
