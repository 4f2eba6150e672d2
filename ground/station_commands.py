"""What a station is told on its line-stream: commands, checked and carried out."""

from collections.abc import Callable
from math import isfinite
from typing import Any

from ground.errors import RequestError
from ground.model_orders import ModelOrders
from ground.prompts import Prompts
from ground.station_view import StationView
from ground.told_inquiry import told_inquiry
from protocol.errors import LocalError
from radio.tuner import Tuner, TuningError

_COMMANDS = ("ask", "find", "cancel", "switch_model", "view", "tune", "report")
_TUNE_FIELDS = ("receive_hz", "transmit_hz")
_ASK_FIELDS = (
    *("prompt_id", "text", "system", "turns", "max_tokens", "temperature", "seed", "stop"),
    *("deadline_s", "within_contact"),
)


class StationCommands:
    """Carries out commands, or says why not."""

    def __init__(
        self,
        tell: Callable[..., None],
        prompts: Prompts,
        orders: ModelOrders,
        view: StationView,
        tuner: Tuner | None,
        summary: Callable[[], dict[str, Any]],
    ) -> None:
        """Take ``tell``, called with an event's name and its fields; no tuner where there are no samples."""
        self._tell, self._prompts, self._orders, self._view = tell, prompts, orders, view
        self._tuner, self._summary = tuner, summary

    def obey(self, command: dict[str, Any], now_s: float) -> None:
        """Carry out a command; one that cannot be is told to be rejected."""
        prompt_id = command.get("prompt_id")
        try:
            self._carry_out(command, now_s)
        except RequestError as error:
            named = _printable(prompt_id) if isinstance(prompt_id, str) else None
            value = _printable(error.value)
            self._tell("rejected", prompt_id=named, field=error.field, value=value, accepted=error.accepted)

    def _carry_out(self, command: dict[str, Any], now_s: float) -> None:
        match command.pop("command", None):
            case "ask":
                self._ask(command, now_s)
            case "find":
                self._tell_known(_prompt_id(command.get("prompt_id")))
            case "cancel":
                self._prompts.cancel(_prompt_id(command.get("prompt_id")), now_s)
            case "switch_model":
                self._switch_model(command.get("name"), now_s)
            case "view":
                self._view.watch(command.get("period_s"), now_s)
            case "tune":
                self._tune(command)
            case "report":
                self._tell("summary", **self._summary())
            case unknown:
                raise RequestError("command", unknown, ", ".join(_COMMANDS))

    def _ask(self, request: dict[str, Any], now_s: float) -> None:
        _check_fields(request, _ASK_FIELDS)
        texts = {field: _texts(field, request.get(field, [])) for field in ("stop", "turns")}
        prompt_id = _prompt_id(request["prompt_id"]) if "prompt_id" in request else None
        is_known = prompt_id is not None and self._prompts.find(prompt_id) is not None
        asked = self._prompts.ask(now_s=now_s, **{"text": None, **request, **texts, "prompt_id": prompt_id})
        if is_known:
            self._tell_known(asked)

    def _tell_known(self, prompt_id: bytes) -> None:
        kept = self._prompts.find(prompt_id)
        if kept is None:
            raise RequestError("prompt_id", prompt_id.hex(), "the id of a prompt that was asked")
        self._tell("known", found=told_inquiry(kept))

    def _switch_model(self, name: object, now_s: float) -> None:
        try:
            self._orders.switch(name, now_s)  # type: ignore[arg-type]
        except LocalError as error:
            raise RequestError(error.field, error.value, error.accepted) from None

    def _tune(self, wanted_hz: dict[str, Any]) -> None:
        if self._tuner is None:
            raise RequestError("command", "tune", "another one: a serial radio is tuned by itself")
        _check_fields(wanted_hz, _TUNE_FIELDS)
        try:
            self._tuner.tune(**wanted_hz)
        except TuningError as error:
            raise RequestError(error.field, error.value, error.accepted) from None
        self._tell("tuned", receive_hz=self._tuner.receive_hz, transmit_hz=self._tuner.transmit_hz)


def _check_fields(request: dict[str, Any], known: tuple[str, ...]) -> None:
    for field in request:
        if field not in known:
            raise RequestError("field", field, ", ".join(known))


def _prompt_id(text: object) -> bytes:
    try:
        return bytes.fromhex(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise RequestError("prompt_id", text, "hexadecimal digits, as in the events of the prompt") from None


def _texts(field: str, values: object) -> tuple[Any, ...]:
    """Return a list as a tuple; what is in it the prompt checks."""
    if not isinstance(values, list):
        raise RequestError(field, values, "a list of strings")
    return tuple(values)


def _printable(value: object) -> object:
    """Return the value so that any reader of JSON takes it, a text with lone surrogates, too."""
    if value is None or (isinstance(value, int | float) and isfinite(value)):
        return value
    return str(value)[:200].encode(errors="backslashreplace").decode()
