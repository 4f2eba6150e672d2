"""Frames by virtual channel, as Prometheus reads them: the station counts them itself."""

from collections.abc import Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

# By leg and name in the station's events: name and meaning of the metric.
_COUNTS = {
    ("down", "frames"): ("flatsat_downlink_frames", "Good transfer frames received, repeated ones left out."),
    ("down", "repeated"): ("flatsat_downlink_frames_repeated", "Transfer frames received that had been received."),
    ("down", "rejected"): ("flatsat_downlink_frames_rejected", "Transfer frames not for us, or not authentic."),
    ("up", "sent"): ("flatsat_uplink_frames", "Transfer frames sent, repeated ones included."),
    ("up", "resent"): ("flatsat_uplink_frames_resent", "Transfer frames sent that had been sent before."),
}
_CHANNELS = {str(number) for number in range(64)}  # a VCID has 6 bits (CCSDS 232.0-B 4.1.2.6)


class ChannelFrames(Collector):
    """The counts of the last `view`; without one there are none. They begin anew with the station."""

    def __init__(self) -> None:
        self.channels: dict[str, Any] = {}

    def collect(self) -> Iterator[Metric]:
        """Give each count as a counter with the label `virtual_channel`."""
        for (leg, count), (name, meaning) in _COUNTS.items():
            family = CounterMetricFamily(name, meaning, labels=["virtual_channel"])
            for channel, counts in self.channels.get(leg, {}).items():
                if channel in _CHANNELS:
                    family.add_metric([channel], counts[count])
            yield family
