"""What Prometheus reads of a station, at `/metrics` (text exposition format)."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import Enum as StateSet

from ground.gateway.desk import Event
from ground.mission_control.channel_frames import ChannelFrames
from ground.mission_control.health_gauges import HealthGauges
from ground.mission_control.message_parameters import member_labels
from ground.mission_control.prompt_times import PromptTimes
from protocol.cop1.fop_table import FopState
from protocol.messages import FinishReason, RefusalReason

_MAX_OPEN_PROMPTS = 10_000
_OTHER = "other"
_FINISH_REASONS, _REFUSAL_REASONS = member_labels(FinishReason), member_labels(RefusalReason)
# A word may be here in the pass in which it was asked for, or after some orbits of 95 minutes.
_WAITS_S = (1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 6000.0, 12000.0, 24000.0, 86400.0)
_INTERVALS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 600.0, 6000.0)


class Metrics:
    """Counts a station's events. The times are link time; what was asked before it listened counts in none of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._open: dict[str, PromptTimes] = {}
        self._frames = ChannelFrames()
        self.registry.register(self._frames)
        self._health = HealthGauges(self.registry)
        self._link_time = self._gauge("link_time_seconds", "Link time that the station told last.")
        self._es_n0 = self._gauge("downlink_es_n0_decibels", "Es/N0 of the last good frame.")
        self._eb_n0 = self._gauge("downlink_eb_n0_decibels", "Eb/N0 of the last good frame.")
        self._offset = self._gauge("downlink_offset_hertz", "Carrier offset of the last good frame.")
        states = [state.name.lower() for state in FopState]
        self._fop = StateSet("flatsat_fop_state", "State of FOP-1.", states=states, registry=self.registry)
        self._fop.state("initial")
        self._queued = self._counter("prompts_queued", "Prompts asked.")
        self._answered = self._counter(
            "prompts_answered", "Prompts answered, by why the answer ended.", "finish_reason"
        )
        self._refused = self._counter("prompts_refused", "Prompts refused, by why.", "reason")
        self._warnings = self._counter("warnings", "Warnings and errors of the station.")
        self._prompt_tokens = self._counter("prompt_tokens", "Tokens of the prompts that were answered.")
        self._completion_tokens = self._counter("completion_tokens", "Tokens of the answers.")
        self._energy = self._counter("answer_energy_joules", "Energy that answers took on board, where it is measured.")
        self._ttft = self._histogram(
            "time_to_first_token_seconds", "TTFT: from asked to the first word here.", _WAITS_S
        )
        self._itl = self._histogram("inter_token_latency_seconds", "ITL: between growths of an answer.", _INTERVALS_S)
        self._e2e = self._histogram("end_to_end_latency_seconds", "E2E: from asked to the last word here.", _WAITS_S)
        self._inference = self._histogram("inference_seconds", "How long the model worked on an answer.", _INTERVALS_S)

    def take(self, event: Event) -> None:
        """Take an event; those of which nothing is counted change nothing."""
        if isinstance(link_time_s := event.get("link_time_s"), int | float):
            self._link_time.set(link_time_s)
        match event["event"]:
            case "milestone":
                self._take_milestone(event["name"], event["prompt_id"], event["link_time_s"], event["detail"])
            case "health":
                self._health.take(event)
            case "view":
                self._take_view(event)
            case "uplink":
                self._fop.state(event["state"])
            case "warning" | "error":
                self._warnings.inc()

    def exposition(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self.registry)

    def _take_milestone(self, name: str, prompt_id: str, now_s: float, detail: dict[str, Any]) -> None:
        times = self._open.get(prompt_id)
        match name:
            case "queued":
                self._queued.inc()
                self._begin(prompt_id, now_s)
            case "first_word_shown" if times:
                _observe(self._ttft, times.first_word(now_s))
            case "segment_received" if times:
                _observe(self._itl, times.segment(detail["index"], now_s))
            case "done":
                self._take_end(detail)
                if times:
                    self._e2e.observe(now_s - self._open.pop(prompt_id).queued_s)
            case "refused":
                self._refused.labels(_known(detail.get("reason"), _REFUSAL_REASONS)).inc()
                self._open.pop(prompt_id, None)

    def _begin(self, prompt_id: str, now_s: float) -> None:
        self._open[prompt_id] = PromptTimes(now_s)
        if len(self._open) > _MAX_OPEN_PROMPTS:
            del self._open[next(iter(self._open))]

    def _take_end(self, end: dict[str, Any]) -> None:
        self._answered.labels(_known(end.get("finish_reason"), _FINISH_REASONS)).inc()
        self._prompt_tokens.inc(end.get("prompt_tokens") or 0)
        self._completion_tokens.inc(end.get("completion_tokens") or 0)
        self._energy.inc(end.get("energy_j") or 0.0)
        _observe(self._inference, end.get("inference_s"))

    def _take_view(self, view: Event) -> None:
        self._frames.channels = view["channels"]
        good = [each for each in view["receptions"] if each["good"]]
        for gauge, name in ((self._es_n0, "es_n0_db"), (self._eb_n0, "eb_n0_db"), (self._offset, "offset_hz")):
            if good and good[-1][name] is not None:
                gauge.set(good[-1][name])

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"flatsat_{name}", meaning, registry=self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"flatsat_{name}", meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"flatsat_{name}", meaning, buckets=buckets, registry=self.registry)


def _observe(histogram: Histogram, value: float | None) -> None:
    if value is not None:
        histogram.observe(value)


def _known(label: object, labels: tuple[str, ...]) -> str:
    """Return a label that is one of a few: what an event says may be anything."""
    return str(label) if label in labels else _OTHER
