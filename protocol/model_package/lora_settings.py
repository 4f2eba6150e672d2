"""What the adapter_config.json of a LoRA adapter (peft's format) says of how it is added to the base's weights."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from sys import float_info
from typing import Any, TypeVar

from protocol.errors import RemoteError

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"

_Value = TypeVar("_Value")
_Number = TypeVar("_Number", int, float)
_MODULE = re.compile(r"\^?[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
# What says how it was trained and which modules it has, of which the tensors themselves tell.
_OF_TRAINING = frozenset(
    {
        *("auto_mapping", "base_model_name_or_path", "eva_config", "exclude_modules", "inference_mode"),
        *("layers_pattern", "layers_to_transform", "lora_dropout", "megatron_core", "peft_version"),
        *("qalora_group_size", "revision", "runtime_config", "target_modules", "task_type"),
    }
)
# Those that begin with the base's own weights (pissa, olora, loftq, ...) change these: no addition gives them back.
_BEGINNINGS = (True, False, "gaussian", "eva", "orthogonal")


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """What of adapter_config.json decides the sum; patterns map names that modules end with to their own value."""

    r: int
    alpha: float
    fan_in_fan_out: bool = False
    rank_stabilised: bool = False
    rank_pattern: Mapping[str, int] = field(default_factory=dict)
    alpha_pattern: Mapping[str, float] = field(default_factory=dict)

    def rank(self, module: str) -> int:
        """Return the rows of A and columns of B."""
        return int(_of_module(self.rank_pattern, module, self.r))

    def scale(self, module: str) -> float:
        """Return what B A is multiplied by: alpha / r, or alpha / sqrt(r) if rank-stabilised (Kalajdzievski 2023)."""
        rank, alpha = self.rank(module), _of_module(self.alpha_pattern, module, self.alpha)
        return alpha / (math.sqrt(rank) if self.rank_stabilised else rank)


def parse_lora_settings(octets: bytes) -> LoraSettings:
    """Return what an adapter_config.json says. Raises RemoteError for what a plain sum of weights cannot give."""
    config = _read_json(octets)
    settings = LoraSettings(
        r=_take(config, "r", _positive),
        alpha=_take(config, "lora_alpha", _number),
        fan_in_fan_out=_take(config, "fan_in_fan_out", bool),
        rank_stabilised=_take(config, "use_rslora", bool),
        rank_pattern=_take(config, "rank_pattern", lambda value: _pattern(value, _positive)),
        alpha_pattern=_take(config, "alpha_pattern", lambda value: _pattern(value, _number)),
    )
    _check_plain(config)
    return settings


def _take(config: dict[str, Any], key: str, read: Callable[[Any], _Value]) -> _Value:
    try:
        return read(config.pop(key, None))
    except ValueError as error:
        raise RemoteError(CONFIG_FILE, f"{key}: {error}") from error


def _check_plain(config: Mapping[str, Any]) -> None:
    """Refuse whatever is set beyond what was read, unless it is known not to matter."""
    neutral = {"peft_type": ("LORA",), "bias": ("none",), "init_lora_weights": _BEGINNINGS}
    for key, value in config.items():
        if key in _OF_TRAINING or value in neutral.get(key, (None, False)) or value in ({}, []):
            continue
        accepted = ", ".join(repr(each) for each in neutral.get(key, (None, False)))
        raise RemoteError(CONFIG_FILE, f"{key} is {value!r:.60}; accepted: {accepted}")


def _of_module(pattern: Mapping[str, float], module: str, default: float) -> float:
    """Return the value of the first name that `module` ends with, at a dot; one after '^' is the whole of it."""
    matches = (value for key, value in pattern.items() if f"^{module}" == key or f".{module}".endswith(f".{key}"))
    return next(matches, default)


def _read_json(octets: bytes) -> dict[str, Any]:
    try:
        config = json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise RemoteError(CONFIG_FILE, f"no JSON: {error}") from error
    if not isinstance(config, dict):
        raise RemoteError(CONFIG_FILE, "no JSON object")
    return config


def _positive(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r:.20} is no rank")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not -float_info.max <= value <= float_info.max:
        raise ValueError(f"{value!r:.20} is no number")
    return float(value)


def _pattern(value: Any, read: Callable[[Any], _Number]) -> dict[str, _Number]:
    """Return a pattern whose keys are names: peft takes any regular expression, which may never come to an end."""
    pattern = {} if value is None else value
    if not isinstance(pattern, dict) or not all(map(_MODULE.fullmatch, pattern)):
        raise ValueError(f"{value!r:.60} is no map of module names")
    return {key: read(each) for key, each in pattern.items()}
