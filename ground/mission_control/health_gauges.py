"""The spacecraft's state as gauges, one for each number of the message `Health`."""

from dataclasses import fields
from math import nan
from typing import Any, get_args, get_type_hints

from prometheus_client import CollectorRegistry, Gauge

from protocol.messages import Health

# Prometheus' names have whole units at their end (prometheus.io, Metric and label naming).
_UNITS = {
    "_db": "_decibels",
    "_hz": "_hertz",
    "_s": "_seconds",
    "_v": "_volts",
    "_a": "_amperes",
    "_c": "_celsius",
    "_charge": "_charge_ratio",
}


class HealthGauges:
    """Gauges `flatsat_health_...`: true is 1, what is not known is not-a-number. Texts have none."""

    def __init__(self, registry: CollectorRegistry) -> None:
        hints = get_type_hints(Health)
        names = [
            field.name for field in fields(Health) if str not in (get_args(hints[field.name]) or (hints[field.name],))
        ]
        self._gauges = {
            name: Gauge(f"flatsat_health_{_metric(name)}", f"{name} of Health, as it came down.", registry=registry)
            for name in names
        }
        for gauge in self._gauges.values():
            gauge.set(nan)

    def take(self, health: dict[str, Any]) -> None:
        """Take a state as it came down."""
        for name, gauge in self._gauges.items():
            value = health.get(name)
            gauge.set(nan if value is None else value)


def _metric(name: str) -> str:
    ending = next((ending for ending in _UNITS if name.endswith(ending)), "")
    return name.removesuffix(ending) + _UNITS.get(ending, "")
